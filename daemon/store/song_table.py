"""The song index: every .osu file below Songs with the time of its last save."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass

from daemon.store.database import Database

# A reported write is seen within seconds; a day covers a daemon that was not running.
_OWN_WRITE_SECONDS = 86400.0

# In place of a path: content that is ours wherever it is written.
ANYWHERE = ""


@dataclass(frozen=True, slots=True)
class SongRow:
    """One .osu file.

    Attributes:
        sha256: of its content, or None where it was not read yet.
        saved_at: when someone else than us saved it last, seconds since the epoch.
        previous_saved_at: what ``saved_at`` was before the last change of content, for a write
            of ours that is reported after it was seen.
    """

    path: str
    size: int
    mtime_ns: int
    sha256: str | None
    saved_at: float
    previous_saved_at: float | None = None


class SongTable:
    """The index, and the writes that clients reported as their own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def known(self, paths: Iterable[str]) -> dict[str, SongRow]:
        """The rows of those of the paths that are indexed."""
        wanted = tuple(paths)

        def work(connection: sqlite3.Connection) -> dict[str, SongRow]:
            found = {}
            for path in wanted:
                row = connection.execute("SELECT * FROM songs WHERE path = ?", (path,)).fetchone()
                if row is not None:
                    found[path] = _row(row)
            return found

        return await self._database.run(work)

    async def newest(self, limit: int) -> list[SongRow]:
        """The maps saved last, newest first."""

        def work(connection: sqlite3.Connection) -> list[SongRow]:
            rows = connection.execute(
                "SELECT * FROM songs ORDER BY saved_at DESC, path LIMIT ?", (limit,)
            )
            return [_row(row) for row in rows]

        return await self._database.run(work)

    async def below(self, folder: str) -> list[str]:
        """The indexed paths that start with the folder's (which ends with a separator)."""

        def work(connection: sqlite3.Connection) -> list[str]:
            rows = connection.execute(
                "SELECT path FROM songs WHERE path >= ? AND path < ?",
                (folder, folder[:-1] + chr(ord(folder[-1]) + 1)),
            )
            return [row["path"] for row in rows]

        return await self._database.run(work)

    async def put(self, rows: Iterable[SongRow]) -> None:
        values = [
            (r.path, r.size, r.mtime_ns, r.sha256, r.saved_at, r.previous_saved_at) for r in rows
        ]
        await self._database.write("INSERT OR REPLACE INTO songs VALUES (?, ?, ?, ?, ?, ?)", values)

    async def remove(self, paths: Iterable[str]) -> None:
        values = [(path,) for path in paths]
        await self._database.write("DELETE FROM songs WHERE path = ?", values)

    async def report_write(self, path: str, sha256: str) -> None:
        now = time.time()

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT OR REPLACE INTO own_writes VALUES (?, ?, ?)", (path, sha256, now)
            )
            connection.execute(
                "DELETE FROM own_writes WHERE reported_at < ?", (now - _OWN_WRITE_SECONDS,)
            )

        await self._database.run(work)

    async def take_own_write(self, path: str, sha256: str) -> bool:
        """Whether this content was reported as ours; a report answers for one write only."""

        def work(connection: sqlite3.Connection) -> bool:
            taken = connection.execute(
                "DELETE FROM own_writes WHERE path IN (?, ?) AND sha256 = ?",
                (path, ANYWHERE, sha256),
            )
            return taken.rowcount > 0

        return await self._database.run(work)


def _row(row: sqlite3.Row) -> SongRow:
    return SongRow(
        row["path"],
        row["size"],
        row["mtime_ns"],
        row["sha256"],
        row["saved_at"],
        row["previous_saved_at"],
    )
