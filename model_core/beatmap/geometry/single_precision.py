"""Rounding to single precision, where the game's own rounding decides a comparison."""

from __future__ import annotations

from struct import Struct

_FLOAT = Struct("<f")


def single(value: float) -> float:
    """``value`` as the nearest single-precision number (within ±3e38)."""
    rounded: float = _FLOAT.unpack(_FLOAT.pack(value))[0]
    return rounded
