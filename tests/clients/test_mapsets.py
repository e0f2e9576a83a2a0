"""Mapsets from the daemon's answer: what is in them, and what is refused."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from osu_companion.v1 import patches_pb2

from clients import mapsets
from clients.client import ChangedError, ClientError, FailedError, RefusedError
from clients.mapsets import Song, archive, contents, free_name, is_plain_name, write_archive
from clients.notices import Teller
from clients.patching import NameTakenError, NewFile, Origin, Patcher, UndoConflictError
from tests.clients.patching.maps import MAP

AUDIO, PICTURE = b"ID3 a song" * 1000, b"\x89PNG a picture"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def new_map(name: str, content: bytes = MAP) -> patches_pb2.NewBeatmap:
    return patches_pb2.NewBeatmap(file_name=name, content=content, sha256=sha256(content))


@pytest.fixture
def song(tmp_path: Path) -> Song:
    path = tmp_path / "My söng.mp3"
    path.write_bytes(AUDIO)
    return Song(path, sha256(AUDIO))


@pytest.fixture
def mapset(tmp_path: Path) -> patches_pb2.NewMapset:
    picture = tmp_path / "my picture.png"
    picture.write_bytes(PICTURE)
    return patches_pb2.NewMapset(
        folder_name="Artist - Title",
        audio_name="audio.mp3",
        background_name="background.png",
        background_path=str(picture),
        maps=[new_map("A - T (Me) [Härd].osu"), new_map("A - T (Me) [Easy].osu", MAP + b"//\r\n")],
    )


def test_what_a_mapset_holds(mapset: patches_pb2.NewMapset, song: Song) -> None:
    files, originals = contents(mapset, song)
    assert [file.name for file in files] == [
        "audio.mp3",
        "background.png",
        "A - T (Me) [Härd].osu",
        "A - T (Me) [Easy].osu",
    ]
    assert [each.path.name for each in originals] == ["My söng.mp3", "my picture.png"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda m: setattr(m, "folder_name", "../elsewhere"),
        lambda m: setattr(m, "folder_name", ""),
        lambda m: setattr(m, "folder_name", ".hidden"),
        lambda m: setattr(m, "audio_name", "sub/audio.mp3"),
        lambda m: setattr(m, "audio_name", "C:audio.mp3"),
        lambda m: setattr(m, "background_name", "..\\background.png"),
        lambda m: setattr(m, "background_name", "AUDIO.MP3"),
        lambda m: setattr(m.maps[0], "file_name", "..\\up.osu"),
        lambda m: setattr(m.maps[0], "file_name", "two\nlines.osu"),
        lambda m: setattr(m.maps[0], "file_name", "virus.exe"),
        lambda m: setattr(m.maps[0], "file_name", "a - t (me) [EASY].osu"),
        lambda m: setattr(m.maps[0], "content", b"cut off"),
        lambda m: m.maps.__delitem__(slice(None)),
    ],
)
def test_a_daemon_that_is_not_right_writes_nothing(
    mapset: patches_pb2.NewMapset, song: Song, spoil: Callable[[patches_pb2.NewMapset], None]
) -> None:
    spoil(mapset)
    with pytest.raises(FailedError, match="Nothing was written"):
        contents(mapset, song)


def test_a_song_that_is_another_now(mapset: patches_pb2.NewMapset, song: Song) -> None:
    song.path.write_bytes(AUDIO + b"!")
    with pytest.raises(ChangedError, match="has changed since it was heard"):
        contents(mapset, song)
    song.path.unlink()
    with pytest.raises(RefusedError, match="cannot be read"):
        contents(mapset, song)
    song.path.write_bytes(AUDIO)
    Path(mapset.background_path).unlink()
    with pytest.raises(RefusedError, match="The background"):
        contents(mapset, song)


def test_an_archive_opens_and_is_always_the_same(mapset: patches_pb2.NewMapset, song: Song) -> None:
    files, _ = contents(mapset, song)
    data = archive(files)
    assert data == archive(list(reversed(files)))
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        assert packed.testzip() is None
        assert packed.namelist() == sorted(file.name for file in files)
        assert packed.read("audio.mp3") == AUDIO and packed.read("background.png") == PICTURE
        assert packed.read("A - T (Me) [Härd].osu") == MAP
        assert {entry.date_time[0] for entry in packed.infolist()} == {1980}


def test_an_archive_is_never_over_another_file(
    tmp_path: Path, mapset: patches_pb2.NewMapset, song: Song
) -> None:
    patcher = Patcher(tmp_path / "state")
    teller = Teller(patcher, song.path, lambda _: None)
    target = tmp_path / "new.osz"
    target.write_bytes(b"theirs")
    with pytest.raises(NameTakenError):
        write_archive(patcher, target, mapset, song, Origin("generate"), teller)
    assert target.read_bytes() == b"theirs"
    target.unlink()
    entry = write_archive(patcher, target, mapset, song, Origin("generate"), teller)
    assert zipfile.is_zipfile(target)
    copied = json.loads(entry.detail)["copies_of"]
    assert [Path(each["path"]).name for each in copied] == ["My söng.mp3", "my picture.png"]
    # The picture counts as well: what the user threw away since is not thrown away twice.
    Path(mapset.background_path).unlink()
    with pytest.raises(UndoConflictError, match="only copy"):
        patcher.undo(target)
    Path(mapset.background_path).write_bytes(PICTURE)
    patcher.undo(target)
    assert not target.exists()


def test_a_file_that_changes_while_it_is_packed(song: Song) -> None:
    with pytest.raises(ClientError, match="changed just now"):
        archive([NewFile("audio.mp3", song.path, "0" * 64)])


def test_names_that_are_free(tmp_path: Path) -> None:
    assert free_name(tmp_path, "A - B") == "A - B"
    (tmp_path / "a - b").mkdir()
    assert free_name(tmp_path, "A - B") == "A - B (2)"
    (tmp_path / "A - B.osz").write_bytes(b"")
    assert free_name(tmp_path, "A - B", mapsets.ARCHIVE) == "A - B (2).osz"
    assert free_name(tmp_path / "none", "A - B") == "A - B"
    for name in ("", ".", "..", "a/b", "a\\b", "a:b", "a\0b", '"a"', ".a"):
        assert not is_plain_name(name)
    assert is_plain_name("東方 - Bad Apple!! feat. のみこ [a (b)].osu")
