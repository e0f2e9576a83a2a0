"""Songs on disk: written whole, read back the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from model_core.beatmap import parse
from model_core.errors import InputError
from model_core.training.audible import COLUMNS, STATE_MS, window_audio, window_labels
from model_core.training.corpus import (
    AUDIBLE,
    MapEntry,
    SongEntry,
    build_corpus,
    make_song,
    read_song,
    song_files,
    tables_of,
    write_maps,
    write_song,
)


def test_a_song_is_read_back_as_it_was_made(tmp_path: Path) -> None:
    [path] = build_corpus(tmp_path, [7], maps=2)
    song, made = read_song(path), make_song(7)
    assert np.array_equal(song.samples, made.samples)
    assert np.array_equal(song.notes, made.notes)
    assert len(song.maps) == 2
    assert song.maps[0].stars < song.maps[1].stars
    assert all(parse(entry.data).hit_objects for entry in song.maps)
    assert sorted(p.suffix for p in tmp_path.iterdir()) == [".json", ".npz"]


def test_songs_that_are_there_are_not_made_again(tmp_path: Path) -> None:
    list(build_corpus(tmp_path, [7], maps=1))
    before = (tmp_path / "7.npz").stat().st_mtime_ns
    list(build_corpus(tmp_path, [7], maps=1))
    assert (tmp_path / "7.npz").stat().st_mtime_ns == before


def test_labels_stand_where_the_notes_start() -> None:
    song = make_song(11)
    start = 4000
    labels = window_labels(song, start, 512)
    assert labels.shape == (512, COLUMNS)
    kicks = song.notes[song.notes[:, 0] == AUDIBLE.index("kick"), 1]
    inside = kicks[(kicks >= start) & (kicks < start + 511 * STATE_MS)]
    states = {round((t - start) / STATE_MS) for t in inside.tolist()}
    assert states == set(np.flatnonzero(labels[:, AUDIBLE.index("kick")]).tolist())


def test_a_window_past_the_end_is_silent() -> None:
    song = make_song(11)
    audio = window_audio(song, int(song.length_ms) - 100, 16000)
    assert np.any(audio[:1600])
    assert not np.any(audio[1600 + 16 :])
    assert np.abs(window_audio(song, 0, len(song.samples))).max() <= 1.0


def test_a_song_gets_maps_of_every_mode_that_is_asked_for(tmp_path: Path) -> None:
    [path] = build_corpus(tmp_path, [7], maps=(1, 1, 0, 1))
    maps = read_song(path).maps
    assert [entry.mode for entry in maps] == [parse(entry.data).mode for entry in maps] == [0, 1, 3]
    assert maps[2].key_count == round(parse(maps[2].data).circle_size)
    assert all(entry.mapper_id and (entry.stars or 0) > 0 for entry in maps)


def test_imported_songs_are_kept_as_they_are(tmp_path: Path) -> None:
    bare = MapEntry(b"osu file format v14\r\nTitle:\xff\xfe\r\n", mode=2)
    known = MapEntry(b"osu file format v14", 0, 124493, 5.1, 4.0, 1.7, ("style/clean",), None, 2014)
    song = SongEntry("123 Artist - Title", np.arange(100, dtype=np.int16))
    path = write_song(song, tmp_path)
    assert song_files(tmp_path) == []  # its maps are still to come
    write_maps(song.name, [bare, known], tmp_path)
    assert song_files(tmp_path) == [path]
    read = read_song(path)
    assert read.name == song.name and read.maps == (bare, known) and not read.heard
    assert tables_of(tmp_path, most=5) == ([124493], False)


def test_maps_of_the_first_version_are_read(tmp_path: Path) -> None:
    path = write_song(SongEntry("1", np.zeros(10, dtype=np.int16)), tmp_path)
    row = (
        '[{"data": "x", "style": 3, "stars": 2.5, "circle_size": 4.0, "slider_multiplier": 1.4,'
        ' "descriptors": ["style/clean"]}]'
    )
    (tmp_path / "1.json").write_text(row, encoding="utf-8")
    expected = MapEntry(b"x", 0, 3, 2.5, 4.0, 1.4, ("style/clean",))
    assert read_song(path).maps == (expected,) and expected.style == 3


def test_a_damaged_song_is_named(tmp_path: Path) -> None:
    (tmp_path / "5.npz").write_bytes(b"PK\x03\x04 cut short")
    with pytest.raises(InputError, match=r"5\.npz is damaged"):
        read_song(tmp_path / "5.npz")
