"""A process killed at any step leaves the old map or the new one, whole, and a usable journal."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from clients.patching import EntryState, NothingToUndoError, Patcher
from tests.clients.patching.maps import MAP, REMAP, some_patch, write_map

ROOT = Path(__file__).resolve().parents[3]
STEPS = (
    "journalled",
    "temporary created",
    "part written",
    "temporary flushed",
    "base checked",
    "replaced",
    "folder flushed",
    "marked",
)
# os._exit runs no finally blocks and flushes nothing, on every OS.
CHILD = """
import os, sys
from pathlib import Path
from clients.patching import Patcher
from tests.clients.patching.maps import REMAP, some_patch
verb, state, path, last = sys.argv[1:]
def die(step):
    if step == last:
        os._exit(77)
patcher = Patcher(Path(state), observe=die)
if verb == "apply":
    patcher.apply(Path(path), some_patch(), REMAP)
else:
    getattr(patcher, verb)(Path(path))
"""


def _killed(verb: str, state: Path, path: Path, step: str) -> None:
    command = [sys.executable, "-c", CHILD, verb, str(state), str(path), step]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=60, check=False)
    assert done.returncode == 77, done.stderr.decode()


@pytest.mark.parametrize("step", STEPS)
def test_killed_while_applying(tmp_path: Path, step: str) -> None:
    path, state = write_map(tmp_path / "Songs"), tmp_path / "state"
    new = some_patch().apply(MAP)
    _killed("apply", state, path, step)

    content = path.read_bytes()
    assert content in (MAP, new)
    patcher = Patcher(state)
    history = patcher.history()
    assert [file.name for file in path.parent.iterdir()] == [path.name]  # temporary swept
    if content == new:
        assert [entry.state for entry in history] == [EntryState.APPLIED]
        patcher.undo(path)
    else:
        assert history == []
        with pytest.raises(NothingToUndoError):
            patcher.undo(path)
    assert path.read_bytes() == MAP
    patcher.apply(path, some_patch(), REMAP)
    assert path.read_bytes() == new


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("verb", ["undo", "redo"])
def test_killed_while_undoing_or_redoing(tmp_path: Path, verb: str, step: str) -> None:
    path, state = write_map(tmp_path / "Songs"), tmp_path / "state"
    new = some_patch().apply(MAP)
    patcher = Patcher(state)
    patcher.apply(path, some_patch(), REMAP)
    if verb == "redo":
        patcher.undo(path)
    _killed(verb, state, path, step)

    content = path.read_bytes()
    assert content in (MAP, new)
    (entry,) = patcher.history()
    assert entry.state is (EntryState.APPLIED if content == new else EntryState.UNDONE)
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    if content == new:
        patcher.undo(path)
        assert path.read_bytes() == MAP
    else:
        patcher.redo(path)
        assert path.read_bytes() == new
