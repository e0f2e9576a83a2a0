"""Curves as lines of vertices, flattened as finely as the game flattens them.

Points are complex numbers here (x + iy): they add, scale and rotate without ceremony. The
approximations are the game's (osu-framework, ``PathApproximator``), because path lengths and
end positions follow from them: a Bezier is halved until it is flat to a quarter pixel, an arc
is cut so that it strays by a tenth of a pixel, Catmull pieces have fifty steps.
"""

from __future__ import annotations

import cmath
import math
from itertools import pairwise

from .curves import ALMOST, CurveSegment

BEZIER_TOLERANCE = 0.25
ARC_TOLERANCE = 0.1
CATMULL_STEPS = 50
#: Arcs that would need as many vertices as this are drawn as Beziers.
MAX_ARC_VERTICES = 1000
#: A Bezier of more points than this is drawn as straight lines: halving it would take long.
MAX_BEZIER_POINTS = 2000
#: From this many points on, halving in arrays is faster than in lists.
ARRAY_POINTS = 40
#: In osu!standard, vertices of a Catmull curve nearer than this to the one before are left out.
BULB_DISTANCE = 6.0


def flatten(segment: CurveSegment) -> list[complex]:
    """The vertices of one segment, its own first point included."""
    points = [complex(x, y) for x, y in segment.points]
    if segment.kind == "L" or len(points) < 2:
        return points
    if segment.kind == "C":
        return [vertex for piece in _catmull(points) for vertex in piece]
    if segment.kind == "P" and len(points) == 3:
        arc = _arc(points)
        if arc:
            return arc
    if segment.degree is not None and segment.degree < len(points) - 1:
        return _b_spline(points, segment.degree)
    return _bezier(points)


def flatten_without_bulbs(segment: CurveSegment) -> tuple[list[complex], float]:
    """A Catmull segment as osu!standard draws it, and the length that this leaves out.

    Two equal points in a row make a Catmull curve run out of the point and back again. The
    oldest client hid these bulbs by keeping only vertices six pixels apart, beside those at
    the points themselves; other modes do not.
    """
    kept: list[complex] = []
    lost = 0.0
    pieces = _catmull([complex(x, y) for x, y in segment.points])
    for piece in pieces:
        # Every piece ends on a vertex that is kept, so that each can be looked at alone.
        start, before, walked = piece[0], piece[0], 0.0
        kept.append(start)
        for index, vertex in enumerate(piece[1:], 1):
            walked += abs(vertex - before)
            before = vertex
            gap = abs(vertex - start)
            if gap > BULB_DISTANCE or index == len(piece) - 1:
                kept.append(vertex)
                lost += walked - gap
                start, walked = vertex, 0.0
    return kept, lost


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
    for a, b, c in zip(points, points[1:], points[2:], strict=False):
        if abs(a - 2 * b + c) > limit:
            return False
    return True


def _bezier(points: list[complex]) -> list[complex]:
    if len(points) > MAX_BEZIER_POINTS:
        return points
    if len(points) == 3:
        return _quadratic(*points)
    return [*_flat_pieces([points]), points[-1]]


def _quadratic(a: complex, b: complex, c: complex) -> list[complex]:
    """A Bezier of three points: both halves bend alike, so all pieces end up equally long."""
    bend = a - 2 * b + c
    pieces, left = 1, abs(bend)
    while left > 2 * BEZIER_TOLERANCE:
        left /= 4
        pieces *= 2
    # A flat piece gives its first point and its middle.
    steps = 2 * pieces
    pull = 2 * (b - a)
    inner = [a + (pull + bend * (step / steps)) * (step / steps) for step in range(1, steps)]
    return [a, *inner, c]


def _flat_pieces(waiting: list[list[complex]]) -> list[complex]:
    """Vertices of several Beziers, taken from the end of the list; the very last is left out."""
    output: list[complex] = []
    while waiting:
        piece = waiting.pop()
        if len(piece) == 4:
            _cubic_step(piece, waiting, output)
            continue
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
    return output


def _cubic_step(piece: list[complex], waiting: list[list[complex]], output: list[complex]) -> None:
    """One round of :func:`_flat_pieces` for four points, by far the most frequent number."""
    a, b, c, d = piece
    ab, bc, cd = (a + b) * 0.5, (b + c) * 0.5, (c + d) * 0.5
    abc, bcd = (ab + bc) * 0.5, (bc + cd) * 0.5
    middle = (abc + bcd) * 0.5
    limit = 2 * BEZIER_TOLERANCE
    if abs(a - 2 * b + c) > limit or abs(b - 2 * c + d) > limit:
        waiting.append([middle, bcd, cd, d])
        waiting.append([a, ab, abc, middle])
    else:
        output.append(a)
        output.append((ab + 2 * abc + middle) * 0.25)
        output.append((middle + 2 * bcd + cd) * 0.25)


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


def _catmull(points: list[complex]) -> list[list[complex]]:
    """One piece of vertices between every two points."""
    pieces: list[list[complex]] = []
    for index in range(len(points) - 1):
        p2, p3 = points[index], points[index + 1]
        p1 = points[index - 1] if index > 0 else p2
        p4 = points[index + 2] if index < len(points) - 2 else p3 + p3 - p2
        piece: list[complex] = []
        for step in range(CATMULL_STEPS + 1):
            t = step / CATMULL_STEPS
            piece.append(
                0.5
                * (
                    2 * p2
                    + (p3 - p1) * t
                    + (2 * p1 - 5 * p2 + 4 * p3 - p4) * t * t
                    + (3 * p2 - p1 - 3 * p3 + p4) * t * t * t
                )
            )
        pieces.append(piece)
    return pieces


def _b_spline(points: list[complex], degree: int) -> list[complex]:
    """A clamped uniform B-spline: Beziers between its knots (Boehm), each flattened."""
    if len(points) > MAX_BEZIER_POINTS:
        return points
    rest = list(points)
    spans = len(points) - degree
    pieces: list[list[complex]] = []
    for first in range(spans - 1):
        piece = [rest[first]]
        # The knot at the end of this span is inserted until it is as good as a point.
        for inserted in range(degree - 1):
            piece.append(rest[first + 1])
            for step in range(1, degree - inserted):
                weight = min(step, spans - 1 - first)
                here = first + step
                rest[here] = (weight * rest[here] + rest[here + 1]) / (weight + 1)
        piece.append(rest[first + 1])
        pieces.append(piece)
    pieces.append(rest[spans - 1 :])
    pieces.reverse()
    return [*_flat_pieces(pieces), points[-1]]
