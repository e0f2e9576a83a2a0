"""What is remembered of modded maps, on a real file: by path, and by what a map is."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.store import Database, ModTable
from daemon.store.database import _MIGRATIONS
from daemon.store.mod_table import Memory, ModdedMap

FOUND = (("rule/a", "also/a"), ("rule/b",))
DISMISSED = (("rule/b",),)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(tmp_path / "store.sqlite3")
    await database.open()
    yield database
    await database.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "Songs" / "1 譜面" / "a [x].osu"
    path.parent.mkdir(parents=True)
    path.write_text("osu file format v14", encoding="utf-8")
    return path


def which(file: Path, beatmap_id: int = 0, objects: str = "ab" * 32) -> ModdedMap:
    return ModdedMap(str(file), beatmap_id, objects)


async def fill(table: ModTable, which: ModdedMap) -> None:
    await table.remember(which, FOUND)
    assert await table.change(which, lambda memory: DISMISSED) == DISMISSED


async def test_nothing_is_known_of_a_map_that_was_never_modded(
    database: Database, file: Path
) -> None:
    assert await ModTable(database).recall(which(file)) == Memory(None, ())


async def test_what_is_remembered_survives_the_daemon(tmp_path: Path, file: Path) -> None:
    for opening in range(2):
        database = Database(tmp_path / "store.sqlite3")
        await database.open()
        table = ModTable(database)
        if opening == 0:
            await fill(table, which(file))
        assert await table.recall(which(file)) == Memory(FOUND, DISMISSED)
        await database.close()


async def test_an_empty_report_is_a_report(database: Database, file: Path) -> None:
    table = ModTable(database)
    await table.remember(which(file), ())
    assert await table.recall(which(file)) == Memory((), ())


async def test_dismissals_do_not_need_a_report_and_a_report_leaves_them(
    database: Database, file: Path
) -> None:
    table = ModTable(database)
    await table.change(which(file), lambda memory: DISMISSED)
    assert await table.recall(which(file)) == Memory(None, DISMISSED)
    await table.remember(which(file), FOUND)
    assert await table.recall(which(file)) == Memory(FOUND, DISMISSED)


async def test_a_change_that_raises_changes_nothing(database: Database, file: Path) -> None:
    table = ModTable(database)
    await fill(table, which(file))

    def refuse(memory: Memory) -> tuple[tuple[str, ...], ...]:
        assert memory == Memory(FOUND, DISMISSED)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await table.change(which(file), refuse)
    assert await table.recall(which(file)) == Memory(FOUND, DISMISSED)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (which(Path(), 5, "aa"), which(Path(), 5, "bb")),  # on the site, and changed
        (which(Path(), 0, "aa"), which(Path(), 0, "aa")),  # not on the site, only renamed
        (which(Path(), 0, "aa"), which(Path(), 7, "aa")),  # submitted and renamed
    ],
)
async def test_memory_goes_with_a_map_that_is_renamed_or_moved(
    database: Database, file: Path, before: ModdedMap, after: ModdedMap
) -> None:
    table = ModTable(database)
    await fill(table, replace(before, path=str(file)))
    folder = file.parent.with_name("2 moved")
    file.parent.rename(folder)
    renamed = (folder / file.name).rename(folder / "a [another].osu")
    moved = replace(after, path=str(renamed))
    assert await table.recall(moved) == Memory(FOUND, DISMISSED)
    # It is the map's own now, whatever becomes of its objects.
    assert await table.recall(replace(moved, objects_sha256="cc")) == Memory(FOUND, DISMISSED)
    file.parent.mkdir()
    file.write_text("osu file format v14", encoding="utf-8")
    assert await table.recall(replace(before, path=str(file))) == Memory()


async def test_a_copy_is_a_map_of_its_own(database: Database, file: Path) -> None:
    table = ModTable(database)
    await fill(table, which(file, 5))
    copy = file.with_name("copy.osu")
    copy.write_bytes(file.read_bytes())
    assert await table.recall(which(copy, 5)) == Memory()
    await table.remember(which(copy, 5), ())
    assert await table.recall(which(file, 5)) == Memory(FOUND, DISMISSED)


async def test_maps_without_objects_are_not_taken_for_each_other(
    database: Database, file: Path
) -> None:
    table = ModTable(database)
    await fill(table, which(file, 0, ""))
    file.unlink()
    assert await table.recall(which(file.with_name("b.osu"), 0, "")) == Memory()


async def test_another_map_in_the_place_of_one_begins_anew(database: Database, file: Path) -> None:
    table = ModTable(database)
    await fill(table, which(file, 5))
    assert await table.recall(which(file, 6)) == Memory()
    assert await table.recall(which(file, 5)) == Memory()  # and the old one is forgotten


async def test_a_store_of_the_version_before_is_brought_up_to_date(
    tmp_path: Path, file: Path
) -> None:
    path = tmp_path / "old.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.executescript(f"BEGIN; {_MIGRATIONS[0]} PRAGMA user_version = 1; COMMIT;")
    connection.close()
    database = Database(path)
    await database.open()
    await fill(ModTable(database), which(file))
    assert await ModTable(database).recall(which(file)) == Memory(FOUND, DISMISSED)
    await database.close()
    assert list(tmp_path.glob("*.damaged-*")) == []


async def test_a_store_without_a_table_of_its_version_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    database = Database(path)
    await database.open()
    await database.close()
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE dismissals")
    connection.close()
    await database_opened_and_closed(path)
    assert len(list(tmp_path.glob("*.damaged-*"))) == 1


async def database_opened_and_closed(path: Path) -> None:
    database = Database(path)
    await database.open()
    await database.close()
