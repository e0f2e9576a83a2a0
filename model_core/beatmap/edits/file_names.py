"""The name of a difficulty's file, as the editor makes it."""

from __future__ import annotations

import re

#: What Windows does not allow in a file's name; the editor leaves it out.
ILLEGAL = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
#: The longest name in characters that fits a Songs folder at its usual place on Windows, and in
#: bytes that fits any other file system.
MAX_CHARACTERS, MAX_BYTES = 184, 255


def difficulty_file_name(artist: str, title: str, creator: str, name: str) -> str:
    """``Artist - Title (Creator) [Name].osu``, from the romanised fields.

    A name that would be too long loses the end of its title, then of its artist, its creator and
    at last of the difficulty's own name.
    """
    fields = {
        "title": _legal(title),
        "artist": _legal(artist),
        "creator": _legal(creator),
        "name": _legal(name),
    }
    text = _join(fields)
    for field in fields:
        while fields[field] and _too_long(text):
            fields[field] = fields[field][:-1].rstrip()
            text = _join(fields)
    return text


def _legal(text: str) -> str:
    # Half a surrogate pair is no text that a file system takes.
    whole = text.encode("utf-8", "ignore").decode("utf-8")
    return ILLEGAL.sub("", whole).strip()


def _join(fields: dict[str, str]) -> str:
    whole = f"{fields['artist']} - {fields['title']} ({fields['creator']}) [{fields['name']}].osu"
    return whole.lstrip()


def _too_long(text: str) -> bool:
    return len(text) > MAX_CHARACTERS or len(text.encode("utf-8")) > MAX_BYTES
