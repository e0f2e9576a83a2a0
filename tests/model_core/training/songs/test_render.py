"""Samples: finite, within range, repeatable, and with every planned note where it should be."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from scipy import signal

from model_core.training.songs import Note, Part, SongPlan, compose, render, render_stereo
from model_core.training.songs.genres import GENRES
from model_core.training.songs.kits import KITS, Kit
from model_core.training.songs.play import BUSES, play
from model_core.training.songs.vocal import SINGERS, sung
from model_core.training.songs.voices import VOICES, Timbre, tone

RATE = 16000
SHORT = (10.0, 14.0)
DRUMS = (Part.KICK, Part.SNARE, Part.CLAP, Part.HAT, Part.RIDE, Part.CRASH, Part.TOM)


def dry(plan: SongPlan) -> np.ndarray:
    return play(plan, RATE, np.random.default_rng(0))


def test_the_same_plan_gives_the_same_samples() -> None:
    plan = compose(11, length_seconds=SHORT)
    assert np.array_equal(render(plan), render(plan))


@pytest.mark.slow
@pytest.mark.parametrize("genre", [genre.name for genre in GENRES])
def test_every_genre_renders(genre: str) -> None:
    for seed in range(2):
        plan = compose(seed, genre=genre, length_seconds=SHORT)
        samples = render(plan)
        assert samples.dtype == np.float32
        assert np.isfinite(samples).all()
        assert 0.02 < float(np.max(np.abs(samples))) <= 1.0
        assert len(samples) == pytest.approx(plan.length_ms * RATE / 1000, abs=2)


@pytest.mark.parametrize("kit", sorted(KITS))
def test_every_kit_strikes_at_once_and_dies_away(kit: str) -> None:
    made = Kit(kit, np.random.default_rng(3), RATE)
    for part in DRUMS:
        shot = made.stroke(part, 0, 0)
        assert np.isfinite(shot).all()
        power = shot.astype(np.float64) ** 2
        assert power[: int(0.02 * RATE)].sum() > 0.02 * power.sum()
        assert power[-len(shot) // 10 :].mean() < 0.05 * power.max()
    assert not np.array_equal(
        made.stroke(Part.KICK, 0, 0),
        Kit(kit, np.random.default_rng(4), RATE).stroke(Part.KICK, 0, 0),
    )


@pytest.mark.parametrize("voice", sorted(VOICES))
def test_every_voice_sounds_its_pitch_at_a_like_loudness(voice: str) -> None:
    note = tone(Timbre(voice), 60, 0.5, RATE)
    assert np.isfinite(note).all()
    assert 0.03 < float(np.sqrt(np.mean(note[:4000] ** 2))) < 0.4
    spectrum = np.abs(np.fft.rfft(note[1000:8000] * np.hanning(7000)))
    frequencies = np.fft.rfftfreq(7000, 1 / RATE)
    strongest = float(frequencies[spectrum.argmax()])
    multiple = strongest / 261.63
    assert abs(multiple - round(multiple)) < 0.04 * max(1, round(multiple))


@pytest.mark.parametrize("singer", sorted(SINGERS))
def test_singers_change_their_vowels(singer: str) -> None:
    one, two = (sung(SINGERS[singer], 64, 0.4, syllable, RATE) for syllable in (0, 4))
    assert len(one) == len(two)
    centroids = []
    for note in (one, two):
        spectrum = np.abs(np.fft.rfft(note))
        centroids.append(float((spectrum * np.arange(len(spectrum))).sum() / spectrum.sum()))
    assert abs(centroids[0] - centroids[1]) > 0.05 * centroids[0]


def test_kicks_sound_within_ten_milliseconds_of_their_onsets() -> None:
    """On a dry song of kicks alone, energy rises at each that does not ring into another."""
    plan = compose(5, genre="rock", length_seconds=SHORT)
    kicks: tuple[Note, ...] = ()
    for note in plan.notes:
        apart = not kicks or note.onset_ms - kicks[-1].onset_ms > 450
        if note.part is Part.KICK and apart:
            kicks = (*kicks, note)
    assert len(kicks) > 10
    drums = dry(replace(plan, notes=kicks))[BUSES.index("drums")]
    for note in kicks:
        at = round(note.onset_ms * RATE / 1000)
        before = drums[max(0, at - 160) : at]
        after = drums[at : at + 160]
        assert np.sum(after**2) > 5 * np.sum(before**2)


def test_held_notes_of_the_melody_sound_until_they_end() -> None:
    for voice in ("saw", "flute", "violin", "trumpet", "organ", "lead guitar"):
        note = tone(Timbre(voice), 67, 1.0, RATE).astype(np.float64)
        late = np.sqrt(np.mean(note[14000:15800] ** 2))
        early = np.sqrt(np.mean(note[1600:3200] ** 2))
        assert late > 0.5 * early


def test_the_melody_stands_out_of_the_mix() -> None:
    """Near lone melody onsets and kicks the spectrum changes more than it usually does."""
    better = []
    for seed in range(5):
        plan = compose(seed, length_seconds=SHORT)
        _, _, spectrum = signal.stft(render(plan), RATE, nperseg=1024, noverlap=1024 - 128)
        loud = np.log1p(100 * np.abs(spectrum) / np.abs(spectrum).max())
        flux = np.maximum(0, np.diff(loud, axis=1)).sum(axis=0)
        frames = [
            int(note.onset_ms / 8)
            for note in plan.notes
            if note.part in (Part.LEAD, Part.VOCAL, Part.KICK)
        ]
        at_onsets = [flux[max(0, frame - 3) : frame + 4].max() for frame in frames]
        better.append(float(np.median(at_onsets)) > 1.5 * float(np.median(flux)))
    assert sum(better) >= 4


def test_fades_silence_and_level_come_out_as_planned() -> None:
    plan = compose(3, genre="rock", length_seconds=SHORT)
    faded = render(replace(plan, fade_out_ms=4000.0))
    assert np.std(faded[-800:]) < 0.2 * np.std(faded[len(faded) // 2 : len(faded) // 2 + 8000])
    plain = render(plan)
    first = min(note.onset_ms for note in plan.notes)
    before = plain[: int(max(0, first - 40) * 16)]
    assert np.std(plain[int(first * 16) : int(first * 16) + 16000]) > 3 * np.std(before)


def test_stereo_holds_two_different_channels() -> None:
    plan = compose(5, length_seconds=(10, 12))
    left, right = render_stereo(plan, 22050)
    assert left.shape == right.shape
    assert np.isfinite(left).all()
    assert not np.allclose(left, right)


def test_speed_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    """Composing and rendering must keep ahead of training; the figure is printed, not asserted."""
    started = time.process_time()
    seconds = sum(len(render(compose(seed))) / RATE for seed in range(3))
    spent = time.process_time() - started
    with capsys.disabled():
        print(f"\nsongs: {seconds / max(spent, 1e-9):.0f} times real time")
    assert seconds > 60
