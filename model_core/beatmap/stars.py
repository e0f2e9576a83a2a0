"""Star ratings, by rosu-pp: the game's own difficulty calculation in another language."""

from __future__ import annotations

__all__ = ["star_rating"]


def star_rating(data: bytes) -> float | None:
    """Stars of a whole file without mods, or None where it cannot be rated (no objects, say).

    Maps made to break the game are not rated: that could take hours.
    """
    import rosu_pp_py as rosu

    try:
        beatmap = rosu.Beatmap(bytes=data)
        if beatmap.n_objects == 0 or beatmap.is_suspicious():
            return None
        stars = float(rosu.Difficulty().calculate(beatmap).stars)
    except Exception:  # the binding raises plain exceptions for files that it cannot read
        return None
    return stars if stars > 0 else None
