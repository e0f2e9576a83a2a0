"""Fitting a slider's drawn path to the length that its duration and velocity ask for.

A model names places in cells and velocities in hundredths, so the path it draws is never exactly as
long as the slider has to be. A little longer is no matter (the game cuts it); much longer is made
smaller, or the editor would show anchors far past the slider's end; shorter is made larger.
"""

from __future__ import annotations

import math

from model_core.beatmap.geometry.curves import parse_curve
from model_core.beatmap.geometry.slider_path import SliderPath

__all__ = ["MAX_SPEED", "MIN_SPEED", "Shape", "fitting_shape", "path_length", "slowed"]

WIDTH, HEIGHT = 512, 384
MIN_SPEED, MAX_SPEED = 0.1, 10.0
_SPEED_STEP = 0.05
_MIN_SHRINK = 0.6  # a slide this much shorter than its path: the path is drawn smaller
_MAX_STRETCH = 1.5  # a path that does not fit is drawn this much longer at most

# Curve letter, and points as the file has them, without the head.
Shape = tuple[str, list[tuple[int, int]]]


def path_length(shape: Shape, head: tuple[int, int]) -> float:
    """The drawn length in px, as the game will read the written curve."""
    text = "|".join([shape[0], *(f"{x}:{y}" for x, y in shape[1])])
    curve = parse_curve(text, (float(head[0]), float(head[1])), decimals=False)
    return SliderPath(curve, None).natural_length


def _stretched(shape: Shape, head: tuple[int, int], factor: float) -> Shape:
    """The shape made larger or smaller around its head; its path becomes ``factor`` as long."""
    letter, points = shape
    return letter, [
        (round(head[0] + (x - head[0]) * factor), round(head[1] + (y - head[1]) * factor))
        for x, y in points
    ]


def fitting_shape(shape: Shape, head: tuple[int, int], factor: float) -> Shape | None:
    """The shape made larger and still on screen, mirrored around its head if need be.

    A mapper would rather see a slider point elsewhere than a sudden change of velocity.
    """
    for across, down in ((1, 1), (-1, 1), (1, -1), (-1, -1)):
        larger = _stretched(shape, head, factor)
        mirrored = (
            larger[0],
            [
                (head[0] + across * (x - head[0]), head[1] + down * (y - head[1]))
                for x, y in larger[1]
            ],
        )
        if _on_screen(mirrored):
            return mirrored
    return None


def slowed(
    speed: float,
    unspoken: bool,
    per_speed: float,
    path: float,
    shape: Shape,
    head: tuple[int, int],
) -> tuple[float, Shape]:
    """The nearest velocity at which the shape, stretched a little, is long enough."""
    if unspoken or speed * per_speed > path * _MAX_STRETCH:
        speed = max(round(path / per_speed / _SPEED_STEP) * _SPEED_STEP, MIN_SPEED)
        speed = round(min(speed, MAX_SPEED), 2)
    if speed * per_speed <= path:
        if speed * per_speed < path * _MIN_SHRINK:
            smaller = _stretched(shape, head, speed * per_speed / path)
            # The game reads another length into a path that ends twice on one point.
            if len({head, *smaller[1]}) == len({head, *shape[1]}):
                shape = smaller
        return speed, shape
    larger = _stretched(shape, head, speed * per_speed / path)
    if _on_screen(shape) and not _on_screen(larger):
        slower = math.floor(path / per_speed / _SPEED_STEP) * _SPEED_STEP
        speed = max(round(slower, 2), MIN_SPEED)
        larger = _stretched(shape, head, max(speed * per_speed / path, 1))
    return speed, larger


def _on_screen(shape: Shape) -> bool:
    return all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in shape[1])
