"""The curve field of a slider line: ``B|x:y|x:y|…``, possibly with several letters.

What the game makes of it (``ConvertHitObjectParser``): every letter starts a stretch of its
own kind, which the first point after the next letter ends; two equal points in a row (a *red
anchor*) end a segment and start another of the same kind. A perfect curve of other than three
points is a Bezier, and one whose points lie on a line is straight; format 128 leaves such
curves to the drawing. Catmull curves of old formats are one piece, but for a doubled head.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..numbers import MAX_COORDINATE, parse_float

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
        """Whether the drawn line ends on one point twice: the game does not lengthen it then."""
        last = self.segments[-1]
        if len(last.points) < 2:
            # A curve without a second point has no direction either.
            return True
        if last.kind == "L" or last.degree == 1:
            return last.points[-1] == last.points[-2]
        return all(point == last.points[0] for point in last.points)


@dataclass(slots=True)
class _Anchor:
    """A control point; ``kind`` where a segment starts."""

    point: Point
    kind: str = ""
    degree: int | None = None


def parse_curve(text: str, head: Point, decimals: bool) -> SliderCurve:
    """Reads the curve field; ``decimals`` keeps fractions of pixels (format 128).

    Raises ``ValueError`` or ``IndexError`` where the game would skip the line.
    """
    points: list[Point] = []
    starts: list[tuple[str, int]] = []
    for part in text.split("|"):
        if part[0].isalpha():
            starts.append((part, len(points)))
            if not points:
                points.append(head)
        else:
            points.append(_parse_point(part, decimals))
    anchors: list[_Anchor] = []
    for index, (name, start) in enumerate(starts):
        end = starts[index + 1][1] if index + 1 < len(starts) else len(points)
        if end == start:
            raise ValueError("a kind of curve without a point")
        anchors += _anchors(name, points[start:end], points[end : end + 1], decimals)
    written = points[1:] if starts and starts[0][1] == 0 else points
    return SliderCurve(text[:1].upper(), tuple(written), _segments(anchors, head))


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


def _anchors(
    name: str, points: Sequence[Point], following: Sequence[Point], decimals: bool
) -> list[_Anchor]:
    """Anchors of one letter's points; ``following`` is the first point of the next letter."""
    kind, degree = _kind(name)
    if kind == "P":
        every = [*points, *following]
        if len(every) > 3 or (len(every) < 3 and not decimals):
            kind = "B"
        elif not decimals and _on_a_line(every):
            kind = "L"
    anchors = [_Anchor(points[0], kind, degree)]
    last = len(points) - 1
    # Whether the point before is one that a red anchor has left out.
    left_out = False
    for index in range(1, len(points)):
        repeated = points[index] == points[index - 1]
        # Old Catmull curves are one piece, and the last point never begins another.
        joined = kind == "C" and index > 1 and not decimals
        if not repeated or joined or index == last:
            anchors.append(_Anchor(points[index]))
            left_out = False
            continue
        if not left_out:
            anchors[-1].kind, anchors[-1].degree = kind, degree
        left_out = True
    return anchors


def _segments(anchors: Sequence[_Anchor], head: Point) -> tuple[CurveSegment, ...]:
    """Stretches from one anchor with a kind to the next."""
    if not anchors:
        return (CurveSegment("L", (head,)),)
    segments: list[CurveSegment] = []
    start = 0
    for index in range(1, len(anchors)):
        if not anchors[index].kind and index < len(anchors) - 1:
            continue
        first = anchors[start]
        points = tuple(anchor.point for anchor in anchors[start : index + 1])
        segments.append(CurveSegment(first.kind, points, first.degree))
        start = index
    if not segments:
        segments = [CurveSegment("L", (anchors[0].point,))]
    return tuple(segments)


def _on_a_line(points: Sequence[Point]) -> bool:
    (ax, ay), (bx, by), (cx, cy) = points
    return abs((by - ay) * (cx - ax) - (bx - ax) * (cy - ay)) <= ALMOST
