"""What every edit hands out, and what it was allowed to change.

An edit is a patch with a proof: its scope says what the request covers, and the contract of that
scope (:mod:`.contracts`) was checked on the patched bytes before the edit was made. A scope is
small and knows no bytes, so that the same contract can be checked again when the patch is carried
over to a file that changed meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ..beatmap import Beatmap
from ..patches import Patch
from .summary import EditSummary


class EditKind(StrEnum):
    """What an edit is about."""

    OBJECTS = "objects"
    HITSOUNDS = "hitsounds"
    GREEN_LINES = "green_lines"
    RED_LINES = "red_lines"


@dataclass(frozen=True, slots=True)
class Scope:
    """What an edit may change, in ms, both ends included.

    ``kiai`` and ``red_lines`` say whether a remap was asked for new kiai times and tempo lines;
    ``resnap`` whether objects may move with changed red lines; ``next_combo`` whether the first
    object after a remapped range may start a combo that it did not start before, or the reverse;
    ``loose_state`` whether slider velocity, sounds and kiai may follow changed red lines.
    """

    kind: EditKind
    start_ms: int
    end_ms: int
    kiai: bool = False
    red_lines: bool = False
    resnap: bool = False
    next_combo: bool = False
    loose_state: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """A checked edit: the patch, what it may change, what it does in words, the map it makes."""

    patch: Patch
    scope: Scope
    summary: EditSummary
    result: Beatmap
