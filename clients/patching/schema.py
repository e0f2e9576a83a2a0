"""The tables of the undo journal, and how an older journal becomes one of today.

``entries``: one row for each write, kept for ever. ``contents``: bytes of maps, compressed, once
for each SHA-256, so that what one write left and the next one found is stored once; these are what
the bounds drop. ``moves``: when which bytes came to stand under which name, for going back to a
time.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable

from clients.patching.lines import sha256_hex

# How many of a map's newest writes keep their bytes whatever the bounds say.
ALWAYS_KEPT = 10

# ``entries.keeping``: what holds the bytes of an entry.
KEPT_ALWAYS = 2  # one of the newest of its map
KEPT_WITHIN_BOUNDS = 1
GIVEN_UP = 0  # the entry alone stays

_FIRST = """
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
    CREATE TABLE notices (path TEXT NOT NULL, topic TEXT NOT NULL, PRIMARY KEY (path, topic))
    """

_CONTENTS_APART = """
    CREATE TABLE contents (sha256 TEXT PRIMARY KEY, stored INTEGER NOT NULL, bytes BLOB NOT NULL);
    CREATE INDEX contents_by_size ON contents (stored);
    CREATE TABLE entries_apart (
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
        temporary TEXT NOT NULL,
        keeping INTEGER NOT NULL
    );
    INSERT INTO entries_apart
        SELECT id, at, changed_at, path, state, verb, job, variant, summary, detail, before_sha256,
            after_sha256, temporary, 1
        FROM entries ORDER BY id;
    CREATE TABLE moves (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        entry INTEGER NOT NULL,
        path TEXT NOT NULL,
        at REAL NOT NULL,
        from_sha256 TEXT NOT NULL,
        to_sha256 TEXT NOT NULL
    );
    CREATE INDEX moves_by_path ON moves (path, at, id);
    INSERT INTO moves (entry, path, at, from_sha256, to_sha256)
        SELECT id, path, at, before_sha256, after_sha256 FROM entries
        WHERE state != 'abandoned' ORDER BY id;
    INSERT INTO moves (entry, path, at, from_sha256, to_sha256)
        SELECT id, path, changed_at, after_sha256, before_sha256 FROM entries
        WHERE state = 'undone' ORDER BY changed_at, id
    """

_NEW_NAMES = """
    DROP TABLE entries;
    ALTER TABLE entries_apart RENAME TO entries;
    CREATE INDEX entries_by_path ON entries (path, id);
    CREATE INDEX entries_by_path_and_state ON entries (path, state, id);
    CREATE INDEX entries_by_state ON entries (state, id);
    CREATE INDEX entries_to_drop ON entries (at, id) WHERE keeping = 1;
    CREATE INDEX entries_holding_before ON entries (before_sha256) WHERE keeping > 0;
    CREATE INDEX entries_holding_after ON entries (after_sha256) WHERE keeping > 0
    """


def migrate(db: sqlite3.Connection) -> None:
    """Bring the tables up to date, within the transaction that is open.

    Raises:
        sqlite3.Error: the file is damaged, or from a newer version of this program.
    """
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if version > len(_MIGRATIONS):
        raise sqlite3.NotSupportedError("it was written by a newer version of this program")
    for number, step in enumerate(_MIGRATIONS[version:], start=version + 1):
        step(db)
        db.execute(f"PRAGMA user_version = {number}")


def keep_newest(db: sqlite3.Connection, path: str | bytes) -> None:
    """Let the bounds have what is no longer among the newest writes of a map."""
    db.execute(
        "UPDATE entries SET keeping = ? WHERE path = ? AND keeping = ? AND id <= ("
        " SELECT id FROM entries WHERE path = ? AND keeping = ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
        (KEPT_WITHIN_BOUNDS, path, KEPT_ALWAYS, path, KEPT_ALWAYS, ALWAYS_KEPT),
    )


def _run(db: sqlite3.Connection, script: str) -> None:
    for statement in filter(str.strip, script.split(";")):
        db.execute(statement)


def _first(db: sqlite3.Connection) -> None:
    _run(db, _FIRST)


def _contents_apart(db: sqlite3.Connection) -> None:
    """Bytes were stored with each entry, both sides whole; nothing is lost on the way."""
    _run(db, _CONTENTS_APART)
    rows = db.execute("SELECT before_sha256, before, after_sha256, after FROM entries ORDER BY id")
    for before_sha256, before, after_sha256, after in rows:
        for digest, data in ((before_sha256, before), (after_sha256, after)):
            # A sound copy takes the place of a damaged one; a damaged one is better than none,
            # since reading it says what happened.
            how = "REPLACE" if _is_sound(digest, data) else "IGNORE"
            db.execute(f"INSERT OR {how} INTO contents VALUES (?, ?, ?)", (digest, len(data), data))
    (used,) = db.execute("SELECT MAX(seq) FROM sqlite_sequence WHERE name = 'entries'").fetchone()
    _run(db, _NEW_NAMES)
    # Numbers of entries that were dropped are not given out again.
    if used:
        db.execute("UPDATE sqlite_sequence SET seq = MAX(seq, ?) WHERE name = 'entries'", (used,))
    db.execute(
        "UPDATE entries SET keeping = ? WHERE id IN (SELECT id FROM ("
        " SELECT id, ROW_NUMBER() OVER (PARTITION BY path ORDER BY id DESC) AS place FROM entries"
        " WHERE state != 'abandoned') WHERE place <= ?)",
        (KEPT_ALWAYS, ALWAYS_KEPT),
    )


def _is_sound(digest: str, data: bytes) -> bool:
    try:
        return sha256_hex(zlib.decompress(data)) == digest
    except (zlib.error, TypeError):
        return False


# Each step takes the tables from one version to the next; steps are only ever added.
_MIGRATIONS: tuple[Callable[[sqlite3.Connection], None], ...] = (_first, _contents_apart)
