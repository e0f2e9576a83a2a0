"""Songs on disk: written whole, read back the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from model_core.beatmap import parse
from model_core.training.audible import COLUMNS, STATE_MS, window_audio, window_labels
from model_core.training.corpus import AUDIBLE, build_corpus, make_song, read_song


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
