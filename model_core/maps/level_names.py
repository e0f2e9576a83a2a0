"""What a new difficulty is called, where nobody says: by its stars, in the words of its mode.

The levels and the names that taiko and catch have for them are those of the ranking criteria,
which the modding rules go by as well.
"""

from __future__ import annotations

from collections.abc import Collection

from model_core.modding.rules.levels import NAMES, Level, level_of

__all__ = ["level_name", "unused_name"]

_MANIA = 3
_HARDEST = "Extra"


def level_name(stars: float | None, mode: int = 0, keys: int = 4) -> str:
    """What difficulties of so many stars are usually called: Hard, Muzukashii, Platter, 7K Hard.

    Args:
        stars: None where the game cannot rate the map; it is called as the easiest are.
        keys: columns, of mania maps.
    """
    level = level_of(stars or 0.0)
    own = {each: name.title() for name, each in reversed(NAMES.get(mode, {}).items())}
    if own:
        return own.get(level, own[max(own)])
    name = _HARDEST if level is Level.EXPERT_PLUS else level.title
    return f"{keys}K {name}" if mode == _MANIA else name


def unused_name(name: str, taken: Collection[str]) -> str:
    """The name, or the same with a number where another difficulty of the set is called so."""
    known = {each.strip().casefold() for each in taken}
    number, tried = 1, name
    while tried.casefold() in known:
        number += 1
        tried = f"{name} {number}"
    return tried
