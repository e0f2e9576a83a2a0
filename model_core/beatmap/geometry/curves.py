"""The curve field of a slider line: ``B|x:y|x:y|…``, possibly with several letters.

Two equal points in a row end a segment (a *red anchor*); newer files may also name a new
kind in the middle. A perfect curve that has other than three points is a Bezier, and one
whose points lie on a line is straight.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..numbers import MAX_COORDINATE, parse_float
from .slider_path import ALMOST, CurveSegment, Point, SliderCurve


def parse_curve(text: str, head: Point, decimals: bool) -> SliderCurve:
    """Reads the curve field; ``decimals`` keeps fractions of pixels (format 128).

    Raises ``ValueError`` or ``IndexError`` where the game would skip the line.
    """
    parts = text.split("|")
    written: list[Point] = []
    groups: list[tuple[str, list[Point]]] = []
    for index, part in enumerate(parts):
        if index == 0 or part[0].isalpha():
            groups.append((part, []))
        else:
            point = _parse_point(part, decimals)
            groups[-1][1].append(point)
            written.append(point)
    segments: list[CurveSegment] = []
    start = head
    for index, (name, points) in enumerate(groups):
        following = groups[index + 1][1][:1] if index + 1 < len(groups) else []
        segments += _segments(name, [start, *points] if index == 0 else points, following, decimals)
        if points:
            start = points[-1]
    if not segments:
        segments = [CurveSegment("L", (head,))]
    letter = parts[0][:1].upper()
    return SliderCurve(letter, tuple(written), tuple(segments))


def _parse_point(text: str, decimals: bool) -> Point:
    fields = text.split(":")
    x = parse_float(fields[0], MAX_COORDINATE)
    y = parse_float(fields[1], MAX_COORDINATE)
    return (x, y) if decimals else (float(int(x)), float(int(y)))


def _kind(name: str) -> tuple[str, int | None]:
    if name[0] == "B":
        degree = name[1:]
        if degree.isascii() and degree.isdigit() and int(degree) > 0:
            return "B", int(degree)
        return "B", None
    return (name[0], None) if name[0] in "LP" else ("C", None)


def _segments(
    name: str, points: Sequence[Point], following: Sequence[Point], decimals: bool
) -> list[CurveSegment]:
    """Segments of one letter's points; ``following`` is the first point of the next letter."""
    kind, degree = _kind(name)
    every = [*points, *following]
    if not every:
        return []
    if kind == "P":
        if len(every) != 3:
            kind = "B"
        elif _on_a_line(every):
            kind = "L"
    result: list[CurveSegment] = []
    start = 0
    own = len(points)
    for index in range(1, own):
        repeated = every[index] == every[index - 1]
        # Old Catmull curves are one piece, and the last point never begins another.
        joined = kind == "C" and index > 1 and not decimals
        if not repeated or joined or index == own - 1:
            continue
        result.append(CurveSegment(kind, tuple(every[start:index]), degree))
        start = index
    result.append(CurveSegment(kind, tuple(every[start:]), degree))
    return [segment for segment in result if len(segment.points) > 1] or result[-1:]


def _on_a_line(points: Sequence[Point]) -> bool:
    (ax, ay), (bx, by), (cx, cy) = points
    return abs((by - ay) * (cx - ax) - (bx - ax) * (cy - ay)) <= ALMOST
