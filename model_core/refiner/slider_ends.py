"""Where a slider ends, given the points of its path: the end is not the network's to choose.

At every step the refiner's own guess for the end of each slider is replaced by the place that its
length leads to along its path, drawn as the game draws it. A path that is too short ends at its
last point. Source: the published refiner's sampling.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from model_core.beatmap.geometry.curves import CurveSegment
from model_core.beatmap.geometry.flattening import flatten
from model_core.refiner.points import HALF, SliderPoints

__all__ = ["path_end", "put_ends"]

_Place = tuple[float, float]

# Beyond this many pixels a place is the answer of a network that has gone astray.
_FAR = 1e5


def path_end(curve: str, points: Sequence[_Place], length: float | None) -> _Place:
    """The place ``length`` osu! pixels along a path; its last point where it is shorter.

    ``points`` hold red anchors twice. ``curve``: "B", "P" or "C".
    """
    line = _drawn(curve, points)
    left = math.inf if length is None else max(length, 0.0)
    for before, after in pairwise(line):
        step = abs(after - before)
        if step > left:
            place = before + (after - before) * (left / step)
            return place.real, place.imag
        left -= step
    return line[-1].real, line[-1].imag


def _drawn(curve: str, points: Sequence[_Place]) -> list[complex]:
    line: list[complex] = []
    start = 0
    for index in range(len(points)):
        last = index == len(points) - 1
        if not last and points[index] != points[index + 1]:
            continue
        piece = tuple(points[start : index + 1])
        start = index + 1
        kind = "B" if curve == "P" and len(piece) != 3 else curve
        drawn = flatten(CurveSegment(kind, piece))
        line += drawn[1:] if line and line[-1] == drawn[0] else drawn
    return line


def put_ends(
    positions: npt.NDArray[np.float32], sliders: Sequence[SliderPoints], first: int
) -> None:
    """Move the ends of the sliders that lie wholly in a window to where their paths end.

    ``positions``: float32 [2, N], changed in place, the playfield being -1 to 1; ``first`` is the
    number of the window's first point.
    """
    count = positions.shape[1]
    half = np.asarray(HALF)[:, None]
    pixels = (positions.astype(np.float64) + 1) * half
    for slider in sliders:
        numbers = (*slider.path, slider.end)
        if min(numbers) < first or max(numbers) >= first + count:
            continue
        own = pixels[:, [number - first for number in slider.path]]
        if not (np.abs(own) < _FAR).all():
            continue
        points = [(float(x), float(y)) for x, y in own.T]
        end = path_end(slider.curve, points, slider.length)
        positions[:, slider.end - first] = np.asarray(end) / half[:, 0] - 1
