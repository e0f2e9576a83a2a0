"""Entries whose files hold copies of the user's own: a mapset with its song.

The journal does not keep such files: they are large, and the user has the originals. Where one of
those is gone, the copy is the last that is left, and undo lets it be.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from clients.patching import atomic, folders
from clients.patching.entries import Entry
from clients.patching.errors import BytesNotKeptError, UndoConflictError


@dataclass(frozen=True, slots=True)
class Original:
    """A file of the user's that a copy was made of: where it was, and what it held."""

    path: Path
    sha256: str


def told(originals: Iterable[Original]) -> dict[str, object]:
    """What an entry's ``detail`` says of them."""
    return {"copies_of": [{"path": str(each.path), "sha256": each.sha256} for each in originals]}


def standing(entry: Entry) -> bytes | None:
    """What stands at the entry's path: bytes, for a mapset also a folder's listing, or nothing.

    Raises:
        WriteRefusedError: it cannot be read, or is a folder where a map was.
    """
    read = folders.read_if_there if _originals(entry) else atomic.read_if_there
    return read(entry.path)


def check_undo(entry: Entry) -> None:
    """Raises UndoConflictError where removing the entry's files would remove a last copy."""
    for original in _originals(entry):
        if not _is_there(original):
            raise UndoConflictError(
                f"{entry.path.name} holds the only copy of {original.path} that is known of: that "
                "file is gone, or another one now. Nothing was removed. Put it back there and try "
                "again, or remove what is not wanted yourself.",
                path=entry.path,
                current=None,
                wanted=None,
                copy=None,
            )


def check_redo(entry: Entry) -> None:
    """Raises BytesNotKeptError where the entry's files were never kept."""
    if _originals(entry) and not entry.after_kept:
        raise BytesNotKeptError(
            f"{entry.path.name} holds a whole song and was not kept. Make it again: with the same "
            "seed it will be the same. Nothing was changed."
        )


def _originals(entry: Entry) -> list[Original]:
    with contextlib.suppress(ValueError, TypeError, KeyError, AttributeError):
        told = json.loads(entry.detail).get("copies_of", [])
        return [Original(Path(each["path"]), str(each["sha256"])) for each in told]
    return []


def _is_there(original: Original) -> bool:
    try:
        return folders.digest_of_file(original.path) == original.sha256
    except (OSError, ValueError):
        return False
