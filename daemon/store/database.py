"""One SQLite connection in one thread of its own; coroutines await what it does.

The loop must never wait for a disk, and SQLite wants its statements one after another anyway.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

log = logging.getLogger(__name__)

Result = TypeVar("Result")

# Each entry brings the schema one version further; never edit one that was released.
_MIGRATIONS = (
    """
    CREATE TABLE jobs (
        job_id TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        state INTEGER NOT NULL,
        request BLOB NOT NULL,
        path TEXT NOT NULL,
        start_ms INTEGER NOT NULL,
        end_ms INTEGER NOT NULL,
        detached INTEGER NOT NULL,
        seed TEXT NOT NULL,
        model TEXT NOT NULL,
        created_at REAL NOT NULL,
        started_at REAL,
        finished_at REAL,
        error BLOB,
        result BLOB,
        variants INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX jobs_by_age ON jobs (created_at);
    CREATE TABLE bases (
        sha256 TEXT PRIMARY KEY,
        bytes BLOB NOT NULL,
        used_at REAL NOT NULL
    );
    CREATE TABLE songs (
        path TEXT PRIMARY KEY,
        size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        sha256 TEXT,
        saved_at REAL NOT NULL,
        previous_saved_at REAL
    );
    CREATE INDEX songs_by_save ON songs (saved_at);
    CREATE TABLE own_writes (
        path TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        reported_at REAL NOT NULL,
        PRIMARY KEY (path, sha256)
    );
    """,
    """
    CREATE TABLE modded_maps (
        number INTEGER PRIMARY KEY,
        path TEXT NOT NULL UNIQUE,
        beatmap_id INTEGER NOT NULL,
        objects_sha256 TEXT NOT NULL,
        found TEXT,
        used_at REAL NOT NULL
    );
    CREATE INDEX modded_maps_by_beatmap ON modded_maps (beatmap_id);
    CREATE INDEX modded_maps_by_objects ON modded_maps (objects_sha256);
    CREATE TABLE dismissals (
        map INTEGER NOT NULL REFERENCES modded_maps (number),
        names TEXT NOT NULL
    );
    CREATE INDEX dismissals_by_map ON dismissals (map);
    """,
)
# The tables of each version of the schema.
_TABLES = (
    {"jobs", "bases", "songs", "own_writes"},
    {"modded_maps", "dismissals"},
)


class StoreError(Exception):
    """The store cannot be opened; the message names the file and the remedy."""


class Database:
    """The connection and its thread. Open with :meth:`open`, end with :meth:`close`."""

    def __init__(self, file: Path | str) -> None:
        self._file = file
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._connection: sqlite3.Connection | None = None

    async def open(self) -> None:
        """Open or create the file and bring its schema up to date.

        A damaged file is set aside (``.damaged-<time>``) and a new one begun: everything in it
        can be made again, and a daemon that does not start helps nobody.

        Raises:
            StoreError: it cannot be opened at all, or is from a newer version of the program.
        """
        await self._in_thread(self._open)

    async def run(self, work: Callable[[sqlite3.Connection], Result]) -> Result:
        """Run ``work`` in the store's thread, in a transaction of its own."""

        def transact() -> Result:
            assert self._connection is not None, "the store is not open"
            with self._connection:
                result = work(self._connection)
            if isinstance(result, sqlite3.Cursor):
                # Another thread would end it there, while this one may use its statement again.
                result.close()
                raise TypeError("work in the store must not give a cursor away")
            return result

        return await self._in_thread(transact)

    async def write(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Run one statement for each row of values, in a transaction of their own."""

        def work(connection: sqlite3.Connection) -> None:
            connection.executemany(statement, rows)

        await self.run(work)

    async def close(self) -> None:
        def close() -> None:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

        await self._in_thread(close)
        self._thread.shutdown(wait=False)

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _open(self) -> None:
        try:
            self._connect()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) or self._file == ":memory:":
                raise StoreError(
                    f"{self._file} cannot be opened: {error}. Check that the disk has room and "
                    "the folder can be written"
                ) from error
            aside = Path(f"{self._file}.damaged-{int(time.time())}")
            log.warning("%s is damaged (%s): it is now %s", self._file, error, aside)
            Path(self._file).replace(aside)
            for suffix in ("-wal", "-shm"):
                Path(f"{self._file}{suffix}").unlink(missing_ok=True)
            self._connect()

    def _connect(self) -> None:
        connection = sqlite3.connect(self._file, check_same_thread=False, timeout=10.0)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            # With WAL a crash of the machine may lose the last jobs, never the database.
            connection.execute("PRAGMA synchronous = NORMAL")
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version > len(_MIGRATIONS):
                raise StoreError(
                    f"{self._file} was written by a newer version of this program: update the "
                    "program, or move the file away"
                )
            if version:
                _require_sound(connection, version)
            for number in range(version, len(_MIGRATIONS)):
                connection.executescript(
                    f"BEGIN; {_MIGRATIONS[number]} PRAGMA user_version = {number + 1}; COMMIT;"
                )
        except BaseException:
            connection.close()
            raise
        connection.row_factory = sqlite3.Row
        self._connection = connection


def _require_sound(connection: sqlite3.Connection, version: int) -> None:
    """Raises DatabaseError where pages behind the header are damaged, or tables are gone."""
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise sqlite3.DatabaseError(found)
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    missing = set().union(*_TABLES[:version]) - tables
    if missing:
        raise sqlite3.DatabaseError(f"it has no table {min(missing)}")
