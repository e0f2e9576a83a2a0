"""The font of the pictures, which comes with the program: they look alike on every machine."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

FAMILY = "Companion Sans"
_FOLDER = Path(__file__).parent / "fonts"
_MISSING = "\uffff"


def font_bytes(bold: bool) -> bytes:
    """The font's file (TrueType)."""
    return (_FOLDER / f"Roboto-{'Bold' if bold else 'Regular'}.ttf").read_bytes()


@lru_cache(maxsize=256)
def font(size: float, bold: bool) -> ImageFont.FreeTypeFont:
    """The font at a size in pixels."""
    path = _FOLDER / f"Roboto-{'Bold' if bold else 'Regular'}.ttf"
    # The basic layout needs no library that some builds of Pillow lack.
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


def width_of(text: str, size: float, bold: bool = False) -> float:
    """Pixels that the text takes."""
    return font(size, bold).getlength(text)


def fitting(text: str, size: float, room: float, bold: bool = False) -> str:
    """The text, cut with an ellipsis where it is wider than ``room`` pixels."""
    # No room holds more letters than this, and measuring takes as long as the text.
    text = text[: max(1, int(room))]
    if width_of(text, size, bold) <= room:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width_of(f"{text[:middle].rstrip()}…", size, bold) <= room:
            low = middle
        else:
            high = middle - 1
    return f"{text[:low].rstrip()}…" if low else ""


@lru_cache(maxsize=4096)
def has_glyph(letter: str) -> bool:
    """Whether the font can draw a letter."""
    if letter.isspace():
        return True
    shape = font(24, False)
    return bytes(shape.getmask(letter)) != bytes(shape.getmask(_MISSING))
