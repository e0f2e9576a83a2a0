"""From a model's reading of a map to suggestions: what it would have done instead, and where.

Categories, wording and thresholds are those of the published models' own modding. A pair of
events that it has no sentence for is said in general words, under "Misc".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from model_core.beatmap import Beatmap
from model_core.beatmap.new_objects import ObjectKind
from model_core.beatmap.timestamps import format_timestamp
from model_core.modding.reading import EventReading, by_time
from model_core.modding.words import part_name
from model_core.tokens.events import TYPE_EVENTS, ContextType, Event, EventType, TimedEvents
from model_core.tokens.layout import Layout

__all__ = ["HEADS", "Category", "Part", "Suggestion", "part_types", "suggestions"]

#: Relative surprisal from which on an event is worth a word.
THRESHOLD = 20.0
# An importance is a tenth of the relative surprisal: above 100 likely an issue, below 10 taste.
_PER_IMPORTANCE = 10.0
_SAME_TIME_MS = 10  # a step of the tokens' times
_COINCIDENT_MS = 2

_BEATS = frozenset({EventType.BEAT, EventType.MEASURE, EventType.TIMING_POINT})
_POSITIONS = frozenset(
    {
        EventType.POSITION,
        EventType.POSITION_X,
        EventType.POSITION_Y,
        EventType.POSITION_REFINEMENT,
        EventType.DISTANCE,
    }
)
#: Parts that begin an object of their own.
HEADS = frozenset(
    {
        EventType.CIRCLE,
        EventType.SLIDER_HEAD,
        EventType.SPINNER,
        EventType.HOLD_NOTE,
        EventType.DRUMROLL,
        EventType.DENDEN,
    }
)
_SETS = ("normal", "soft", "drum")
_ADDITIONS = ((1, "whistle"), (2, "finish"), (4, "clap"))


def published(reading: EventReading) -> bool:
    """Whether the published models' own modding has a word for a surprise."""
    return reading.relative >= THRESHOLD


class Category(StrEnum):
    """What a suggestion is about."""

    RHYTHM = "Rhythm"
    TIMING = "Timing"
    KIAI = "Kiai"
    COMPOSE = "Compose"
    HITSOUNDS = "Hit Sounds"
    NEW_COMBOS = "New Combos"
    SCROLL_SPEED = "Scroll Speed"
    MISC = "Misc"


@dataclass(frozen=True, slots=True)
class Part:
    """What an event is said of.

    type: the part, None where the map's tokens end within one. object_time (ms) and combo_number
    are those of the whole object, None for what is none (beats, kiai, scroll speeds).
    """

    type: EventType | None
    object_time: int | None = None
    combo_number: int | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing that a model would have done differently.

    importance: a tenth of the relative surprisal. message: a sentence; times in it stand as the
    editor copies them ("00:12:345").
    """

    reading: EventReading
    part: Part
    category: Category
    importance: float
    message: str


def suggestions(
    beatmap: Beatmap,
    layout: Layout,
    contexts: Mapping[ContextType, TimedEvents],
    readings: Mapping[ContextType, Sequence[EventReading]],
    numbers_as_reference: bool = False,
    worth: Callable[[EventReading], bool] = published,
    mode: int | None = None,
) -> list[Suggestion]:
    """All suggestions for a map in order of time, wherever in the song they are.

    contexts: the lists that were read, whole; readings: what :func:`.reading.read_map` found.
    numbers_as_reference: count combos as the published program does, a spinner with its flag being
    number 1; in the editor, which a copied time is pasted into, a spinner starts no combo and the
    first object after a break does.
    worth: whether a surprise is one.
    mode: in whose words objects are told; None as for :func:`.words.part_name`.
    """
    numbers = _numbers(beatmap, numbers_as_reference)
    parts = {
        context: _parts(events, layout, numbers if context is ContextType.MAP else None)
        for context, events in contexts.items()
    }
    found = []
    for reading in by_time(readings):
        own = parts[reading.context]
        if not worth(reading) or _excused(reading, own, contexts[reading.context]):
            continue
        category, message = _explain(reading, own[reading.index], layout, mode)
        importance = reading.relative / _PER_IMPORTANCE
        found.append(Suggestion(reading, own[reading.index], category, importance, message))
    return found


def describe(event: Event | None, layout: Layout) -> str:
    """An event's value, for people."""
    if event is None:
        return "End of sequence"
    kind, value = event
    match kind:
        case EventType.TIME:
            return _timestamp(value)
        case EventType.SNAPPING:
            return f"1/{value}" if value else "none"
        case EventType.DISTANCE:
            return str(value)
        case EventType.POSITION_X:
            return f"x:{value * layout.position_precision}"
        case EventType.POSITION_Y:
            return f"y:{value * layout.position_precision}"
        case EventType.COLUMN:
            return str(value + 1)
        case EventType.HITSOUND:
            sounds = ":".join(name for bit, name in _ADDITIONS if value % 8 & bit) or "none"
            return f"{_SETS[value // 8 % 3]}:{_SETS[value // 24 % 3]}-{sounds}"
        case EventType.VOLUME:
            return f"{value}%"
        case EventType.SCROLL_SPEED:
            return f"x{value / 100:.2f}"
    return f"{kind.value}{value}"


def _excused(reading: EventReading, parts: Sequence[Part], events: TimedEvents) -> bool:
    """Whether a surprise says nothing about the map."""
    kind, expected = reading.event.type, reading.expected
    if kind in _POSITIONS and parts[reading.index].type is EventType.SLIDER_END:
        return True  # where a slider ends follows from its anchors
    if expected is None:
        return False
    if kind is EventType.TIME and expected.type is EventType.TIME:
        return abs(reading.event.value - expected.value) <= _SAME_TIME_MS
    # Beats and objects at one time could stand in either order.
    if kind in _BEATS and expected.type is EventType.SNAPPING:
        return _follows(reading, events, frozenset({EventType.SNAPPING}))
    if kind is EventType.SNAPPING and expected.type in _BEATS:
        return _follows(reading, events, _BEATS)
    return False


def _follows(reading: EventReading, events: TimedEvents, kinds: frozenset[EventType]) -> bool:
    """Whether one of these kinds comes later in the list, at (nearly) the same time."""
    for index in range(reading.index + 1, len(events)):
        if events.times[index] - reading.time >= _COINCIDENT_MS:
            return False
        if events.events[index].type in kinds:
            return True
    return False


def _explain(
    reading: EventReading, part: Part, layout: Layout, mode: int | None
) -> tuple[Category, str]:
    kind, expected = reading.event.type, reading.expected
    wanted = None if expected is None else expected.type
    was = describe(reading.event, layout)
    would = describe(expected, layout)
    if wanted is kind:
        match kind:
            case EventType.TIME:
                category = Category.RHYTHM
                if part.type in _BEATS:
                    category = Category.TIMING
                elif part.type is EventType.KIAI:
                    category = Category.KIAI
                elif part.type is EventType.SCROLL_SPEED_CHANGE:
                    category = Category.SCROLL_SPEED
                return category, f"Expected object at {would} instead of {was}."
            case EventType.SNAPPING:
                return Category.RHYTHM, f"Expected snapping {would} instead of {was}."
            case EventType.DISTANCE:
                return Category.COMPOSE, f"Expected distance {would} instead of {was}."
            case EventType.POSITION | EventType.POSITION_X | EventType.POSITION_Y:
                return Category.COMPOSE, f"Expected position {would} instead of {was}."
            case EventType.COLUMN:
                return Category.COMPOSE, f"Expected column {would} instead of {was}."
            case EventType.HITSOUND:
                return Category.HITSOUNDS, f"Expected hitsound {would} instead of {was}."
            case EventType.VOLUME:
                return Category.HITSOUNDS, f"Expected volume {would} instead of {was}."
            case EventType.SCROLL_SPEED:
                return Category.SCROLL_SPEED, f"Expected scroll speed {would} instead of {was}."
            case EventType.KIAI:
                turned = "on" if expected is not None and expected.value else "off"
                return Category.KIAI, f"Expected kiai to be turned {turned}."
    if kind is EventType.NEW_COMBO:
        return Category.NEW_COMBOS, "Unexpected new combo."
    if wanted is EventType.NEW_COMBO:
        return Category.NEW_COMBOS, "Expected new combo."
    if kind in _BEATS and wanted in _BEATS:
        return Category.TIMING, f"Expected {_new(wanted)}."
    if kind in _BEATS and wanted is EventType.SNAPPING:
        return Category.TIMING, f"Unexpected {_new(kind)}."
    if kind is EventType.SNAPPING and wanted in _BEATS:
        return Category.TIMING, "Hit object likely not snapped to a beat."
    if _is_part(kind) and _is_part(wanted):
        instead = f"a {part_name(wanted, mode)} instead of a {part_name(kind, mode)}"
        return Category.RHYTHM, f"Expected {instead}."
    if expected is None:
        return Category.MISC, f"Expected {would} instead of {_named(reading.event, layout, mode)}."
    found, missed = (_named(each, layout, mode) for each in (reading.event, expected))
    return Category.MISC, f"Expected {missed} instead of {found}."


def _named(event: Event, layout: Layout, mode: int | None) -> str:
    """An event by its kind and value; a part of an object, which has no value, by itself."""
    name = part_name(event.type, mode)
    if mode is not None and _is_part(event.type):
        return name
    return f"{name} {describe(event, layout)}"


def _new(kind: EventType | None) -> str:
    return "beat" if kind is EventType.BEAT else f"new {part_name(kind).lower()}"


def _is_part(kind: EventType | None) -> bool:
    """Whether this is a part of a hit object."""
    others = (EventType.KIAI, EventType.SCROLL_SPEED_CHANGE)
    return kind in TYPE_EVENTS and kind not in _BEATS and kind not in others


def _parts(
    events: TimedEvents, layout: Layout, numbers: Mapping[int, tuple[int, ...]] | None
) -> list[Part]:
    """The part that each event of a list is said of; ``numbers`` where there are objects."""
    types = part_types(events, layout)
    if numbers is None:
        return [Part(kind) for _, kind in types]
    result: list[Part] = []
    made: dict[int, Part] = {}
    head: tuple[int, int | None] | None = None
    turns: Counter[int] = Counter()
    for index, (group, kind) in enumerate(types):
        if group not in made:
            if kind in HEADS:
                # Objects that start at one time are numbered in the order of the list.
                time = int(events.times[_type_index(types, events, index, group)])
                own = numbers.get(time, ())
                head = (time, own[turns[time]] if turns[time] < len(own) else None)
                turns[time] += 1
            made[group] = Part(kind, *head) if _is_part(kind) and head else Part(kind)
        result.append(made[group])
    return result


def part_types(events: TimedEvents, layout: Layout) -> list[tuple[int, EventType | None]]:
    """For each event, the number of its group and the type that completes or opens it."""
    result: list[tuple[int, EventType | None]] = []
    if layout.types_first:
        group, kind = 0, None
        for event in events.events:
            if event.type in TYPE_EVENTS:
                group, kind = group + 1, event.type
            result.append((group, kind))
        return result
    group = 0
    start = 0
    for index, event in enumerate(events.events):
        if event.type in TYPE_EVENTS:
            result += [(group, event.type)] * (index + 1 - start)
            group, start = group + 1, index + 1
    result += [(group, None)] * (len(events) - start)
    return result


def _type_index(
    types: Sequence[tuple[int, EventType | None]], events: TimedEvents, index: int, group: int
) -> int:
    """Where the type of an event's group stands; the event itself in a group without one."""
    for at in range(index, len(types)):
        if types[at][0] != group:
            break
        if events.events[at].type in TYPE_EVENTS:
            return at
    return index


def _numbers(beatmap: Beatmap, by_flags: bool) -> dict[int, tuple[int, ...]]:
    """Combo numbers of the objects that start at each whole ms, in the order of the file."""
    numbers: Sequence[int] = beatmap.combos.numbers
    if by_flags:
        count, after_spinner = 0, False
        counted = []
        for item in beatmap.hit_objects:
            count = 1 if item.new_combo or after_spinner else count + 1
            after_spinner = item.kind is ObjectKind.SPINNER
            counted.append(count)
        numbers = counted
    result: dict[int, tuple[int, ...]] = {}
    for item, number in zip(beatmap.hit_objects, numbers, strict=True):
        time = int(item.time)
        result[time] = (*result.get(time, ()), number)
    return result


def _timestamp(time_ms: float) -> str:
    return format_timestamp(time_ms).removesuffix(" - ")
