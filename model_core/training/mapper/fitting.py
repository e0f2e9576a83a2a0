"""Fitting a map to its stars: how far apart its objects have to lie.

A level stands for a star rating. How hard a rhythm is to play depends on the song, so all
distances are multiplied by one factor until the game's own calculation gives the rating wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from model_core.beatmap.stars import star_rating
from model_core.training.mapper.flow import Placed
from model_core.training.songs import SongPlan

LEAST, MOST = 0.4, 2.6
_NEAR = 0.08  # stars
_TRIES = 4
_POWER = 0.55  # stars grow about so with distances
_NEW_COMBO = 4


def fitted(wanted: float, rate: Callable[[float], float]) -> float:
    """The factor, in hundredths within ``LEAST`` and ``MOST``, that comes nearest to ``wanted``.

    Args:
        wanted: stars.
        rate: the stars of the map at a factor; grows with it, roughly.
    """
    seen: dict[float, float] = {}
    scale, low, high = 1.0, LEAST, MOST
    for _ in range(_TRIES):
        stars = seen[scale] = rate(scale)
        if abs(stars - wanted) <= _NEAR:
            break
        if stars < wanted:
            low = scale
        else:
            high = scale
        following = round(scale * (wanted / max(stars, 0.1)) ** (1 / _POWER), 2)
        if not low < following < high:
            ends = following in (LEAST, MOST) or not LEAST < following < MOST
            following = min(MOST, max(LEAST, following)) if ends else round((low + high) / 2, 2)
        if following in seen:
            break
        scale = following
    return min(seen, key=lambda tried: (abs(seen[tried] - wanted), tried))


def stars_of(head: bytes, plan: SongPlan, placed: Sequence[Placed]) -> float:
    """Stars of placed objects under a file's head; 0 where it has none to speak of."""
    lines = []
    for item in placed:
        beat = item.beat
        time = round(plan.milliseconds(beat.tick))
        if beat.is_spinner:
            lines.append(f"256,192,{time},12,0,{round(plan.milliseconds(beat.end_tick))}")
        elif item.shape is None:
            lines.append(f"{item.x},{item.y},{time},1,0")
        else:
            points = "|".join(f"{x}:{y}" for x, y in item.shape.points)
            lines.append(
                f"{item.x},{item.y},{time},2,0,{item.shape.letter}|{points},"
                f"{item.slides},{item.length}"
            )
    return star_rating(head + "\r\n".join(lines).encode("ascii")) or 0.0
