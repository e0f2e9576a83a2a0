"""Circles and sliders that nearly lie on one another are put exactly on one another.

Positions that were refined by diffusion are right to a few pixels; a mapper who stacks two objects
places them on one pixel. As the published models' post-processing (``snap_near_perfect_overlaps``)
has it, as far as its output shows: objects 2.8 px apart are stacked, those 5 px apart are not.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from model_core.tokens.events import ANCHOR_EVENTS, EventType
from model_core.tokens.groups import Group

__all__ = ["snap_near_overlaps"]

_NEAR_PX = 5.0
_SEEN_TOGETHER_MS = 2000  # objects farther apart in time are never on screen at once
_HEADS = (EventType.CIRCLE, EventType.SLIDER_HEAD)
_OF_A_SLIDER = ANCHOR_EVENTS | {EventType.LAST_ANCHOR, EventType.SLIDER_END}


def snap_near_overlaps(groups: Iterable[Group]) -> list[Group]:
    """The groups with nearly stacked objects moved onto the earlier one; sliders move as a whole.

    Positions in osu! pixels, times in ms.
    """
    placed: list[tuple[int, int, int]] = []  # time, x, y of the heads so far
    moved: list[Group] = []
    dx = dy = 0
    for group in groups:
        x, y = group.x, group.y
        if x is None or y is None:
            moved.append(group)
            continue
        if group.type in _HEADS:
            time = group.time or 0
            to_x, to_y = _stack_under(placed, time, x, y)
            dx, dy = to_x - x, to_y - y
            placed.append((time, to_x, to_y))
        elif group.type not in _OF_A_SLIDER:
            moved.append(group)
            continue
        moved.append(replace(group, x=x + dx, y=y + dy))
    return moved


def _stack_under(placed: list[tuple[int, int, int]], time: int, x: int, y: int) -> tuple[int, int]:
    """Where the latest object on screen that lies nearly at a place is; else the place itself."""
    for earlier, px, py in reversed(placed):
        if abs(time - earlier) > _SEEN_TOGETHER_MS:
            break
        if math.dist((x, y), (px, py)) < _NEAR_PX:
            return px, py
    return x, y
