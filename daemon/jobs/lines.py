"""Texts that become one line of a map, or part of a file's name: what they may not hold."""

from __future__ import annotations

import unicodedata

# By the general category of Unicode; what is in none of them is told as unknown.
_WHY = {
    "Cc": "it is a control character, and this is one line of text",
    "Cf": "it cannot be seen, so that what looks the same would not be the same",
    "Zl": "it begins another line, and this is one line of text",
    "Zp": "it begins another line, and this is one line of text",
    "Zs": "it looks like a space and is another character; write a plain space",
}
_UNKNOWN = "it is no letter that every system knows"


def unfit(field: str, text: str, longest: int) -> str | None:
    """Why a text cannot be a line of at most so many letters, in a sentence; None if it can.

    The sentence names the character that is in the way, which often is one that cannot be seen,
    and its place.

    Args:
        field: what the text is, as the sentence begins.
    """
    if len(text) > longest:
        return (
            f"{field} must be one line of at most {longest} letters, not of {len(text)}:"
            f" {text[:60]!r}."
        )
    for place, character in enumerate(text, start=1):
        if not character.isprintable():
            why = _WHY.get(unicodedata.category(character), _UNKNOWN)
            return f"{field} cannot have {_told(character)} as its character {place}: {why}."
    return None


def _told(character: str) -> str:
    code = f"U+{ord(character):04X}"
    name = unicodedata.name(character, "")
    return f"{code} ({name})" if name else code
