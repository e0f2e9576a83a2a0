"""Objects that a model put beyond the screen, moved onto it.

Positions are drawn a few pixels at a time, and a slider's line may bend further out than any of
its points: what was meant is kept, a few pixels nearer to the middle. The box is that of the rule
that tells of such objects (:mod:`model_core.modding.rules.checks.offscreen`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from model_core.beatmap import NewObject, ObjectKind
from model_core.beatmap.geometry.curves import parse_curve
from model_core.beatmap.geometry.rules import circle_scale
from model_core.beatmap.geometry.slider_path import SliderPath
from model_core.modding.rules.checks.offscreen import BOTTOM, LEFT, RADIUS, RIGHT, TOP

__all__ = ["onto_screen"]

# What lies on something else is drawn up and to the left of it, by a tenth of the radius each.
_STACKED = 3


def onto_screen(objects: Iterable[NewObject], circle_size: float) -> tuple[NewObject, ...]:
    """The objects of an osu!standard map, circles and sliders whole on a screen of 4:3.

    Three that lie on each other still are.

    Only whole objects are moved, by as little as it takes, and their shapes stay; a slider that is
    larger than the screen stays where it is.
    """
    scale = circle_scale(circle_size)
    radius, aside = RADIUS * scale, 6.4 * scale * _STACKED
    box = (LEFT + radius + aside, RIGHT - radius, TOP + radius + aside, BOTTOM - radius)
    return tuple(_moved(item, box) for item in objects)


def _moved(item: NewObject, box: tuple[float, float, float, float]) -> NewObject:
    if item.kind not in (ObjectKind.CIRCLE, ObjectKind.SLIDER):
        return item
    points = _drawn(item)
    left, right, top, bottom = box
    by_x = _shift([x for x, _ in points], left, right)
    by_y = _shift([y for _, y in points], top, bottom)
    if not by_x and not by_y:
        return item
    return replace(
        item,
        x=item.x + by_x,
        y=item.y + by_y,
        curve_points=tuple((x + by_x, y + by_y) for x, y in item.curve_points),
    )


def _drawn(item: NewObject) -> list[tuple[float, float]]:
    """The corners of what is drawn, in osu! pixels."""
    head = (float(item.x), float(item.y))
    if item.kind is not ObjectKind.SLIDER:
        return [head]
    text = "|".join([item.curve_letter, *(f"{x}:{y}" for x, y in item.curve_points)])
    path = SliderPath(parse_curve(text, head, decimals=False), item.length, without_bulbs=True)
    return list(path.vertices)


def _shift(places: list[float], low: float, high: float) -> int:
    """Whole pixels that bring all of it between two limits; 0 where it is, or is too long."""
    least, most = min(places), max(places)
    if most - least > math.floor(high) - math.ceil(low):
        return 0
    if least < low:
        return math.ceil(low - least)
    return -math.ceil(most - high) if most > high else 0
