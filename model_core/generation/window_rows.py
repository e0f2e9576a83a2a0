"""One window of one variant: what may be written, by which rules, and how the answer is read.

What :mod:`sequential` and :mod:`parallel` have in common; they differ in what a window knows of
the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from torch import Tensor

from model_core.audio.decode import Audio
from model_core.audio.windows import Window
from model_core.generation.rows import Guidance, Row
from model_core.generation.rules import (
    ConditionalTemperature,
    LogitsRule,
    LookbackBias,
    MonotonicTime,
    NoLookback,
    RhythmTemperature,
    Temperature,
    TimeShiftBias,
)
from model_core.generation.sampling import Greedy, Sampler
from model_core.model import Model
from model_core.tokens.class_tokens import Conditions
from model_core.tokens.decode import STEP_MS, decode_window
from model_core.tokens.events import ContextType, EventType, TimedEvents
from model_core.tokens.layout import Layout
from model_core.tokens.prompts import Context, build_prompt
from model_core.tokens.vocabulary import Vocabulary

_OBJECTS = (EventType.CIRCLE, EventType.SLIDER_HEAD, EventType.SPINNER, EventType.HOLD_NOTE,
            EventType.DRUMROLL, EventType.DENDEN)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settings:
    """How tokens are chosen. The lookback and lookahead are shares of a window."""

    lookback: float
    lookahead: float
    temperature: float = 0.9
    rhythm_temperature: float | None = None  # of times, where groups begin with theirs
    # The next three matter only where groups begin with their type.
    timing_temperature: float = 0.1
    mania_column_temperature: float = 0.8
    taiko_hit_temperature: float = 0.8
    timeshift_bias: float = 0.0
    guidance: float = 1.0  # above 1: away from the variant's negative conditions
    guidance_as_reference: bool = False
    beams: int = 1  # above 1: the likeliest that so many beams find, nothing drawn
    # Nothing is written before or after these times (ms), if given. The reference has no such
    # bounds: it writes whole windows and cuts afterwards.
    first_ms: float | None = None
    last_ms: float | None = None

    @classmethod
    def for_layout(cls, layout: Layout, temperature: float = 0.9) -> Settings:
        """The checkpoint's own window shares."""
        return cls(layout.lookback, layout.lookahead, temperature)


@dataclass(slots=True)
class Variant:
    """One answer to be written.

    contexts_in: contexts that are only read. known: what is known of the contexts that are
    written; those in ``written`` begin with these events, the others are given in full.
    """

    conditions: Conditions
    sampler: Sampler | Greedy
    contexts_in: Sequence[Context] = ()
    known: Mapping[ContextType, TimedEvents] = field(default_factory=dict)
    negative: Conditions | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One window's generation, for whoever compares or records it (``on_call``)."""

    context: ContextType
    window: Window
    prompts: tuple[tuple[int, ...], ...]
    answers: tuple[tuple[int, ...], ...]
    stops: tuple[frozenset[int], ...]


Generate = Callable[[Window, Sequence[Row]], list[list[int]]]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one window may write, in time ids; and the reading of what it wrote."""

    vocabulary: Vocabulary
    layout: Layout
    frame_time: int
    lookback: range  # times that would repeat what is known: they end the window
    lookahead: range  # times left to the next window: they end this one
    cut: range  # a last time in here is dropped
    forbidden: range  # times before anything may be written
    latest_ms: float | None  # events after this are dropped

    @classmethod
    def of(
        cls, model: Model, settings: Settings, window: Window, first: bool, last: bool
    ) -> Bounds:
        layout = model.layout
        times = _times(model.vocabulary)
        zero, end = times.start, times.stop
        length = layout.window_ms
        lookback = lookahead = cut = forbidden = range(0)
        latest = None
        if not first and settings.lookback > 0:
            lookback = range(zero, zero + int(settings.lookback * length / STEP_MS))
        if not last and settings.lookahead > 0:
            lookahead = range(end - int(settings.lookahead * length / STEP_MS), end)
            kept = (1 - settings.lookahead) * length
            # One id earlier than the range that stops, as the two are rounded differently.
            cut = range(zero + int(kept / STEP_MS), end)
            latest = window.start_ms + kept
        if settings.last_ms is not None:
            after = zero + int((settings.last_ms - window.start_ms) // STEP_MS) + 1
            after = min(max(after, zero), end)
            lookahead = range(min(after, lookahead.start or end), end)
            cut = range(min(after, cut.start or end), end)
        if settings.first_ms is not None:
            allowed = zero + int((settings.first_ms - window.start_ms) // STEP_MS)
            forbidden = range(zero, min(max(allowed, zero), end))
        return cls(
            model.vocabulary, layout, window.start_ms, lookback, lookahead, cut, forbidden, latest
        )

    def stops(self, context: ContextType) -> frozenset[int]:
        ends = {self.vocabulary.eos, *self.lookback, *self.lookahead}
        if context in self.vocabulary.context_eos:
            ends.add(self.vocabulary.context_eos[context])
        return frozenset(ends)

    def read(self, answer: Sequence[int], context: ContextType, before: TimedEvents) -> TimedEvents:
        """The answer's events, without what only ended it; ``before`` are those they follow."""
        ids = list(answer)
        ends = {self.vocabulary.eos, self.vocabulary.context_eos.get(context)}
        while ids and ids[-1] in ends:
            ids.pop()
        if ids and (ids[-1] in self.cut or ids[-1] in self.lookback):
            ids.pop()
            if self.layout.types_first and ids:
                ids.pop()
        start = before.times[-1] if len(before) else None
        events = decode_window(self.vocabulary, self.layout, ids, self.frame_time, start)
        if self.latest_ms is None:
            return events
        count = len(events)
        while count and events.times[count - 1] > self.latest_ms:
            count -= 1
        return TimedEvents(events.events[:count], events.times[:count])


def _times(vocabulary: Vocabulary) -> range:
    """Ids of times inside the window."""
    ids = vocabulary.id_range(EventType.TIME)
    values = vocabulary.value_range(EventType.TIME)
    return range(ids.start - values.start, ids.stop)


def window_row(
    model: Model,
    audio: Audio,
    variant: Variant,
    known: Mapping[ContextType, TimedEvents],
    visible: Sequence[ContextType],
    window: Window,
    bounds: Bounds,
    settings: Settings,
    song_length_ms: float | None = None,
    stops: frozenset[int] | None = None,
) -> Row:
    """The row that goes on with the last of the ``visible`` contexts in one window.

    song_length_ms: what the prompt says of the song's length; the audio's own by default.
    stops: the ids that end it; by default the context's end and the window's bounds.
    """
    length = audio.song_length_ms if song_length_ms is None else song_length_ms

    def prompt(conditions: Conditions) -> list[int]:
        return build_prompt(
            model.vocabulary,
            model.layout,
            conditions,
            variant.contexts_in,
            [Context(context, known[context]) for context in visible],
            window.start_ms,
            length,
        )

    guidance = None
    if settings.guidance > 1 and variant.negative is not None:
        # A conditioned encoder is told of difficulty and mapper, which no prompt then repeats. The
        # reference tells it the same for both prompts.
        told = variant.conditions if settings.guidance_as_reference else variant.negative
        guidance = Guidance(
            prompt(variant.negative),
            settings.guidance,
            settings.guidance_as_reference,
            hearing(model, audio, window, told),
        )
    return Row(
        prompt=prompt(variant.conditions),
        rules=_rules(model, bounds, settings),
        sampler=variant.sampler,
        stops=bounds.stops(visible[-1]) if stops is None else stops,
        limit=model.layout.tgt_len,
        guidance=guidance,
        beams=settings.beams,
    )


def hearing(
    model: Model, audio: Audio, window: Window, conditions: Conditions
) -> Callable[[], Tensor]:
    """What a row hears, ``[1, S, d]``, encoded when it is asked for."""
    return lambda: model.encode_window(audio, window, conditions)


def count_objects(lists: Mapping[ContextType, TimedEvents]) -> int:
    """Objects of all contexts."""
    return sum(event.type in _OBJECTS for known in lists.values() for event in known.events)


def _rules(model: Model, bounds: Bounds, settings: Settings) -> list[LogitsRule]:
    """The rules in the order in which the reference applies them."""
    vocabulary, layout = model.vocabulary, model.layout
    all_times = vocabulary.id_range(EventType.TIME)
    starts = (vocabulary.sos, *vocabulary.context_sos.values())
    rules: list[LogitsRule] = [MonotonicTime(all_times, starts)]
    if settings.timeshift_bias:
        rules.append(TimeShiftBias(all_times, settings.timeshift_bias))
    rules.append(_temperature(vocabulary, layout, settings))
    if bounds.lookback:
        if layout.types_first:
            ends = (vocabulary.eos, *vocabulary.context_eos.values())
            timed = [i for kind in _TIMED for i in vocabulary.id_range(kind)]
            rules.append(LookbackBias(bounds.lookback, ends, timed))
        else:
            rules.append(NoLookback(bounds.lookback))
    if bounds.forbidden:
        rules.append(NoLookback(bounds.forbidden))
    return rules


def _temperature(vocabulary: Vocabulary, layout: Layout, settings: Settings) -> LogitsRule:
    rhythm = settings.rhythm_temperature
    if not layout.types_first and rhythm is not None:
        times = vocabulary.id_range(EventType.TIME)
        return RhythmTemperature(times, settings.temperature, rhythm)
    if not layout.types_first:
        return Temperature(settings.temperature)

    def ids(*kinds: EventType) -> list[int]:
        return [i for kind in kinds for i in vocabulary.id_range(kind)]

    beats = ids(EventType.BEAT, EventType.MEASURE, EventType.TIMING_POINT)
    notes = ids(EventType.CIRCLE, EventType.HOLD_NOTE, EventType.HOLD_NOTE_END)
    return ConditionalTemperature(
        settings.temperature,
        [
            (1, beats, settings.timing_temperature),
            (3, notes, settings.mania_column_temperature),
            (1, ids(EventType.SCROLL_SPEED), settings.taiko_hit_temperature),
        ],
    )


# Types whose time follows them, where groups begin with their type.
_TIMED = (
    EventType.CIRCLE, EventType.SPINNER, EventType.SPINNER_END, EventType.SLIDER_HEAD,
    EventType.LAST_ANCHOR, EventType.SLIDER_END, EventType.BEAT, EventType.MEASURE,
    EventType.TIMING_POINT, EventType.HOLD_NOTE, EventType.HOLD_NOTE_END, EventType.DRUMROLL,
    EventType.DRUMROLL_END, EventType.DENDEN, EventType.DENDEN_END, EventType.SCROLL_SPEED_CHANGE,
    EventType.KIAI,
)  # fmt: skip
