"""New folders: all of it or nothing, never over something else, gone again after undo."""

from __future__ import annotations

import errno
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from clients.patching import (
    BytesNotKeptError,
    EntryState,
    MapGoneError,
    NameTakenError,
    NewFile,
    NothingToUndoError,
    Origin,
    Patcher,
    UndoConflictError,
    WriteRefusedError,
    folders,
    sha256_hex,
)
from clients.patching.copies import Original, told
from tests.clients.patching.maps import MAP, REMAP, some_patch

SONG = b"ID3 a song" * 300_000


@pytest.fixture
def patcher(tmp_path: Path) -> Patcher:
    return Patcher(tmp_path / "state")


@pytest.fixture
def song(tmp_path: Path) -> Path:
    path = tmp_path / "song.mp3"
    path.write_bytes(SONG)
    return path


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "Songs").mkdir()
    return tmp_path / "Songs" / "Artist - Title 譜面"


def files(song: Path) -> list[NewFile]:
    return [
        NewFile("audio.mp3", song, sha256_hex(SONG)),
        NewFile("A [Easy].osu", MAP, sha256_hex(MAP)),
        NewFile("A [Härd].osu", MAP + b"//\r\n", sha256_hex(MAP + b"//\r\n")),
    ]


def origin(song: Path) -> Origin:
    copies = told([Original(song, sha256_hex(SONG))])
    return Origin(verb="generate", summary="a new mapset", detail=json.dumps(copies))


def content(place: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in place.iterdir()}


def beside(place: Path) -> list[str]:
    return [entry.name for entry in place.parent.iterdir()]


def test_made_and_undone(patcher: Patcher, place: Path, song: Path) -> None:
    entry = patcher.create_folder(place, files(song), origin(song))
    assert (entry.state, entry.path) == (EntryState.APPLIED, place)
    assert content(place) == {
        "audio.mp3": SONG,
        "A [Easy].osu": MAP,
        "A [Härd].osu": MAP + b"//\r\n",
    }
    assert beside(place) == [place.name]
    # The song is not kept in the journal: a copy of it would be ten times all maps.
    assert (patcher.state_folder / "journal.sqlite3").stat().st_size < len(SONG) / 10
    assert patcher.undo(place).state is EntryState.UNDONE
    assert beside(place) == [] and song.read_bytes() == SONG
    with pytest.raises(BytesNotKeptError, match="Make it again"):
        patcher.redo(place)
    assert beside(place) == []


def test_changes_within_are_undone_before_it(patcher: Patcher, place: Path, song: Path) -> None:
    patcher.create_folder(place, files(song), origin(song))
    patcher.apply(place / "A [Easy].osu", some_patch(), REMAP)
    assert patcher.undo().verb == "remap"
    assert patcher.undo().path == place
    assert beside(place) == []
    with pytest.raises(NothingToUndoError):
        patcher.undo()


@pytest.mark.parametrize("taken", ["a folder", "an empty folder", "a file", "a dead link"])
def test_never_over_something_else(patcher: Patcher, place: Path, song: Path, taken: str) -> None:
    if taken == "a file":
        place.write_bytes(b"theirs")
    elif taken == "a dead link":
        try:
            place.symlink_to(place.parent / "nowhere")
        except OSError:
            pytest.skip("no symbolic links here")
    else:
        place.mkdir()
        if taken == "a folder":
            (place / "theirs.osu").write_bytes(b"theirs")
    with pytest.raises(NameTakenError):
        patcher.create_folder(place, files(song), origin(song))
    assert beside(place) == [place.name]
    assert not place.is_dir() or set(content(place)) <= {"theirs.osu"}
    assert patcher.history() == []


def test_somebody_takes_the_name_meanwhile(tmp_path: Path, place: Path, song: Path) -> None:
    def interfere(step: str) -> None:
        if step == "temporary flushed":
            place.mkdir()

    patcher = Patcher(tmp_path / "state", observe=interfere)
    with pytest.raises(NameTakenError):
        patcher.create_folder(place, files(song), origin(song))
    assert beside(place) == [place.name] and content(place) == {}
    assert patcher.history() == []


def test_a_song_that_changes_meanwhile_leaves_nothing(
    patcher: Patcher, place: Path, song: Path
) -> None:
    made = files(song)
    song.write_bytes(SONG + b"!")
    with pytest.raises(WriteRefusedError, match="changed by another program"):
        patcher.create_folder(place, made, origin(song))
    song.unlink()
    with pytest.raises(WriteRefusedError):
        patcher.create_folder(place, made, origin(song))
    assert beside(place) == [] and patcher.history() == []


def test_no_space_left_leaves_nothing(
    patcher: Patcher, place: Path, song: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    written = 0

    def full(descriptor: int, data: bytes) -> int:
        nonlocal written
        written += len(data)
        if written > 2_000_000:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(descriptor, data)

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(WriteRefusedError, match="no space left"):
        patcher.create_folder(place, files(song), origin(song))
    assert beside(place) == [] and patcher.history() == []


def test_a_folder_to_put_it_in_must_be_there(patcher: Patcher, place: Path, song: Path) -> None:
    with pytest.raises(MapGoneError):
        patcher.create_folder(place.parent / "none" / "new", files(song), origin(song))


@pytest.mark.parametrize("change", ["saved", "added", "removed", "a folder", "renamed"])
def test_what_somebody_changed_since_is_left_alone(
    patcher: Patcher, place: Path, song: Path, change: str
) -> None:
    patcher.create_folder(place, files(song), origin(song))
    easy = place / "A [Easy].osu"
    match change:
        case "saved":
            easy.write_bytes(MAP + b"// mine\r\n")
        case "added":
            (place / "storyboard.osb").write_bytes(b"mine")
        case "removed":
            easy.unlink()
        case "a folder":
            (place / "sb").mkdir()
        case "renamed":
            easy.rename(place / "A [Mine].osu")
    before = {path.relative_to(place) for path in place.rglob("*")}
    with pytest.raises(UndoConflictError, match="changed by another program"):
        patcher.undo(place)
    assert {path.relative_to(place) for path in place.rglob("*")} == before
    assert beside(place) == [place.name]
    (entry,) = patcher.history()
    assert entry.state is EntryState.APPLIED


def test_a_save_in_the_last_moment_is_not_lost(tmp_path: Path, place: Path, song: Path) -> None:
    def interfere(step: str) -> None:
        if step == "base checked":
            (place / "A [Easy].osu").write_bytes(b"saved")

    Patcher(tmp_path / "state").create_folder(place, files(song), origin(song))
    with pytest.raises(UndoConflictError):
        Patcher(tmp_path / "state", observe=interfere).undo(place)
    assert (place / "A [Easy].osu").read_bytes() == b"saved"
    assert beside(place) == [place.name] and len(content(place)) == 3


@pytest.mark.parametrize("lost", ["gone", "another"])
def test_the_last_copy_of_a_song_is_never_removed(
    patcher: Patcher, place: Path, song: Path, lost: str
) -> None:
    patcher.create_folder(place, files(song), origin(song))
    song.unlink()
    if lost == "another":
        song.write_bytes(b"another song")
    with pytest.raises(UndoConflictError, match="only copy") as caught:
        patcher.undo(place)
    assert str(song) in str(caught.value)
    assert (place / "audio.mp3").read_bytes() == SONG
    song.write_bytes(SONG)
    patcher.undo(place)
    assert beside(place) == []


def test_a_folder_that_is_gone_already_is_undone(patcher: Patcher, place: Path, song: Path) -> None:
    patcher.create_folder(place, files(song), origin(song))
    place.rename(place.with_name("imported"))
    song.unlink()
    assert patcher.undo(place).state is EntryState.UNDONE
    assert beside(place) == ["imported"]


def test_an_archive_is_a_file_whose_bytes_are_not_kept(
    patcher: Patcher, place: Path, song: Path
) -> None:
    path = place.parent / "new.osz"
    patcher.create(path, SONG, origin(song), kept=False)
    assert (patcher.state_folder / "journal.sqlite3").stat().st_size < len(SONG) / 10
    patcher.undo(path)
    assert not path.exists()
    with pytest.raises(BytesNotKeptError, match="Make it again"):
        patcher.redo(path)


def test_a_listing_tells_folders_apart(place: Path, song: Path) -> None:
    made = files(song)
    whole = folders.listing((file.name, file.sha256) for file in made)
    assert whole == folders.listing((file.name, file.sha256) for file in reversed(made))
    other = [replace(made[0], sha256="0" * 64), *made[1:]]
    assert whole != folders.listing((file.name, file.sha256) for file in other)
    place.mkdir()
    for number in range(300):
        (place / f"{number}").write_bytes(b"")
    listed = folders.read_if_there(place)
    assert listed is not None and listed.endswith(b"and others\n")
