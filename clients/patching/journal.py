"""The undo journal: every write of ours with the bytes before and after it.

One SQLite file in the state folder. An entry is committed as *applying* before the map is replaced
and marked *applied* after it (undo and redo likewise), so that after a crash the hash of the map
tells which of the two happened. Entries stay for ever; of the bytes, those of a map's ten newest
writes stay, and of the others as many as the bounds allow.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clients.patching.entries import ABSENT, SHOWN, UNSETTLED, Entry, EntryState, Move, Origin
from clients.patching.errors import BytesNotKeptError, JournalError
from clients.patching.lines import sha256_hex
from clients.patching.schema import GIVEN_UP, KEPT_ALWAYS, keep_newest, migrate

# For bytes beyond the ten newest writes of a map.
KEPT_BYTES = 256 * 1024 * 1024  # compressed
KEPT_DAYS = 180

_BUSY_TIMEOUT_S = 10.0
_PAGE = 1_000
# The largest number that SQLite has.
_MOST = 2**63 - 1
_DROPPED_AT_ONCE = 1_000

_COLUMNS = (
    "id, at, changed_at, path, state, verb, job, variant, summary, detail, before_sha256,"
    " after_sha256, temporary,"
    " before_sha256 = '' OR EXISTS (SELECT 1 FROM contents WHERE sha256 = before_sha256),"
    " after_sha256 = '' OR EXISTS (SELECT 1 FROM contents WHERE sha256 = after_sha256)"
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long bytes are kept beyond the ten newest writes of each map."""

    size_bytes: int = KEPT_BYTES
    age_s: float = KEPT_DAYS * 86_400.0


class Journal:
    """The entries of one state folder. Every call opens and closes the file: writes are rare."""

    def __init__(
        self,
        file: Path,
        clock: Callable[[], float] = time.time,
        bounds: Bounds | None = None,
    ) -> None:
        self.file = file
        self._clock = clock
        self._bounds = bounds or Bounds()

    def begin(
        self,
        path: Path,
        before: bytes | None,
        after: bytes | None,
        origin: Origin,
        temporary: str,
        *,
        kept: bool = True,
    ) -> Entry:
        """Record a write that is about to happen; on disk when this returns. ``None``: no file.

        Args:
            kept: whether the bytes after it are; else it can be undone, but not repeated.
        """
        now = self._clock()
        with self._open() as db:
            for data in (before, after if kept else None):
                if data is not None:
                    _keep(db, data)
            cursor = db.execute(
                "INSERT INTO entries (at, changed_at, path, state, verb, job, variant, summary,"
                " detail, before_sha256, after_sha256, temporary, keeping)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    now,
                    now,
                    _stored_path(path),
                    EntryState.APPLYING,
                    origin.verb,
                    origin.job,
                    origin.variant,
                    origin.summary,
                    origin.detail,
                    digest_of(before),
                    digest_of(after),
                    temporary,
                    KEPT_ALWAYS,
                ),
            )
            entry = _get(db, int(cursor.lastrowid or 0))
            # Tried now, taken back, and done after the write: a damaged journal shows before it.
            db.execute("SAVEPOINT trial")
            _note_move(db, entry, EntryState.APPLIED, now)
            db.execute("ROLLBACK TO trial")
            return entry

    def mark(
        self, entry: Entry, state: EntryState, temporary: str = "", at: float | None = None
    ) -> Entry:
        """Change an entry's state; ``temporary`` names the file about to be written, if any.

        Args:
            at: when it happened, if not now.
        """
        at = self._clock() if at is None else at
        with self._open() as db:
            db.execute(
                "UPDATE entries SET state = ?, changed_at = ?, temporary = ? WHERE id = ?",
                (state, at, temporary, entry.id),
            )
            if state is EntryState.ABANDONED:
                db.execute("UPDATE entries SET keeping = ? WHERE id = ?", (GIVEN_UP, entry.id))
                _drop_unheld(db, (entry.before_sha256, entry.after_sha256))
            elif state not in UNSETTLED:
                _note_move(db, entry, state, at)
            return _get(db, entry.id)

    def entries(
        self,
        path: Path | None = None,
        states: Sequence[EntryState] = (),
        limit: int = 1_000,
        below: int | None = None,
    ) -> list[Entry]:
        """Newest first; of one map, in some states, with a number below one, or all."""
        wheres, values = ["1"], list[str | bytes | int]()
        if path is not None:
            wheres.append("path = ?")
            values.append(_stored_path(path))
        if states:
            wheres.append(f"state IN ({', '.join('?' * len(states))})")
            values += states
        if below is not None:
            wheres.append("id < ?")
            values.append(below)
        with self._open() as db:
            rows = db.execute(
                f"SELECT {_COLUMNS} FROM entries WHERE {' AND '.join(wheres)}"
                " ORDER BY id DESC LIMIT ?",
                (*values, limit),
            ).fetchall()
            return [_entry(row) for row in rows]

    def every(self, path: Path | None = None) -> Iterator[Entry]:
        """All that history shows, newest first, read page by page."""
        below = None
        while page := self.entries(path, SHOWN, _PAGE, below):
            yield from page
            below = page[-1].id

    def entry(self, number: int) -> Entry | None:
        """One entry by its number; ``None`` where there is none."""
        if not 0 < number <= _MOST:
            return None
        with self._open() as db:
            row = db.execute(f"SELECT {_COLUMNS} FROM entries WHERE id = ?", (number,)).fetchone()
            return None if row is None else _entry(row)

    def moves(self, path: Path) -> list[Move]:
        """How our writes, undos and redos changed a map, oldest first."""
        with self._open() as db:
            rows = db.execute(
                "SELECT entry, at, from_sha256, to_sha256,"
                " EXISTS (SELECT 1 FROM contents WHERE sha256 = from_sha256),"
                " EXISTS (SELECT 1 FROM contents WHERE sha256 = to_sha256)"
                " FROM moves WHERE path = ? ORDER BY at, id",
                (_stored_path(path),),
            ).fetchall()
        return [
            Move(entry, at, start, end, bool(start_kept), bool(end_kept))
            for entry, at, start, end, start_kept, end_kept in rows
        ]

    def before(self, entry: Entry) -> bytes | None:
        """The map's bytes before the write; ``None`` where there was no file.

        Raises:
            BytesNotKeptError: the bounds have dropped them; the entry alone is left.
            JournalError: they are damaged.
        """
        return self._side(entry, entry.before_sha256, "before")

    def after(self, entry: Entry) -> bytes | None:
        """The map's bytes after the write; else as :meth:`before`."""
        return self._side(entry, entry.after_sha256, "after")

    def content(self, digest: str) -> bytes | None:
        """The bytes of a hash; ``None`` where they are not kept.

        Raises:
            JournalError: they are damaged.
        """
        with self._open() as db:
            row = db.execute("SELECT bytes FROM contents WHERE sha256 = ?", (digest,)).fetchone()
        if row is None:
            return None
        data = _sound(row[0], digest)
        if data is None:
            raise JournalError(
                f"the undo journal {self.file} is damaged: bytes that it keeps do not match their "
                f"hash {digest[:12]}…. Nothing was changed."
            )
        return data

    def tidy(self) -> None:
        """Drop bytes beyond the bounds, oldest first; entries stay."""
        with self._open() as db:
            old = self._clock() - self._bounds.age_s
            while True:
                (size,) = db.execute("SELECT TOTAL(stored) FROM contents").fetchone()
                over = size > self._bounds.size_bytes
                rows = db.execute(
                    "SELECT id, before_sha256, after_sha256 FROM entries"
                    " WHERE keeping = 1 AND at < ? ORDER BY at, id LIMIT ?",
                    (float("inf") if over else old, 1 if over else _DROPPED_AT_ONCE),
                ).fetchall()
                for number, *digests in rows:
                    db.execute("UPDATE entries SET keeping = ? WHERE id = ?", (GIVEN_UP, number))
                    _drop_unheld(db, digests)
                if not rows:
                    return

    def first_time(self, path: Path, topic: str) -> bool:
        """True once per map and topic."""
        with self._open() as db:
            cursor = db.execute(
                "INSERT OR IGNORE INTO notices (path, topic) VALUES (?, ?)",
                (_stored_path(path), topic),
            )
            return cursor.rowcount == 1

    def _side(self, entry: Entry, digest: str, side: str) -> bytes | None:
        if digest == ABSENT:
            return None
        data = self.content(digest)
        if data is None:
            when = time.strftime("%Y-%m-%d %H:%M", time.localtime(entry.at))
            raise BytesNotKeptError(
                f"the bytes of {entry.path.name} {side} change {entry.id} of {when} are no longer "
                f"kept: beyond the ten newest changes of a map they go after {KEPT_DAYS} days, or "
                "when the journal grows too large. Nothing was changed."
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
            migrate(db)
            yield db
            db.execute("COMMIT")
        except (sqlite3.Error, _UnreadableError, UnicodeError) as error:
            # UnicodeError: what a damaged file has in place of its tables' names.
            raise self._unusable(error) from error
        finally:
            db.close()

    def _unusable(self, error: Exception) -> JournalError:
        what = " ".join(str(error).split())
        return JournalError(
            f"the undo journal {self.file} cannot be used ({what}). Without it nothing is "
            f"written. {_remedy(error)}"
        )


class _UnreadableError(Exception):
    """A row that no version of this program has written."""


def digest_of(data: bytes | None) -> str:
    """SHA-256 of a file's bytes, or the sign for no file."""
    return ABSENT if data is None else sha256_hex(data)


def _remedy(error: Exception) -> str:
    # The low byte is the kind of error, the others its particulars.
    kind = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return "Another program holds it: try again in a moment, or end that program."
    if kind == sqlite3.SQLITE_FULL:
        return "Free some space on its disk and try again."
    if kind in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return "Give your user write access to the file and its folder."
    if isinstance(error, sqlite3.NotSupportedError):
        return "Update this program."
    return (
        "Check that the folder is writable and has space; if the file is damaged, move it away "
        "and a new one is started."
    )


def _keep(db: sqlite3.Connection, data: bytes) -> None:
    """Store bytes once; a damaged copy of before is replaced."""
    digest = sha256_hex(data)
    row = db.execute("SELECT bytes FROM contents WHERE sha256 = ?", (digest,)).fetchone()
    if row is None or _sound(row[0], digest) is None:
        packed = zlib.compress(data, 6)
        db.execute(
            "INSERT OR REPLACE INTO contents VALUES (?, ?, ?)", (digest, len(packed), packed)
        )


def _sound(packed: Any, digest: str) -> bytes | None:
    try:
        data = zlib.decompress(packed)
    except (zlib.error, TypeError):
        return None
    return data if sha256_hex(data) == digest else None


def _drop_unheld(db: sqlite3.Connection, digests: Sequence[str]) -> None:
    for digest in digests:
        db.execute(
            "DELETE FROM contents WHERE sha256 = ?1"
            " AND NOT EXISTS (SELECT 1 FROM entries WHERE keeping > 0 AND before_sha256 = ?1)"
            " AND NOT EXISTS (SELECT 1 FROM entries WHERE keeping > 0 AND after_sha256 = ?1)",
            (digest,),
        )


def _note_move(db: sqlite3.Connection, entry: Entry, state: EntryState, at: float) -> None:
    sides = (entry.before_sha256, entry.after_sha256)
    start, end = sides if state is EntryState.APPLIED else sides[::-1]
    path = _stored_path(entry.path)
    db.execute(
        "INSERT INTO moves (entry, path, at, from_sha256, to_sha256) VALUES (?, ?, ?, ?, ?)",
        (entry.id, path, at, start, end),
    )
    keep_newest(db, path)


def _stored_path(path: Path) -> str | bytes:
    """As text, or as bytes where a name is no text (an archive unpacked with a wrong encoding)."""
    text = str(path)
    try:
        text.encode()
    except UnicodeEncodeError:
        return os.fsencode(text)
    return text


def _get(db: sqlite3.Connection, number: int) -> Entry:
    return _entry(db.execute(f"SELECT {_COLUMNS} FROM entries WHERE id = ?", (number,)).fetchone())


def _entry(row: tuple[Any, ...] | None) -> Entry:
    try:
        assert row is not None
        number, at, changed_at, path, state, *about, before_kept, after_kept = row
        verb, job, variant, summary, detail, before_sha256, after_sha256, temporary = about
        return Entry(
            id=number,
            at=float(at),
            changed_at=float(changed_at),
            path=Path(os.fsdecode(path)),
            state=EntryState(state),
            verb=verb,
            job=job,
            variant=variant,
            summary=summary,
            detail=detail,
            before_sha256=before_sha256,
            after_sha256=after_sha256,
            temporary=temporary,
            before_kept=bool(before_kept),
            after_kept=bool(after_kept),
        )
    except (ValueError, TypeError, AssertionError) as error:
        raise _UnreadableError("it holds a row that makes no sense") from error
