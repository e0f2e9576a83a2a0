"""Slider shapes: control points of a wanted length that stay on the playfield.

Angles are radians, x to the right and y down, as on the playfield of 512 by 384 osu! pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, cos, hypot, pi, sin

import numpy as np

LEFT, TOP, RIGHT, BOTTOM = 20.0, 20.0, 492.0, 364.0
_STRAIGHT_BELOW = 55.0  # shorter sliders are straight in every style
_TRIES = (0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6, 7, -7, 8, -8, 9, -9, 10, -10, 11, -11, 12)
_TRY_STEP = pi / 12

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Shape:
    """A slider's path: what the file says, where it ends, and in which direction it ends."""

    letter: str
    points: tuple[tuple[int, int], ...]
    end: Point
    end_heading: float


def inside(x: float, y: float) -> bool:
    """Whether an object at this place is comfortably visible."""
    return LEFT <= x <= RIGHT and TOP <= y <= BOTTOM


def reachable(x: float, y: float, heading: float, distance: float) -> tuple[float, float, float]:
    """Move ``distance`` in a direction as near to ``heading`` as the playfield allows.

    Returns the new x, y and the direction taken. Where no direction is long enough, the way to
    the middle is taken as far as it goes.
    """
    for attempt in _TRIES:
        angle = heading + attempt * _TRY_STEP
        to_x, to_y = x + distance * cos(angle), y + distance * sin(angle)
        if inside(to_x, to_y):
            return to_x, to_y, angle
    angle = atan2(192 - y, 256 - x)
    shorter = min(distance, hypot(192 - y, 256 - x))
    return x + shorter * cos(angle), y + shorter * sin(angle), angle


def shape(kind: str, start: Point, heading: float, length: float, bend: float) -> Shape:
    """A slider of ``length`` pixels from ``start``, leaving in about ``heading``.

    ``kind`` is L (straight), P (an arc that turns by ``bend`` radians in all), B (a curve that
    bends later), or R (two straight parts with a red anchor between them). Where the wanted
    shape leaves the playfield the direction is turned, then the bend reversed, then the slider
    made straight.
    """
    wanted = "L" if length < _STRAIGHT_BELOW else kind
    attempts = [(wanted, bend), (wanted, -bend), ("L", 0.0)]
    for letter, turn in attempts:
        for attempt in _TRIES:
            found = _fit(letter, start, heading + attempt * _TRY_STEP, length, turn)
            if found is not None:
                return found
    # Only from a corner with an extreme length: as far towards the middle as it goes.
    angle = atan2(192 - start[1], 256 - start[0])
    return _straight(start, angle, length)


def _fit(kind: str, start: Point, heading: float, length: float, bend: float) -> Shape | None:
    if kind == "L":
        found = _straight(start, heading, length)
        return found if inside(*found.end) else None
    if kind == "P":
        return _arc(start, heading, length, bend)
    if kind == "R":
        return _broken(start, heading, length, bend)
    return _bezier(start, heading, length, bend)


def _whole(x: float, y: float) -> tuple[int, int]:
    return round(x), round(y)


def _straight(start: Point, heading: float, length: float) -> Shape:
    x, y = start[0] + length * cos(heading), start[1] + length * sin(heading)
    return Shape("L", (_whole(x, y),), (x, y), heading)


def _arc(start: Point, heading: float, length: float, bend: float) -> Shape | None:
    radius = length / bend  # signed: positive bends clockwise on the screen
    points = []
    for part in (0.25, 0.5, 0.75, 1.0):
        turned = bend * part
        x = start[0] + radius * (sin(heading + turned) - sin(heading))
        y = start[1] - radius * (cos(heading + turned) - cos(heading))
        if not inside(x, y):
            return None
        points.append((x, y))
    middle, end = points[1], points[3]
    return Shape("P", (_whole(*middle), _whole(*end)), end, heading + bend)


def _broken(start: Point, heading: float, length: float, bend: float) -> Shape | None:
    half = length / 2
    corner_x, corner_y = start[0] + half * cos(heading), start[1] + half * sin(heading)
    x, y = corner_x + half * cos(heading + bend), corner_y + half * sin(heading + bend)
    if not (inside(corner_x, corner_y) and inside(x, y)):
        return None
    corner = _whole(corner_x, corner_y)
    return Shape("B", (corner, corner, _whole(x, y)), (x, y), heading + bend)


def _bezier(start: Point, heading: float, length: float, bend: float) -> Shape | None:
    """A cubic whose control polygon is scaled until its path is as long as asked."""
    first = np.array([cos(heading), sin(heading)])
    second = np.array([cos(heading + bend), sin(heading + bend)])
    third = np.array([cos(heading + bend / 4), sin(heading + bend / 4)])
    control = np.cumsum(np.stack([0 * first, first, second, third]), axis=0) * (length / 3)
    t = np.linspace(0, 1, 33)[:, None]
    basis = np.hstack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3])
    path = basis @ control
    drawn = float(np.sum(np.hypot(*np.diff(path, axis=0).T)))
    scale = length / drawn * 1.004  # rounding must not leave it short
    path = path * scale + np.array(start)
    if not all(inside(float(x), float(y)) for x, y in path[4::4]):
        return None
    points = control[1:] * scale + np.array(start)
    last = path[-1] - path[-2]
    return Shape(
        "B",
        tuple(_whole(float(x), float(y)) for x, y in points),
        (float(path[-1, 0]), float(path[-1, 1])),
        atan2(float(last[1]), float(last[0])),
    )
