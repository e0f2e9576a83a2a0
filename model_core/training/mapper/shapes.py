"""Slider shapes: control points of a wanted length that stay on the playfield.

Angles are radians, x to the right and y down, as on the playfield of 512 by 384 osu! pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import atan2, cos, hypot, pi, sin

import numpy as np

LEFT, TOP, RIGHT, BOTTOM = 20.0, 20.0, 492.0, 364.0
KINDS = "LPBSRM"
_STRAIGHT_BELOW = 55.0  # shorter sliders are straight in every style
_CORNERS_FROM = 110.0  # shorter ones have no room for two corners
_TRIES = (0, 1, -1, 2, -2, 3, -3, 4, -4, 5, -5, 6, -6, 7, -7, 8, -8, 9, -9, 10, -10, 11, -11, 12)
_TRY_STEP = pi / 12
_SAMPLES = 9
_BEND_STEP = 0.05

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Shape:
    """A slider's path: what the file says, where it ends, and in which direction it ends."""

    letter: str
    points: tuple[tuple[int, int], ...]
    end: Point
    end_heading: float


@dataclass(frozen=True, slots=True)
class Area:
    """Where objects may lie, in osu! pixels."""

    left: float = LEFT
    top: float = TOP
    right: float = RIGHT
    bottom: float = BOTTOM

    def holds(self, x: float, y: float) -> bool:
        """Whether a place lies in the area."""
        return self.left <= x <= self.right and self.top <= y <= self.bottom


@dataclass(frozen=True, slots=True)
class _Unit:
    """A shape of length 1 that begins at the origin and leaves along the x axis."""

    letter: str
    control: tuple[Point, ...]
    path: tuple[Point, ...]
    end_heading: float


PLAYFIELD = Area()
#: Where control points may lie that the path itself does not reach.
ANCHORS = Area(-60, -54, 572, 422)


def reachable(
    x: float, y: float, heading: float, distance: float, area: Area = PLAYFIELD
) -> tuple[float, float, float]:
    """Move ``distance`` in a direction as near to ``heading`` as the area allows.

    Returns the new x, y and the direction taken. Where no direction is long enough, the way to
    the middle is taken as far as it goes.
    """
    left, top, right, bottom = area.left, area.top, area.right, area.bottom
    for attempt in _TRIES:
        angle = heading + attempt * _TRY_STEP
        to_x = x + distance * cos(angle)
        if left <= to_x <= right:
            to_y = y + distance * sin(angle)
            if top <= to_y <= bottom:
                return to_x, to_y, angle
    angle = atan2(192 - y, 256 - x)
    shorter = min(distance, hypot(192 - y, 256 - x))
    return x + shorter * cos(angle), y + shorter * sin(angle), angle


def shape(
    kind: str, start: Point, heading: float, length: float, bend: float, area: Area = PLAYFIELD
) -> Shape:
    """A slider of ``length`` pixels from ``start``, leaving in about ``heading``.

    ``kind`` is L (straight), P (an arc that turns by ``bend`` radians in all), B (a curve that
    bends later), S (one that bends to both sides), R (two straight parts with a red anchor
    between them) or M (three straight parts, two red anchors). Where the wanted shape leaves the
    area the direction is turned, then the bend reversed, then the slider made straight, and at
    last rolled up into an arc.
    """
    wanted = kind
    if length < _STRAIGHT_BELOW:
        wanted = "L"
    elif kind == "M" and length < _CORNERS_FROM:
        wanted = "R"
    attempts = [(wanted, bend), (wanted, -bend), ("L", 0.0), ("P", pi), ("P", 1.6 * pi)]
    for letter, turn in attempts:
        unit = _unit(letter, round(turn / _BEND_STEP))
        for attempt in _TRIES:
            found = _fit(unit, start, heading + attempt * _TRY_STEP, length, area)
            if found is not None:
                return found
    # Only from a corner with an extreme length: as far towards the middle as it goes.
    angle = atan2(192 - start[1], 256 - start[0])
    x, y = start[0] + length * cos(angle), start[1] + length * sin(angle)
    return Shape("L", ((round(x), round(y)),), (x, y), angle)


def _fit(unit: _Unit, start: Point, heading: float, length: float, area: Area) -> Shape | None:
    cosine, sine = length * cos(heading), length * sin(heading)
    left, top = start
    x = y = 0.0
    for along, across in unit.path:
        x, y = left + along * cosine - across * sine, top + along * sine + across * cosine
        if not area.holds(x, y):
            return None
    # Points are whole pixels, which must not leave a curve shorter than it is to be.
    grown = (length + 1.0) / length if unit.letter == "B" else 1.0
    points = tuple(
        (
            round(left + grown * (along * cosine - across * sine)),
            round(top + grown * (along * sine + across * cosine)),
        )
        for along, across in unit.control
    )
    if not all(ANCHORS.holds(*point) for point in points):
        return None
    return Shape(unit.letter, points, (x, y), heading + unit.end_heading)


@lru_cache(maxsize=1024)
def _unit(kind: str, bend_steps: int) -> _Unit:
    bend = bend_steps * _BEND_STEP
    if kind == "L" or (kind == "P" and bend_steps == 0):
        return _Unit("L", ((1.0, 0.0),), ((1.0, 0.0),), 0.0)
    if kind == "P":
        arc = tuple(
            (sin(bend * part) / bend, (1 - cos(bend * part)) / bend)
            for part in (0.25, 0.5, 0.75, 1.0)
        )
        return _Unit("P", (arc[1], arc[3]), arc, bend)
    if kind in "RM":
        return _broken((0.0, bend) if kind == "R" else (0.0, bend, -bend / 2))
    return _bezier((0.0, bend, bend / 4) if kind == "B" else (0.0, bend, -bend))


def _broken(directions: tuple[float, ...]) -> _Unit:
    """Straight parts of one length; an anchor that stands twice is a corner."""
    part = 1.0 / len(directions)
    corners: list[Point] = [(0.0, 0.0)]
    for direction in directions:
        x, y = corners[-1]
        corners.append((x + part * cos(direction), y + part * sin(direction)))
    control = [corner for corner in corners[1:-1] for _ in range(2)] + [corners[-1]]
    return _Unit("B", tuple(control), tuple(corners[1:]), directions[-1])


def _bezier(directions: tuple[float, float, float]) -> _Unit:
    """A cubic whose control polygon is scaled until its path is 1 long."""
    steps = np.array([[cos(angle), sin(angle)] for angle in directions])
    control = np.vstack([np.zeros((1, 2)), np.cumsum(steps, axis=0)])
    t = np.linspace(0, 1, 8 * (_SAMPLES - 1) + 1)[:, None]
    basis = np.hstack([(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3])
    path = basis @ control
    scale = 1.0 / float(np.sum(np.hypot(*np.diff(path, axis=0).T)))
    last = path[-1] - path[-2]
    return _Unit(
        "B",
        tuple((float(x), float(y)) for x, y in control[1:] * scale),
        tuple((float(x), float(y)) for x, y in path[8::8] * scale),
        atan2(float(last[1]), float(last[0])),
    )
