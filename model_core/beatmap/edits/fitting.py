"""Making generated objects fit: into the free range, and before one another.

An object that would end too late is shortened to the last snap that fits (a slider gives up
slides first, then length); one that cannot be shortened sensibly is dropped.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...errors import NotSupported
from ..beatmap import Beatmap
from ..hit_objects import MAX_SLIDES, span_duration
from ..new_objects import NewObject, ObjectKind
from ..timing import Timing
from .object_lines import node_sounds
from .ranges import FreeRange

#: Shorter slides and spinners than these (ms) are not worth keeping.
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


def wanted_velocity(item: NewObject, timing: Timing, take_sv: bool = True) -> float:
    """The slider velocity a generated slider is to have, within the game's limits."""
    if item.slider_velocity is None or not take_sv:
        return timing.slider_velocity_at(item.time)
    return min(10.0, max(0.1, item.slider_velocity))


def slide_ms(item: NewObject, velocity: float, beatmap: Beatmap) -> float:
    """Duration of one slide under a slider velocity, in ms."""
    beat_length = beatmap.timing.beat_length_at(item.time)
    return span_duration(item.length, beatmap.slider_multiplier, velocity, beat_length)


def fit_objects(objects: Sequence[NewObject], beatmap: Beatmap, free: FreeRange) -> Fitted:
    """Sorts ``objects`` and makes them fit; see the module. Raises ``NotSupported`` for holds."""
    waiting = [_complete(item, beatmap) for item in sorted(objects, key=lambda each: each.time)]
    usable = [item for item in waiting if item is not None]
    inside = [item for item in usable if free.first_ms <= item.time <= free.last_ms]
    fitted: list[NewObject] = []
    shortened = 0
    for index, item in enumerate(inside):
        if fitted and item.time <= _end(fitted[-1]):
            continue
        later = (other.time for other in inside[index + 1 :] if other.time > item.time)
        following = min(next(later, math.inf), free.following_ms)
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
    return Fitted(tuple(fitted), len(objects) - len(fitted), shortened)


def _end(item: NewObject) -> int:
    return item.time if item.end_time is None else item.end_time


def _complete(item: NewObject, beatmap: Beatmap) -> NewObject | None:
    """The object with its true end time; ``None`` if it is not one the game would show."""
    if item.kind is ObjectKind.CIRCLE:
        return replace(item, end_time=None)
    if item.kind is ObjectKind.SPINNER:
        return item if _end(item) - item.time >= MIN_SPINNER else None
    if item.kind is not ObjectKind.SLIDER:
        raise NotSupported("Hold notes are not supported yet.")
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
    if item.kind is ObjectKind.SPINNER:
        end = last_snap(beatmap.timing, item.time + MIN_SPINNER, limit)
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
