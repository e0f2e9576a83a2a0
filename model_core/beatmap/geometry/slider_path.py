"""The shape of a slider: control points drawn as a line, cut or lengthened to its length.

The rules are those of ``SliderPath`` in the game. Vertices are computed in double precision,
the game's in single: positions agree to about a thousandth of a pixel.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache
from itertools import pairwise

from .curves import CurveSegment, Point, SliderCurve
from .flattening import flatten, flatten_without_bulbs

__all__ = ["CurveSegment", "Point", "SliderCurve", "SliderPath", "slider_path"]

#: Two distances nearer than this are one (the game's measure for doubles).
SAME_DISTANCE = 1e-7


class SliderPath:
    """Vertices of a slider, cut or lengthened to the wanted length (osu! pixels).

    ``without_bulbs`` draws Catmull curves as osu!standard does; see
    :func:`.flattening.flatten_without_bulbs`. The length is the same either way.
    """

    def __init__(
        self, curve: SliderCurve, length: float | None, *, without_bulbs: bool = False
    ) -> None:
        vertices: list[complex] = []
        left_out = 0.0
        for segment in curve.segments:
            if without_bulbs and segment.kind == "C":
                piece, lost = flatten_without_bulbs(segment)
                left_out += lost
            else:
                piece = flatten(segment)
            joined = bool(vertices) and vertices[-1] == piece[0]
            vertices += piece[1:] if joined else piece
        travelled = [0.0]
        # As in the game, what was left out is counted before the second vertex.
        distance = left_out
        for before, after in pairwise(vertices):
            distance += abs(after - before)
            travelled.append(distance)
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
            share = (wanted - self._travelled[index - 1]) / gap if gap > SAME_DISTANCE else 0.0
            point = before + (after - before) * share
        return (point.real, point.imag)


@lru_cache(maxsize=4096)
def slider_path(
    curve: SliderCurve, length: float | None, without_bulbs: bool = False
) -> SliderPath:
    """The path of a curve; cached, since editors ask for the same slider again and again."""
    return SliderPath(curve, length, without_bulbs=without_bulbs)


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
    if after != before:
        direction = (after - before) / abs(after - before)
        vertices[-1] = before + direction * (length - travelled[-1])
    travelled.append(length)
