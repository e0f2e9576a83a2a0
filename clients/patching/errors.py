"""What can go wrong when a map is written, each as one clear message.

::

    PatchingError
    ├── BaseChangedError      the file is not the one the patch was made for
    ├── WriteRefusedError     the file cannot be written (read-only, no permission, no space, held)
    │   ├── MapGoneError      it is not there (any more)
    │   └── NameTakenError    a new file's name is another file's
    ├── JournalError          the undo journal cannot be read or written, so nothing was changed
    ├── NothingToUndoError    no change of ours to take back (or to repeat)
    ├── BytesNotKeptError     the journal knows of the change or the time, but not the bytes
    └── UndoConflictError     someone else changed the file since; nothing was written

``reason``, where one has it, is the name by which the contract calls the same thing
(``ErrorReason``), as in the daemon's errors: programs need to know one name alone.
"""

from __future__ import annotations

from pathlib import Path


class PatchingError(Exception):
    """Base of everything that stops a write. The map is as it was."""

    reason = ""


class BaseChangedError(PatchingError):
    """The file's bytes are not those that the patch was made for."""

    reason = "MAP_CHANGED"

    def __init__(self, path: Path, expected: str, found: str) -> None:
        super().__init__(
            f"{path.name} was changed since this edit was made "
            f"(expected {expected[:12]}…, found {found[:12]}…). Nothing was written."
        )
        self.path = path
        self.expected = expected
        self.found = found


class WriteRefusedError(PatchingError):
    """The file cannot be written; the message names the reason and the remedy."""


class MapGoneError(WriteRefusedError):
    """The file is not there, or no longer."""

    reason = "MAP_NOT_FOUND"


class NameTakenError(WriteRefusedError):
    """A new file was to be made where there is one already; that one was not touched."""

    reason = "FILE_EXISTS"


class JournalError(PatchingError):
    """The undo journal cannot be used; without it nothing is written."""


class NothingToUndoError(PatchingError):
    """There is no change of ours to take back or to repeat."""


class BytesNotKeptError(PatchingError):
    """The journal does not hold (or no longer holds) the bytes that were asked for."""


class UndoConflictError(PatchingError):
    """The file was changed by someone else after our change.

    ``current`` is what the file holds now (``None`` where it is gone), ``wanted`` what it would
    have become (``None``: no file), ``copy`` the path of the conflict copy of ``wanted`` in the
    state folder (``None`` where there is nothing to keep, or no room).
    """

    def __init__(
        self,
        message: str,
        *,
        path: Path,
        current: bytes | None,
        wanted: bytes | None,
        copy: Path | None,
    ) -> None:
        super().__init__(message)
        self.path = path
        self.current = current
        self.wanted = wanted
        self.copy = copy
