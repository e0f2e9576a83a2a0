"""The random numbers of the oldest client: an xorshift generator with a fixed start.

Catch moves droplets and bananas by them, mania places the columns of spinners; the same map
gives the same numbers for everyone.
"""

from __future__ import annotations

_MASK = 0xFFFFFFFF
_INT_MASK = 0x7FFFFFFF
_Y, _Z, _W = 842502087, 3579807591, 273326509


class LegacyRandom:
    """Numbers from a ``seed``; see the module."""

    def __init__(self, seed: int) -> None:
        self._x, self._y, self._z, self._w = seed & _MASK, _Y, _Z, _W
        self._bits, self._bits_left = 0, 0

    def next_bool(self) -> bool:
        """The next bit; one number gives thirty-two of them."""
        if self._bits_left == 0:
            self._bits, self._bits_left = self._next(), 32
        bit = bool(self._bits & 1)
        self._bits >>= 1
        self._bits_left -= 1
        return bit

    def next_int(self) -> int:
        """The next whole number, 0..2147483647."""
        return self._next() & _INT_MASK

    def _next(self) -> int:
        mixed = self._x ^ ((self._x << 11) & _MASK)
        self._x, self._y, self._z = self._y, self._z, self._w
        self._w = self._w ^ (self._w >> 19) ^ mixed ^ (mixed >> 8)
        return self._w

    def next_float(self) -> float:
        """The next number in [0, 1)."""
        return self.next_int() / (_INT_MASK + 1.0)

    def between(self, low: int, high: int) -> int:
        """The next whole number in [low, high); halves are cut towards zero, as in the game."""
        return int(low + self.next_float() * (high - low))
