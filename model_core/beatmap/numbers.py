"""Numbers as the game reads and writes them.

The game parses with an invariant culture and refuses what lies outside the range of a 32-bit
integer; Python alone is more lenient (``1_000``, ``inf``, digits of other scripts), so every
number in a beatmap goes through here. All readers raise ``ValueError``; a caller that walks a
file treats that as the game does: the line is skipped.
"""

from __future__ import annotations

import math

#: Magnitudes above this are refused in times, sounds and settings.
MAX_VALUE = 2147483647
#: Magnitudes above this are refused in coordinates and slider lengths.
MAX_COORDINATE = 131072


def parse_int(text: str) -> int:
    """A whole number; surrounding spaces and a sign are allowed, a decimal point is not."""
    if not text.isascii() or "_" in text:
        raise ValueError(f"not a whole number: {text!r}")
    value = int(text)
    if not -MAX_VALUE <= value <= MAX_VALUE:
        raise ValueError(f"number out of range: {text!r}")
    return value


def parse_float(text: str, limit: float = MAX_VALUE, allow_nan: bool = False) -> float:
    """A decimal number within ±``limit``; infinities are always refused."""
    if not text.isascii() or "_" in text:
        raise ValueError(f"not a number: {text!r}")
    value = float(text)
    if -limit <= value <= limit:
        return value
    if allow_nan and math.isnan(value):
        return value
    raise ValueError(f"number out of range: {text!r}")


def format_number(value: float) -> str:
    """Shortest text that reads back as ``value``; whole numbers without a decimal point."""
    if value == int(value):
        return str(int(value))
    text = repr(value)
    # Stable's own files never hold exponents; a tiny remainder is written in full.
    return text if "e" not in text else f"{value:.17f}".rstrip("0").rstrip(".")


def format_beat_length(velocity: float) -> str:
    """The beat-length field of a green line for a slider-velocity multiplier."""
    return format_number(-100.0 / velocity)
