"""Making generated objects fit: into the free range, and before one another.

An object that would end too late is shortened to the last snap that fits (a slider gives up
slides first, then length); one that cannot be shortened sensibly is dropped. In mania objects
are in one another's way only within a column.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...errors import InputError
from ..beatmap import Beatmap
from ..columns import column_of, key_count
from ..hit_objects import MAX_SLIDES, span_duration
from ..modes import MODE_NAMES
from ..new_objects import NewObject, ObjectKind
from ..timestamps import format_timestamp
from ..timing import Timing
from ..timing_points import MAX_SCROLL, MIN_SCROLL
from .object_lines import node_sounds
from .ranges import FreeRange

TAIKO, MANIA = 1, 3
#: Shorter slides, holds and spinners than these (ms) are not worth keeping.
MIN_SPAN, MIN_SPINNER = 30.0, 150.0
#: A slider or spinner ends at least this many ms before what follows: closer, the game takes
#: the two for one, and a node's volume cannot be told from its neighbour's.
MIN_GAP = 10
#: Beat divisors for a shortened end, coarse ones first.
END_DIVISORS = ((1, 2, 3, 4), (6, 8), (12, 16))


@dataclass(frozen=True, slots=True)
class Fitted:
    """Objects that fit, in order of time, with true end times."""

    objects: tuple[NewObject, ...]
    dropped: int
    shortened: int


def scrolls(mode: int) -> bool:
    """Whether every object of a mode feels the slider velocity, as its scroll speed."""
    return mode in (TAIKO, MANIA)


def wanted_velocity(item: NewObject, timing: Timing, take_sv: bool = True) -> float:
    """The slider velocity a generated slider is to have, within the game's limits."""
    if item.slider_velocity is None or not take_sv:
        return timing.slider_velocity_at(item.time)
    return min(10.0, max(0.1, item.slider_velocity))


def wanted_scroll(item: NewObject) -> float | None:
    """The scroll speed that an object of taiko or mania asks for; ``None``: the map's own."""
    if item.slider_velocity is None:
        return None
    return min(MAX_SCROLL, max(MIN_SCROLL, item.slider_velocity))


def slide_ms(item: NewObject, velocity: float, beatmap: Beatmap) -> float:
    """Duration of one slide under a slider velocity, in ms."""
    beat_length = beatmap.timing.beat_length_at(item.time)
    return span_duration(item.length, beatmap.slider_multiplier, velocity, beat_length)


def fit_objects(objects: Sequence[NewObject], beatmap: Beatmap, free: FreeRange) -> Fitted:
    """Sorts ``objects`` and makes them fit; see the module.

    Raises ``InputError`` for an object of a kind that the map's mode does not have.
    """
    for item in objects:
        _require_kind(item, beatmap.mode)
    waiting = [_complete(item, beatmap) for item in sorted(objects, key=lambda each: each.time)]
    usable = [item for item in waiting if item is not None]
    inside = [item for item in usable if free.first_ms <= item.time <= free.last_ms]
    lanes = _lanes(inside, beatmap)
    fitted: list[NewObject] = []
    busy_until: dict[int, int] = {}
    shortened = 0
    for item, lane, next_time in zip(inside, lanes, _next_times(inside, lanes), strict=True):
        if lane in busy_until and item.time <= busy_until[lane]:
            continue
        following = min(next_time, free.following_ms)
        limit = min(free.last_ms, max(item.time, following - MIN_GAP))
        kept: NewObject | None = item
        if _end(item) > limit:
            kept = _shorten(item, limit, beatmap)
            if kept is None and _end(item) <= free.last_ms:
                # It has no room before the next one: the earlier of the two stays.
                kept = item
            elif kept is not None:
                shortened += 1
        if kept is not None:
            fitted.append(kept)
            busy_until[lane] = _end(kept)
    return Fitted(tuple(fitted), len(objects) - len(fitted), shortened)


def _require_kind(item: NewObject, mode: int) -> None:
    if mode == MANIA:
        fits = item.kind in (ObjectKind.CIRCLE, ObjectKind.HOLD)
        known = "notes and hold notes"
    else:
        fits = item.kind is not ObjectKind.HOLD
        known = "circles, sliders and spinners"
    if not fits:
        name = "hold note" if item.kind is ObjectKind.HOLD else str(item.kind)
        stamp = format_timestamp(item.time).removesuffix(" - ")
        raise InputError(
            f"There is no place for the {name} at {stamp}: {MODE_NAMES[mode]} has {known} only."
        )


def _lanes(objects: Sequence[NewObject], beatmap: Beatmap) -> list[int]:
    """Which objects are in one another's way: in mania the column, elsewhere all of them."""
    if beatmap.mode != MANIA:
        return [0] * len(objects)
    keys = key_count(beatmap.circle_size)
    return [column_of(item.x, keys) for item in objects]


def _next_times(objects: Sequence[NewObject], lanes: Sequence[int]) -> list[float]:
    """When the next object of the same lane starts that starts later; infinity if none does."""
    result = [math.inf] * len(objects)
    first: dict[int, tuple[float, float]] = {}
    for index in range(len(objects) - 1, -1, -1):
        time, after = first.get(lanes[index], (math.inf, math.inf))
        result[index] = time if time > objects[index].time else after
        first[lanes[index]] = (objects[index].time, result[index])
    return result


def _end(item: NewObject) -> int:
    return item.time if item.end_time is None else item.end_time


def _complete(item: NewObject, beatmap: Beatmap) -> NewObject | None:
    """The object with its true end time; ``None`` if it is not one the game would show."""
    if item.kind is ObjectKind.CIRCLE:
        return replace(item, end_time=None)
    if item.kind is ObjectKind.SPINNER:
        return item if _end(item) - item.time >= MIN_SPINNER else None
    if item.kind is ObjectKind.HOLD:
        return item if _end(item) - item.time >= MIN_SPAN else None
    if not item.curve_points or not item.length > 0 or not 1 <= item.slides <= MAX_SLIDES:
        return None
    velocity = wanted_velocity(item, beatmap.timing)
    if item.sounds:
        item = replace(item, sounds=node_sounds(item))
    return _with_end(item, velocity, beatmap)


def _with_end(item: NewObject, velocity: float, beatmap: Beatmap) -> NewObject | None:
    span = slide_ms(item, velocity, beatmap)
    if span < MIN_SPAN:
        return None
    return replace(item, end_time=round(item.time + item.slides * span))


def _shorten(item: NewObject, limit: float, beatmap: Beatmap) -> NewObject | None:
    if item.kind in (ObjectKind.SPINNER, ObjectKind.HOLD):
        shortest = MIN_SPINNER if item.kind is ObjectKind.SPINNER else MIN_SPAN
        end = last_snap(beatmap.timing, item.time + shortest, limit)
        return None if end is None else replace(item, end_time=math.floor(end))
    if item.kind is not ObjectKind.SLIDER:
        return None
    velocity = wanted_velocity(item, beatmap.timing)
    span = slide_ms(item, velocity, beatmap)
    slides = min(item.slides, math.floor((limit - item.time) / span + 1e-6))
    if slides >= 1:
        shorter = replace(item, slides=slides, sounds=item.sounds[: slides + 1])
        fitting = _with_end(shorter, velocity, beatmap)
        if fitting is not None and _end(fitting) <= limit:
            return fitting
    end = last_snap(beatmap.timing, item.time + MIN_SPAN, limit)
    if end is None or end - item.time >= span:
        return None
    length = item.length * (end - item.time) / span
    return _with_end(
        replace(item, slides=1, sounds=item.sounds[:2], length=length), velocity, beatmap
    )


def last_snap(timing: Timing, earliest: float, latest: float) -> float | None:
    """The last beat-snap tick in ``earliest..latest``, on the coarsest grid that has one."""
    red = timing.red_line_at(latest)
    if red is None:
        return float(latest) if latest >= earliest else None
    for divisors in END_DIVISORS:
        ticks = []
        for divisor in divisors:
            step = red.milliseconds_per_beat / divisor
            ticks.append(red.time + math.floor((latest - red.time) / step + 1e-9) * step)
        best = max(ticks)
        if best >= earliest:
            return best
    return None
