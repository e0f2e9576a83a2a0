"""The map saved last: found by watching, and by looking again."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import grpc
import pytest
from osu_companion.local.config import Config
from osu_companion.v1 import songs_pb2

from daemon.songs.discovery import config_value, find_songs
from daemon.songs.index import SongIndex, is_map
from daemon.songs.library import Library
from daemon.songs.registry import folder_of_command, registered_folders
from daemon.store import Database, SongTable
from tests.daemon.conftest import Mapset, RunningDaemon, sha256, wait_until
from tests.daemon.errors import reason, status_of

HOUR_AGO = 3600.0


def age(path: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


def active(daemon: RunningDaemon) -> songs_pb2.MapFile:
    return daemon.songs_call("GetActiveMap", songs_pb2.GetActiveMapRequest()).map


def test_active_map_follows_saves(
    mapset: Mapset, tmp_path: Path, starter: Callable[..., RunningDaemon]
):
    other = Mapset(tmp_path / "Songs" / "2 Other" / "nested")
    other.write()
    age(mapset.map, HOUR_AGO)
    age(other.map, 2 * HOUR_AGO)
    daemon = starter()
    found = active(daemon)
    assert found.path == str(mapset.map.resolve())
    assert found.sha256 == sha256(mapset.map.read_bytes())
    assert (found.artist, found.title) == ("Somebody", "A song")
    assert (found.creator, found.difficulty_name, found.mode) == ("A mapper", "Insane", 0)
    assert daemon.status().songs[0].watched
    # Saved as editors do: written in place.
    other.map.write_bytes(other.map.read_bytes() + b"// saved\r\n")
    wait_until(lambda: active(daemon).path == str(other.map.resolve()))
    # Saved as other programs do: a file with a dot, put in place.
    temporary = mapset.folder / ".A song.osu.tmp"
    temporary.write_bytes(mapset.map.read_bytes() + b"// again\r\n")
    temporary.replace(mapset.map)
    wait_until(lambda: active(daemon).path == str(mapset.map.resolve()))
    maps = daemon.songs_call("ListRecentMaps", songs_pb2.ListRecentMapsRequest()).maps
    assert [entry.path for entry in maps] == [
        str(mapset.map.resolve()),
        str(other.map.resolve()),
    ]
    mapset.map.unlink()
    wait_until(lambda: active(daemon).path == str(other.map.resolve()))


@pytest.mark.parametrize("reported_first", [True, False])
def test_own_writes_are_no_saves(
    mapset: Mapset,
    tmp_path: Path,
    starter: Callable[..., RunningDaemon],
    reported_first: bool,
):
    other = Mapset(tmp_path / "Songs" / "2 Other")
    other.write()
    age(other.map, HOUR_AGO)
    daemon = starter()
    assert active(daemon).path == str(mapset.map.resolve())
    data = other.map.read_bytes() + b"// ours\r\n"
    report = songs_pb2.ReportWriteRequest(path=str(other.map), sha256=sha256(data))
    if reported_first:
        daemon.songs_call("ReportWrite", report)
        other.map.write_bytes(data)
        time.sleep(0.6)
    else:
        other.map.write_bytes(data)
        wait_until(lambda: active(daemon).path == str(other.map.resolve()))
        daemon.songs_call("ReportWrite", report)
    assert active(daemon).path == str(mapset.map.resolve())
    # What someone else writes there afterwards is a save again.
    other.map.write_bytes(data + b"// theirs\r\n")
    wait_until(lambda: active(daemon).path == str(other.map.resolve()))


def test_no_songs_is_said(tmp_path: Path, starter: Callable[..., RunningDaemon]):
    daemon = starter()
    with pytest.raises(grpc.RpcError) as caught:
        active(daemon)
    assert reason(status_of(caught.value)) == "SONGS_NOT_FOUND"
    status = daemon.status()
    assert not status.songs[0].present
    assert str(tmp_path / "Songs") in status.warnings[0]
    (tmp_path / "Songs").mkdir()
    with pytest.raises(grpc.RpcError) as caught:
        active(daemon)
    assert reason(status_of(caught.value)) == "NO_ACTIVE_MAP"


def test_bad_reports_are_refused(shared_daemon: RunningDaemon):
    for request in (
        songs_pb2.ReportWriteRequest(path="relative.osu", sha256="0" * 64),
        songs_pb2.ReportWriteRequest(path="/a.osu", sha256="short"),
    ):
        with pytest.raises(grpc.RpcError) as caught:
            shared_daemon.songs_call("ReportWrite", request)
        assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT


@pytest.fixture
async def index(tmp_path: Path) -> AsyncIterator[SongIndex]:
    database = Database(tmp_path / "store.sqlite3")
    await database.open()
    (tmp_path / "Songs").mkdir()
    yield SongIndex(tmp_path / "Songs", SongTable(database))
    await database.close()


async def test_lost_events_are_made_good(index: SongIndex):
    names = [f"{n:03}" for n in range(30)]
    for name in names:
        Mapset(index.root / name).write()
        age(Mapset(index.root / name).map, HOUR_AGO)
    assert await index.scan() == 30
    changed = Mapset(index.root / "007").map
    changed.write_bytes(b"osu file format v14\n")
    age(changed, 60)
    await index.look_at_recent(200)
    assert (await index.newest(1))[0].path == str(changed)
    Mapset(index.root / "008").map.unlink()
    assert await index.scan() == 29
    assert len(await index.newest(100)) == 29


async def test_touched_file_is_no_save(index: SongIndex):
    first, second = Mapset(index.root / "1"), Mapset(index.root / "2")
    for mapset, seconds in ((first, 50.0), (second, 100.0)):
        mapset.write()
        age(mapset.map, seconds)
    await index.scan()
    assert (await index.newest(2))[1].sha256 is not None
    second.map.touch()
    await index.look_at([second.map])
    assert (await index.newest(1))[0].path == str(first.map)


async def test_unplugged_drive_forgets_nothing(index: SongIndex):
    Mapset(index.root / "1").write()
    await index.scan()
    away = index.root.with_name("away")
    index.root.rename(away)
    assert await index.scan() == 0
    away.rename(index.root)
    await asyncio.sleep(0)
    assert len(await index.newest(5)) == 1


def test_names_that_are_maps():
    assert is_map("a.osu")
    assert is_map("A.OSU")
    assert not is_map(".a.osu")
    assert not is_map("a.osu.tmp")


def make_installation(folder: Path, directory: str | None, user: str = "Mapper") -> Path:
    folder.mkdir(parents=True)
    if directory is not None:
        text = f"# osu! configuration\r\nUsername = x\r\nBeatmapDirectory = {directory}\r\n"
        (folder / f"osu!.{user}.cfg").write_text(text, encoding="utf-8-sig")
    return folder


def test_songs_is_found_as_the_game_finds_it(tmp_path: Path):
    def found(folder: Path, user: str = "mapper") -> Path | None:
        root = find_songs("", environ={}, installations=[folder], user=user)
        return None if root is None else root.path

    elsewhere = tmp_path / "drive" / "Maps"
    elsewhere.mkdir(parents=True)
    absolute = make_installation(tmp_path / "a", str(elsewhere))
    assert found(absolute) == elsewhere
    relative = make_installation(tmp_path / "b", "Songs")
    (relative / "Songs").mkdir()
    assert found(relative) == relative / "Songs"
    bare = make_installation(tmp_path / "c", None)
    assert found(bare) is None
    (bare / "Songs").mkdir()
    assert found(bare) == bare / "Songs"
    # A configuration that names a folder that is gone falls back to the usual one.
    gone = make_installation(tmp_path / "d", str(tmp_path / "gone"))
    (gone / "Songs").mkdir()
    assert found(gone) == gone / "Songs"
    # Two users: the one who asks.
    two = make_installation(tmp_path / "e", str(elsewhere), "Other")
    (two / "Mine").mkdir()
    (two / "osu!.Mapper.cfg").write_text("BeatmapDirectory = Mine\n")
    assert found(two) == two / "Mine"
    assert found(tmp_path / "nothing") is None


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
async def test_names_that_are_no_text_are_passed_over(index: SongIndex):
    songs = index.root
    (songs / "good").mkdir(parents=True)
    (songs / "good" / "a.osu").write_bytes(b"osu file format v14\n")
    wrong = os.fsencode(songs) + b"/\x83\x65\xff"
    try:
        os.mkdir(wrong)  # noqa: PTH102
    except OSError:
        pytest.skip("this file system takes text only")
    bad = Path(os.fsdecode(wrong)) / "b.osu"
    bad.write_bytes(b"osu file format v14\n")
    assert await index.scan() == 1
    await index.look_at([bad])
    await index.look_at_recent(10)
    assert [Path(row.path).name for row in await index.newest(10)] == ["a.osu"]


def test_configured_songs_wins(tmp_path: Path):
    root = find_songs(str(tmp_path / "Maps"), environ={}, installations=[])
    assert root is not None
    assert (root.path, root.source) == (tmp_path / "Maps", "config")


def test_wine_prefixes_are_looked_into(tmp_path: Path):
    folder = tmp_path / ".wine/drive_c/users/me/AppData/Local/osu!"
    (folder / "Songs").mkdir(parents=True)
    root = find_songs("", environ={"HOME": str(tmp_path)}, user="me")
    if os.name != "nt":
        assert root is not None
        assert root.path == folder / "Songs"


def test_registered_commands():
    assert folder_of_command(r'"D:\Games\osu!\osu!.exe" "%1"') == Path(r"D:\Games\osu!")
    assert folder_of_command(r"C:\osu!\osu!.exe %1") == Path(r"C:\osu!")
    assert folder_of_command("") is None
    if os.name != "nt":
        assert list(registered_folders()) == []


def test_unreadable_configuration_is_none(tmp_path: Path):
    assert config_value(tmp_path / "none.cfg", "BeatmapDirectory") is None
    (tmp_path / "bytes.cfg").write_bytes(b"\xff\xfe\x00BeatmapDirectory\n= \n")
    assert config_value(tmp_path / "bytes.cfg", "BeatmapDirectory") is None


async def test_new_files_of_ours_are_no_saves(index: SongIndex):
    saved = Mapset(index.root / "1")
    saved.write()
    age(saved.map, HOUR_AGO)
    await index.scan()
    made = [saved.folder / name for name in ("told before.osu", "told after.osu", "theirs.osu")]
    for path in made:
        path.write_bytes(b"osu file format v14\n// " + path.name.encode())
    digests = [sha256(path.read_bytes()) for path in made]
    await index.report_write(made[0], digests[0])
    await index.look_at(made)
    await index.report_write(made[1], digests[1])
    assert [Path(row.path).name for row in await index.newest(2)] == [
        "theirs.osu",
        saved.map.name,
    ]


async def test_content_that_was_handed_out_is_ours_without_a_report(index: SongIndex):
    table = index._table
    library = Library(Config(), table)
    first, second = Mapset(index.root / "1"), Mapset(index.root / "2")
    for mapset, seconds in ((first, 50.0), (second, 100.0)):
        mapset.write()
        age(mapset.map, seconds)
    await index.scan()
    await index.newest(2)  # reads their hashes
    data = second.map.read_bytes() + b"// ours"
    await library.expect(sha256(data))
    second.map.write_bytes(data)
    await index.look_at([second.map])
    assert (await index.newest(1))[0].path == str(first.map)
    # It answers for one write: the same content a second time is somebody's save.
    for content in (b"osu file format v14\n", data):
        second.map.write_bytes(content)
        await index.look_at([second.map])
    assert (await index.newest(1))[0].path == str(second.map)


async def test_events_in_the_wrong_order_do_not_change_which_map_was_saved_last(index: SongIndex):
    await index.scan()
    copied, saved = (Mapset(index.root / name) for name in ("1 Copied", "2 Saved"))
    copied.write()
    age(copied.map, HOUR_AGO)  # as a copy keeps the time of its content
    await asyncio.sleep(0.05)
    saved.write()
    await index.look_at([saved.map])
    await index.look_at([copied.map])
    newest = await index.newest(2)
    assert [row.path for row in newest] == [str(each.map) for each in (saved, copied)]


async def test_an_undo_right_after_a_change_leaves_the_save_before_them(index: SongIndex):
    """Both writes are over before an event of either is looked at."""
    await index.scan()
    mapset = Mapset(index.root / "1")
    mapset.write()
    saved = mapset.map.read_bytes()
    await index.look_at([mapset.map])
    before = (await index.newest(1))[0].saved_at
    changed = saved + b"// changed\r\n"
    await index.report_write(mapset.map, sha256(changed))
    mapset.map.write_bytes(changed)
    mapset.map.write_bytes(saved)
    await index.report_write(mapset.map, sha256(saved))
    await index.look_at([mapset.map])
    assert (await index.newest(1))[0].saved_at == before
