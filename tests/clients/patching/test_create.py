"""New files: never over another, gone again after undo, nothing left where it fails."""

from __future__ import annotations

import errno
import os
import stat
import threading
from pathlib import Path

import pytest

from clients.patching import (
    BytesNotKeptError,
    EntryState,
    MapGoneError,
    NameTakenError,
    NothingToUndoError,
    Origin,
    Patcher,
    UndoConflictError,
    WriteRefusedError,
    disk,
)
from tests.clients.patching.maps import MAP, REMAP, some_patch

GUEST = Origin(verb="guest", summary="a new difficulty")
posix_only = pytest.mark.skipif(os.name == "nt", reason="POSIX permissions and links")


@pytest.fixture
def patcher(tmp_path: Path) -> Patcher:
    return Patcher(tmp_path / "state")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    (tmp_path / "Songs").mkdir()
    return tmp_path / "Songs" / "Artist - Title (Me) [Guest's Hard].osu"


@pytest.fixture(params=["with links", "without links"])
def links(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """File systems with hard links, and those without (FAT)."""
    if request.param == "without links":

        def link(*_: object, **__: object) -> None:
            raise OSError(errno.EPERM, "Operation not permitted")

        monkeypatch.setattr(os, "link", link)


def names(path: Path) -> list[str]:
    return [file.name for file in path.parent.iterdir()]


@pytest.mark.usefixtures("links")
def test_made_undone_and_made_again(patcher: Patcher, path: Path) -> None:
    entry = patcher.create(path, MAP, GUEST)
    assert (entry.state, entry.before_sha256) == (EntryState.APPLIED, "")
    assert path.read_bytes() == MAP and names(path) == [path.name]
    assert path.stat().st_nlink == 1
    assert patcher.undo(path).state is EntryState.UNDONE
    assert names(path) == []
    with pytest.raises(NothingToUndoError):
        patcher.undo(path)
    patcher.redo(path)
    assert path.read_bytes() == MAP and names(path) == [path.name]
    # Changed afterwards by us: taken back in order.
    patcher.apply(path, some_patch(), REMAP)
    patcher.undo()
    patcher.undo()
    assert names(path) == []
    with pytest.raises(BytesNotKeptError, match="there was no file"):
        patcher.restore(path, before=1)
    patcher.restore(path, entry=1)
    assert path.read_bytes() == MAP


@posix_only
def test_it_gets_the_permissions_of_any_new_file(patcher: Patcher, path: Path) -> None:
    usual = path.with_name("usual")
    usual.touch()
    patcher.create(path, MAP, GUEST)
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(usual.stat().st_mode)


@pytest.mark.usefixtures("links")
def test_never_over_another_file_folder_or_link(patcher: Patcher, path: Path) -> None:
    path.write_bytes(b"theirs")
    with pytest.raises(NameTakenError, match=r"is there already.*Choose another name") as refused:
        patcher.create(path, MAP, GUEST)
    assert refused.value.reason == "FILE_EXISTS"
    assert path.read_bytes() == b"theirs"
    folder = path.with_name("folder.osu")
    folder.mkdir()
    with pytest.raises(NameTakenError):
        patcher.create(folder, MAP, GUEST)
    if os.name != "nt":
        link = path.with_name("link.osu")
        link.symlink_to(path.with_name("nowhere.osu"))
        with pytest.raises(NameTakenError):
            patcher.create(link, MAP, GUEST)
        assert not path.with_name("nowhere.osu").exists()
    assert patcher.history() == []


@pytest.mark.usefixtures("links")
def test_never_over_a_file_that_comes_meanwhile(tmp_path: Path, path: Path) -> None:
    def make_in_the_editor(step: str) -> None:
        if step == "temporary flushed":
            path.write_bytes(b"theirs")

    patcher = Patcher(tmp_path / "state", observe=make_in_the_editor)
    with pytest.raises(NameTakenError):
        patcher.create(path, MAP, GUEST)
    assert path.read_bytes() == b"theirs" and names(path) == [path.name]
    assert patcher.history() == []


def test_of_many_that_want_one_name_one_gets_it(tmp_path: Path, path: Path) -> None:
    made, refused = [], []

    def make(number: int) -> None:
        patcher = Patcher(tmp_path / f"state {number}")  # of their own: no lock between them
        data = MAP + b"// %d" % number
        try:
            patcher.create(path, data, GUEST)
            made.append(data)
        except NameTakenError:
            refused.append(number)

    threads = [threading.Thread(target=make, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1 and len(refused) == 7
    assert path.read_bytes() == made[0] and names(path) == [path.name]


def test_changed_since_it_is_not_removed(patcher: Patcher, path: Path) -> None:
    patcher.create(path, MAP, GUEST)
    path.write_bytes(MAP + b"// saved in the editor")
    with pytest.raises(UndoConflictError, match="remove it yourself") as caught:
        patcher.undo(path)
    assert caught.value.wanted is None and caught.value.copy is None
    assert path.read_bytes() == MAP + b"// saved in the editor"
    path.unlink()
    assert patcher.undo(path).state is EntryState.UNDONE  # as undo would have left it


def test_redo_leaves_another_file_of_that_name_alone(patcher: Patcher, path: Path) -> None:
    patcher.create(path, MAP, GUEST)
    patcher.undo(path)
    path.write_bytes(b"theirs")
    with pytest.raises(NothingToUndoError):
        patcher.redo(path)
    assert path.read_bytes() == b"theirs"


@pytest.mark.usefixtures("links")
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_a_failing_write_leaves_nothing(
    patcher: Patcher, path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    real, writes = os.write, []

    def write(descriptor: int, data: bytes) -> int:
        writes.append(descriptor)
        if len(writes) > 1:
            raise OSError(number, os.strerror(number))
        return real(descriptor, data)

    data = MAP * 300  # more than is written at once
    monkeypatch.setattr("clients.patching.atomic.os.write", write)
    with pytest.raises(WriteRefusedError, match="Nothing was changed"):
        patcher.create(path, data, GUEST)
    assert names(path) == [] and patcher.history() == []


def test_folders_that_are_none_are_refused(patcher: Patcher, path: Path) -> None:
    with pytest.raises(MapGoneError):
        patcher.create(path.parent / "none" / path.name, MAP, GUEST)
    path.write_bytes(b"")
    with pytest.raises(WriteRefusedError):
        patcher.create(path / path.name, MAP, GUEST)
    with pytest.raises(WriteRefusedError):
        patcher.create(path.with_name("x" * 300 + ".osu"), MAP, GUEST)
    assert names(path) == [path.name]


def test_on_windows_a_rename_gives_the_name_and_refuses_another(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The branch itself, with a rename that refuses as that of Windows does."""
    monkeypatch.setattr(disk.sys, "platform", "win32")
    real = Path.rename

    def rename(source: Path, target: Path) -> Path:
        if target.exists():
            raise FileExistsError(errno.EEXIST, "Cannot create a file when that file exists")
        return real(source, target)

    monkeypatch.setattr(Path, "rename", rename)
    source = path.with_name("source")
    source.write_bytes(MAP)
    assert disk.place(source, path) and path.read_bytes() == MAP and not source.exists()
    source.write_bytes(b"other")
    with pytest.raises(FileExistsError):
        disk.place(source, path)
    assert path.read_bytes() == MAP
