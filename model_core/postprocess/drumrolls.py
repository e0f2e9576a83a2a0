"""The path of a taiko drumroll: to and fro across the playfield until it is long enough."""

from __future__ import annotations

import math

__all__ = ["drumroll_points"]

_WIDTH, _MIDDLE = 512, 192


def drumroll_points(length: float) -> list[tuple[int, int]]:
    """Control points (osu! pixels, head first) of a straight path of at least ``length`` px."""
    legs = max(math.ceil(length / _WIDTH), 1)
    return [(_WIDTH * (leg % 2), _MIDDLE) for leg in range(legs + 1)]
