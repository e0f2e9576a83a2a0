"""The one place that writes .osu files, and whole mapsets.

A patch is line edits with the hash of the file it was made for, so that it needs no .osu parser.
``Patcher`` applies it: the old bytes go to the undo journal first (in the state folder, never in
Songs), then the file is replaced in one step. Whatever happens meanwhile, the map is either the
old one or the new one, whole.
"""

from __future__ import annotations

from clients.patching.entries import Entry, EntryState, Origin
from clients.patching.errors import (
    BaseChangedError,
    BytesNotKeptError,
    JournalError,
    MapGoneError,
    NameTakenError,
    NothingToUndoError,
    PatchingError,
    UndoConflictError,
    WriteRefusedError,
)
from clients.patching.folders import NewFile
from clients.patching.journal import Bounds, Journal
from clients.patching.lines import (
    LineEdit,
    LinePatch,
    sha256_hex,
    split_lines,
    unified_diff,
)
from clients.patching.patcher import Patcher
from clients.patching.versions import Version

__all__ = [
    "BaseChangedError",
    "Bounds",
    "BytesNotKeptError",
    "Entry",
    "EntryState",
    "Journal",
    "JournalError",
    "LineEdit",
    "LinePatch",
    "MapGoneError",
    "NameTakenError",
    "NewFile",
    "NothingToUndoError",
    "Origin",
    "Patcher",
    "PatchingError",
    "UndoConflictError",
    "Version",
    "WriteRefusedError",
    "sha256_hex",
    "split_lines",
    "unified_diff",
]
