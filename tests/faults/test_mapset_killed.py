"""A process killed while it makes or removes a mapset leaves a whole one, or none."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from clients.patching import EntryState, Patcher
from clients.patching.atomic import TEMPORARY_PREFIX
from tests.clients.patching.test_folders import SONG, content, files, origin
from tests.conftest import ROOT

MAKING = (
    "journalled",
    "temporary created",
    "part written",
    "part written 3",
    "part written 5",
    "temporary flushed",
    "placed",
    "folder flushed",
    "marked",
)
REMOVING = ("journalled", "base checked", "set aside", "removed", "folder flushed", "marked")

CHILD = """
import os, signal, sys
from pathlib import Path
from clients.patching import Patcher
from tests.clients.patching.test_folders import files, origin
verb, state, place, song, last = sys.argv[1:]
seen = []
def die(step):
    seen.append(step)
    if f"{step} {seen.count(step)}" == last or step == last:
        if os.name == "nt":
            os._exit(137)
        os.kill(os.getpid(), signal.SIGKILL)
patcher = Patcher(Path(state), observe=die)
if verb == "create":
    patcher.create_folder(Path(place), files(Path(song)), origin(Path(song)))
else:
    patcher.undo(Path(place))
"""


def killed(verb: str, state: Path, place: Path, song: Path, step: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHILD, verb, str(state), str(place), str(song), step],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "proto")])},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == (137 if os.name == "nt" else -signal.SIGKILL), done.stderr.decode()


@pytest.fixture
def song(tmp_path: Path) -> Path:
    path = tmp_path / "song.mp3"
    path.write_bytes(SONG)
    return path


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "Songs").mkdir()
    return tmp_path / "Songs" / "Artist - Title"


def names(place: Path) -> list[str]:
    return [entry.name for entry in place.parent.iterdir()]


def whole(place: Path) -> bool:
    """Whether the mapset is there; it is all there, then."""
    if not place.exists():
        return False
    assert sorted(content(place)) == ["A [Easy].osu", "A [Härd].osu", "audio.mp3"]
    assert content(place)["audio.mp3"] == SONG
    return True


@pytest.mark.parametrize("step", MAKING)
def test_making(tmp_path: Path, place: Path, song: Path, step: str) -> None:
    state = tmp_path / "state"
    killed("create", state, place, song, step)
    there = whole(place)
    others = [name for name in names(place) if name != place.name]
    assert len(others) <= 1 and all(name.startswith(TEMPORARY_PREFIX) for name in others)
    patcher = Patcher(state)
    history = patcher.history()
    # The next run takes away what was begun, and knows what was done.
    assert names(place) == ([place.name] if there else [])
    assert [entry.state for entry in history] == ([EntryState.APPLIED] if there else [])
    if there:
        patcher.undo(place)
    patcher.create_folder(place, files(song), origin(song))
    assert whole(place) and names(place) == [place.name]


@pytest.mark.parametrize("step", REMOVING)
def test_removing(tmp_path: Path, place: Path, song: Path, step: str) -> None:
    state = tmp_path / "state"
    patcher = Patcher(state)
    patcher.create_folder(place, files(song), origin(song))
    killed("undo", state, place, song, step)
    there = whole(place)
    (entry,) = patcher.history()
    assert entry.state is (EntryState.APPLIED if there else EntryState.UNDONE)
    assert names(place) == ([place.name] if there else [])
    assert song.read_bytes() == SONG
