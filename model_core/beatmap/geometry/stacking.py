"""Stacking: objects on one spot are drawn beside each other.

The algorithm is the game's ``OsuBeatmapProcessor``: from format 6 on it goes backwards
through the map, before that forwards. Only osu!standard stacks.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..beatmap import Beatmap
from ..hit_objects import HitObject
from ..new_objects import ObjectKind
from ..numbers import to_single
from .nested import standard_end, standard_path
from .rules import circle_scale, preempt
from .slider_path import Point

#: Objects nearer than this many pixels stack.
STACK_DISTANCE = 3.0
#: The first version with today's algorithm.
NEW_STACKING_VERSION = 6
#: A stacked object is moved by this many pixels per step at scale 1, left and up.
STACK_STEP = 6.4
#: A file that needs more comparisons than this has everything in one moment and is no map;
#: the rest of it stays unstacked.
MAX_COMPARISONS = 4_000_000


class _Stackable:
    """An object with what stacking compares; a slider's end is only drawn when asked for."""

    __slots__ = ("_end", "_path_end", "height", "item", "kind", "position")

    def __init__(self, item: HitObject) -> None:
        self.item = item
        self.kind = item.kind
        self.position = complex(item.x, item.y)
        self.height = 0
        self._end: complex | None = None
        self._path_end: complex | None = None

    @property
    def is_circle(self) -> bool:
        return self.kind is ObjectKind.CIRCLE

    @property
    def is_slider(self) -> bool:
        return self.kind is ObjectKind.SLIDER

    @property
    def stays(self) -> bool:
        """Whether this is a spinner (or, as the game reads it here, a hold)."""
        return not (self.is_circle or self.is_slider)

    @property
    def end(self) -> complex:
        if self._end is None:
            self._end = complex(*standard_end(self.item))
        return self._end

    @property
    def path_end(self) -> complex:
        """The far end of the path, also where the slider comes back from it."""
        if self._path_end is None:
            path = standard_path(self.item)
            self._path_end = self.position if path is None else complex(*path.position_at(1.0))
        return self._path_end


def stack_heights(beatmap: Beatmap) -> tuple[int, ...]:
    """Steps each object is moved left and up, parallel to ``beatmap.hit_objects``.

    Negative steps are right and down. All are 0 in modes other than osu!standard.
    """
    if beatmap.mode != 0:
        return (0,) * len(beatmap.hit_objects)
    stackables = [_Stackable(item) for item in beatmap.hit_objects]
    ordered = sorted(stackables, key=lambda stackable: stackable.item.time)
    threshold = to_single(preempt(beatmap.approach_rate) * to_single(beatmap.stack_leniency))
    if beatmap.version >= NEW_STACKING_VERSION:
        _stack_backwards(ordered, threshold)
    else:
        _stack_forwards(ordered, threshold)
    return tuple(stackable.height for stackable in stackables)


def stack_offset(beatmap: Beatmap) -> float:
    """Pixels per step of stack height, on both axes; negative (left and up)."""
    return -STACK_STEP * circle_scale(beatmap.circle_size)


def stacked_positions(beatmap: Beatmap) -> tuple[Point, ...]:
    """Where each object is drawn (a slider: its head), parallel to ``beatmap.hit_objects``."""
    step = stack_offset(beatmap)
    positions: list[Point] = []
    for item, height in zip(beatmap.hit_objects, stack_heights(beatmap), strict=True):
        # Spinners count in the old algorithm, but stay in the middle.
        move = 0.0 if item.kind is ObjectKind.SPINNER else step * height
        positions.append((item.x + move, item.y + move))
    return tuple(positions)


def _near(first: complex, second: complex) -> bool:
    return abs(first - second) < STACK_DISTANCE


def _stack_backwards(items: Sequence[_Stackable], threshold: float) -> None:
    comparisons = 0
    for index in range(len(items) - 1, 0, -1):
        current = items[index]
        if current.height != 0 or current.stays:
            continue
        walk = _under_circle if current.is_circle else _under_slider
        comparisons += walk(items, index, threshold)
        if comparisons > MAX_COMPARISONS:
            return


def _under_circle(items: Sequence[_Stackable], index: int, threshold: float) -> int:
    """Stacks what comes before a circle; returns the number of objects looked at."""
    current, looked = items[index], 0
    for before in range(index - 1, -1, -1):
        other = items[before]
        looked += 1
        if other.stays:
            continue
        # Whole ms, as the old client counts.
        if int(current.item.time) - int(other.item.end_time) > threshold:
            break
        if other.is_slider and _near(other.end, current.position):
            # Circles under the end of a slider go right and down, and the slider stays.
            drop = current.height - other.height + 1
            for under in items[before + 1 : index + 1]:
                if _near(other.end, under.position):
                    under.height -= drop
            looked += index - before
            break
        if _near(other.position, current.position):
            other.height = current.height + 1
            current = other
    return looked


def _under_slider(items: Sequence[_Stackable], index: int, threshold: float) -> int:
    """Stacks what comes before a slider; returns the number of objects looked at."""
    current, looked = items[index], 0
    for before in range(index - 1, -1, -1):
        other = items[before]
        looked += 1
        if other.stays:
            continue
        if current.item.time - other.item.time > threshold:
            break
        if _near(other.end, current.position):
            other.height = current.height + 1
            current = other
    return looked


def _stack_forwards(items: Sequence[_Stackable], threshold: float) -> None:
    comparisons = 0
    for index, current in enumerate(items):
        if current.height != 0 and not current.is_slider:
            continue
        until, under_slider = current.item.end_time, 0
        for after in range(index + 1, len(items)):
            other = items[after]
            comparisons += 1
            if other.item.time - threshold > until:
                break
            if _near(other.position, current.position):
                current.height += 1
                until = other.item.time
            elif _near(other.position, current.path_end):
                under_slider += 1
                other.height -= under_slider
                until = other.item.time
        if comparisons > MAX_COMPARISONS:
            return
