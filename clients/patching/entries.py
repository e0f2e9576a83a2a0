"""What the journal says of a write: where it comes from, its state, the hashes of both sides."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

# Stands for "no file" where a hash stands for its bytes.
ABSENT = ""


class EntryState(StrEnum):
    """What became of a write."""

    # On their way; met by others only after a crash.
    APPLYING = "applying"
    UNDOING = "undoing"
    REDOING = "redoing"
    # Settled.
    APPLIED = "applied"
    UNDONE = "undone"
    ABANDONED = "abandoned"  # never reached the map, which is as it was before


UNSETTLED = (EntryState.APPLYING, EntryState.UNDOING, EntryState.REDOING)
# What history shows.
SHOWN = (*UNSETTLED, EntryState.APPLIED, EntryState.UNDONE)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a change comes from. ``detail`` is for programs (JSON: model, seed, range)."""

    verb: str
    job: str = ""
    variant: int = 1
    summary: str = ""
    detail: str = "{}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One write. ``at`` and ``changed_at`` are Unix times in seconds.

    A hash of ``""`` stands for no file: before a new one was made, or after one was removed.
    ``before_kept`` and ``after_kept`` say whether the bytes are still there.
    """

    id: int
    at: float
    changed_at: float
    path: Path
    state: EntryState
    verb: str
    job: str
    variant: int
    summary: str
    detail: str
    before_sha256: str
    after_sha256: str
    temporary: str
    before_kept: bool = True
    after_kept: bool = True


@dataclass(frozen=True, slots=True)
class Move:
    """At ``at`` (Unix time) a write of ours brought a map from one content to another."""

    entry: int
    at: float
    from_sha256: str
    to_sha256: str
    from_kept: bool
    to_kept: bool
