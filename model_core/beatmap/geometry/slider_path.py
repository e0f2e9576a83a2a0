"""The shape of a slider: from control points to a line of vertices, as the game computes it.

Points are complex numbers inside this module (x + iy): they add, scale and rotate without
ceremony. The approximations (a Bezier is halved until it is flat to a quarter pixel, an arc
is cut so that it strays by a tenth of a pixel, Catmull pieces have fifty steps) are the
game's, because path lengths and end positions follow from them.
"""

from __future__ import annotations

import cmath
import math
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

BEZIER_TOLERANCE = 0.25
ARC_TOLERANCE = 0.1
CATMULL_STEPS = 50
#: Arcs that would need more vertices than this are drawn as Beziers.
MAX_ARC_VERTICES = 1000
#: A Bezier of more points than this is drawn as straight lines: halving it would take long.
MAX_BEZIER_POINTS = 2000
#: From this many points on, halving in arrays is faster than in lists.
ARRAY_POINTS = 40
#: Two single-precision values closer than this count as equal in the game.
ALMOST = 1e-3

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class CurveSegment:
    """A stretch of one kind ('B', 'L', 'P' or 'C'); the first point is its start.

    ``degree`` is given for B-splines of newer files only.
    """

    kind: str
    points: tuple[Point, ...]
    degree: int | None = None


@dataclass(frozen=True, slots=True)
class SliderCurve:
    """A slider's control points.

    ``letter`` and ``control_points`` are as written (red anchors twice, head excluded,
    letters of later segments left out); ``segments`` are what the game makes of them.
    """

    letter: str
    control_points: tuple[Point, ...]
    segments: tuple[CurveSegment, ...]

    @property
    def cost(self) -> int:
        """A measure of the work of drawing the curve: squares of the segments' points."""
        return sum(len(segment.points) ** 2 for segment in self.segments)

    @property
    def ends_on_double_point(self) -> bool:
        """Whether a straight end stands twice; the game does not lengthen such a path."""
        last = self.segments[-1]
        return last.kind == "L" and len(last.points) >= 2 and last.points[-1] == last.points[-2]


class SliderPath:
    """Vertices of a slider, cut or lengthened to the wanted length (osu! pixels)."""

    def __init__(self, curve: SliderCurve, length: float | None) -> None:
        vertices: list[complex] = []
        for segment in curve.segments:
            piece = _approximate(segment)
            joined = bool(vertices) and vertices[-1] == piece[0]
            vertices += piece[1:] if joined else piece
        travelled = [0.0]
        for before, after in pairwise(vertices):
            travelled.append(travelled[-1] + abs(after - before))
        #: Length of the drawn curve, before it is cut or lengthened.
        self.natural_length = travelled[-1]
        if length is not None and length != self.natural_length:
            _fit(vertices, travelled, length)
        self._vertices, self._travelled = vertices, travelled

    @property
    def length(self) -> float:
        """Length of one slide in osu! pixels."""
        return self._travelled[-1]

    @property
    def vertices(self) -> tuple[Point, ...]:
        """The path as a polyline."""
        return tuple((vertex.real, vertex.imag) for vertex in self._vertices)

    def position_at(self, progress: float) -> Point:
        """The point at ``progress`` of the length, 0 (head) to 1 (end of one slide)."""
        wanted = min(1.0, max(0.0, progress)) * self.length
        index = bisect_left(self._travelled, wanted)
        if index <= 0:
            point = self._vertices[0]
        elif index >= len(self._vertices):
            point = self._vertices[-1]
        else:
            before, after = self._vertices[index - 1], self._vertices[index]
            gap = self._travelled[index] - self._travelled[index - 1]
            share = (wanted - self._travelled[index - 1]) / gap if gap > 1e-7 else 0.0
            point = before + (after - before) * share
        return (point.real, point.imag)


@lru_cache(maxsize=4096)
def slider_path(curve: SliderCurve, length: float | None) -> SliderPath:
    """The path of a curve; cached, since editors ask for the same slider again and again."""
    return SliderPath(curve, length)


def _fit(vertices: list[complex], travelled: list[float], length: float) -> None:
    """Cuts or lengthens the polyline in place so that it ends at ``length``."""
    if length > travelled[-1] and len(vertices) > 1 and vertices[-1] == vertices[-2]:
        return
    travelled.pop()
    while travelled and travelled[-1] >= length:
        travelled.pop()
        vertices.pop()
    if len(vertices) < 2 or not travelled:
        travelled.append(0.0)
        return
    before, after = vertices[-2], vertices[-1]
    vertices[-1] = before + (after - before) / abs(after - before) * (length - travelled[-1])
    travelled.append(length)


def _approximate(segment: CurveSegment) -> list[complex]:
    points = [complex(x, y) for x, y in segment.points]
    if segment.kind == "L":
        return points
    if segment.kind == "C":
        return _catmull(points)
    if segment.kind == "P" and len(points) == 3:
        arc = _arc(points)
        if arc:
            return arc
    if segment.degree is not None and segment.degree < len(points) - 1:
        return _b_spline(points, segment.degree)
    return _bezier(points)


def _halve(points: list[complex]) -> tuple[list[complex], list[complex]]:
    """Splits a Bezier in the middle; both halves have as many points as the whole."""
    if len(points) >= ARRAY_POINTS:
        return _halve_long(points)
    left, right = [points[0]], [points[-1]]
    while len(points) > 1:
        points = [(a + b) * 0.5 for a, b in pairwise(points)]
        left.append(points[0])
        right.append(points[-1])
    right.reverse()
    return left, right


def _halve_long(points: list[complex]) -> tuple[list[complex], list[complex]]:
    # Imported here: hardly any curve is this long, and the daemon is to stay small.
    import numpy as np

    row = np.array(points)
    left, right = [points[0]], [points[-1]]
    while len(row) > 1:
        row = (row[:-1] + row[1:]) * 0.5
        left.append(complex(row[0]))
        right.append(complex(row[-1]))
    right.reverse()
    return left, right


def _is_flat(points: list[complex]) -> bool:
    limit = 2 * BEZIER_TOLERANCE
    return all(
        abs(a - 2 * b + c) <= limit for a, b, c in zip(points, points[1:], points[2:], strict=False)
    )


def _bezier(points: list[complex]) -> list[complex]:
    if len(points) < 2 or len(points) > MAX_BEZIER_POINTS:
        return points
    output: list[complex] = []
    waiting = [points]
    while waiting:
        piece = waiting.pop()
        left, right = _halve(piece)
        # Endless halving cannot happen: each half's bends are a quarter of the whole's.
        if not _is_flat(piece):
            waiting.append(right)
            waiting.append(left)
            continue
        fine = left + right[1:]
        output.append(piece[0])
        for index in range(2, 2 * len(piece) - 3, 2):
            output.append((fine[index - 1] + 2 * fine[index] + fine[index + 1]) * 0.25)
    output.append(points[-1])
    return output


def _arc(points: list[complex]) -> list[complex]:
    """The circle through three points, or nothing where they lie on a line."""
    a, b, c = points
    if abs(((b - a).conjugate() * (c - a)).imag) <= ALMOST:
        return []
    d = 2 * (a.real * (b - c).imag + b.real * (c - a).imag + c.real * (a - b).imag)
    weight_a, weight_b, weight_c = abs(a) ** 2, abs(b) ** 2, abs(c) ** 2
    centre = (
        complex(
            weight_a * (b - c).imag + weight_b * (c - a).imag + weight_c * (a - b).imag,
            weight_a * (c - b).real + weight_b * (a - c).real + weight_c * (b - a).real,
        )
        / d
    )
    radius = abs(a - centre)
    first, last = cmath.phase(a - centre), cmath.phase(c - centre)
    while last < first:
        last += 2 * math.pi
    sweep, direction = last - first, 1.0
    # The middle point tells which way round the arc runs.
    normal = complex((c - a).imag, -(c - a).real)
    if (normal.conjugate() * (b - a)).real < 0:
        sweep, direction = 2 * math.pi - sweep, -1.0
    count = 2
    if 2 * radius > ARC_TOLERANCE:
        count = max(2, math.ceil(sweep / (2 * math.acos(1 - ARC_TOLERANCE / radius))))
    if count >= MAX_ARC_VERTICES:
        return []
    return [
        centre + cmath.rect(radius, first + direction * sweep * step / (count - 1))
        for step in range(count)
    ]


def _catmull(points: list[complex]) -> list[complex]:
    output: list[complex] = []
    for index in range(len(points) - 1):
        p2, p3 = points[index], points[index + 1]
        p1 = points[index - 1] if index > 0 else p2
        p4 = points[index + 2] if index < len(points) - 2 else p3 + p3 - p2
        for step in range(CATMULL_STEPS + 1):
            t = step / CATMULL_STEPS
            output.append(
                0.5
                * (
                    2 * p2
                    + (p3 - p1) * t
                    + (2 * p1 - 5 * p2 + 4 * p3 - p4) * t * t
                    + (3 * p2 - p1 - 3 * p3 + p4) * t * t * t
                )
            )
    return output or points


def _b_spline(points: list[complex], degree: int) -> list[complex]:
    """A clamped uniform B-spline, drawn through fifty points per span (de Boor)."""
    spans = len(points) - degree
    knots = [0.0] * degree + [float(k) for k in range(spans + 1)] + [float(spans)] * degree
    output: list[complex] = []
    for step in range(spans * CATMULL_STEPS + 1):
        t = step / CATMULL_STEPS
        span = min(int(t), spans - 1) + degree
        work = [points[span - degree + j] for j in range(degree + 1)]
        for level in range(1, degree + 1):
            for j in range(degree, level - 1, -1):
                low, high = knots[j + span - degree], knots[j + 1 + span - level]
                share = (t - low) / (high - low)
                work[j] = work[j - 1] * (1 - share) + work[j] * share
        output.append(work[degree])
    return output
