"""Results of the asynchronous calls: as the synchronous ones, with methods to be awaited.

Files are read and written in a thread, so that the loop goes on meanwhile. A write that was begun
is ended, even if whoever waits for it is cancelled.
"""

from __future__ import annotations

import asyncio
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
class AsyncPatches(PatchFields):
    """Changes of a map; nothing is written yet."""

    async def apply(self, number: int = 1) -> Change | None:
        """Write a variant into the map; ``None`` where it would change nothing.

        Another variant of this result that stands there makes room for it.

        Raises:
            ChangedError: the map was saved meanwhile, with changes of the same range.
            RefusedError: there is no such variant.
            PatchingError: the map or the journal cannot be written. In every case the map is as
                it was.
        """
        return await asyncio.to_thread(self.hand.write, numbered(self.variants, number).message)

    async def diff(self, number: int = 1) -> str:
        """A unified diff of what ``apply`` would write now; empty where it is nothing.

        Raises:
            ClientError, PatchingError: as for :meth:`apply`.
        """
        return await asyncio.to_thread(self.hand.map_diff, numbered(self.variants, number).message)


@dataclass(frozen=True, slots=True, kw_only=True)
class AsyncNewMap(MapFields):
    """A new difficulty; nothing is written yet."""

    async def apply(self, number: int = 1) -> Change | None:
        """Make the new map beside the one that it was asked for; ``None`` where it stands already.

        Another variant of this result makes room for it, if nobody has changed it.

        Raises:
            NameTakenError: something has that name by now; it stays as it is.
            RefusedError: there is no such variant.
            PatchingError: the folder or the journal cannot be written. In every case nothing was.
        """
        return await asyncio.to_thread(self.hand.write, numbered(self.variants, number).message)

    async def diff(self, number: int = 1) -> str:
        """A unified diff from nothing to the new map.

        Raises:
            RefusedError: there is no such variant.
        """
        return await asyncio.to_thread(self.hand.file_diff, numbered(self.variants, number).message)


@dataclass(frozen=True, slots=True, kw_only=True)
class AsyncNewMapset(MapsetFields):
    """A new mapset; nothing is written yet."""

    async def apply(
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
        return await asyncio.to_thread(self.hand.write, variant, into, archive)


@dataclass(frozen=True, slots=True, kw_only=True)
class AsyncTiming(TimingFields, AsyncPatches):
    """The timing of a song; of a map also a change of its red lines. Nothing is written yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AsyncFixes(FixFields, AsyncPatches):
    """Suggested edits as one change of the map; nothing is written yet."""

    async def apply(self, number: int = 1) -> Change | None:
        """As for every change of a map."""
        return await asyncio.to_thread(
            self.hand.write_fix, numbered(self.variants, number).message, self.made
        )

    async def diff(self, number: int = 1) -> str:
        """As for every change of a map."""
        return await asyncio.to_thread(self.hand.fix_diff, numbered(self.variants, number).message)


@dataclass(frozen=True, slots=True, kw_only=True)
class AsyncModding(ReportFields):
    """What rules and a model have to say of a map; nothing is changed."""

    async def fix(self, ids: Sequence[str]) -> AsyncFixes:
        """The suggested edits of these suggestions, as one change; nothing is written yet.

        An id that names no suggestion with an edit is in ``left`` of the answer, with the reason.

        Raises:
            ChangedError: the map is not the one any more that was modded.
            RefusedError: the report is no longer kept.
            UsageError: no id was given.
        """
        answer = await asyncio.to_thread(asked_fix, self.hand, ids)
        return AsyncFixes(**common(self.hand), **fix_fields(answer))
