"""The names of difficulties' files, as the editor makes them, and of the folder around them."""

from __future__ import annotations

import re
from collections.abc import Sequence

#: What Windows does not allow in a file's name; the editor leaves it out.
ILLEGAL = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
#: The longest name in characters that fits a Songs folder at its usual place on Windows, and in
#: bytes that fits any other file system.
MAX_CHARACTERS, MAX_BYTES = 184, 255
#: The longest name of a mapset's folder.
MAX_FOLDER_CHARACTERS = 80


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


def mapset_folder_name(artist: str, title: str) -> str:
    """``Artist - Title``, from the romanised fields: the folder of a new mapset in Songs.

    Windows takes no name that ends with a point or a space, and the difficulties' names must fit
    behind it.
    """
    name = f"{_legal(artist)} - {_legal(title)}"
    while len(name) > MAX_FOLDER_CHARACTERS or len(name.encode("utf-8")) > MAX_BYTES:
        name = name[:-1]
    # A point in front would hide the folder.
    return name.strip(". ") or "New mapset"


def names_a_file(name: str) -> bool:
    """Whether something of a difficulty's name stands in its file's name."""
    return bool(_legal(name))


def clashing_names(names: Sequence[str]) -> tuple[int, int] | None:
    """The places of two names that would be one file; None where there are none. Empty names are
    still to be found, and clash with nothing."""
    seen: dict[str, int] = {}
    for place, name in enumerate(names):
        if name.strip():
            # Whatever stands before it, files with these ends are one.
            file = difficulty_file_name("", "", "", name).casefold()
            if file in seen:
                return seen[file], place
            seen[file] = place
    return None


def _legal(text: str) -> str:
    # Half a surrogate pair is no text that a file system takes.
    whole = text.encode("utf-8", "ignore").decode("utf-8")
    return ILLEGAL.sub("", whole).strip()


def _join(fields: dict[str, str]) -> str:
    whole = f"{fields['artist']} - {fields['title']} ({fields['creator']}) [{fields['name']}].osu"
    return whole.lstrip()


def _too_long(text: str) -> bool:
    return len(text) > MAX_CHARACTERS or len(text.encode("utf-8")) > MAX_BYTES
