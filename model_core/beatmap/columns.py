"""Columns of osu!mania: which one an object stands in, and where the editor writes it."""

from __future__ import annotations

import math

from .numbers import to_single

#: The width of the playfield that the columns share, in osu! pixels, and the y of every object.
PLAYFIELD_WIDTH, COLUMN_Y = 512, 192


def key_count(circle_size: float) -> int:
    """How many columns a mania map has: its circle size as a whole number, at least 1."""
    return max(1, round(circle_size))


def column_of(x: float, keys: int) -> int:
    """The column at ``x`` osu! pixels, 0 for the first; beyond the edges the outermost."""
    # The game divides by a column's width, in single precision.
    place = to_single(x / to_single(PLAYFIELD_WIDTH / keys))
    return min(keys - 1, max(0, math.floor(place)))


def column_x(column: int, keys: int) -> int:
    """The x that the editor writes for a column: the middle, cut to a whole pixel.

    Raises ``ValueError`` for a column that a map of ``keys`` does not have.
    """
    if not 0 <= column < keys:
        raise ValueError(f"a map of {keys} keys has no column {column}")
    return math.floor((column + 0.5) * PLAYFIELD_WIDTH / keys)
