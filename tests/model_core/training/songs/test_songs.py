"""Songs: the same seed gives the same song, and every planned note is really heard."""

from __future__ import annotations

import time
from itertools import pairwise

import numpy as np
import pytest

from model_core.training.songs import Part, SectionKind, compose, render, render_stereo
from model_core.training.songs.genres import GENRES
from model_core.training.songs.plan import Tempo, tick_time


def test_the_same_seed_gives_the_same_plan_and_samples() -> None:
    first, second = compose(11), compose(11)
    assert first == second
    assert np.array_equal(render(first), render(second))
    assert compose(12) != first


@pytest.mark.parametrize("genre", [genre.name for genre in GENRES])
def test_every_genre_makes_a_sane_plan(genre: str) -> None:
    for seed in range(3):
        plan = compose(seed, genre=genre)
        assert plan.genre == genre
        assert 20_000 < plan.length_ms < 100_000
        assert all(80 <= tempo.bpm <= 225 for tempo in plan.tempos)
        assert plan.sections[0].first_tick == 0
        for before, after in pairwise(plan.sections):
            assert before.end_tick == after.first_tick
        for note in plan.notes:
            assert note.ticks > 0
            assert note.onset_ms + note.duration_ms < plan.length_ms
            assert note.onset_ms == pytest.approx(plan.milliseconds(note.tick))
        lead = [note for note in plan.notes if note.part is Part.LEAD]
        for one, two in pairwise(lead):
            assert one.tick + one.ticks <= two.tick, "the melody has one voice"


def test_breaks_hold_neither_melody_nor_drums() -> None:
    seen = 0
    for seed in range(40):
        plan = compose(seed)
        for section in plan.sections:
            if section.kind is not SectionKind.BREAK:
                continue
            seen += 1
            parts = {
                note.part
                for note in plan.notes
                if section.first_tick <= note.tick < section.end_tick
            }
            assert parts <= {Part.CHORD}
    assert seen > 3


def test_an_unknown_genre_is_named_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"polka.*rock"):
        compose(1, genre="polka")


def test_tempo_changes_keep_time_continuous() -> None:
    tempos = (Tempo(0, 100, 500.0, 4), Tempo(48, 2100, 250.0, 4))
    assert tick_time(tempos, 47) < 2100 == tick_time(tempos, 48)
    assert tick_time(tempos, 60) == 2350
    changed = [plan for plan in map(compose, range(40)) if len(plan.tempos) > 1]
    assert changed
    for plan in changed:
        second = plan.tempos[1]
        before = tick_time(plan.tempos[:1], second.tick)
        assert abs(before - second.start_ms) <= 0.5


def test_samples_are_loud_finite_and_as_long_as_planned() -> None:
    plan = compose(3)
    samples = render(plan)
    assert samples.dtype == np.float32
    assert np.isfinite(samples).all()
    assert 0.5 < float(np.max(np.abs(samples))) <= 0.96
    assert len(samples) == pytest.approx(plan.length_ms * 16, abs=2)
    first = min(note.onset_ms for note in plan.notes)
    before = samples[: int(max(0, first - 5) * 16)]
    after = samples[int(first * 16) : int(first * 16) + 8000]
    if len(before):
        assert np.std(after) > 10 * np.std(before)


def test_melody_onsets_stand_out_of_the_spectrum() -> None:
    """Spectral flux within 20 ms of lone melody onsets is above its median elsewhere."""
    from scipy import signal

    better = 0
    for seed in range(4):
        plan = compose(seed)
        _, _, spectrum = signal.stft(render(plan), 16000, nperseg=1024, noverlap=1024 - 128)
        loud = np.log1p(100 * np.abs(spectrum))
        flux = np.maximum(0, np.diff(loud, axis=1)).sum(axis=0)
        frames = [
            int(note.onset_ms / 8) for note in plan.notes if note.part in (Part.LEAD, Part.KICK)
        ]
        at_onsets = [flux[max(0, frame - 3) : frame + 4].max() for frame in frames]
        better += float(np.median(at_onsets)) > 2 * float(np.median(flux))
    assert better == 4


def test_stereo_holds_two_different_channels() -> None:
    plan = compose(5, length_seconds=(20, 25))
    left, right = render_stereo(plan, 22050)
    assert left.shape == right.shape
    assert not np.allclose(left, right)


def test_speed_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    """Composing and rendering must keep ahead of training; the figure is printed, not asserted."""
    started = time.process_time()
    seconds = sum(len(render(compose(seed))) / 16000 for seed in range(3))
    spent = time.process_time() - started
    with capsys.disabled():
        print(f"\nsongs: {seconds / max(spent, 1e-9):.0f} times real time")
    assert seconds > 60
