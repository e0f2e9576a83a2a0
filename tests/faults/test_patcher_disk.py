"""Disks that are full, and folders that may not be written: one clear error, and no change."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import filelock  # noqa: F401  # imported late by the patcher, which another user could not do
import pytest

from clients.patching import (
    EntryState,
    JournalError,
    Origin,
    Patcher,
    PatchingError,
    UndoConflictError,
    WriteRefusedError,
)
from tests.clients.patching.maps import MAP, REMAP, patch_of, some_patch, write_map
from tests.conftest import ROOT

GUEST = Origin(verb="guest", summary="a new difficulty")
# Hardly to be compressed, so that the journal needs about as much room as the map.
LARGE = MAP + b"\r\n" + bytes(range(256)).replace(b"\n", b"") * 200 + os.urandom(60_000)
NEW = some_patch(LARGE).apply(LARGE)

posix_only = pytest.mark.skipif(os.name == "nt", reason="POSIX permissions and limits")


def write_large(folder: Path) -> Path:
    path = write_map(folder)
    path.write_bytes(LARGE)
    return path


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


# --- a small disk, really mounted ----------------------------------------------------------------


class Disk:
    """A file system of 512 KiB."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.filler = folder / "filler"

    def leave(self, free_bytes: int) -> None:
        """Fill it but for so many bytes."""
        self.filler.write_bytes(b"")
        found = os.statvfs(self.folder)
        self.filler.write_bytes(b"x" * max(0, found.f_bavail * found.f_frsize - free_bytes))

    def empty(self) -> None:
        self.filler.unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    command = [str(mount), "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(folder)]
    if mount is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here (it takes root); see the file-size limit")
    yield Disk(folder)
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_no_room_for_the_map(disk: Disk, tmp_path: Path) -> None:
    path, patcher = write_large(disk.folder / "Songs"), Patcher(tmp_path / "state")
    for free in range(0, len(LARGE), 16_384):
        disk.leave(free)
        with pytest.raises(WriteRefusedError, match=r"no space left.*Free some.*Nothing was"):
            patcher.apply(path, some_patch(LARGE), REMAP)
        with pytest.raises(WriteRefusedError, match="no space left"):
            patcher.create(path.with_name("new.osu"), LARGE, GUEST)
        assert path.read_bytes() == LARGE and names(path.parent) == {path.name}
        assert patcher.history() == []
    disk.empty()
    made = patcher.apply(path, some_patch(LARGE), REMAP)
    for free in range(0, len(LARGE), 16_384):
        disk.leave(free)
        with pytest.raises(WriteRefusedError, match="no space left"):
            patcher.undo(path)
        with pytest.raises(WriteRefusedError, match="no space left"):
            patcher.restore(path, before=made.id)
        assert path.read_bytes() == NEW and names(path.parent) == {path.name}
        assert [entry.state for entry in patcher.history()] == [EntryState.APPLIED]
    disk.empty()
    patcher.undo(path)
    disk.leave(0)
    with pytest.raises(WriteRefusedError, match="no space left"):
        patcher.redo(path)
    assert path.read_bytes() == LARGE and names(path.parent) == {path.name}
    disk.empty()
    patcher.redo(path)
    assert path.read_bytes() == NEW


def test_no_room_for_the_journal(disk: Disk, tmp_path: Path) -> None:
    """At every level of a disk that is almost full: done and undoable, or refused."""
    outcomes = set()
    for free in range(0, 3 * len(LARGE), 12_288):
        path, state = write_large(tmp_path / "Songs"), disk.folder / "state"
        disk.leave(free)
        patcher = Patcher(state)
        try:
            patcher.apply(path, some_patch(LARGE), REMAP)
        except JournalError as error:
            assert path.read_bytes() == LARGE and "space" in str(error)
            outcomes.add("refused")
        else:
            assert path.read_bytes() == NEW
            outcomes.add("written")
        content = path.read_bytes()
        assert names(path.parent) == {path.name}
        # Not one byte more: taking it back is done, or refused without a change.
        disk.leave(0)
        try:
            patcher.undo(path)
        except PatchingError:
            assert path.read_bytes() == content
        else:
            assert path.read_bytes() == LARGE
        disk.empty()
        history = patcher.history(path)
        assert all(entry.state in ("applied", "undone") for entry in history)
        if path.read_bytes() == NEW:
            patcher.undo(path)
        assert path.read_bytes() == LARGE and names(path.parent) == {path.name}
        shutil.rmtree(state)
    assert outcomes == {"refused", "written"}


def test_no_room_for_a_conflict_copy(disk: Disk, tmp_path: Path) -> None:
    path, patcher = write_large(tmp_path / "Songs"), Patcher(disk.folder / "state")
    patcher.apply(path, some_patch(LARGE), REMAP)
    path.write_bytes(b"saved in the editor")
    disk.leave(4096)
    with pytest.raises(UndoConflictError, match="the journal still has it") as caught:
        patcher.undo(path)
    assert caught.value.wanted == LARGE and caught.value.copy is None
    conflicts = patcher.state_folder / "conflicts"
    assert not conflicts.exists() or names(conflicts) == set()
    assert path.read_bytes() == b"saved in the editor"


# --- a limit on the size of files, which needs no root ------------------------------------------

LIMITED = """
import resource, sys
from pathlib import Path
from clients.patching import Patcher, PatchingError
from tests.clients.patching.maps import REMAP, some_patch
state, path, limit = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
patch = some_patch(path.read_bytes())
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    Patcher(state).apply(path, patch, REMAP)
except PatchingError as error:
    print(error)
else:
    print("written")
"""


@posix_only
@pytest.mark.parametrize("limit", [0, 2_000, 30_000, 100_000, 130_000, 200_000, 300_000, 10**6])
def test_a_limit_on_the_size_of_files(tmp_path: Path, limit: int) -> None:
    path, state = write_large(tmp_path / "Songs"), tmp_path / "state"
    ran = subprocess.run(
        [sys.executable, "-c", LIMITED, str(state), str(path), str(limit)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "proto")])},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    told = ran.stdout.strip()
    assert "\n" not in told
    if limit >= 300_000:
        assert told == "written"
    if limit <= 100_000:
        assert "written" not in told.split(".")[0]
    assert path.read_bytes() == (NEW if told == "written" else LARGE)
    assert names(path.parent) == {path.name}
    if told == "written":
        Patcher(state).undo(path)
    assert path.read_bytes() == LARGE
    Patcher(state).apply(path, some_patch(LARGE), REMAP)


# --- another user's files ------------------------------------------------------------------------


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that an ordinary user reaches (pytest's own are the user's who runs it)."""
    made = Path(tempfile.mkdtemp(prefix="patcher-"))
    made.chmod(0o777)
    yield made
    for path in [made, *made.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o777)
    shutil.rmtree(made)


def as_a_user(work: Callable[[], object]) -> str:
    """Run it in a child without root's rights; what it raised, in words, or ``""``."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        told = ""
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            work()
        except PatchingError as error:
            told = f"{type(error).__name__}: {error}"
        except BaseException:
            told = traceback.format_exc()
        os.write(writing, told.encode(errors="backslashreplace")[:60_000])
        os._exit(0)
    os.close(writing)
    with open(reading, "rb") as pipe:  # noqa: PTH123  # a descriptor
        told = pipe.read().decode()
    os.waitpid(child, 0)
    return told


def open_state(folder: Path) -> Path:
    state = folder / "state"
    state.mkdir()
    state.chmod(0o777)
    return state


@posix_only
def test_a_folder_that_may_not_be_written(folder: Path) -> None:
    path, state = write_map(folder / "Songs"), open_state(folder)
    path.chmod(0o666)
    path.parent.chmod(0o555)
    told = as_a_user(lambda: Patcher(state).apply(path, some_patch(), REMAP))
    assert told.startswith("WriteRefusedError: no permission to write in") and "access" in told
    new = path.with_name("new.osu")
    told = as_a_user(lambda: Patcher(state).create(new, MAP, GUEST))
    assert told.startswith("WriteRefusedError: no permission")
    assert path.read_bytes() == MAP and names(path.parent) == {path.name}
    assert as_a_user(lambda: Patcher(state).recover()) == ""


@posix_only
def test_a_map_that_may_not_be_read_or_written(folder: Path) -> None:
    path, state = write_map(folder / "Songs"), open_state(folder)
    path.parent.chmod(0o777)
    for mode, words in ((0o444, "is read-only"), (0o400, "is read-only"), (0o000, "is read-only")):
        path.chmod(mode)
        told = as_a_user(lambda: Patcher(state).apply(path, some_patch(), REMAP))
        assert told.startswith("WriteRefusedError") and words in told
    path.chmod(0o222)
    told = as_a_user(lambda: Patcher(state).apply(path, some_patch(), REMAP))
    assert told.startswith("WriteRefusedError") and "cannot be read" in told
    path.chmod(0o666)
    path.parent.chmod(0o000)
    told = as_a_user(lambda: Patcher(state).apply(path, some_patch(), REMAP))
    assert told.startswith("WriteRefusedError") and "Permission denied" in told
    path.parent.chmod(0o777)
    assert path.read_bytes() == MAP and names(path.parent) == {path.name}


@posix_only
def test_undo_where_the_folder_may_no_longer_be_written(folder: Path) -> None:
    path, state = write_map(folder / "Songs"), open_state(folder)
    path.chmod(0o666)
    path.parent.chmod(0o777)
    assert as_a_user(lambda: Patcher(state).apply(path, some_patch(), REMAP)) == ""
    path.parent.chmod(0o555)
    for verb in ("undo", "restore"):
        work = {
            "undo": lambda: Patcher(state).undo(path),
            "restore": lambda: Patcher(state).restore(path, before=1),
        }[verb]
        assert as_a_user(work).startswith("WriteRefusedError: no permission")
        assert path.read_bytes() == some_patch().apply(MAP) and names(path.parent) == {path.name}
    path.parent.chmod(0o777)
    assert as_a_user(lambda: Patcher(state).undo(path)) == ""
    assert path.read_bytes() == MAP


@posix_only
def test_a_state_folder_that_may_not_be_written(folder: Path) -> None:
    path, state = write_map(folder / "Songs"), open_state(folder)
    path.chmod(0o666)
    path.parent.chmod(0o777)
    # Empty, and with a journal of before.
    for prepare in (lambda: None, lambda: Patcher(state).apply(path, some_patch(), REMAP)):
        prepare()
        path.chmod(0o666)
        before = path.read_bytes()
        for file in state.iterdir():
            file.chmod(0o444)
        state.chmod(0o555)
        for work in (
            lambda: Patcher(state).apply(path, some_patch(path.read_bytes()), REMAP),
            lambda: Patcher(state).undo(path),
            lambda: Patcher(state).history(path),
        ):
            told = as_a_user(work)
            assert told.startswith("JournalError") and "write access" in told, told
        assert path.read_bytes() == before and names(path.parent) == {path.name}
        state.chmod(0o777)


@posix_only
def test_a_journal_that_may_not_be_written(folder: Path) -> None:
    path, state = write_map(folder / "Songs"), open_state(folder)
    path.parent.chmod(0o777)
    Patcher(state).apply(path, some_patch(), REMAP)
    path.chmod(0o666)
    for file in state.iterdir():
        file.chmod(0o666)
    (state / "journal.sqlite3").chmod(0o444)
    held = path.read_bytes()
    told = as_a_user(lambda: Patcher(state).undo(path))
    assert told.startswith("JournalError") and "write access" in told, told
    assert path.read_bytes() == held


def test_a_patch_that_changes_much_is_written_in_parts(tmp_path: Path) -> None:
    """The fixtures above are about files of more than one chunk; that they are."""
    path = write_large(tmp_path / "Songs")
    steps: list[str] = []
    patcher = Patcher(tmp_path / "state", observe=steps.append)
    patcher.apply(path, patch_of(LARGE), REMAP)
    assert steps.count("part written") > 1
