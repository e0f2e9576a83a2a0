"""Without what the game or its editor would choke on: off screen, or two objects at once."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from model_core.beatmap.columns import column_of
from model_core.beatmap.new_objects import NewObject

_WIDTH, _HEIGHT = 512, 384
_OFF_SCREEN_TOLERANCE = 48  # px outside the playfield that are moved in; farther out is dropped
_MIN_GAP = 10  # ms between the end of an object and the next one


def playable(
    objects: Sequence[NewObject], mode: int, keys: int, dropped: Counter[str]
) -> list[NewObject]:
    """The objects (in order of time) that can be played; the others are counted in ``dropped``.

    In mania objects are in one another's way only within a column.
    """
    kept: list[NewObject] = []
    busy_until: dict[int, float] = {}
    for item in objects:
        beside = max(-item.x, item.x - _WIDTH, 0)
        outside = max(beside, -item.y, item.y - _HEIGHT)
        # Fruits fall: in catch it does not matter how high they stand.
        if (beside if mode == 2 else outside) > _OFF_SCREEN_TOLERANCE:
            dropped["off screen"] += 1
            continue
        lane = column_of(item.x, keys) if mode == 3 else 0
        if item.time < busy_until.get(lane, -math.inf) + _MIN_GAP:
            dropped["overlaps the object before it"] += 1
            continue
        if outside:
            item = _moved_in(item)
        kept.append(item)
        busy_until[lane] = item.time if item.end_time is None else item.end_time
    return kept


def _moved_in(item: NewObject) -> NewObject:
    """The object moved into the playfield, a slider with its whole path."""
    x, y = min(max(item.x, 0), _WIDTH), min(max(item.y, 0), _HEIGHT)
    dx, dy = x - item.x, y - item.y
    points = tuple((px + dx, py + dy) for px, py in item.curve_points)
    return replace(item, x=x, y=y, curve_points=points)
