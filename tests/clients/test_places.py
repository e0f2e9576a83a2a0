"""Where a new mapset goes is one answer, whichever way it is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from osu_companion.v1 import mapset_pb2, patches_pb2

import clients
from clients.client import Client, RefusedError
from clients.places import require_place, songs_folder
from tests.clients.cli.running import Command
from tests.clients.cli.test_generate import AUDIO, answering, mapset
from tests.clients.fake_daemon import JOB, FakeDaemon


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(monkeypatch, capsys)


@pytest.fixture
def song(daemon: FakeDaemon, tmp_path: Path) -> Path:
    """An audio file, and a daemon that makes a mapset of it."""
    path = tmp_path / "song.mp3"
    path.write_bytes(AUDIO)
    daemon.answer = answering(1)
    made = mapset(mapset_pb2.GenerateMapsetRequest(path=str(path)), 1)
    daemon.variants = [patches_pb2.BeatmapVariant(number=1, mapset=made)]
    daemon.active = path
    return path


def test_the_first_songs_folder_that_is_there(daemon: FakeDaemon, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    with Client(daemon.endpoint) as client:
        with pytest.raises(RefusedError, match="No Songs folder was found") as caught:
            songs_folder(client, "name another")
        assert caught.value.reason == "SONGS_NOT_FOUND" and "name another, or" in str(caught.value)
        daemon.songs = [tmp_path / "gone", there, tmp_path]
        assert songs_folder(client, "") == there
    require_place(there)
    with pytest.raises(RefusedError, match="There is no folder"):
        require_place(tmp_path / "gone")


def test_every_way_of_writing_says_the_same(
    daemon: FakeDaemon, song: Path, tmp_path: Path, command: Command
) -> None:
    def told(*arguments: Any) -> tuple[int, str, str]:
        last = command(*arguments, "--json").lines[-1]
        return last["exit_code"], last["reason"], last["message"]

    def raised(**named: Any) -> tuple[int, str, str]:
        with clients.connect() as companion:
            made = companion.generate(song, on_notice=lambda _: None)
            with pytest.raises(RefusedError) as caught:
                made.apply(**named)
        return 4, caught.value.reason, str(caught.value)

    generate, apply = ("generate", song, "--stars", "3"), ("variants", "apply", "1", "--job", JOB)
    for found in (told(*generate), told(*apply), raised()):
        assert found[:2] == (4, "SONGS_NOT_FOUND")
        assert found[2].startswith("No Songs folder was found to put a mapset in: say where")
    gone = tmp_path / "gone"
    wanted = (4, "SONGS_NOT_FOUND")
    for found in (
        told(*generate, "--output", gone),
        told(*apply, "--output", gone),
        raised(into=gone),
    ):
        assert found == (
            *wanted,
            f"There is no folder {gone}. Make it first, or name another. Nothing was written.",
        )
