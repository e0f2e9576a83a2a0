"""Patches of .osu files: making, applying, taking back, and carrying over to a newer file."""

from __future__ import annotations

from .document import split_lines
from .line_edits import LineEdit, Patch, sha256
from .rebase import rebase

__all__ = ["LineEdit", "Patch", "rebase", "sha256", "split_lines"]
