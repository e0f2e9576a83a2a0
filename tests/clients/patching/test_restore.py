"""Restore: the map as it was at a time, with what is there now kept for undo."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from clients.patching import (
    BytesNotKeptError,
    MapGoneError,
    NameTakenError,
    Patcher,
    UndoConflictError,
    sha256_hex,
)
from tests.clients.patching.maps import MAP, REMAP, some_patch, write_map


class Clock:
    """A clock that the test sets."""

    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def patcher(tmp_path: Path, clock: Clock) -> Patcher:
    return Patcher(tmp_path / "state", clock=clock)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_map(tmp_path / "Songs" / "1 Artist - Title")


@pytest.fixture
def states(patcher: Patcher, path: Path, clock: Clock) -> list[bytes]:
    """Changes at 1 000 010, 20 and 30; the map before the first and after each."""
    states = [MAP]
    for mark in (b"1", b"2", b"3"):
        clock.now += 10
        patcher.apply(path, some_patch(states[-1], mark), REMAP)
        states.append(path.read_bytes())
    clock.now += 10
    return states


@pytest.mark.parametrize(("at", "state"), [(10, 1), (19.9, 1), (20, 2), (25, 2), (30, 3), (99, 3)])
def test_the_map_at_a_time(
    patcher: Patcher, path: Path, states: list[bytes], at: float, state: int
) -> None:
    path.write_bytes(b"saved by the editor")
    entry, version = patcher.restore(path, at=1_000_000 + at)
    assert path.read_bytes() == states[state] and version.sha256 == sha256_hex(states[state])
    assert entry is not None and entry.verb == "restore"
    # What the editor had saved is not lost.
    patcher.undo(path)
    assert path.read_bytes() == b"saved by the editor"
    patcher.redo(path)
    assert path.read_bytes() == states[state]
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_undo_and_redo_are_part_of_what_is_known(
    patcher: Patcher, path: Path, states: list[bytes], clock: Clock
) -> None:
    for work in (patcher.undo, patcher.undo, patcher.redo):
        work(path)
        clock.now += 10
    assert path.read_bytes() == states[2]
    for at, state in ((35, 3), (45, 2), (55, 1), (65, 2)):
        assert patcher.version(path, at=1_000_000 + at)[1] == states[state]


def test_one_side_of_a_change(patcher: Patcher, path: Path, states: list[bytes]) -> None:
    for number in (1, 2, 3):
        assert patcher.version(path, entry=number)[1] == states[number]
        assert patcher.version(path, before=number)[1] == states[number - 1]
    patcher.restore(path, before=1)
    assert path.read_bytes() == MAP
    # As it is already: nothing is written, and no entry made.
    assert patcher.restore(path, before=1)[0] is None
    assert patcher.history(path)[0].id == 4
    with pytest.raises(BytesNotKeptError, match="there is no change 9"):
        patcher.restore(path, entry=9)
    other = write_map(path.parent, "other.osu")
    with pytest.raises(BytesNotKeptError, match=r"there is no change 1 of other\.osu"):
        patcher.restore(other, entry=1)


def test_saves_by_others_between_our_writes_are_told(
    patcher: Patcher, path: Path, states: list[bytes], clock: Clock
) -> None:
    theirs = states[-1] + b"\r\n// theirs"
    path.write_bytes(theirs)
    clock.now += 10
    patcher.apply(path, some_patch(theirs, b"4"), REMAP)
    version, data = patcher.version(path, at=1_000_035)
    assert data == states[-1]
    assert "Another program changed" in version.remark and "--before 4" in version.remark
    assert patcher.version(path, before=4)[1] == theirs
    assert patcher.version(path, at=1_000_025)[0].remark == ""


def test_unknown_times_name_the_nearest_known(
    patcher: Patcher, path: Path, states: list[bytes]
) -> None:
    with pytest.raises(BytesNotKeptError, match=r"is not known.*--before 1\).*Nothing was") as no:
        patcher.restore(path, at=1_000_005)
    first = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(1_000_010))
    assert first in str(no.value)
    untouched = write_map(path.parent, "untouched.osu")
    with pytest.raises(BytesNotKeptError, match="no change of ours"):
        patcher.restore(untouched, at=1_000_005)
    with pytest.raises(MapGoneError, match="There is no map"):
        patcher.restore(path.parent / "none.osu", at=1_000_005)
    assert path.read_bytes() == states[-1] and untouched.read_bytes() == MAP


def test_bytes_that_are_no_longer_kept_name_the_nearest_that_are(
    tmp_path: Path, path: Path, clock: Clock
) -> None:
    from clients.patching import Bounds

    patcher = Patcher(tmp_path / "state", clock=clock, bounds=Bounds(size_bytes=1))
    for number in range(15):
        clock.now += 10
        patcher.apply(path, some_patch(path.read_bytes(), b"%d" % number), REMAP)
    with pytest.raises(BytesNotKeptError, match=r"no longer kept.*--entry 5\)"):
        patcher.restore(path, at=1_000_035)
    with pytest.raises(BytesNotKeptError, match="no longer kept"):
        patcher.restore(path, entry=2)
    patcher.restore(path, at=1_000_105)


def test_a_deleted_map_comes_back(patcher: Patcher, path: Path, states: list[bytes]) -> None:
    path.unlink()
    patcher.restore(path, at=1_000_025)
    assert path.read_bytes() == states[2]
    # Undo brings back what was there: nothing. But never a map that someone has saved since.
    patcher.undo(path)
    assert not path.exists()
    patcher.redo(path)
    path.write_bytes(b"saved by the editor")
    with pytest.raises(UndoConflictError, match="left alone"):
        patcher.undo(path)
    assert path.read_bytes() == b"saved by the editor"


def test_a_map_in_a_deleted_folder_is_refused(
    patcher: Patcher, path: Path, states: list[bytes]
) -> None:
    path.unlink()
    path.parent.rmdir()
    with pytest.raises(MapGoneError):
        patcher.restore(path, at=1_000_025)
    assert not path.parent.exists()


def test_a_save_while_restoring_is_kept(tmp_path: Path, path: Path, states: list[bytes]) -> None:
    def save_in_the_editor(step: str) -> None:
        if step == "temporary flushed":
            path.write_bytes(b"saved by the editor")

    patcher = Patcher(tmp_path / "state", observe=save_in_the_editor)
    with pytest.raises(Exception, match="was changed since"):
        patcher.restore(path, before=1)
    assert path.read_bytes() == b"saved by the editor"
    path.unlink()

    def make_in_the_editor(step: str) -> None:
        if step == "temporary flushed":
            path.write_bytes(b"made by the editor")

    patcher = Patcher(tmp_path / "state", observe=make_in_the_editor)
    with pytest.raises(NameTakenError):
        patcher.restore(path, before=1)
    assert path.read_bytes() == b"made by the editor"
    assert [file.name for file in path.parent.iterdir()] == [path.name]
