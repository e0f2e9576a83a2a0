"""How long sliders last and where they end, as the published models' training data had it.

Both differ a little from the game: durations are cut to whole ms before they are divided into
spans, and a Bézier's end is found by the curve's *parameter* rather than by its arc length. This
serves tokens only; ``model_core.beatmap`` follows the game.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Point = tuple[float, float]

_SAMPLES = 50  # of a Bézier segment, for its length


def total_duration(
    length: float, slides: int, slider_multiplier: float, velocity: float, beat_length: float
) -> int | None:
    """Whole ms from a slider's head to its end; None where that is no finite number."""
    pixels_per_beat = slider_multiplier * 100 * velocity
    if not pixels_per_beat:
        return None
    duration = length * slides / pixels_per_beat * beat_length
    return int(duration) if math.isfinite(duration) else None


def curve_kind(letter: str, points: Sequence[Point]) -> str:
    """The letter as it is meant: perfect arcs need three points that are not in line."""
    if letter == "P" and (len(points) != 3 or _circle_centre(*points) is None):
        return "B"
    return letter if letter in ("B", "L", "P", "C") else "B"


def end_position(letter: str, points: Sequence[Point], length: float) -> Point:
    """Where the first span of a slider ends. ``points`` start with its head."""
    kind = curve_kind(letter, points)
    if len(points) < 2 or kind == "C":
        return points[-1]
    if kind == "L":
        return _along_lines(points, length)
    if kind == "P":
        return _along_arc(points, length)
    return _along_beziers(points, length)


def _along_lines(points: Sequence[Point], length: float) -> Point:
    left = length
    last = len(points) - 2
    for index in range(len(points) - 1):
        (x0, y0), (x1, y1) = points[index], points[index + 1]
        segment = math.hypot(x1 - x0, y1 - y0)
        if segment and (left <= segment or index == last):
            share = left / segment
            return x0 + (x1 - x0) * share, y0 + (y1 - y0) * share
        left -= segment
    return points[-1]


def _circle_centre(a: Point, b: Point, c: Point) -> Point | None:
    doubled = 2 * (a[0] * (b[1] - c[1]) + b[0] * (c[1] - a[1]) + c[0] * (a[1] - b[1]))
    if abs(doubled) < 1e-6:
        return None
    squares = [x * x + y * y for x, y in (a, b, c)]
    return (
        (squares[0] * (b[1] - c[1]) + squares[1] * (c[1] - a[1]) + squares[2] * (a[1] - b[1]))
        / doubled,
        (squares[0] * (c[0] - b[0]) + squares[1] * (a[0] - c[0]) + squares[2] * (b[0] - a[0]))
        / doubled,
    )


def _along_arc(points: Sequence[Point], length: float) -> Point:
    head, middle, tail = points
    centre = _circle_centre(head, middle, tail)
    if centre is None:
        return tail
    radius = math.hypot(head[0] - centre[0], head[1] - centre[1])
    start = math.atan2(head[1] - centre[1], head[0] - centre[0])
    # The arc turns the way that passes the middle point: the sign of the corner's cross product.
    cross = (middle[0] - head[0]) * (tail[1] - head[1])
    cross -= (middle[1] - head[1]) * (tail[0] - head[0])
    angle = start + math.copysign(length / radius, cross)
    return centre[0] + radius * math.cos(angle), centre[1] + radius * math.sin(angle)


def _along_beziers(points: Sequence[Point], length: float) -> Point:
    segments = _split_at_red_anchors(points)
    left = length
    for index, segment in enumerate(segments):
        control = np.asarray(segment, dtype=np.float64)
        steps = np.diff(_sample_weights(len(segment)) @ control, axis=0)
        segment_length = float(np.sqrt((steps * steps).sum(axis=1)).sum())
        if left <= segment_length or index == len(segments) - 1:
            if not segment_length:
                return segment[-1]
            x, y = _weights(len(segment), np.asarray([left / segment_length]))[0] @ control
            return float(x), float(y)
        left -= segment_length
    return points[-1]


def _split_at_red_anchors(points: Sequence[Point]) -> list[Sequence[Point]]:
    segments: list[Sequence[Point]] = []
    start = 0
    for index in range(1, len(points)):
        if points[index] == points[index - 1]:
            if index - start > 1:
                segments.append(points[start:index])
            start = index
    if len(points) - start > 1 or not segments:
        segments.append(points[start:])
    return segments


@lru_cache(maxsize=128)
def _sample_weights(count: int) -> npt.NDArray[np.float64]:
    """Bernstein weights of ``count`` control points at the sample parameters [50, count]."""
    return _weights(count, np.linspace(0, 1, _SAMPLES))


def _weights(count: int, parameters: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Bernstein weights [len(parameters), count]; parameters past 1 extrapolate."""
    degree = count - 1
    binomials = np.asarray([math.comb(degree, i) for i in range(count)], dtype=np.float64)
    powers = np.arange(count)
    u = parameters[:, None]
    weights: npt.NDArray[np.float64] = binomials * u**powers * (1 - u) ** (degree - powers)
    return weights
