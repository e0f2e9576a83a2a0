"""Which tokens of a map say what which node of which object sounds like.

A *voice* is one sound as a model reads it: a hitsound event and the volume event behind it. In a
mode that the model knows, it belongs to one node; where the map is read through a stand-in in
osu!standard (:mod:`model_core.tokens.translation`), to all objects of its moment.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, pairwise

from model_core.beatmap import Beatmap, HitObject, ObjectKind
from model_core.hitsounds.results import BODY
from model_core.tokens.events import TYPE_EVENTS, EventType, TimedEvents
from model_core.tokens.layout import Layout
from model_core.tokens.reference_sliders import total_duration
from model_core.tokens.reference_timing import ReferenceTiming, whole_ms
from model_core.tokens.translation import CATCH, TAIKO

__all__ = ["Voice", "voices_of", "why_unread"]

#: A node of an object: its line and the node's number, ``BODY`` for a slider's body.
Node = tuple[int, int]
#: Longer sliders have no tokens, in the published models as here.
_TOO_MANY_POINTS = 100

_Wanted = tuple[EventType, int, tuple[int, ...]]  # the part, its time in ms, its sounds' nodes


@dataclass(frozen=True, slots=True)
class Voice:
    """One sound: the index of its hitsound event (its volume's is the next), and whose it is.

    ``nodes`` has the node that carries additions first.
    """

    index: int
    time: float
    nodes: tuple[Node, ...]

    @property
    def volume_index(self) -> int:
        return self.index + 1


def voices_of(beatmap: Beatmap, read: Beatmap, layout: Layout, events: TimedEvents) -> list[Voice]:
    """All voices of ``events``, in their order.

    read: the map that ``events`` spell, ``beatmap`` itself or its stand-in.
    """
    waiting = _sounding_groups(events, layout)
    timing = ReferenceTiming(read.timing_points)
    partners = _partners(beatmap, read)
    found: list[Voice] = []
    for item, owners in zip(read.hit_objects, partners, strict=True):
        for kind, time, nodes in _spelled_sounds(read, timing, item):
            groups = waiting.get((kind, time))
            if not groups or len(groups[0]) != len(nodes):
                continue
            for index, node in zip(groups.popleft(), nodes, strict=True):
                named = tuple(
                    each for owner in owners for each in _named(beatmap, read, owner, node)
                )
                if named:
                    found.append(Voice(index, events.times[index], named))
    return sorted(found, key=lambda voice: voice.index)


def why_unread(item: HitObject) -> str:
    """Why an object has no voice, in words that follow its time."""
    if not (math.isfinite(item.time) and math.isfinite(item.end_time)):
        return "it has no place in time"
    curve = item.curve
    if curve is not None and len(curve.control_points) + 1 >= _TOO_MANY_POINTS:
        return f"models cannot read sliders of {_TOO_MANY_POINTS} points or more"
    return "models cannot read it"


def _sounding_groups(
    events: TimedEvents, layout: Layout
) -> dict[tuple[EventType, int], deque[list[int]]]:
    """Indices of hitsound events by the type and time of their group, in order."""
    found: dict[tuple[EventType, int], deque[list[int]]] = {}
    open_: list[int] = []
    kind: EventType | None = None

    def close(part: EventType | None) -> None:
        if open_ and part is not None:
            key = (part, int(events.times[open_[0]]))
            found.setdefault(key, deque()).append(list(open_))
        open_.clear()

    for index, (each, _) in enumerate(events.events):
        if each in TYPE_EVENTS:
            if layout.types_first:
                close(kind)
                kind = each
            else:
                close(each)
        elif each is EventType.HITSOUND:
            open_.append(index)
    if layout.types_first:
        close(kind)
    return found


def _spelled_sounds(read: Beatmap, timing: ReferenceTiming, item: HitObject) -> Iterator[_Wanted]:
    """The parts of an object that have sounds, as :func:`~model_core.tokens.map_events` does it."""
    if not (math.isfinite(item.time) and math.isfinite(item.end_time)):
        return
    start = whole_ms(item.time)
    if item.kind is ObjectKind.CIRCLE:
        yield EventType.CIRCLE, start, (0,)
    elif item.kind is ObjectKind.HOLD:
        yield EventType.HOLD_NOTE, start, (0,)
    elif item.kind is ObjectKind.SPINNER:
        if read.mode == TAIKO:
            yield EventType.DENDEN, start, (0,)
        else:
            yield EventType.SPINNER_END, whole_ms(item.end_time), (0,)
    else:
        yield from _slider_sounds(read, timing, item)


def _slider_sounds(read: Beatmap, timing: ReferenceTiming, item: HitObject) -> Iterator[_Wanted]:
    if item.curve is None:
        return
    points = [(item.x, item.y), *item.curve.control_points]
    if not 2 <= len(points) < _TOO_MANY_POINTS:
        return
    length = item.length
    if length is None:
        length = sum(math.dist(a, b) for a, b in pairwise(points))
    slides = max(item.slides, 1)
    total = total_duration(
        length,
        slides,
        read.slider_multiplier,
        timing.slider_velocity(item.time),
        timing.beat_length(item.time),
    )
    if total is None or total < 0:
        return
    start = whole_ms(item.time)
    if read.mode == TAIKO:
        yield EventType.DRUMROLL, start, (BODY,)
        return
    yield EventType.SLIDER_HEAD, start, (0,)
    first_end = whole_ms(item.time + total / slides)
    yield EventType.LAST_ANCHOR, first_end, (BODY, *range(1, slides))
    yield EventType.SLIDER_END, whole_ms(item.time + total), (slides,)


def _partners(beatmap: Beatmap, read: Beatmap) -> list[tuple[HitObject, ...]]:
    """For each object that is read, the map's own objects that it stands for."""
    if read is beatmap:
        return [(item,) for item in beatmap.hit_objects]
    own: list[tuple[HitObject, ...]]
    if beatmap.mode == CATCH:
        own = [(item,) for item in beatmap.hit_objects]
    else:
        usable = [
            item
            for item in beatmap.hit_objects
            if math.isfinite(item.time) and math.isfinite(item.end_time)
        ]
        ordered = sorted(usable, key=lambda item: item.time)
        own = [tuple(together) for _, together in groupby(ordered, key=lambda item: item.time)]
    if len(own) != len(read.hit_objects):
        # Something in the file cannot be spelled in the other mode; then nothing can be told apart.
        return [()] * len(read.hit_objects)
    return own


def _named(beatmap: Beatmap, read: Beatmap, owner: HitObject, node: int) -> Iterator[Node]:
    """The nodes of an object that sound like a node of what stands for it."""
    if beatmap.mode == TAIKO:
        # A drumroll sounds alike all along: one voice, of a stand-in's the head's.
        if owner.kind is ObjectKind.SLIDER and node == (BODY if read is beatmap else 0):
            yield owner.line, BODY
            for each in range(owner.slides + 1):
                yield owner.line, each
        elif node == 0:
            yield owner.line, 0
    elif owner.kind is ObjectKind.SLIDER or node == 0:
        yield owner.line, node
