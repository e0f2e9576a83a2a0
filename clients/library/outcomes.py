"""Results of the synchronous calls: plain values, and methods that show and write.

Writing goes the way of the command: the old bytes go into the journal first, a map that was saved
meanwhile gets the change carried over, no file is written over another, and ``undo`` takes it back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from clients.library.fields import (
    FixFields,
    MapFields,
    MapsetFields,
    PatchFields,
    ReportFields,
    TimingFields,
)
from clients.library.reporting import asked_fix, fix_fields
from clients.library.results import common, numbered
from clients.library.writing import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Patches(PatchFields):
    """Changes of a map; nothing is written yet."""

    def apply(self, number: int = 1) -> Change | None:
        """Write a variant into the map; ``None`` where it would change nothing.

        Another variant of this result that stands there makes room for it.

        Raises:
            ChangedError: the map was saved meanwhile, with changes of the same range.
            RefusedError: there is no such variant.
            PatchingError: the map or the journal cannot be written. In every case the map is as
                it was.
        """
        return self.hand.write(numbered(self.variants, number).message)

    def diff(self, number: int = 1) -> str:
        """A unified diff of what ``apply`` would write now; empty where it is nothing.

        Raises:
            ClientError, PatchingError: as for :meth:`apply`.
        """
        return self.hand.map_diff(numbered(self.variants, number).message)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMap(MapFields):
    """A new difficulty; nothing is written yet."""

    def apply(self, number: int = 1) -> Change | None:
        """Make the new map beside the one that it was asked for; ``None`` where it stands already.

        Another variant of this result makes room for it, if nobody has changed it.

        Raises:
            NameTakenError: something has that name by now; it stays as it is.
            RefusedError: there is no such variant.
            PatchingError: the folder or the journal cannot be written. In every case nothing was.
        """
        return self.hand.write(numbered(self.variants, number).message)

    def diff(self, number: int = 1) -> str:
        """A unified diff from nothing to the new map.

        Raises:
            RefusedError: there is no such variant.
        """
        return self.hand.file_diff(numbered(self.variants, number).message)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMapset(MapsetFields):
    """A new mapset; nothing is written yet."""

    def apply(
        self, number: int = 1, *, into: Path | str | None = None, archive: bool = False
    ) -> Change | None:
        """Make the mapset's folder, with a copy of the song; ``None`` where it stands already.

        Another variant of this result makes room for it, if nobody has changed it.

        Args:
            into: the folder that it is made in; without it, the Songs folder.
            archive: make an .osz there instead.

        Raises:
            RefusedError: there is no such variant, or no such folder.
            ChangedError: the song is not the one any more that was heard.
            PatchingError: the folder or the journal cannot be written. In every case nothing was.
        """
        variant = numbered(self.variants, number).message
        return self.hand.write(variant, into, archive)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing(TimingFields, Patches):
    """The timing of a song; of a map also a change of its red lines. Nothing is written yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixes(FixFields, Patches):
    """Suggested edits as one change of the map; nothing is written yet."""

    def apply(self, number: int = 1) -> Change | None:
        """As for every change of a map."""
        return self.hand.write_fix(numbered(self.variants, number).message, self.made)

    def diff(self, number: int = 1) -> str:
        """As for every change of a map."""
        return self.hand.fix_diff(numbered(self.variants, number).message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Modding(ReportFields):
    """What rules and a model have to say of a map; nothing is changed."""

    def fix(self, ids: Sequence[str]) -> Fixes:
        """The suggested edits of these suggestions, as one change; nothing is written yet.

        An id that names no suggestion with an edit is in ``left`` of the answer, with the reason.

        Raises:
            ChangedError: the map is not the one any more that was modded.
            RefusedError: the report is no longer kept.
            UsageError: no id was given.
        """
        answer = asked_fix(self.hand, ids)
        return Fixes(**common(self.hand), **fix_fields(answer))
