"""Files as they are found: links, modes, no space, no permission, held by another program."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from clients.patching import Patcher, WriteRefusedError, disk
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
