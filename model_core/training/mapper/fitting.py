"""Fitting a map to its stars: how far apart its objects have to lie.

A level stands for a star rating. How hard a rhythm is to play depends on the song, so all
distances are multiplied by one factor until the game's own calculation gives the rating wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import log

from model_core.beatmap.stars import star_rating
from model_core.training.mapper.flow import Placed

LEAST, MOST = 0.4, 1.8
_NEAR = 0.1  # stars
_TRIES = 4
_GENTLE = 3.0  # stars up to which distances are not limited by the playfield
_POWERS = (0.5, 0.3)  # stars grow about so with distances, up to there and beyond
_LEAST_POWER, _MOST_POWER = 0.15, 0.8


def fitted(wanted: float, rate: Callable[[float], float], most: float = MOST) -> float:
    """The factor, in hundredths within ``LEAST`` and ``most``, that comes nearest to ``wanted``.

    A secant search on logarithms, of at most four maps.

    Args:
        wanted: stars.
        rate: the stars of the map at a factor; grows with it, roughly.
        most: the greatest factor allowed, at least ``LEAST``.
    """
    seen: dict[float, float] = {}
    power = _POWERS[0 if wanted <= _GENTLE else 1]
    before: tuple[float, float] | None = None
    scale = round(min(1.0, most), 2)
    for _ in range(_TRIES):
        stars = seen[scale] = max(rate(scale), 0.1)
        if abs(stars - wanted) <= _NEAR:
            break
        if before is not None and before[1] != stars:
            slope = log(stars / before[1]) / log(scale / before[0])
            power = min(_MOST_POWER, max(_LEAST_POWER, slope))
        before = scale, stars
        scale = round(min(most, max(LEAST, scale * (wanted / stars) ** (1 / power))), 2)
        if scale in seen:
            break
    return min(seen, key=lambda tried: (abs(seen[tried] - wanted), tried))


def stars_of(head: bytes, spans: Sequence[tuple[int, int]], placed: Sequence[Placed]) -> float:
    """Stars of placed objects under a file's head; 0 where it has none to speak of.

    Args:
        spans: when each of them begins and ends, in ms.
    """
    lines = []
    for item, (time, end) in zip(placed, spans, strict=True):
        if item.beat.is_spinner:
            lines.append(f"256,192,{time},12,0,{end}")
        elif item.shape is None:
            lines.append(f"{item.x},{item.y},{time},1,0")
        else:
            points = "|".join(f"{x}:{y}" for x, y in item.shape.points)
            lines.append(
                f"{item.x},{item.y},{time},2,0,{item.shape.letter}|{points},"
                f"{item.slides},{item.length}"
            )
    return star_rating(head + "\r\n".join(lines).encode("ascii")) or 0.0
