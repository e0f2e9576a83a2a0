"""Whether a map can be written is known before anything is asked, in the words of the write."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from clients.patching import MapGoneError, WriteRefusedError, sha256_hex
from clients.patching.atomic import (
    create_file,
    replace_file,
    require_folder,
    require_writable,
    resolve,
)
from tests.clients.patching.maps import MAP, write_map

posix_only = pytest.mark.skipif(os.name == "nt", reason="folders have no mode there")
NOBODY = 65_534


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that other users can reach, unlike those of pytest."""
    folder = Path(tempfile.mkdtemp()).resolve()
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@contextlib.contextmanager
def no_root() -> Iterator[None]:
    """As a user whom modes stop."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def told_by(write: object, *arguments: object, **named: object) -> str:
    with pytest.raises(WriteRefusedError) as caught:
        write(*arguments, **named)  # type: ignore[operator]
    assert "Nothing was changed" in str(caught.value)
    return str(caught.value)


def test_a_map_that_can_be_written_is_left_alone(tmp_path: Path) -> None:
    path = write_map(tmp_path / "Songs")
    before = path.stat()
    assert require_writable(path) == path.resolve()
    after = path.stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)
    # The game looks again at folders whose files come and go.
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_a_read_only_map_is_known(tmp_path: Path) -> None:
    path = write_map(tmp_path)
    path.chmod(0o444)
    assert told_by(require_writable, path) == told_by(resolve, path)
    path.chmod(0o644)
    # A new file beside it is another matter.
    require_folder(path.parent)


def test_a_map_or_a_folder_that_is_not_there_is_known(tmp_path: Path) -> None:
    with pytest.raises(MapGoneError):
        require_writable(tmp_path / "gone.osu")
    with pytest.raises(MapGoneError):
        require_folder(tmp_path / "gone")


@posix_only
def test_a_folder_that_takes_no_files_is_known_in_the_same_words(folder: Path) -> None:
    path = write_map(folder)
    path.chmod(0o666)
    folder.chmod(0o555)
    with no_root():
        wanted = told_by(replace_file, path, b"new", expected_sha256=sha256_hex(MAP))
        assert told_by(require_writable, path) == wanted
        new = folder / "new.osu"
        assert told_by(require_folder, folder) == told_by(create_file, new, b"new")
    assert path.read_bytes() == MAP and not new.exists()


@posix_only
@pytest.mark.skipif(getattr(os, "geteuid", lambda: 1)() != 0, reason="modes stop this user")
def test_whom_no_mode_stops_is_not_stopped(folder: Path) -> None:
    path = write_map(folder)
    folder.chmod(0o555)
    require_writable(path)
    replace_file(path, b"new", expected_sha256=sha256_hex(MAP))
    assert path.read_bytes() == b"new"
