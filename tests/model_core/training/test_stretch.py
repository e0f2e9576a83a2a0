"""A song at another tempo, and its maps: all times move, nothing else."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from model_core.beatmap import parse
from model_core.tokens import EventType, map_events, starter_layout, timing_events
from model_core.training.augment import Augmentation, augmented
from model_core.training.stretch import SPEEDS, stretched, stretched_map
from tests.model_core.training.small_corpus import BEAT, osu, small_song

LAYOUT = starter_layout()


@pytest.mark.parametrize("speed", [SPEEDS[0], SPEEDS[-1]])
@pytest.mark.parametrize("mode", [0, 1, 3])
def test_a_stretched_map_is_spelled_the_same_at_other_times(mode: int, speed: Fraction) -> None:
    plain = map_events(parse(osu(mode, 2)), LAYOUT)
    moved = map_events(parse(stretched_map(osu(mode, 2), speed)), LAYOUT)
    assert len(plain) == len(moved)
    for before, after in zip(plain.events, moved.events, strict=True):
        assert before.type is after.type
        if before.type is EventType.TIME:
            assert abs(after.value - before.value / float(speed)) <= 2.0
        else:
            assert before.value == after.value


def test_beats_last_as_long_as_they_sound() -> None:
    speed = Fraction(44, 40)
    plain, moved = parse(osu(0, 1)), parse(stretched_map(osu(0, 1), speed))
    lengths = [p.beat_length for p in moved.timing_points if p.uninherited]
    assert lengths == [pytest.approx(BEAT / 1.1)]
    events = timing_events(moved, LAYOUT, 10_000.0)
    times = [e.value for e in events.events if e.type is EventType.TIME]
    assert np.allclose(np.diff(times), BEAT / 1.1, atol=1.0)
    assert len(moved.hit_objects) == len(plain.hit_objects)
    assert moved.hit_objects[-1].end_time == pytest.approx(
        plain.hit_objects[-1].end_time / 1.1, abs=1
    )


def test_audio_and_notes_move_with_the_map() -> None:
    song = small_song()
    fast = stretched(song, Fraction(44, 40))
    assert fast.length_ms == pytest.approx(song.length_ms / 1.1, abs=1.0)
    assert np.allclose(fast.notes[:, 1], song.notes[:, 1] / 1.1)
    onset = round(float(fast.notes[10, 1]) * 16)
    sound = np.abs(fast.samples.astype(np.float64))
    assert sound[onset : onset + 200].mean() > 10 * sound[onset - 300 : onset - 50].mean()
    assert (fast.maps[1].stars or 0.0) > 0


def test_a_line_that_is_not_understood_stays() -> None:
    data = osu(0, 1).replace(b"[HitObjects]\r\n", b"[HitObjects]\r\nnonsense,\xff\r\n")
    assert b"\r\nnonsense,\xff\r\n" in stretched_map(data, SPEEDS[0])


def test_changed_sound_keeps_its_moments() -> None:
    audio = np.zeros(16000, dtype=np.float32)
    audio[8000:8200] = 0.9
    everything = Augmentation(1.0, 1.0, 1.0, 1.0, 0.0)
    other = np.random.default_rng(0).normal(0, 0.1, 16000).astype(np.float32)
    for seed in range(5):
        changed = augmented(audio, np.random.default_rng(seed), everything, other)
        assert changed.dtype == np.float32 and np.abs(changed).max() <= 1.0
        smooth = np.convolve(np.abs(changed), np.ones(64) / 64, "same")
        assert abs(int(np.argmax(smooth > 0.5 * smooth.max())) - 8000) < 64
    same = augmented(audio, np.random.default_rng(0), Augmentation.none())
    assert np.array_equal(same, audio)
