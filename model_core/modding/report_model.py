"""A model's reading of a map as suggestions of a report: one for each object, named by it.

An object's surprising events become one suggestion. It leads with the event that surprises most,
and is ranked by that event's surprisal in bits over the whole map.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import groupby

from model_core.audio.decode import Audio
from model_core.beatmap import Beatmap, ObjectKind
from model_core.beatmap.modes import MODE_NAMES
from model_core.errors import CheckpointError
from model_core.generation.decode_loop import never
from model_core.maps.conditions import as_spelled, conditions_like
from model_core.model import Model
from model_core.tokens import Context, ContextType, Event, EventType, TimedEvents, map_events
from model_core.tokens.layout import Layout
from model_core.tokens.reference_timing import whole_ms
from model_core.tokens.timelines import kiai_events, sv_events, timing_events
from model_core.tokens.translation import CATCH, spelled

from .reading import EventReading, read_map
from .report import Detail, Reported
from .report_edits import Editor
from .rules import Category, Finding, ObjectRef, Severity, Source
from .rules.subject import Subject
from .suggestions import HEADS, Suggestion, describe, part_types, suggestions
from .suggestions import Category as SaidCategory
from .words import part_name

#: Less likely than one in thirty thousand: more than taste, but never a broken rule. By bits, as
#: the ranks are, so that no suggestion of a lower rank seems to weigh more.
WARNING_BITS = 15.0
_PLACES = frozenset(
    {
        EventType.POSITION,
        EventType.POSITION_X,
        EventType.POSITION_Y,
        EventType.POSITION_REFINEMENT,
        EventType.DISTANCE,
    }
)
#: What a map's stand-in in another mode has in common with it.
_RHYTHM = frozenset({EventType.TIME, EventType.SNAPPING})
_KINDS = {
    EventType.CIRCLE: ObjectKind.CIRCLE,
    EventType.SLIDER_HEAD: ObjectKind.SLIDER,
    EventType.DRUMROLL: ObjectKind.SLIDER,
    EventType.SPINNER: ObjectKind.SPINNER,
    EventType.DENDEN: ObjectKind.SPINNER,
    EventType.HOLD_NOTE: ObjectKind.HOLD,
}

#: Events of which the value is told behind their name.
_NAMES = {
    EventType.TIME: "time",
    EventType.SNAPPING: "snapping",
    EventType.DISTANCE: "distance",
    EventType.POSITION_X: "position",
    EventType.POSITION_Y: "position",
    EventType.COLUMN: "column",
    EventType.SCROLL_SPEED: "scroll speed",
    EventType.HITSOUND: "hitsound",
    EventType.VOLUME: "volume",
}

_KINDS_IN = {
    ContextType.TIMING: _RHYTHM | {EventType.BEAT, EventType.MEASURE, EventType.TIMING_POINT},
    ContextType.KIAI: _RHYTHM | {EventType.KIAI},
    ContextType.SV: _RHYTHM | {EventType.SCROLL_SPEED, EventType.SCROLL_SPEED_CHANGE},
}
_PARTS = {
    ContextType.TIMING: "timing",
    ContextType.KIAI: "kiai",
    ContextType.SV: "changes of scroll speed",
}
_MOST_FOREIGN = 0.1

Told = tuple[list[Reported], int, tuple[str, ...]]


def model_suggestions(
    model: Model,
    audio: Audio,
    beatmap: Beatmap,
    least_relative: float,
    least_excess: float,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Told:
    """Suggestions by rank, how many events were read, and what should be known of them.

    Raises:
        Cancelled: ``cancelled()`` became true.
        CheckpointError: the model has no template that gives a whole map.
    """
    layout = model.layout
    read = spelled(beatmap, layout)
    contexts = _contexts(layout, read, audio)
    told = conditions_like(model.vocabulary, beatmap, audio.song_length_ms)
    conditions = as_spelled(told, layout, beatmap.mode)
    readings = read_map(model, audio, conditions, contexts, cancelled or never, progress)
    lists = {context.type: context.events for context in contexts}

    def worth(reading: EventReading) -> bool:
        if _is_foreign(reading):
            return False
        if read is not beatmap and not _in_common(beatmap.mode, reading):
            return False
        return (
            reading.relative >= least_relative
            or reading.surprisal - reading.entropy >= least_excess
        )

    notes: tuple[str, ...] = ()
    for kind in [kind for kind, own in readings.items() if _is_lost(kind, own)]:
        del readings[kind]
        notes += (
            f"{model.title} does not know the {_PARTS[kind]} of such maps; it was"
            " asked nothing of them.",
        )
    found = suggestions(read, layout, lists, readings, worth=worth, mode=beatmap.mode)
    if read is not beatmap:
        mode = MODE_NAMES[beatmap.mode]
        notes += (
            f"{model.title} knows osu! (standard) only: it judged the map's"
            f" rhythm and timing, not its {mode} patterns. A checkpoint that was trained on"
            f" {mode} does better.",
        )
    own = _Merger(beatmap, read, layout, lists).merged(found)
    return own, sum(len(each) for each in lists.values()), notes


def _contexts(layout: Layout, read: Beatmap, audio: Audio) -> list[Context]:
    """All that the template which reads no map gives, spelled out for this one."""
    template = next(
        (t for t in layout.templates if set(t.ins) <= {ContextType.NONE}),
        None,
    )
    if template is None or ContextType.MAP not in template.outs:
        raise CheckpointError(
            f"this model ({layout.family}) only writes maps that it was shown in part"
        )
    makers: Mapping[ContextType, Callable[[Beatmap, Layout], TimedEvents]] = {
        ContextType.TIMING: partial(timing_events, song_length_ms=audio.song_length_ms),
        ContextType.KIAI: kiai_events,
        ContextType.MAP: map_events,
        ContextType.SV: sv_events,
    }
    return [Context(kind, makers[kind](read, layout)) for kind in template.outs]


def _is_foreign(reading: EventReading) -> bool:
    """Whether a model expected what cannot stand there, so that its surprise means nothing."""
    own = _KINDS_IN.get(reading.context)
    return own is not None and reading.expected is not None and reading.expected.type not in own


def _is_lost(context: ContextType, readings: Sequence[EventReading]) -> bool:
    """Whether a model has no idea of a context: its training had none, or none in this mode."""
    foreign = sum(map(_is_foreign, readings))
    return context is not ContextType.MAP and foreign > _MOST_FOREIGN * len(readings)


def _in_common(mode: int, reading: EventReading) -> bool:
    """Whether an event of a stand-in says something of the map itself."""
    if reading.context in (ContextType.TIMING, ContextType.KIAI):
        return True
    if mode == CATCH:
        return reading.event.type not in _PLACES
    expected = reading.expected
    return (
        reading.context is ContextType.MAP
        and reading.event.type in _RHYTHM
        and expected is not None
        and expected.type in _RHYTHM
    )


class _Merger:
    """Knows which object every event belongs to."""

    def __init__(
        self,
        beatmap: Beatmap,
        read: Beatmap,
        layout: Layout,
        lists: Mapping[ContextType, TimedEvents],
    ) -> None:
        self._beatmap, self._layout, self._lists = beatmap, layout, lists
        self._refs = {each.index: each.ref for each in Subject(beatmap).objects}
        events = lists[ContextType.MAP]
        partners = _partners(beatmap, read)
        self._owners = [partners.get(index, ()) for index in _owners(read, events, layout)]
        self._names = _names(self._refs)
        self._editor = Editor(beatmap, read, layout, events)

    def merged(self, found: Sequence[Suggestion]) -> list[Reported]:
        """One suggestion for each object (or moment), by rank."""
        groups: dict[str, list[Suggestion]] = {}
        for each in found:
            groups.setdefault(self._anchor(each), []).append(each)
        for own in groups.values():
            own.sort(key=lambda each: (-each.reading.surprisal, each.reading.time))
        ranked = sorted(
            groups.items(),
            key=lambda item: (-item[1][0].reading.surprisal, item[1][0].reading.time, item[0]),
        )
        return [
            self._reported(anchor, own, rank) for rank, (anchor, own) in enumerate(ranked, start=1)
        ]

    def _objects(self, suggestion: Suggestion) -> tuple[int, ...]:
        reading = suggestion.reading
        if reading.context is not ContextType.MAP or suggestion.part.object_time is None:
            return ()
        return self._owners[reading.index]

    def _anchor(self, suggestion: Suggestion) -> str:
        objects = self._objects(suggestion)
        if objects:
            return "+".join(self._names[index] for index in objects)
        reading, kind = suggestion.reading, suggestion.part.type
        return f"{'moment' if kind is None else kind.value}@{reading.time:.10g}"

    def _reported(self, anchor: str, own: Sequence[Suggestion], rank: int) -> Reported:
        lead, bits = own[0], own[0].reading.surprisal
        kinds = dict.fromkeys(each.reading.event.type.value for each in own)
        key, *also = (f"model/{kind}/{anchor}" for kind in kinds)
        indices = self._objects(lead)
        refs = tuple(self._refs[index] for index in indices)
        details = tuple(self._detail(each) for each in own)
        fixes = (self._editor.fix(each, indices) for each in own)
        finding = Finding(
            source=Source.MODEL,
            rule="model",
            key=key,
            severity=Severity.WARNING if bits >= WARNING_BITS else Severity.INFO,
            category=Category(lead.category.value),
            message=_sentences(details),
            found=details[0].found,
            expected=details[0].expected,
            times=_times(own, refs),
            objects=refs,
            fix=next((fix for fix in fixes if fix is not None), None),
            surprisal=max(0.0, bits),
        )
        return Reported(finding, tuple(also), rank, details)

    def _detail(self, suggestion: Suggestion) -> Detail:
        reading, layout = suggestion.reading, self._layout
        found = in_words(reading.event, layout, self._beatmap.mode)
        expected = in_words(reading.expected, layout, self._beatmap.mode)
        message = suggestion.message
        if suggestion.category is SaidCategory.MISC or reading.event.type in _PLACES:
            message = f"Expected {expected} instead of {found}."
        return Detail(
            reading.event.type.value,
            reading.time,
            found,
            expected,
            message,
            # Chances are never quite 0 here, so that certainty comes out a little below 0 bits.
            max(0.0, reading.surprisal),
            max(0.0, reading.relative),
        )


def in_words(event: Event | None, layout: Layout, mode: int) -> str:
    """An event for people: "hitsound soft:soft-clap", "position x:256 y:192", "new combo".

    mode: in whose words objects are told, 0..3.
    """
    if event is None:
        return "nothing more"
    kind, value = event
    if kind is EventType.POSITION:
        row, column = divmod(value, layout.position_columns)
        corner = -256 // layout.position_precision
        x, y = ((place + corner) * layout.position_precision for place in (column, row))
        return f"position x:{x} y:{y}"
    if kind is EventType.POSITION_REFINEMENT:
        return f"fine position {value}"
    if kind is EventType.KIAI:
        return f"kiai {'on' if value else 'off'}"
    name = _NAMES.get(kind)
    return part_name(kind, mode).lower() if name is None else f"{name} {describe(event, layout)}"


def _sentences(details: Sequence[Detail]) -> str:
    messages = list(dict.fromkeys(each.message for each in details))
    return messages[0] if len(messages) == 1 else f"{messages[0]} Also: {' '.join(messages[1:])}"


def _times(own: Sequence[Suggestion], refs: Sequence[ObjectRef]) -> tuple[float, ...]:
    """The object's start first, then the moments within it that are meant."""
    start = {ref.time for ref in refs}
    moments = {each.reading.time for each in own}
    # The model reads whole ms; an object's own time is its own.
    moments = {each for each in moments if not any(whole_ms(time) == each for time in start)}
    return tuple(
        sorted({min(start)} | {m for m in moments if m > min(start)} if start else moments)
    )


def _owners(read: Beatmap, events: TimedEvents, layout: Layout) -> list[int]:
    """For each event the index of its object in ``read.hit_objects``; -1 where it has none."""
    waiting: dict[tuple[ObjectKind, int], list[int]] = {}
    for index in reversed(range(len(read.hit_objects))):
        item = read.hit_objects[index]
        if abs(item.time) < float("inf"):
            waiting.setdefault((item.kind, whole_ms(item.time)), []).append(index)
    types = part_types(events, layout)
    owner = -1
    result: list[int] = []
    for _, members in groupby(range(len(types)), key=lambda index: types[index][0]):
        own = list(members)
        kind = types[own[0]][1]
        if kind in HEADS:
            # The type's own time; with types first the first event is the type.
            at = own[0] if layout.types_first else own[-1]
            queue = waiting.get((_KINDS[kind], int(events.times[at])), [])
            owner = queue.pop() if queue else -1
        result += [owner] * len(own)
    return result


def _partners(beatmap: Beatmap, read: Beatmap) -> dict[int, tuple[int, ...]]:
    """For each object that is read, those of the map that it stands for."""
    count = len(read.hit_objects)
    if read is beatmap or (beatmap.mode == CATCH and count == len(beatmap.hit_objects)):
        return {index: (index,) for index in range(count)}
    together: dict[int, list[int]] = {}
    for index, item in enumerate(beatmap.hit_objects):
        if abs(item.time) < float("inf"):
            together.setdefault(round(item.time), []).append(index)
    return {
        index: tuple(together.get(round(item.time), ()))
        for index, item in enumerate(read.hit_objects)
    }


def _names(refs: Mapping[int, ObjectRef]) -> dict[int, str]:
    """Every object's name; of several alike at one time the later ones are numbered."""
    seen: dict[str, int] = {}
    names = {}
    for index in sorted(refs):
        anchor = refs[index].anchor
        seen[anchor] = seen.get(anchor, 0) + 1
        names[index] = anchor if seen[anchor] == 1 else f"{anchor}#{seen[anchor]}"
    return names
