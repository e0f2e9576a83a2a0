"""Lines of [Colours]: ``Combo1 : 255,128,0`` and colours of other things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from .document import Document
from .numbers import parse_int

MAX_COMBO_COLOURS = 8

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Colours:
    """Red, green and blue, 0..255. ``combos`` in file order: the game ignores their numbers."""

    combos: tuple[Colour, ...]
    others: Mapping[str, Colour]


def read_colours(document: Document) -> Colours:
    """Every colour that the game would read; what stands behind the blue is not looked at."""
    combos: list[Colour] = []
    others: dict[str, Colour] = {}
    for reading in document.section("Colours"):
        key, _, value = reading.text.partition(":")
        try:
            colour = _colour(value)
        except ValueError:
            continue
        if _is_combo(key.strip()):
            combos.append(colour)
        else:
            others[key.strip()] = colour
    return Colours(tuple(combos), MappingProxyType(others))


def _colour(text: str) -> Colour:
    parts = text.strip().split(",")
    if len(parts) not in (3, 4):
        raise ValueError("a colour has three parts, or four with its opacity")
    red, green, blue = (parse_int(part) for part in parts[:3])
    if not all(0 <= part <= 255 for part in (red, green, blue)):
        raise ValueError("a part of a colour is a byte")
    return (red, green, blue)


def _is_combo(key: str) -> bool:
    try:
        return key.startswith("Combo") and 1 <= parse_int(key[5:]) <= MAX_COMBO_COLOURS
    except ValueError:
        return False
