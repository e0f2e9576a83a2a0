"""What a .osu file says of who made it and what it is like, and numbers for its mappers.

The file has names, models are told numbers. Numbers are given by a table of this corpus's own,
``mappers.json``, that people may edit: whoever knows a mapper's osu! user id writes it there, and
a checkpoint whose vocabulary knows that id is told it. A number once given stays.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

from model_core.beatmap import Beatmap
from model_core.errors import InputError
from model_core.tokens import starter_vocabulary

__all__ = ["FIRST_OWN_ID", "MapperTable", "descriptors_of", "mapper_of", "song_key"]

#: Numbers from here on are given by us: no osu! user has such an id.
FIRST_OWN_ID = 1_000_000_000
# "Somebody's Insane", and "Kris' Hard".
_GUEST = re.compile(r"^(?P<name>.+?)(?:['’]s|(?<=s)['’])\s+\S", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"[(\[~].*?[)\]~]")
# Words of one part that mappers do use as tags for what a map is like.
_PLAIN_TAGS = frozenset({"streams", "jumps"})


def mapper_of(beatmap: Beatmap) -> str:
    """Who made this difficulty: the guest that its name and the tags name, else the creator."""
    match = _GUEST.match(beatmap.difficulty_name)
    if match is not None:
        name = match["name"].strip()
        if _holds(_words(" ".join(beatmap.tags).replace("_", " ")), _words(name.replace("_", " "))):
            return name
    return beatmap.creator.strip()


def descriptors_of(beatmap: Beatmap) -> tuple[str, ...]:
    """Descriptors among the tags: by their whole name (``style/clean``, with ``_`` for a space),
    or by its last part where that can hardly mean anything else (``flow aim``)."""
    words = _words(" ".join(beatmap.tags).replace("_", " "))
    return tuple(
        name
        for name in _descriptor_names()
        if _holds(words, _words(name)) or (_telling(name) and _holds(words, _words(_last(name))))
    )


@cache
def _descriptor_names() -> tuple[str, ...]:
    return tuple(starter_vocabulary().to_dict()["descriptor_idx"])


def _last(name: str) -> str:
    return name.rpartition("/")[2]


def _telling(name: str) -> bool:
    return " " in _last(name) or _last(name) in _PLAIN_TAGS


def _words(text: str) -> list[str]:
    return text.casefold().split()


def _holds(words: list[str], part: list[str]) -> bool:
    size = len(part)
    return bool(part) and any(
        words[start : start + size] == part for start in range(len(words) - size + 1)
    )


def song_key(beatmap: Beatmap) -> str:
    """What names a song whoever mapped it: artist and title, without remarks in brackets.

    Empty where the map names neither.
    """
    parts = []
    for text in (beatmap.artist, beatmap.title):
        bare = _IN_BRACKETS.sub(" ", text.casefold())
        parts.append(" ".join(re.findall(r"\w+", bare)) or " ".join(text.casefold().split()))
    return " - ".join(parts) if any(parts) else ""


class MapperTable:
    """Names of mappers and their numbers, kept in ``mappers.json``; case does not matter."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ids = _read(path)
        self._folded = {name.casefold(): number for name, number in self._ids.items()}
        self._changed = False

    def __len__(self) -> int:
        return len(self._ids)

    def id_of(self, name: str) -> int | None:
        """The number of a mapper, a new one where there is none yet; None for no name."""
        if not name:
            return None
        found = self._folded.get(name.casefold())
        if found is None:
            taken = [number for number in self._ids.values() if number >= FIRST_OWN_ID]
            found = max(taken, default=FIRST_OWN_ID - 1) + 1
            self._ids[name] = self._folded[name.casefold()] = found
            self._changed = True
        return found

    def names_of(self, wanted: str) -> set[str]:
        """The folded names that a name or a number of the table stands for."""
        names = {wanted.casefold()}
        if wanted.isdecimal():
            names |= {name for name, number in self._folded.items() if number == int(wanted)}
        return names

    def write(self) -> None:
        """Write the table whole or not at all, where names came."""
        if not self._changed:
            return
        partial = self._path.with_suffix(".tmp")
        text = json.dumps(self._ids, indent=1, ensure_ascii=False) + "\n"
        partial.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
        partial.replace(self._path)
        self._changed = False


def _read(path: Path) -> dict[str, int]:
    try:
        ids = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {error}. Mend it, or delete it.") from error
    if not isinstance(ids, dict) or not all(
        isinstance(number, int) and not isinstance(number, bool) and number >= 0
        for number in ids.values()
    ):
        raise InputError(f'{path} must hold names with their whole numbers: {{"name": 123}}.')
    return ids
