"""Apply, undo, redo, history: exact bytes, and refusal where someone else wrote meanwhile."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from clients.patching import (
    BaseChangedError,
    EntryState,
    JournalError,
    LinePatch,
    NothingToUndoError,
    Patcher,
    PatchingError,
    UndoConflictError,
    WriteRefusedError,
    sha256_hex,
)
from tests.clients.patching.maps import MAP, REMAP, some_patch, write_map


@pytest.fixture
def patcher(tmp_path: Path) -> Patcher:
    return Patcher(tmp_path / "state")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_map(tmp_path / "Songs" / "1 Artist - Title")


def test_apply_undo_redo_restore_exact_bytes_and_leave_nothing_in_songs(
    patcher: Patcher, path: Path
) -> None:
    patch = some_patch()
    entry = patcher.apply(path, patch, REMAP)
    changed = path.read_bytes()
    assert sha256_hex(changed) == patch.result_sha256
    assert (entry.job, entry.variant, entry.summary) == ("job-1", 1, "3 objects replaced by 2")
    assert patcher.undo(path).state is EntryState.UNDONE
    assert path.read_bytes() == MAP
    patcher.redo(path)
    assert path.read_bytes() == changed
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_undo_goes_back_one_change_at_a_time_and_redo_forward(patcher: Patcher, path: Path) -> None:
    states = [MAP]
    for mark in (b"1", b"2", b"3"):
        patcher.apply(path, some_patch(states[-1], mark), REMAP)
        states.append(path.read_bytes())
    for expected in reversed(states[:-1]):
        patcher.undo()
        assert path.read_bytes() == expected
    with pytest.raises(NothingToUndoError, match="nothing to undo"):
        patcher.undo()
    for expected in states[1:]:
        patcher.redo()
        assert path.read_bytes() == expected
    with pytest.raises(NothingToUndoError, match="nothing to redo"):
        patcher.redo()


def test_a_new_change_after_undo_ends_the_redo_of_the_old_one(patcher: Patcher, path: Path) -> None:
    patcher.apply(path, some_patch(mark=b"1"), REMAP)
    patcher.undo(path)
    patcher.apply(path, some_patch(mark=b"2"), REMAP)
    with pytest.raises(NothingToUndoError):
        patcher.redo(path)


def test_undo_without_a_map_takes_the_newest_of_all(patcher: Patcher, tmp_path: Path) -> None:
    first, second = write_map(tmp_path / "Songs" / "1"), write_map(tmp_path / "Songs" / "2")
    patcher.apply(first, some_patch(), REMAP)
    patcher.apply(second, some_patch(), REMAP)
    assert patcher.undo().path == second
    assert patcher.undo(first).path == first
    assert first.read_bytes() == second.read_bytes() == MAP


def test_redo_without_a_map_brings_back_no_old_change_of_another(tmp_path: Path) -> None:
    ticks = iter(range(1000))
    patcher = Patcher(tmp_path / "state", clock=lambda: float(next(ticks)))
    old, new = write_map(tmp_path / "old"), write_map(tmp_path / "new")
    patcher.apply(old, some_patch(), REMAP)
    patcher.undo(old)
    patcher.apply(new, some_patch(), REMAP)
    with pytest.raises(NothingToUndoError, match="nothing to redo"):
        patcher.redo()
    assert old.read_bytes() == MAP
    patcher.undo()
    assert patcher.redo().path == new
    assert patcher.redo(old).path == old  # named, it is meant


def test_a_write_that_failed_does_not_end_the_redo(tmp_path: Path, path: Path) -> None:
    ticks = iter(range(1000))
    patcher = Patcher(tmp_path / "state", clock=lambda: float(next(ticks)))
    patcher.apply(path, some_patch(), REMAP)
    patcher.undo()

    def fill_the_disk(step: str) -> None:
        if step == "temporary created":
            raise OSError(errno.ENOSPC, "No space left on device")

    full = Patcher(tmp_path / "state", clock=lambda: float(next(ticks)), observe=fill_the_disk)
    with pytest.raises(WriteRefusedError, match="no space"):
        full.apply(path, some_patch(), REMAP)
    assert patcher.redo().path == path


def test_a_patch_for_other_bytes_writes_nothing(patcher: Patcher, path: Path) -> None:
    path.write_bytes(MAP + b"// saved by the editor\r\n")
    with pytest.raises(BaseChangedError, match="was changed since this edit was made"):
        patcher.apply(path, some_patch(), REMAP)
    assert path.read_bytes() == MAP + b"// saved by the editor\r\n"
    assert patcher.history() == []


def test_a_save_between_our_read_and_our_write_is_kept(tmp_path: Path, path: Path) -> None:
    def save_in_the_editor(step: str) -> None:
        if step == "temporary flushed":
            path.write_bytes(b"saved by the editor")

    patcher = Patcher(tmp_path / "state", observe=save_in_the_editor)
    with pytest.raises(BaseChangedError):
        patcher.apply(path, some_patch(), REMAP)
    assert path.read_bytes() == b"saved by the editor"
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert Patcher(tmp_path / "state").history() == []


def test_a_malformed_patch_writes_nothing(patcher: Patcher, path: Path) -> None:
    bad = LinePatch(sha256_hex(MAP), "f" * 64, some_patch().edits)
    with pytest.raises(PatchingError, match=r"promises.*Nothing was changed"):
        patcher.apply(path, bad, REMAP)
    assert path.read_bytes() == MAP


def test_undo_refuses_a_map_that_was_saved_since_and_offers_the_old_bytes(
    patcher: Patcher, path: Path
) -> None:
    patcher.apply(path, some_patch(), REMAP)
    path.write_bytes(b"saved by the editor")
    with pytest.raises(UndoConflictError, match="changed by another program") as caught:
        patcher.undo(path)
    assert path.read_bytes() == b"saved by the editor"
    assert caught.value.current == b"saved by the editor"
    assert caught.value.wanted == caught.value.copy.read_bytes() == MAP
    assert caught.value.copy.is_relative_to(patcher.state_folder)
    assert patcher.history()[0].state is EntryState.APPLIED


def test_undo_of_a_deleted_map_hands_out_its_bytes(patcher: Patcher, path: Path) -> None:
    patcher.apply(path, some_patch(), REMAP)
    path.unlink()
    with pytest.raises(UndoConflictError, match="is gone") as caught:
        patcher.undo(path)
    assert caught.value.current is None and caught.value.copy.read_bytes() == MAP
    assert not path.exists()


def test_undo_of_what_the_editor_took_back_itself_is_done_already(
    patcher: Patcher, path: Path
) -> None:
    patcher.apply(path, some_patch(), REMAP)
    path.write_bytes(MAP)
    assert patcher.undo(path).state is EntryState.UNDONE
    assert path.read_bytes() == MAP


def test_history_is_newest_first_and_by_map(patcher: Patcher, tmp_path: Path) -> None:
    first, second = write_map(tmp_path / "Songs" / "1"), write_map(tmp_path / "Songs" / "2")
    patcher.apply(first, some_patch(), REMAP)
    patcher.apply(second, some_patch(), REMAP)
    assert [entry.path for entry in patcher.history()] == [second, first]
    assert [entry.path for entry in patcher.history(first)] == [first]
    assert len(patcher.history(limit=1)) == 1


def test_a_damaged_journal_stops_the_write(patcher: Patcher, path: Path) -> None:
    patcher.state_folder.mkdir()
    patcher.journal.file.write_bytes(b"this is no database, " * 100)
    with pytest.raises(JournalError, match="move it away"):
        patcher.apply(path, some_patch(), REMAP)
    assert path.read_bytes() == MAP


def test_a_state_folder_that_cannot_be_made_stops_the_write(tmp_path: Path, path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(JournalError, match="state folder"):
        Patcher(tmp_path / "file" / "state").apply(path, some_patch(), REMAP)
    assert path.read_bytes() == MAP


def test_notices_are_given_once_per_map(patcher: Patcher, path: Path) -> None:
    assert patcher.first_notice(path, "ranking")
    assert not patcher.first_notice(path, "ranking")
    assert patcher.first_notice(path.with_name("other.osu"), "ranking")
