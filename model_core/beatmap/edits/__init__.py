"""What a request may do to a map. Every edit checks its own contract before it is handed out."""

from __future__ import annotations

from .edit import Edit, EditKind, Scope
from .ranges import FreeRange, free_range, replaced_objects
from .rebasing import rebase
from .red_lines import red_lines_of, set_red_lines
from .remapping import RemapEdit, remap, require_editable
from .summary import EditSummary

__all__ = [
    "Edit",
    "EditKind",
    "EditSummary",
    "FreeRange",
    "RemapEdit",
    "Scope",
    "free_range",
    "rebase",
    "red_lines_of",
    "remap",
    "replaced_objects",
    "require_editable",
    "set_red_lines",
]
