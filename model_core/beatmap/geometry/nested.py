"""The objects inside osu!standard sliders: where and when each is played.

Every circle of a slider (head, repeats, tail) and every tick, as the game makes them; each
counts one in a combo. Positions are those of the file; add an object's stack offset
(:mod:`.stacking`) for those on the screen.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..beatmap import Beatmap
from ..hit_objects import HitObject
from ..new_objects import ObjectKind
from .rules import slider_speed
from .slider_events import MAX_MAP_PARTS, SliderEventKind, slider_events
from .slider_path import Point, SliderPath, slider_path


@dataclass(frozen=True, slots=True)
class NestedObject:
    """One part of a slider. ``time`` in ms, ``x`` and ``y`` in osu! pixels; ``span`` counts
    slides from 0; ``progress`` runs from 0 (head) to 1 (other end) along the path."""

    kind: SliderEventKind
    time: float
    x: float
    y: float
    span: int
    progress: float


def standard_path(item: HitObject) -> SliderPath | None:
    """A slider's path as osu!standard draws it; ``None`` for other kinds."""
    curve = item.curve
    if curve is None:
        return None
    # Paths of other curves are those of every mode, and mostly drawn already.
    bulbs = any(segment.kind == "C" for segment in curve.segments)
    return slider_path(curve, item.length, True) if bulbs else item.path()


def standard_end(item: HitObject) -> Point:
    """Where an osu!standard object ends: a slider's tail, any other's own position."""
    path = standard_path(item)
    if path is None or item.slides % 2 == 0:
        return (item.x, item.y)
    return path.position_at(1.0)


def nested_objects(beatmap: Beatmap) -> tuple[tuple[NestedObject, ...], ...]:
    """The parts of every object, parallel to ``beatmap.hit_objects``; none but for sliders.

    In the order of their times, the old last tick included; it is the end of the playable
    part (36 ms before the tail) and is neither drawn nor counted.
    """
    made: list[tuple[NestedObject, ...]] = []
    left = MAX_MAP_PARTS
    for item in beatmap.hit_objects:
        parts = slider_parts(beatmap, item, ticks=left > 0)
        left -= len(parts)
        made.append(parts)
    return tuple(made)


def slider_parts(
    beatmap: Beatmap, item: HitObject, *, ticks: bool = True
) -> tuple[NestedObject, ...]:
    """The parts of one object of ``beatmap``; empty but for sliders. ``ticks=False`` leaves
    ticks out where the map asks for them, too."""
    path = standard_path(item)
    if path is None:
        return ()
    speed = slider_speed(beatmap, item.time)
    parts = []
    for event in slider_events(
        item.time, item.slides, path.length, speed, ticks=ticks and speed.ticks
    ):
        x, y = path.position_at(event.progress)
        if event.kind is SliderEventKind.HEAD:
            x, y = item.x, item.y
        parts.append(NestedObject(event.kind, event.time, x, y, event.span, event.progress))
    return tuple(parts)


def max_combo(beatmap: Beatmap) -> int:
    """The longest combo of an osu!standard map."""
    sliders = sum(item.kind is ObjectKind.SLIDER for item in beatmap.hit_objects)
    # Every slider has one old last tick.
    nested = sum(len(parts) for parts in nested_objects(beatmap)) - sliders
    return len(beatmap.hit_objects) - sliders + nested
