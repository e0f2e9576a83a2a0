"""Numbers as the game reads and writes them.

The game parses with an invariant culture and refuses what lies outside the range of a 32-bit
integer. It takes what Python alone would not (``1,000``, zero bytes at the end) and refuses what
Python takes (``1_000``, ``inf``, digits of other scripts), so every number in a beatmap goes
through here. All readers raise ``ValueError``; a caller that walks a file treats that as the
game does: the line is skipped.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Mapping

#: Magnitudes above this are refused in times, sounds and settings.
MAX_VALUE = 2147483647
#: Magnitudes above this are refused in coordinates and slider lengths.
MAX_COORDINATE = 131072
#: Digits of which any number fits into 32 bits, and of which any is exact in single precision.
SHORT, EXACT_DIGITS = 10, 7
#: What may stand around a number.
_SPACE = "\t\n\v\f\r "
#: The game allows a comma anywhere behind the first digit, up to the decimal point.
_THOUSANDS = re.compile(r"([+-]?\d[\d,]*)(\.\d*)?([eE][+-]?\d+)?", re.ASCII)
_SINGLE = struct.Struct("f")


def is_plain(text: str) -> bool:
    """Whether Python and the game read every number in ``text`` alike (commas aside)."""
    return text.isascii() and text.isprintable() and "_" not in text


def _plain(text: str) -> str:
    if not is_plain(text):
        text = text.lstrip(_SPACE).rstrip("\0").rstrip(_SPACE)
        if not is_plain(text):
            raise ValueError(f"not a number: {text!r}")
    return text


def parse_int(text: str) -> int:
    """A whole number; surrounding spaces and a sign are allowed, a decimal point is not."""
    if len(text) < SHORT and text.isdigit() and text.isascii():
        return int(text)
    value = int(_plain(text))
    if not -MAX_VALUE <= value <= MAX_VALUE:
        raise ValueError(f"number out of range: {text!r}")
    return value


def parse_float(text: str, limit: float = MAX_VALUE, allow_nan: bool = False) -> float:
    """A decimal number within ±``limit``; infinities are always refused."""
    if len(text) < SHORT and text.isdigit() and text.isascii():
        value = float(text)
        if value <= limit:
            return value
    text = _plain(text)
    if "," in text:
        match = _THOUSANDS.fullmatch(text.strip(_SPACE))
        if match is None:
            raise ValueError(f"not a number: {text!r}")
        text = match[0].replace(",", "")
    value = float(text)
    if -limit <= value <= limit:
        return value
    if allow_nan and math.isnan(value):
        return value
    raise ValueError(f"number out of range: {text!r}")


def parse_single(text: str, limit: float = MAX_VALUE) -> float:
    """A decimal number in single precision, as the game keeps coordinates and settings."""
    value = parse_float(text, 2 * limit)
    if len(text) > EXACT_DIGITS or not value.is_integer():
        value = to_single(value)
    if not -limit <= value <= limit:
        raise ValueError(f"number out of range: {text!r}")
    return value


def to_single(value: float) -> float:
    """The single-precision number nearest to ``value``."""
    return float(_SINGLE.unpack(_SINGLE.pack(value))[0])


def parse_enum(text: str, names: Mapping[str, int]) -> int:
    """A name (capitals matter) or any whole number; several names in a row are or-ed."""
    text = text.strip()
    if text[:1].isdigit() or text[:1] in ("+", "-"):
        return parse_int(text)
    value = 0
    for name in text.split(","):
        try:
            value |= names[name.strip()]
        except KeyError:
            raise ValueError(f"no such name: {text!r}") from None
    return value


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
