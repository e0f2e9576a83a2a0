"""Events: the words that a beatmap is spelled in, and lists of them with their times.

An event is one token's meaning without the token id: "time 1230 ms", "grid cell 478",
"slider head". Which ids stand for which events is the vocabulary's business
(:mod:`model_core.tokens.vocabulary`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class EventType(StrEnum):
    """Kinds of event; the values are the names used in ``tokenizer.json``."""

    # Attributes of the object that is being described
    TIME = "t"
    SNAPPING = "snap"
    DISTANCE = "dist"
    POSITION = "pos"
    POSITION_X = "pos_x"
    POSITION_Y = "pos_y"
    POSITION_REFINEMENT = "pos_refine"
    COLUMN = "column"
    SCROLL_SPEED = "scroll_speed"
    NEW_COMBO = "new_combo"
    HITSOUND = "hitsound"
    VOLUME = "volume"
    # Object parts
    CIRCLE = "circle"
    SPINNER = "spinner"
    SPINNER_END = "spinner_end"
    SLIDER_HEAD = "slider_head"
    BEZIER_ANCHOR = "bezier_anchor"
    PERFECT_ANCHOR = "perfect_anchor"
    CATMULL_ANCHOR = "catmull_anchor"
    RED_ANCHOR = "red_anchor"
    LAST_ANCHOR = "last_anchor"
    SLIDER_END = "slider_end"
    # Timing
    BEAT = "beat"
    MEASURE = "measure"
    TIMING_POINT = "timing_point"
    KIAI = "kiai"
    # Reminders inside long objects that one is still held
    SLIDER_SUSTAIN = "slider_sustain"
    SLIDER_REPEAT_SUSTAIN = "slider_repeat_sustain"
    SPINNER_SUSTAIN = "spinner_sustain"
    # osu!mania
    HOLD_NOTE = "hold_note"
    HOLD_NOTE_END = "hold_note_end"
    SCROLL_SPEED_CHANGE = "scroll_speed_change"
    HOLD_NOTE_SUSTAIN = "hold_note_sustain"
    # osu!taiko
    DRUMROLL = "drumroll"
    DRUMROLL_END = "drumroll_end"
    DENDEN = "denden"
    DENDEN_END = "denden_end"
    DRUMROLL_SUSTAIN = "drumroll_sustain"
    DENDEN_SUSTAIN = "denden_sustain"
    # Conditions: only ever read by the model, never written
    GAMEMODE = "gamemode"
    STYLE = "style"
    DIFFICULTY = "difficulty"
    MAPPER = "mapper"
    CIRCLE_SIZE = "cs"
    YEAR = "year"
    HITSOUNDED = "hitsounded"
    SONG_LENGTH = "song_length"
    SONG_POSITION = "song_position"
    DESCRIPTOR = "descriptor"
    KEYCOUNT = "keycount"
    HOLD_NOTE_RATIO = "hold_note_ratio"
    SCROLL_SPEED_RATIO = "scroll_speed_ratio"
    GLOBAL_SV = "global_sv"


class ContextType(StrEnum):
    """The parts a sequence is made of."""

    NONE = "none"
    TIMING = "timing"
    KIAI = "kiai"
    MAP = "map"
    SV = "sv"
    NO_HS = "no_hs"
    GD = "gd"


#: Events that complete an object part (or a beat, a toggle): the last of a group where types come
#: last, the first where types come first. Sustain events are not among them.
TYPE_EVENTS: frozenset[EventType] = frozenset(
    {
        EventType.CIRCLE,
        EventType.SPINNER,
        EventType.SPINNER_END,
        EventType.SLIDER_HEAD,
        EventType.BEZIER_ANCHOR,
        EventType.PERFECT_ANCHOR,
        EventType.CATMULL_ANCHOR,
        EventType.RED_ANCHOR,
        EventType.LAST_ANCHOR,
        EventType.SLIDER_END,
        EventType.BEAT,
        EventType.MEASURE,
        EventType.TIMING_POINT,
        EventType.KIAI,
        EventType.HOLD_NOTE,
        EventType.HOLD_NOTE_END,
        EventType.SCROLL_SPEED_CHANGE,
        EventType.DRUMROLL,
        EventType.DRUMROLL_END,
        EventType.DENDEN,
        EventType.DENDEN_END,
    }
)

#: Slider anchors; ``LAST_ANCHOR`` stands for two things in slider version 2 (a position, then a
#: time) and is left out here.
ANCHOR_EVENTS: frozenset[EventType] = frozenset(
    {
        EventType.BEZIER_ANCHOR,
        EventType.PERFECT_ANCHOR,
        EventType.CATMULL_ANCHOR,
        EventType.RED_ANCHOR,
    }
)


class Event(NamedTuple):
    """One event. Times are absolute milliseconds here, and steps only as token ids."""

    type: EventType
    value: int = 0


@dataclass(frozen=True, slots=True)
class TimedEvents:
    """Events and, for each, the time in ms at which it belongs (same length)."""

    events: tuple[Event, ...] = ()
    times: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if len(self.events) != len(self.times):
            raise ValueError(f"{len(self.events)} events but {len(self.times)} times")

    def __len__(self) -> int:
        return len(self.events)

    def __add__(self, other: TimedEvents) -> TimedEvents:
        return TimedEvents(self.events + other.events, self.times + other.times)

    def slice(self, start_ms: float, end_ms: float) -> TimedEvents:
        """Events with ``start_ms <= time < end_ms``, looked for from the end of the list.

        For a sorted list that is the plain meaning. For an unsorted one it is everything after
        the last event before ``start_ms``, up to the last event before ``end_ms``: the rule the
        published models' sequences were cut by.
        """
        start, end = self.slice_indices(start_ms, end_ms)
        return TimedEvents(self.events[start:end], self.times[start:end])

    def slice_indices(self, start_ms: float, end_ms: float) -> tuple[int, int]:
        """First and one-past-last index of :meth:`slice`."""
        end = len(self.times)
        while end > 0 and self.times[end - 1] >= end_ms:
            end -= 1
        start = end
        while start > 0 and self.times[start - 1] >= start_ms:
            start -= 1
        return start, end

    def last_value_before(self, kind: EventType, before_ms: float) -> int | None:
        """Value of the last event of ``kind`` whose time is strictly before ``before_ms``."""
        for event, time in zip(reversed(self.events), reversed(self.times), strict=True):
            if event.type is kind and time < before_ms:
                return event.value
        return None


def from_groups(groups: Iterable[tuple[float, Sequence[Event]]]) -> TimedEvents:
    """Concatenate groups of events that share a time, in order of time (stable)."""
    events: list[Event] = []
    times: list[float] = []
    for time, group in sorted(groups, key=lambda item: item[0]):
        events.extend(group)
        times.extend([time] * len(group))
    return TimedEvents(tuple(events), tuple(times))


def merge(contexts: Sequence[TimedEvents]) -> TimedEvents:
    """All events in order of time; at equal times those of the earlier context come first.

    Each context's own order is kept even where it is not that of time, as a model may write it:
    what stands between its events then stands where its turn comes. No group is torn apart.
    """
    merged = TimedEvents()
    for context in contexts:
        merged = _merge_two(merged, context)
    return merged


def _merge_two(first: TimedEvents, second: TimedEvents) -> TimedEvents:
    pairs: list[tuple[Event, float]] = []
    left = right = 0
    while left < len(first) and right < len(second):
        if first.times[left] <= second.times[right]:
            pairs.append((first.events[left], first.times[left]))
            left += 1
        else:
            pairs.append((second.events[right], second.times[right]))
            right += 1
    return TimedEvents(
        (*(event for event, _ in pairs), *first.events[left:], *second.events[right:]),
        (*(time for _, time in pairs), *first.times[left:], *second.times[right:]),
    )
