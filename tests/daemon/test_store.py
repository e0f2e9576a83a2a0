"""The SQLite store, on a real file."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from osu_companion.v1 import jobs_pb2

from daemon.store import Database, JobRow, JobTable, SongRow, SongTable
from daemon.store.database import StoreError

ROW = JobRow(
    job_id="a",
    kind="RemapBeatmap",
    state=jobs_pb2.JOB_STATE_DONE,
    request=b"\x00request",
    path="/maps/ä.osu",
    start_ms=-5,
    end_ms=10,
    detached=True,
    seed=2**63 - 1,
    model="starter",
    created_at=1.5,
    started_at=2.5,
    finished_at=3.5,
    error=None,
    result=b"result",
    variants=3,
)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(tmp_path / "store.sqlite3")
    await database.open()
    yield database
    await database.close()


async def test_jobs_round_trip(database: Database):
    table = JobTable(database)
    await table.put(ROW)
    assert await table.get("a") == ROW
    assert await table.get("b") is None
    (listed,) = await table.newest([], 10)
    assert listed == replace(ROW, result=None)
    assert await table.newest([jobs_pb2.JOB_STATE_FAILED], 10) == []
    assert await table.unfinished() == []
    await table.put(replace(ROW, job_id="b", state=jobs_pb2.JOB_STATE_QUEUED, finished_at=None))
    assert [row.job_id for row in await table.unfinished()] == ["b"]
    await table.fail("b", b"why")
    found = await table.get("b")
    assert found is not None
    assert (found.state, found.error) == (jobs_pb2.JOB_STATE_FAILED, b"why")


async def test_old_results_go_and_recent_ones_stay(database: Database):
    table = JobTable(database)
    now = time.time()
    await table.put(replace(ROW, job_id="ancient", finished_at=now - 40 * 86400))
    await table.put(replace(ROW, job_id="old", finished_at=now - 7200))
    await table.put(replace(ROW, job_id="new", finished_at=now))
    await table.keep_base("0" * 64, b"bytes")
    await table.forget(3600)
    assert await table.get("ancient") is None
    old, new = await table.get("old"), await table.get("new")
    assert old is not None
    assert new is not None
    assert (old.result, old.variants) == (None, 0)
    assert (new.result, new.variants) == (b"result", 3)
    assert await table.base("0" * 64) == b"bytes"
    await table.forget(-1)
    assert await table.base("0" * 64) is None


async def test_store_of_a_newer_version_is_left_alone(tmp_path: Path):
    file = tmp_path / "store.sqlite3"
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreError, match="newer version"):
        await Database(file).open()
    with pytest.raises(StoreError, match="cannot be opened"):
        await Database(tmp_path / "no" / "folder.sqlite3").open()


async def test_a_failed_step_changes_nothing(database: Database):
    def work(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO bases VALUES ('x', x'00', 0)")
        raise ValueError("in the middle")

    with pytest.raises(ValueError, match="in the middle"):
        await database.run(work)
    assert await JobTable(database).base("x") is None


async def test_no_cursor_leaves_the_thread_of_the_store(database: Database):
    """Ended in another thread, it disturbs whatever the store does just then."""
    with pytest.raises(TypeError, match="cursor"):
        await database.run(lambda connection: connection.execute("SELECT 1"))
    table = JobTable(database)
    await table.put(ROW)
    await table.fail("a", b"why")
    await table.keep_base("0" * 64, b"bytes")
    songs = SongTable(database)
    await songs.put([SongRow("/a.osu", 1, 2, None, 3.0)])
    await songs.remove(["/a.osu"])


@pytest.mark.parametrize("damage", ["page", "table"])
async def test_damage_behind_the_header_is_set_aside(tmp_path: Path, damage: str):
    file = tmp_path / "store.sqlite3"
    first = Database(file)
    await first.open()
    for number in range(50):
        await JobTable(first).put(replace(ROW, job_id=str(number), result=bytes(2000)))
    await first.close()
    if damage == "table":
        connection = sqlite3.connect(file)
        connection.execute("DROP TABLE jobs")
        connection.close()
    else:
        data = bytearray(file.read_bytes())
        data[4096 : 3 * 4096] = b"\xa5" * 2 * 4096
        file.write_bytes(data)
    second = Database(file)
    await second.open()
    assert await JobTable(second).unfinished() == []
    await JobTable(second).put(ROW)
    await second.close()
    assert list(tmp_path.glob("*.damaged-*"))
