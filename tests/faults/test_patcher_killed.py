"""A patcher killed at any step leaves the old map or the new one, whole, and a usable journal."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from clients.patching import EntryState, NothingToUndoError, Origin, Patcher
from clients.patching.atomic import TEMPORARY_PREFIX
from tests.clients.patching.maps import MAP, REMAP, some_patch, write_map
from tests.conftest import ROOT

NEW = some_patch().apply(MAP)
GUEST = Origin(verb="guest", summary="a new difficulty")

REPLACING = (
    "journalled",
    "temporary created",
    "part written",
    "temporary flushed",
    "base checked",
    "replaced",
    "folder flushed",
    "marked",
)
MAKING = (
    "journalled",
    "temporary created",
    "part written",
    "temporary flushed",
    "placed",
    "temporary removed",
    "folder flushed",
    "marked",
)
IN_PLACE = ("temporary flushed", "created in place", "part written", "placed", "folder flushed")
REMOVING = ("journalled", "base checked", "removed", "folder flushed", "marked")
# After these, and before the next run, a temporary file may be there.
DIRTY = {"temporary created", "part written", "temporary flushed", "base checked", "placed"}

CHILD = """
import errno, os, signal, sys
from pathlib import Path
from clients.patching import Patcher
from tests.clients.patching.maps import MAP, REMAP, some_patch
from tests.faults.test_patcher_killed import GUEST, big
verb, state, path, last, in_place = sys.argv[1:]
seen = []
def die(step):
    seen.append(step)
    # In place, the second writing is that under the file's own name.
    again = in_place == "in place" and last == "part written" and "created in place" not in seen
    if step == last and not again:
        if os.name == "nt":
            os._exit(137)
        os.kill(os.getpid(), signal.SIGKILL)
if in_place == "in place":
    def no_link(*_, **__):
        raise OSError(errno.EPERM, "Operation not permitted")
    os.link = no_link
path = Path(path)
patcher = Patcher(Path(state), observe=die)
if verb == "apply":
    patcher.apply(path, some_patch(), REMAP)
elif verb == "create":
    patcher.create(path, big(), GUEST)
elif verb == "restore":
    patcher.restore(path, before=1)
else:
    getattr(patcher, verb)(path)
"""


def big() -> bytes:
    """More than is written at once."""
    return MAP * 200


def killed(verb: str, state: Path, path: Path, step: str, how: str = "") -> None:
    """Run one verb in a process that is killed (SIGKILL) after a step."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, verb, str(state), str(path), step, how],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "proto")])},
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == (137 if os.name == "nt" else -signal.SIGKILL), done.stderr.decode()


def assert_clean_enough(path: Path, step: str) -> None:
    """What lies in Songs before anything of ours has run again: at most one file with a dot."""
    left = [file.name for file in path.parent.iterdir() if file != path]
    assert len(left) <= (step in DIRTY)
    assert all(name.startswith(TEMPORARY_PREFIX) for name in left)


def names(path: Path) -> list[str]:
    return [file.name for file in path.parent.iterdir()]


@pytest.mark.parametrize("step", REPLACING)
def test_applying(tmp_path: Path, step: str) -> None:
    path, state = write_map(tmp_path / "Songs"), tmp_path / "state"
    killed("apply", state, path, step)
    content = path.read_bytes()
    assert content in (MAP, NEW)
    assert_clean_enough(path, step)
    patcher = Patcher(state)
    history = patcher.history()
    assert names(path) == [path.name]  # temporary swept
    if content == NEW:
        assert [entry.state for entry in history] == [EntryState.APPLIED]
        patcher.undo(path)
    else:
        assert history == []
        with pytest.raises(NothingToUndoError):
            patcher.undo(path)
    assert path.read_bytes() == MAP
    patcher.apply(path, some_patch(), REMAP)
    assert path.read_bytes() == NEW


@pytest.mark.parametrize("step", REPLACING)
@pytest.mark.parametrize("verb", ["undo", "redo"])
def test_undoing_and_redoing(tmp_path: Path, verb: str, step: str) -> None:
    path, state = write_map(tmp_path / "Songs"), tmp_path / "state"
    patcher = Patcher(state)
    patcher.apply(path, some_patch(), REMAP)
    if verb == "redo":
        patcher.undo(path)
    killed(verb, state, path, step)
    content = path.read_bytes()
    assert content in (MAP, NEW)
    assert_clean_enough(path, step)
    (entry,) = patcher.history()
    assert entry.state is (EntryState.APPLIED if content == NEW else EntryState.UNDONE)
    assert names(path) == [path.name]
    if content == NEW:
        patcher.undo(path)
        assert path.read_bytes() == MAP
    else:
        patcher.redo(path)
        assert path.read_bytes() == NEW


@pytest.mark.parametrize("step", REPLACING)
def test_restoring(tmp_path: Path, step: str) -> None:
    path, state = write_map(tmp_path / "Songs"), tmp_path / "state"
    patcher = Patcher(state)
    patcher.apply(path, some_patch(), REMAP)
    theirs = NEW + b"\r\n// saved in the editor"
    path.write_bytes(theirs)
    killed("restore", state, path, step)
    content = path.read_bytes()
    assert content in (theirs, MAP)
    assert_clean_enough(path, step)
    if content == MAP:
        assert patcher.undo(path).verb == "restore"
    else:
        assert [entry.verb for entry in patcher.history()] == ["remap"]
    assert path.read_bytes() == theirs and names(path) == [path.name]
    patcher.restore(path, before=1)
    assert path.read_bytes() == MAP


@pytest.mark.parametrize(
    ("step", "how"),
    [*((step, "") for step in MAKING), *((step, "in place") for step in IN_PLACE)],
)
@pytest.mark.parametrize("verb", ["create", "redo"])
def test_making_a_file(tmp_path: Path, verb: str, step: str, how: str) -> None:
    path, state = tmp_path / "Songs" / "new.osu", tmp_path / "state"
    path.parent.mkdir()
    patcher = Patcher(state)
    if verb == "redo":
        patcher.create(path, big(), GUEST)
        patcher.undo(path)
    killed(verb, state, path, step, how)
    if not how:
        assert not path.exists() or path.read_bytes() == big()
        assert_clean_enough(path, step)
    history = patcher.history()
    whole = path.exists()
    if whole:
        assert path.read_bytes() == big() and names(path) == [path.name]
        assert [entry.state for entry in history] == [EntryState.APPLIED]
        patcher.undo(path)
    assert names(path) == []
    if verb == "redo" or whole:
        patcher.redo(path)
    else:
        assert history == []
        patcher.create(path, big(), GUEST)
    assert path.read_bytes() == big() and names(path) == [path.name]


@pytest.mark.parametrize("step", REMOVING)
def test_removing_a_file_that_we_made(tmp_path: Path, step: str) -> None:
    path, state = tmp_path / "Songs" / "new.osu", tmp_path / "state"
    path.parent.mkdir()
    patcher = Patcher(state)
    patcher.create(path, big(), GUEST)
    killed("undo", state, path, step)
    left = path.exists()
    assert not left or path.read_bytes() == big()
    (entry,) = patcher.history()
    assert entry.state is (EntryState.APPLIED if left else EntryState.UNDONE)
    if not left:
        patcher.redo(path)
    assert path.read_bytes() == big() and names(path) == [path.name]
    patcher.undo(path)
    assert names(path) == []


def test_a_save_after_the_crash_is_a_conflict_and_loses_nothing(tmp_path: Path) -> None:
    path, state = write_map(tmp_path / "Songs"), tmp_path / "state"
    killed("apply", state, path, "replaced")
    path.write_bytes(b"saved in the editor")
    patcher = Patcher(state)
    with pytest.raises(Exception, match="changed by another program") as caught:
        patcher.undo(path)
    assert caught.value.copy.read_bytes() == MAP  # type: ignore[attr-defined]
    assert path.read_bytes() == b"saved in the editor"


def test_a_damaged_journal_names_no_file_to_remove_but_temporary_ones(tmp_path: Path) -> None:
    import sqlite3

    path, state = write_map(tmp_path / "Songs"), tmp_path / "state"
    killed("apply", state, path, "journalled")
    for name in (path.name, "../Songs/" + path.name, ".osu-companion-../x.tmp"):
        with sqlite3.connect(state / "journal.sqlite3") as db:
            db.execute("UPDATE entries SET temporary = ?, state = 'applying'", (name,))
        Patcher(state).recover()
        assert path.read_bytes() == MAP


LOOP = """
import sys
from pathlib import Path
from clients.patching import Patcher
from tests.clients.patching.maps import REMAP, some_patch
patcher, path = Patcher(Path(sys.argv[1])), Path(sys.argv[2])
print("ready", flush=True)
while True:
    patcher.apply(path, some_patch(path.read_bytes(), b"7"), REMAP)
    patcher.undo(path)
    patcher.redo(path)
    patcher.restore(path, before=1)
    patcher.undo(path)
    patcher.undo(path)
"""


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_at_any_moment(tmp_path: Path) -> None:
    """Killed from outside, between or within steps and in SQLite's own work."""
    path, state = write_map(tmp_path / "Songs"), tmp_path / "state"
    known = (MAP, some_patch(MAP, b"7").apply(MAP))
    Patcher(state).apply(path, some_patch(MAP, b"7"), REMAP)
    Patcher(state).undo(path)
    moments = random.Random(5)
    for _ in range(12):
        child = subprocess.Popen(
            [sys.executable, "-c", LOOP, str(state), str(path)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "proto")])},
            stdout=subprocess.PIPE,
        )
        assert child.stdout is not None and child.stdout.readline() == b"ready\n"
        time.sleep(moments.uniform(0.0, 0.15))
        assert child.poll() is None
        child.kill()
        child.communicate()
        assert path.read_bytes() in known
        patcher = Patcher(state)
        history = patcher.history(path, limit=1000)
        assert all(entry.state in ("applied", "undone") for entry in history)
        assert names(path) == [path.name]
        # All that is marked as written can be taken back, one after the other.
        for _ in [entry for entry in history if entry.state is EntryState.APPLIED]:
            patcher.undo(path)
        assert path.read_bytes() == MAP
