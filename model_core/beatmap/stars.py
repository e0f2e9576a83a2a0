"""Star ratings, by rosu-pp: the game's own difficulty calculation in another language."""

from __future__ import annotations

__all__ = ["star_rating"]

#: Squares of the sliders' points, summed, beyond which a map is not rated: about a second.
MAX_SLIDER_COST = 400_000_000


def star_rating(data: bytes) -> float | None:
    """Stars of a whole file without mods, or None where it cannot be rated (no objects, say).

    Maps made to break the game are not rated: that could take hours.
    """
    import rosu_pp_py as rosu

    # The time a slider takes grows with the square of its points, and nothing can end it.
    if sum(line.count(b"|") ** 2 for line in data.split(b"\n")) > MAX_SLIDER_COST:
        return None
    try:
        beatmap = rosu.Beatmap(bytes=data)
        if beatmap.n_objects == 0 or beatmap.is_suspicious():
            return None
        stars = float(rosu.Difficulty().calculate(beatmap).stars)
    except Exception:  # the binding raises plain exceptions for files that it cannot read
        return None
    return stars if stars > 0 else None
