"""The undo journal: every write of ours with the bytes before and after it.

One SQLite file in the state folder. An entry is committed as *applying* before the map is replaced
and marked *applied* after it (undo and redo likewise), so that after a crash the hash of the map
tells which of the two happened. Old entries are dropped by count and by size, newest kept.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from clients.patching.errors import JournalError
from clients.patching.lines import sha256_hex

KEPT_ENTRIES = 5_000
KEPT_BYTES = 256 * 1024 * 1024
_BUSY_TIMEOUT_S = 10.0

# Each step takes the schema from one version to the next; steps are only ever added.
_MIGRATIONS = (
    """
    CREATE TABLE entries (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at REAL NOT NULL,
        changed_at REAL NOT NULL,
        path TEXT NOT NULL,
        state TEXT NOT NULL,
        verb TEXT NOT NULL,
        job TEXT NOT NULL,
        variant INTEGER NOT NULL,
        summary TEXT NOT NULL,
        detail TEXT NOT NULL,
        before_sha256 TEXT NOT NULL,
        after_sha256 TEXT NOT NULL,
        before BLOB NOT NULL,
        after BLOB NOT NULL,
        temporary TEXT NOT NULL
    );
    CREATE INDEX entries_by_path ON entries (path, id);
    CREATE TABLE notices (path TEXT NOT NULL, topic TEXT NOT NULL, PRIMARY KEY (path, topic));
    """,
)

_COLUMNS = (
    "id, at, changed_at, path, state, verb, job, variant, summary, detail, before_sha256,"
    " after_sha256, temporary"
)


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
    """One write. ``at`` and ``changed_at`` are Unix times in seconds."""

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


class Journal:
    """The entries of one state folder. Every call opens and closes the file: writes are rare."""

    def __init__(self, file: Path, clock: Callable[[], float] = time.time) -> None:
        self.file = file
        self._clock = clock

    def begin(
        self, path: Path, before: bytes, after: bytes, origin: Origin, temporary: str
    ) -> Entry:
        """Record a write that is about to happen; on disk when this returns."""
        now = self._clock()
        with self._open() as db:
            cursor = db.execute(
                "INSERT INTO entries (at, changed_at, path, state, verb, job, variant, summary,"
                " detail, before_sha256, after_sha256, before, after, temporary)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    now,
                    now,
                    str(path),
                    EntryState.APPLYING,
                    origin.verb,
                    origin.job,
                    origin.variant,
                    origin.summary,
                    origin.detail,
                    sha256_hex(before),
                    sha256_hex(after),
                    zlib.compress(before, 6),
                    zlib.compress(after, 6),
                    temporary,
                ),
            )
            number = int(cursor.lastrowid or 0)
            _prune(db)
            return _get(db, number)

    def mark(self, entry: Entry, state: EntryState, temporary: str = "") -> Entry:
        """Change an entry's state; ``temporary`` names the file about to be written, if any."""
        with self._open() as db:
            db.execute(
                "UPDATE entries SET state = ?, changed_at = ?, temporary = ? WHERE id = ?",
                (state, self._clock(), temporary, entry.id),
            )
            return _get(db, entry.id)

    def entries(
        self,
        path: Path | None = None,
        states: Sequence[EntryState] = (),
        limit: int = 1_000,
    ) -> list[Entry]:
        """Newest first; of one map, in some states, or all."""
        wheres, values = ["1"], list[str | int]()
        if path is not None:
            wheres.append("path = ?")
            values.append(str(path))
        if states:
            wheres.append(f"state IN ({', '.join('?' * len(states))})")
            values += states
        with self._open() as db:
            rows = db.execute(
                f"SELECT {_COLUMNS} FROM entries WHERE {' AND '.join(wheres)}"
                " ORDER BY id DESC LIMIT ?",
                (*values, limit),
            ).fetchall()
        return [_entry(row) for row in rows]

    def before(self, entry: Entry) -> bytes:
        """The map's bytes before the write."""
        return self._bytes(entry, "before", entry.before_sha256)

    def after(self, entry: Entry) -> bytes:
        """The map's bytes after the write."""
        return self._bytes(entry, "after", entry.after_sha256)

    def first_time(self, path: Path, topic: str) -> bool:
        """True once per map and topic."""
        with self._open() as db:
            cursor = db.execute(
                "INSERT OR IGNORE INTO notices (path, topic) VALUES (?, ?)", (str(path), topic)
            )
            return cursor.rowcount == 1

    def _bytes(self, entry: Entry, column: str, digest: str) -> bytes:
        with self._open() as db:
            row = db.execute(f"SELECT {column} FROM entries WHERE id = ?", (entry.id,)).fetchone()
        try:
            data = zlib.decompress(row[0]) if row else b""
        except zlib.error:
            data = b""
        if sha256_hex(data) != digest:
            raise JournalError(
                f"entry {entry.id} of the undo journal {self.file} is damaged: the bytes kept for "
                f"{entry.path.name} do not match their hash. Nothing was changed."
            )
        return data

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            db = sqlite3.connect(self.file, timeout=_BUSY_TIMEOUT_S, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from error
        try:
            # FULL: a committed entry survives a power cut, which is what undo rests on.
            db.execute("PRAGMA synchronous = FULL")
            db.execute("BEGIN IMMEDIATE")
            _migrate(db)
            yield db
            db.execute("COMMIT")
        except sqlite3.Error as error:
            raise self._unusable(error) from error
        finally:
            db.close()

    def _unusable(self, error: Exception) -> JournalError:
        return JournalError(
            f"the undo journal {self.file} cannot be used ({error}). Without it nothing is "
            "written. Check that the folder is writable and has space; if the file is damaged, "
            "move it away and a new one is started."
        )


def _migrate(db: sqlite3.Connection) -> None:
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if version > len(_MIGRATIONS):
        raise sqlite3.DatabaseError("it was written by a newer version of this program")
    for number, script in enumerate(_MIGRATIONS[version:], start=version + 1):
        for statement in filter(str.strip, script.split(";")):
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {number}")


def _prune(db: sqlite3.Connection) -> None:
    """Drop the oldest settled entries beyond the count and the size kept; never the newest."""
    db.execute(
        "DELETE FROM entries WHERE state NOT IN (?, ?, ?) AND id NOT IN ("
        " SELECT id FROM ("
        "  SELECT id, ROW_NUMBER() OVER newest AS place,"
        "   SUM(LENGTH(before) + LENGTH(after)) OVER newest AS size"
        "  FROM entries WINDOW newest AS (ORDER BY id DESC)"
        " ) WHERE place = 1 OR (place <= ? AND size <= ?))",
        (*UNSETTLED, KEPT_ENTRIES, KEPT_BYTES),
    )


def _get(db: sqlite3.Connection, number: int) -> Entry:
    return _entry(db.execute(f"SELECT {_COLUMNS} FROM entries WHERE id = ?", (number,)).fetchone())


def _entry(row: tuple[Any, ...]) -> Entry:
    (
        number,
        at,
        changed_at,
        path,
        state,
        verb,
        job,
        variant,
        summary,
        detail,
        before_sha256,
        after_sha256,
        temporary,
    ) = row
    return Entry(
        id=number,
        at=at,
        changed_at=changed_at,
        path=Path(path),
        state=EntryState(state),
        verb=verb,
        job=job,
        variant=variant,
        summary=summary,
        detail=detail,
        before_sha256=before_sha256,
        after_sha256=after_sha256,
        temporary=temporary,
    )
