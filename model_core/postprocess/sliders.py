"""Sliders from the parts that a model wrote, as the published models' programs make them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from model_core.beatmap.geometry.curves import parse_curve
from model_core.beatmap.geometry.slider_path import SliderPath
from model_core.postprocess.velocities import human_velocity, rounded_velocity, slide_length
from model_core.tokens.events import EventType

__all__ = ["curve_of", "fitted", "path_of", "progress_of", "slider_pace"]

Pixel = tuple[int, int]
Curve = tuple[str, list[Pixel]]  # letter, and points as the file has them, without the head

_DESCENT_STEPS, _DESCENT_WIDTH = 100, 1e-4
_MAX_OVER_PATH = 1.5  # a slide this much longer than its path is slowed down


def curve_of(parts: Sequence[tuple[EventType | None, Pixel]]) -> Curve:
    """The curve through anchors, the last of which ends it; red anchors stand twice."""
    kinds = [kind for kind, _ in parts]
    points: list[Pixel] = []
    for kind, position in parts:
        points += [position] * (2 if kind is EventType.RED_ANCHOR else 1)
    if EventType.CATMULL_ANCHOR in kinds:
        return "C", points
    if kinds[:1] == [EventType.PERFECT_ANCHOR] and len(parts) == 2:
        return "P", points
    return "B", points


def path_of(curve: Curve, head: Pixel) -> SliderPath:
    """The drawn path, not cut to any length."""
    text = "|".join([curve[0], *(f"{x}:{y}" for x, y in curve[1])])
    return SliderPath(parse_curve(text, (float(head[0]), float(head[1])), decimals=False), None)


def progress_of(path: SliderPath, position: tuple[float, float]) -> float:
    """Where on a path, 0 (head) to 1 (end), a slider that ends at ``position`` ends.

    As the published models' programs look for it: a hundred steps downhill from the path's end, by
    the difference of the distances at two places 0.0001 apart. It may stop short of the nearest
    place, or jump to and fro around it.
    """
    progress = 1.0
    for _ in range(_DESCENT_STEPS):
        slope = math.dist(path.position_at(progress), position)
        slope -= math.dist(path.position_at(progress - _DESCENT_WIDTH), position)
        progress -= slope
        if not slope or not 0 <= progress <= 1:
            break
    return min(max(progress, 0.0), 1.0)


def slider_pace(
    said: float | None,
    current: float,
    new_combo: bool,
    span_ms: float,
    path_px: float,
    wanted_px: float,
    slider_multiplier: float,
    beat_length: float,
) -> tuple[float, float]:
    """Velocity multiplier and slide length (px) of a slider.

    ``said`` is the velocity that the model spelled, None where it spells none; ``current`` the one
    in effect; ``wanted_px`` how far the slide goes along its path.
    """
    if said is None:
        return human_velocity(
            wanted_px, span_ms, current, new_combo, slider_multiplier, beat_length
        )
    length = slide_length(said, span_ms, slider_multiplier, beat_length)
    if length > path_px * _MAX_OVER_PATH:
        said = rounded_velocity(
            path_px / slide_length(1.0, span_ms, slider_multiplier, beat_length)
        )
        length = slide_length(said, span_ms, slider_multiplier, beat_length)
    return said, length


def fitted(curve: Curve, head: Pixel, path_px: float, length: float) -> Curve:
    """The curve made larger around its head where its path is shorter than the slide."""
    if not 0 < path_px < length:
        return curve
    factor = length / path_px
    letter, points = curve
    return letter, [
        (round(head[0] + (x - head[0]) * factor), round(head[1] + (y - head[1]) * factor))
        for x, y in points
    ]
