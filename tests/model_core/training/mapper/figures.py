"""Figures of a mapped song that tests compare: spacing, turns, sliders, sounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import atan2, hypot, pi

import numpy as np

from model_core.beatmap import Beatmap, parse
from model_core.beatmap.new_objects import NewObject, ObjectKind
from model_core.training.mapper import MappedSong
from model_core.training.songs import TICKS_PER_BEAT, SongPlan


def end_of(item: NewObject) -> int:
    """When an object ends, in ms."""
    return item.time if item.end_time is None else item.end_time


def tail_of(item: NewObject) -> tuple[float, float]:
    """Where the cursor leaves an object; of curves roughly."""
    if item.kind is ObjectKind.SLIDER and item.slides % 2:
        return item.curve_points[-1]
    return float(item.x), float(item.y)


def moves(objects: Sequence[NewObject]) -> Iterator[tuple[float, float, NewObject]]:
    """Between objects that are no spinners: (rest in ms, distance, the later object)."""
    for before, after in pairwise(objects):
        if ObjectKind.SPINNER in (before.kind, after.kind):
            continue
        x, y = tail_of(before)
        yield after.time - end_of(before), hypot(after.x - x, after.y - y), after


def speeds(objects: Sequence[NewObject], *, longest: float = 1000.0) -> list[float]:
    """Pixels a millisecond of moves that are neither streams nor long rests."""
    return [d / rest for rest, d, _ in moves(objects) if 132 < rest < longest]


def turns(objects: Sequence[NewObject]) -> list[float]:
    """Angles in degrees, 0 straight on to 180 back, at circles among circles; no streams."""
    found = []
    for a, b, c in zip(objects, objects[1:], objects[2:], strict=False):
        if any(item.kind is not ObjectKind.CIRCLE for item in (a, b, c)):
            continue
        if min(b.time - a.time, c.time - b.time) <= 132 or c.time - a.time > 2000:
            continue
        if (a.x, a.y) == (b.x, b.y) or (b.x, b.y) == (c.x, c.y):
            continue
        change = atan2(c.y - b.y, c.x - b.x) - atan2(b.y - a.y, b.x - a.x)
        found.append(abs((change + pi) % (2 * pi) - pi) * 180 / pi)
    return found


def slider_share(objects: Sequence[NewObject]) -> float:
    """Sliders among all objects."""
    return float(np.mean([item.kind is ObjectKind.SLIDER for item in objects]))


def parsed(mapped: MappedSong) -> Beatmap:
    """The map's file, read."""
    return parse(mapped.osu_bytes)


def tick_of(plan: SongPlan, time: float) -> int:
    """The tick nearest to a time."""
    tempo = plan.tempos[0]
    for candidate in plan.tempos:
        if candidate.start_ms <= time + 0.5:
            tempo = candidate
    return tempo.tick + round((time - tempo.start_ms) / tempo.beat_length * TICKS_PER_BEAT)
