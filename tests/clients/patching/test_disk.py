"""Files as they are found: links, modes, no space, no permission, held by another program."""

from __future__ import annotations

import ctypes
import errno
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from clients.patching import (
    MapGoneError,
    NothingToUndoError,
    Patcher,
    UndoConflictError,
    WriteRefusedError,
    disk,
)
from tests.clients.patching.maps import MAP, REMAP, some_patch, write_map

posix_only = pytest.mark.skipif(os.name == "nt", reason="POSIX permissions and links")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_map(tmp_path / "Songs")


@pytest.fixture
def patcher(tmp_path: Path) -> Patcher:
    return Patcher(tmp_path / "state")


def _unchanged(path: Path) -> bool:
    return path.read_bytes() == MAP and [f.name for f in path.parent.iterdir()] == [path.name]


@posix_only
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664, 0o755])
def test_the_mode_is_kept(patcher: Patcher, path: Path, mode: int) -> None:
    path.chmod(mode)
    patcher.apply(path, some_patch(), REMAP)
    assert stat.S_IMODE(path.stat().st_mode) == mode


@posix_only
def test_a_symlink_stays_one_and_its_target_is_written(
    patcher: Patcher, path: Path, tmp_path: Path
) -> None:
    link = tmp_path / "link.osu"
    link.symlink_to(path)
    patcher.apply(link, some_patch(), REMAP)
    assert link.is_symlink() and path.read_bytes() != MAP
    patcher.undo(link)
    assert link.is_symlink() and path.read_bytes() == MAP


@posix_only
def test_a_hard_link_elsewhere_keeps_the_old_bytes(
    patcher: Patcher, path: Path, tmp_path: Path
) -> None:
    other = tmp_path / "lazer-blob"
    other.hardlink_to(path)
    patcher.apply(path, some_patch(), REMAP)
    assert other.read_bytes() == MAP and path.read_bytes() != MAP


def test_a_read_only_map_is_refused(patcher: Patcher, path: Path) -> None:
    path.chmod(0o444)
    with pytest.raises(WriteRefusedError, match="read-only"):
        patcher.apply(path, some_patch(), REMAP)
    assert _unchanged(path)
    path.chmod(0o644)


def test_missing_maps_and_folders_are_refused(patcher: Patcher, path: Path) -> None:
    for wrong in (path.with_name("none.osu"), path.parent):
        with pytest.raises(WriteRefusedError):
            patcher.apply(wrong, some_patch(), REMAP)


@posix_only
def test_a_loop_of_links_is_refused(patcher: Patcher, tmp_path: Path) -> None:
    loop = tmp_path / "loop.osu"
    loop.symlink_to(loop)
    with pytest.raises(WriteRefusedError):
        patcher.apply(loop, some_patch(), REMAP)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "no space left"),
        (errno.EACCES, "no permission"),
        (errno.EROFS, "read-only"),
        (errno.EIO, "could not be written"),
    ],
)
def test_a_failing_write_is_one_clear_error_and_no_change(
    patcher: Patcher, path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def fail(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("clients.patching.atomic.os.write", fail)
    with pytest.raises(WriteRefusedError, match=words) as caught:
        patcher.apply(path, some_patch(), REMAP)
    assert "Nothing was changed" in str(caught.value) and "\n" not in str(caught.value)
    assert _unchanged(path)
    assert patcher.history() == []


def _held(winerror: int) -> OSError:
    error = PermissionError(errno.EACCES, "The process cannot access the file")
    error.winerror = winerror  # type: ignore[attr-defined]
    return error


@pytest.mark.parametrize("winerror", [5, 32, 33])
def test_a_file_held_for_a_moment_is_retried(
    patcher: Patcher, path: Path, monkeypatch: pytest.MonkeyPatch, winerror: int
) -> None:
    refusals = [_held(winerror)] * 4
    real = disk.replace

    def replace(source: Path, target: Path) -> None:
        if refusals:
            raise refusals.pop()
        real(source, target)

    monkeypatch.setattr(disk, "replace", replace)
    patcher.apply(path, some_patch(), REMAP)
    assert not refusals and path.read_bytes() != MAP


def test_a_file_held_for_good_is_given_up_after_bounded_time(
    patcher: Patcher, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def replace(_source: Path, _target: Path) -> None:
        raise _held(32)

    monkeypatch.setattr(disk, "replace", replace)
    monkeypatch.setattr(disk, "_RETRY_DELAYS_S", (0.0, 0.0))
    with pytest.raises(WriteRefusedError, match="held open by another program"):
        patcher.apply(path, some_patch(), REMAP)
    assert _unchanged(path)


def test_retries_are_bounded_and_only_for_sharing_errors() -> None:
    slept: list[float] = []

    def shared() -> None:
        raise _held(32)

    with pytest.raises(PermissionError):
        disk.retry_while_shared(shared, slept.append)
    assert 1 < sum(slept) < 5

    def other() -> None:
        raise PermissionError(errno.EACCES, "no")

    slept.clear()
    with pytest.raises(PermissionError):
        disk.retry_while_shared(other, slept.append)
    assert slept == []


# --- what changes under our hands -----------------------------------------------------------------


@pytest.mark.parametrize("step", ["temporary created", "temporary flushed"])
@pytest.mark.parametrize("instead", ["nothing", "folder"])
def test_a_map_that_goes_meanwhile_is_one_clear_error(
    tmp_path: Path, path: Path, step: str, instead: str
) -> None:
    def take_away(seen: str) -> None:
        if seen == step:
            path.unlink()
            if instead == "folder":
                path.mkdir()

    patcher = Patcher(tmp_path / "state", observe=take_away)
    with pytest.raises(WriteRefusedError, match="Nothing was changed") as caught:
        patcher.apply(path, some_patch(), REMAP)
    assert isinstance(caught.value, MapGoneError) == (instead == "nothing")
    left = [file.name for file in path.parent.iterdir()]
    assert left == ([] if instead == "nothing" else [path.name])
    assert Patcher(tmp_path / "state").history() == []


def test_undo_of_a_map_that_is_a_folder_now_is_refused(patcher: Patcher, path: Path) -> None:
    patcher.apply(path, some_patch(), REMAP)
    path.unlink()
    path.mkdir()
    with pytest.raises(WriteRefusedError, match="Nothing was changed"):
        patcher.undo(path)
    with pytest.raises(WriteRefusedError, match="Nothing was changed"):
        patcher.restore(path, before=1)
    assert list(path.iterdir()) == []


# --- links ----------------------------------------------------------------------------------------


@posix_only
def test_a_hard_link_is_written_through_by_nothing(
    patcher: Patcher, path: Path, tmp_path: Path
) -> None:
    """Also where undo, redo and restore meet a link that was made since."""
    changed = some_patch().apply(MAP)
    patcher.apply(path, some_patch(), REMAP)
    for number, (work, held) in enumerate(
        [
            (lambda: patcher.undo(path), changed),
            (lambda: patcher.redo(path), MAP),
            (lambda: patcher.restore(path, before=1), changed),
        ]
    ):
        other = tmp_path / f"link {number}"
        other.hardlink_to(path)
        work()
        assert other.read_bytes() == held != path.read_bytes()
        assert other.stat().st_nlink == path.stat().st_nlink == 1


@posix_only
def test_a_linked_folder_is_followed_and_known_by_both_names(
    patcher: Patcher, path: Path, tmp_path: Path
) -> None:
    link = tmp_path / "linked"
    link.symlink_to(path.parent, target_is_directory=True)
    patcher.apply(link / path.name, some_patch(), REMAP)
    new = link / "new.osu"
    patcher.create(new, MAP, REMAP)
    assert [entry.path for entry in patcher.history()] == [path.with_name("new.osu"), path]
    patcher.undo(new)
    patcher.undo(path)
    assert path.read_bytes() == MAP and link.is_symlink()
    patcher.restore(link / path.name, entry=1)
    assert path.read_bytes() != MAP


# --- names ----------------------------------------------------------------------------------------

LONGEST = "変" * 83 + "xx.osu"  # 255 bytes


@pytest.mark.parametrize(
    "name",
    [LONGEST, "a.osu", "no ending", " .osu", "~`$'&;{}%^#@!.osu", "e\u0301\u200f\U0001f3b5.osu"],
)
def test_odd_names_are_written_undone_and_copied(
    patcher: Patcher, tmp_path: Path, name: str
) -> None:
    if os.name == "nt" and name == LONGEST:
        pytest.skip("paths end at 260 characters there, unless the user allows more")
    path = write_map(tmp_path / "Songs", name)
    patcher.apply(path, some_patch(), REMAP)
    patcher.undo(path)
    assert _unchanged(path)
    patcher.redo(path)
    path.write_bytes(b"saved by the editor")
    with pytest.raises(UndoConflictError) as caught:
        patcher.undo(path)
    copy = caught.value.copy
    assert copy is not None and copy.read_bytes() == MAP
    assert len(copy.name) <= 120 and len(copy.name.encode()) <= 200


@posix_only
def test_a_path_that_leaves_no_room_for_a_file_beside_it(patcher: Patcher, tmp_path: Path) -> None:
    """The map can just be reached; a temporary file beside it has a longer path."""
    limit = os.pathconf(tmp_path, "PC_PATH_MAX")
    folder, here = tmp_path, os.getcwd()  # noqa: PTH109
    try:
        while limit - 1 - len(os.fsencode(folder / "a.osu")) > 0:
            room = limit - 1 - len(os.fsencode(folder / "a.osu"))
            part = "d" * min(200, room - 1)
            if room < 2:
                break
            if room - 1 - len(part) == 1:
                part = part[:-1]  # or a single separator would be left over
            folder.mkdir(exist_ok=True)
            os.chdir(folder)
            os.mkdir(part)  # noqa: PTH102
            folder /= part
        os.chdir(folder)
        Path("a.osu").write_bytes(MAP)
        path = folder / "a.osu"
        assert path.read_bytes() == MAP
        with pytest.raises(WriteRefusedError, match=r"too long.*Nothing was changed"):
            patcher.apply(path, some_patch(), REMAP)
        assert path.read_bytes() == MAP and os.listdir(folder) == ["a.osu"]  # noqa: PTH208
        assert patcher.history() == []
    finally:
        os.chdir(here)


@pytest.mark.parametrize("name", ["x" * 300 + ".osu", "a\0b.osu"])
def test_names_that_no_file_can_have_are_refused(
    patcher: Patcher, tmp_path: Path, name: str
) -> None:
    with pytest.raises(WriteRefusedError):
        patcher.apply(tmp_path / name, some_patch(), REMAP)
    with pytest.raises(WriteRefusedError):
        patcher.create(tmp_path / name, MAP, REMAP)
    with pytest.raises(NothingToUndoError):
        patcher.undo(tmp_path / name)


# --- Windows, through the seam --------------------------------------------------------------------


def test_windows_attributes_are_kept(
    tmp_path: Path, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hidden and archive go over to the new file; read-only and the like are not set so."""
    set_to: list[tuple[str, int]] = []

    class Kernel:
        @staticmethod
        def SetFileAttributesW(name: str, attributes: int) -> int:  # noqa: N802
            set_to.append((name, attributes))
            return 1

    class Library:
        kernel32 = Kernel

    class Status:
        st_mode = 0o100666
        st_file_attributes = 0x2 | 0x20 | 0x1 | 0x400

    monkeypatch.setattr(disk.sys, "platform", "win32")
    monkeypatch.setattr(ctypes, "windll", Library, raising=False)
    disk.keep_attributes(-1, path, Status())  # type: ignore[arg-type]
    assert set_to == [(str(path), 0x22)]


@pytest.mark.parametrize("verb", ["undo", "redo", "restore", "create", "remove"])
def test_a_file_held_for_a_moment_delays_every_verb(
    patcher: Patcher, path: Path, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    new = path.with_name("new.osu")
    if verb == "remove":
        patcher.create(new, MAP, REMAP)
    else:
        patcher.apply(path, some_patch(), REMAP)
    if verb == "redo":
        patcher.undo(path)
    refusals = [_held(32)] * 3
    where = {"create": (disk, "place"), "remove": (Path, "unlink")}.get(verb, (disk, "replace"))
    real = getattr(*where)

    def held(*arguments: Any, **options: Any) -> Any:
        if refusals:
            raise refusals.pop()
        return real(*arguments, **options)

    monkeypatch.setattr(*where, held)
    monkeypatch.setattr(disk, "_RETRY_DELAYS_S", (0.0,) * 5)
    {
        "undo": lambda: patcher.undo(path),
        "redo": lambda: patcher.redo(path),
        "restore": lambda: patcher.restore(path, before=1),
        "create": lambda: patcher.create(new, MAP, REMAP),
        "remove": lambda: patcher.undo(new),
    }[verb]()
    assert not refusals
    assert new.exists() == (verb == "create")
