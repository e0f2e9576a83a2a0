"""What can go wrong when a map is written, each as one clear message.

::

    PatchingError
    ├── BaseChangedError      the file is not the one the patch was made for
    ├── WriteRefusedError     the file cannot be written (read-only, no permission, no space, held)
    ├── JournalError          the undo journal cannot be read or written, so nothing was changed
    ├── NothingToUndoError    no change of ours to take back (or to repeat)
    └── UndoConflictError     someone else changed the file since; nothing was written
"""

from __future__ import annotations

from pathlib import Path


class PatchingError(Exception):
    """Base of everything that stops a write. The map is as it was."""


class BaseChangedError(PatchingError):
    """The file's bytes are not those that the patch was made for."""

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


class JournalError(PatchingError):
    """The undo journal cannot be used; without it nothing is written."""


class NothingToUndoError(PatchingError):
    """There is no change of ours to take back or to repeat."""


class UndoConflictError(PatchingError):
    """The file was changed by someone else after our change.

    ``current`` is what the file holds now (``None`` where it is gone), ``wanted`` what it would
    have become, ``copy`` the path of the conflict copy of ``wanted`` in the state folder.
    """

    def __init__(
        self, message: str, *, path: Path, current: bytes | None, wanted: bytes, copy: Path
    ) -> None:
        super().__init__(message)
        self.path = path
        self.current = current
        self.wanted = wanted
        self.copy = copy
