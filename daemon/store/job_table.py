"""Jobs, their results and the bytes they were made for."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass

from osu_companion.v1 import jobs_pb2

from daemon.store.database import Database

# How long the bare record of a job is kept, after its result has gone.
_RECORD_DAYS = 30.0

_UNFINISHED = (jobs_pb2.JOB_STATE_QUEUED, jobs_pb2.JOB_STATE_RUNNING)


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job as stored. Times are seconds since the epoch; blobs are serialised messages."""

    job_id: str
    kind: str
    state: int
    request: bytes
    path: str
    start_ms: int
    end_ms: int
    detached: bool
    seed: int
    model: str
    created_at: float
    started_at: float | None = None
    finished_at: float | None = None
    error: bytes | None = None
    result: bytes | None = None
    variants: int = 0


_COLUMNS = tuple(JobRow.__dataclass_fields__)


class JobTable:
    """What is known of jobs beyond the life of a daemon."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, row: JobRow) -> None:
        """Insert or replace."""
        # SQLite's integers are signed: a seed goes in as text.
        values = tuple(str(row.seed) if name == "seed" else getattr(row, name) for name in _COLUMNS)
        marks = ", ".join("?" * len(_COLUMNS))
        statement = f"INSERT OR REPLACE INTO jobs ({', '.join(_COLUMNS)}) VALUES ({marks})"
        await self._database.write(statement, [values])

    async def get(self, job_id: str) -> JobRow | None:
        rows = await self._select("WHERE job_id = ?", (job_id,))
        return rows[0] if rows else None

    async def newest(self, states: Iterable[int], limit: int) -> list[JobRow]:
        """Newest first; without their results."""
        wanted = tuple(states)
        where = f"WHERE state IN ({', '.join('?' * len(wanted))}) " if wanted else ""
        return await self._select(
            f"{where}ORDER BY created_at DESC LIMIT ?", (*wanted, limit), with_results=False
        )

    async def unfinished(self) -> list[JobRow]:
        """Jobs that an earlier daemon left behind, oldest first."""
        return await self._select("WHERE state IN (?, ?) ORDER BY created_at", _UNFINISHED)

    async def fail(self, job_id: str, error: bytes) -> None:
        """Note that a job failed which no process has in hand any more."""
        values = (jobs_pb2.JOB_STATE_FAILED, error, time.time(), job_id)
        await self._database.write(
            "UPDATE jobs SET state = ?, error = ?, finished_at = ? WHERE job_id = ?", [values]
        )

    async def keep_base(self, sha256: str, data: bytes) -> None:
        """Keep the bytes of a file that patches are made for."""
        await self._database.write(
            "INSERT OR REPLACE INTO bases VALUES (?, ?, ?)", [(sha256, data, time.time())]
        )

    async def base(self, sha256: str) -> bytes | None:
        def find(connection: sqlite3.Connection) -> bytes | None:
            row = connection.execute(
                "SELECT bytes FROM bases WHERE sha256 = ?", (sha256,)
            ).fetchone()
            return None if row is None else bytes(row["bytes"])

        return await self._database.run(find)

    async def forget(self, results_older_than: float) -> None:
        """Drop results and bases older than so many seconds, and old records altogether."""
        now = time.time()
        results, records = now - results_older_than, now - _RECORD_DAYS * 86400

        def work(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE jobs SET result = NULL, variants = 0 WHERE finished_at < ?", (results,)
            )
            connection.execute(
                "DELETE FROM jobs WHERE finished_at < ? AND finished_at < ?", (results, records)
            )
            connection.execute("DELETE FROM bases WHERE used_at < ?", (results,))

        await self._database.run(work)

    async def _select(
        self, tail: str, values: tuple[object, ...], *, with_results: bool = True
    ) -> list[JobRow]:
        names = [
            "NULL AS result" if name == "result" and not with_results else name for name in _COLUMNS
        ]
        statement = f"SELECT {', '.join(names)} FROM jobs {tail}"

        def work(connection: sqlite3.Connection) -> list[JobRow]:
            return [_row(each) for each in connection.execute(statement, values)]

        return await self._database.run(work)


def _row(row: sqlite3.Row) -> JobRow:
    values = {name: row[name] for name in _COLUMNS}
    values["detached"] = bool(values["detached"])
    values["seed"] = int(values["seed"])
    return JobRow(**values)
