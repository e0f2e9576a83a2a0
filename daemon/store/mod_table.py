"""What is remembered of maps that were modded: what was found last, and what is dismissed.

A map is known by its path. Where a path is new, but one whose file is gone was the same map (the
same BeatmapID, or the same objects), the map was renamed or moved, and what is remembered goes
with it.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from daemon.store.database import Database

#: All the names that one suggestion goes by, its own first.
Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ModdedMap:
    """Which map is meant.

    Attributes:
        path: real and absolute.
        beatmap_id: of the game's site; 0 where it has none.
        objects_sha256: of the lines of its objects; empty where it has none.
    """

    path: str
    beatmap_id: int = 0
    objects_sha256: str = ""

    @property
    def key(self) -> str:
        """The path, equal for equal files: on Windows case makes no other name."""
        return os.path.normcase(self.path)


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered of a map. ``found`` is None before its first report."""

    found: tuple[Names, ...] | None = None
    dismissed: tuple[Names, ...] = ()


class ModTable:
    """The memory of all maps.

    Args:
        is_there: whether a file is; blocking.
    """

    def __init__(
        self, database: Database, is_there: Callable[[str], bool] = lambda path: Path(path).exists()
    ) -> None:
        self._database = database
        self._is_there = is_there

    async def recall(self, which: ModdedMap) -> Memory:
        """What is remembered of a map."""

        def work(connection: sqlite3.Connection) -> Memory:
            number = self._find(connection, which)
            return Memory() if number is None else _memory(connection, number)

        return await self._database.run(work)

    async def remember(self, which: ModdedMap, found: Iterable[Names]) -> None:
        """Keep what a report found, in place of what was kept."""
        text = json.dumps([list(names) for names in found])

        def work(connection: sqlite3.Connection) -> None:
            number = self._find_or_make(connection, which)
            connection.execute(
                "UPDATE modded_maps SET found = ?, used_at = ? WHERE number = ?",
                (text, time.time(), number),
            )

        await self._database.run(work)

    async def change(
        self, which: ModdedMap, change: Callable[[Memory], Sequence[Names]]
    ) -> tuple[Names, ...]:
        """Put other dismissals in place of those that are kept; what they are now.

        Args:
            change: gives them for what is remembered; what it raises goes to the caller, and
                nothing is changed.
        """

        def work(connection: sqlite3.Connection) -> tuple[Names, ...]:
            number = self._find_or_make(connection, which)
            now = tuple(change(_memory(connection, number)))
            connection.execute("DELETE FROM dismissals WHERE map = ?", (number,))
            connection.executemany(
                "INSERT INTO dismissals VALUES (?, ?)",
                [(number, json.dumps(list(names))) for names in now],
            )
            return now

        return await self._database.run(work)

    def _find(self, connection: sqlite3.Connection, which: ModdedMap) -> int | None:
        row = connection.execute(
            "SELECT * FROM modded_maps WHERE path = ?", (which.key,)
        ).fetchone()
        if row is not None:
            if _is_another(row, which):
                # Another map was put in its place.
                connection.execute("DELETE FROM dismissals WHERE map = ?", (row["number"],))
                connection.execute("DELETE FROM modded_maps WHERE number = ?", (row["number"],))
                return None
            return self._touch(connection, int(row["number"]), which)
        rows = connection.execute(
            "SELECT * FROM modded_maps WHERE (beatmap_id = ? AND beatmap_id > 0)"
            " OR (objects_sha256 = ? AND objects_sha256 <> '') ORDER BY used_at DESC",
            (which.beatmap_id, which.objects_sha256),
        ).fetchall()
        for row in rows:
            # A copy is a map of its own; only one that is gone was renamed.
            if not _is_another(row, which) and not self._is_there(row["path"]):
                return self._touch(connection, int(row["number"]), which)
        return None

    def _find_or_make(self, connection: sqlite3.Connection, which: ModdedMap) -> int:
        number = self._find(connection, which)
        if number is not None:
            return number
        made = connection.execute(
            "INSERT INTO modded_maps (path, beatmap_id, objects_sha256, found, used_at)"
            " VALUES (?, ?, ?, NULL, ?)",
            (which.key, which.beatmap_id, which.objects_sha256, time.time()),
        )
        assert made.lastrowid is not None
        return made.lastrowid

    @staticmethod
    def _touch(connection: sqlite3.Connection, number: int, which: ModdedMap) -> int:
        connection.execute(
            "UPDATE modded_maps SET path = ?, beatmap_id = ?, objects_sha256 = ?, used_at = ?"
            " WHERE number = ?",
            (which.key, which.beatmap_id, which.objects_sha256, time.time(), number),
        )
        return number


def _is_another(row: sqlite3.Row, which: ModdedMap) -> bool:
    """Whether both are on the game's site, and not the same map there."""
    known = int(row["beatmap_id"])
    return known > 0 and which.beatmap_id > 0 and known != which.beatmap_id


def _memory(connection: sqlite3.Connection, number: int) -> Memory:
    (found,) = connection.execute(
        "SELECT found FROM modded_maps WHERE number = ?", (number,)
    ).fetchone()
    rows = connection.execute("SELECT names FROM dismissals WHERE map = ?", (number,)).fetchall()
    return Memory(
        None if found is None else tuple(tuple(names) for names in json.loads(found)),
        tuple(tuple(json.loads(row["names"])) for row in rows),
    )
