"""What a request may do to a map. Every edit checks its own contract before it is handed out."""

from __future__ import annotations

from .edit import Edit, EditKind, Scope
from .green_line_edits import (
    GreenSetting,
    change_green_lines,
    green_lines_of,
    set_green_lines,
)
from .hitsounding import HitsoundEdit, Unreached, set_hitsounds
from .new_difficulty import DifficultySettings, NewDifficulty, new_difficulty
from .ranges import FreeRange, free_range, replaced_objects
from .rebasing import rebase
from .red_lines import red_lines_of, set_red_lines
from .remapping import RemapEdit, remap, require_editable
from .summary import EditSummary
from .unlocked import remap_with_timing

__all__ = [
    "DifficultySettings",
    "Edit",
    "EditKind",
    "EditSummary",
    "FreeRange",
    "GreenSetting",
    "HitsoundEdit",
    "NewDifficulty",
    "RemapEdit",
    "Scope",
    "Unreached",
    "change_green_lines",
    "free_range",
    "green_lines_of",
    "new_difficulty",
    "rebase",
    "red_lines_of",
    "remap",
    "remap_with_timing",
    "replaced_objects",
    "require_editable",
    "set_green_lines",
    "set_hitsounds",
    "set_red_lines",
]
