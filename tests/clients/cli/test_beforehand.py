"""A map, or a folder, that cannot be written: said before a model is asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from clients.cli.output import error_text
from clients.patching import atomic, disk
from tests.clients.cli.running import Command
from tests.clients.fake_daemon import FakeDaemon, answering
from tests.clients.patching.maps import MAP, some_patch

CHANGING = (
    ("remap", "MAP", "--from", "1500", "--to", "2250"),
    ("hitsound", "MAP"),
    ("timing", "MAP", "--apply"),
    ("mod", "MAP", "--fix", "all"),
)
MAKING = (("gd", "MAP", "--name", "x"), ("generate", "SONG", "--stars", "3"))


@pytest.fixture
def asked(daemon: FakeDaemon, map_path: Path) -> FakeDaemon:
    daemon.answer, daemon.songs = answering(some_patch()), [map_path.parent]
    (map_path.parent / "audio.mp3").write_bytes(b"ID3 a song")
    return daemon


def words(arguments: tuple[str, ...], map_path: Path) -> list[str]:
    files = {"MAP": map_path, "SONG": map_path.parent / "audio.mp3"}
    return [str(files.get(word, word)) for word in arguments]


def jobs(daemon: FakeDaemon) -> list[str]:
    """The requests for work of a model."""
    names = [type(each).__name__ for each in daemon.asked if hasattr(each, "options")]
    return [name for name in names if not name.startswith("Get")]


@pytest.mark.parametrize("arguments", CHANGING)
def test_a_read_only_map(
    asked: FakeDaemon, map_path: Path, command: Command, arguments: tuple[str, ...]
) -> None:
    map_path.chmod(0o444)
    last = command(*words(arguments, map_path), "--json").lines[-1]
    assert last["exit_code"] == 1 and "is read-only. Allow writing" in last["message"], last
    assert not jobs(asked) and map_path.read_bytes() == MAP
    map_path.chmod(0o644)


@pytest.mark.parametrize("arguments", (*CHANGING, *MAKING))
def test_a_folder_that_takes_no_files(
    asked: FakeDaemon,
    map_path: Path,
    command: Command,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
) -> None:
    # Root, who runs some of the tests, may write into any folder.
    refusal = PermissionError(13, "Permission denied")
    monkeypatch.setattr(disk, "folder_refusal", lambda _: refusal)
    last = command(*words(arguments, map_path), "--json").lines[-1]
    told = error_text(atomic.WriteRefusedError(disk.describe(refusal, map_path)), short=True)
    assert last["exit_code"] == 1 and last["message"] == told, last
    assert not jobs(asked)


def test_who_writes_nothing_is_asked_nothing(
    asked: FakeDaemon, map_path: Path, command: Command
) -> None:
    map_path.chmod(0o444)
    ran = command("remap", map_path, "--from", "1500", "--to", "2250", "--dry-run")
    assert ran.code == 0 and jobs(asked) == ["RemapBeatmapRequest"]
    # The same words and the same code as the write has.
    with pytest.raises(atomic.WriteRefusedError) as caught:
        atomic.resolve(map_path)
    written = command("remap", map_path, "--from", "1500", "--to", "2250")
    assert written.code == 1 and str(caught.value) in written.err
    map_path.chmod(0o644)
