"""Timing by real models: the starter on a song of its own kind, and every published layout."""

from __future__ import annotations

import contextlib
from pathlib import Path

import numpy as np
import pytest

from model_core.audio.decode import Audio, normalise
from model_core.audio.windows import cut, windows
from model_core.errors import Cancelled, DegenerateOutput, InputError
from model_core.generation.progress import Progress
from model_core.model import Model, load_model
from model_core.timing import TimingOptions, time_song
from model_core.timing.hearing import (
    hear_as_reference,
    reference_offsets,
    reference_windows,
    spread_offsets,
    timing_context,
)
from model_core.tokens.class_tokens import Conditions
from model_core.tokens.events import ContextType
from model_core.training.songs import compose, render


@pytest.fixture(scope="module")
def starter() -> Model:
    return load_model("starter", "cpu", "float32")


@pytest.fixture(scope="module")
def song() -> tuple[Audio, float]:
    """24 s of a song that was composed for no training, and its beat length."""
    plan = compose(900_150)
    samples = normalise(render(plan).astype(np.float32))[: 24 * 16000]
    return Audio(samples, "composed 900150"), plan.tempos[0].beat_length


@pytest.mark.parametrize("mode", ["quick", "super"])
def test_the_starter_times_a_song(starter: Model, song: tuple[Audio, float], mode: str) -> None:
    audio, beat_length = song
    reports: list[Progress] = []
    options = TimingOptions(mode=mode, iterations=3)  # type: ignore[arg-type]
    found = time_song(starter, audio, options, progress=reports.append)
    (line,) = found.red_lines
    assert line.beat_length == pytest.approx(beat_length, rel=0.003)
    assert len(found.heard) == (1 if mode == "quick" else 3)
    assert reports[-1].window == reports[-1].windows > 0


def test_a_song_that_changes_its_tempo_is_heard_again(starter: Model) -> None:
    """One hearing of a change is vague; without ``one_tempo`` it is all there is, as published."""
    plan = next(
        plan for seed in range(900_200, 900_400)
        if len((plan := compose(seed)).tempos) == 2 and 9000 < plan.tempos[1].start_ms < 16000
    )  # fmt: skip
    samples = normalise(render(plan).astype(np.float32))[: 26 * 16000]
    audio = Audio(samples, "two tempos")
    found = time_song(starter, audio, TimingOptions(mode="quick"))
    assert found.steady is None and len(found.heard) == starter.sampling.hearings > 1
    assert found == time_song(starter, audio, TimingOptions(mode="quick"))
    as_published = time_song(starter, audio, TimingOptions(mode="quick", one_tempo=False))
    assert len(as_published.heard) == 1 and as_published.heard[0] == found.heard[0]


def test_more_beams_than_go_on_together(starter: Model, song: tuple[Audio, float]) -> None:
    """A request may ask for sixteen; with guidance each is two streams."""
    options = TimingOptions(iterations=1, beams=5, guidance=2.0)
    short = Audio(song[0].samples[: 3 * 16000], "very short")
    with contextlib.suppress(DegenerateOutput):
        assert time_song(starter, short, options).red_lines


def test_the_same_seed_gives_the_same_answer(starter: Model, song: tuple[Audio, float]) -> None:
    options = TimingOptions(iterations=2)
    short = Audio(song[0].samples[: 10 * 16000], "short")
    first, again, other = (time_song(starter, short, options, seed=s) for s in (5, 5, 6))
    assert first == again
    assert first.heard != other.heard


def test_a_cancel_is_noticed_before_anything_is_written(
    starter: Model, song: tuple[Audio, float]
) -> None:
    for mode in ("quick", "super"):
        with pytest.raises(Cancelled):
            time_song(
                starter,
                song[0],
                TimingOptions(mode=mode),  # type: ignore[arg-type]
                cancelled=lambda: True,
            )


def test_silence_and_next_to_no_audio_are_answered(starter: Model) -> None:
    for samples in (np.zeros(16000 * 3, np.float32), np.zeros(10, np.float32)):
        audio = Audio(samples, f"{len(samples)} samples of silence")
        for mode in ("quick", "super"):
            options = TimingOptions(mode=mode, iterations=2)  # type: ignore[arg-type]
            try:
                assert time_song(starter, audio, options).red_lines
            except DegenerateOutput as error:
                assert "No beat" in str(error)


@pytest.mark.slow
@pytest.mark.parametrize("family", ["v29", "v30", "v31", "v32"])
def test_every_family_is_asked_for_its_own_kind_of_timing(
    conformance: Path, song: tuple[Audio, float], family: str
) -> None:
    model = load_model(conformance / family / "checkpoint", "cpu", "float32")
    wanted = ContextType.MAP if family == "v30" else ContextType.TIMING
    assert timing_context(model.layout) is wanted
    audio = Audio(song[0].samples[: 9 * 16000], "nine seconds")
    with contextlib.suppress(DegenerateOutput):
        assert time_song(model, audio, TimingOptions(iterations=1)).red_lines
    hear_as_reference(model, audio, Conditions(), -500)


def test_spread_offsets_cover_a_window_evenly() -> None:
    offsets = spread_offsets(20, 8184, seed=3)
    assert offsets == sorted(offsets) == spread_offsets(20, 8184, seed=3)
    assert all(
        number * 8184 / 20 - 1 <= offset <= (number + 1) * 8184 / 20
        for number, offset in enumerate(offsets)
    )
    assert spread_offsets(20, 8184, seed=4) != offsets


def test_shifted_audio_is_a_matter_of_places() -> None:
    """The same samples as audio with silence before it, or without its beginning."""
    samples = np.arange(1, 5001, dtype=np.float32)
    for offset in (-37, 0, 41):
        shift = offset * 16
        shifted = np.concatenate((np.zeros(max(shift, 0), np.float32), samples[max(-shift, 0) :]))
        apart = windows(len(shifted), 1024, 0.0, 0.0)
        places = reference_windows(len(samples), 1024, offset)
        assert [w.start_ms for w in places] == [w.start_ms for w in apart]
        assert np.array_equal(
            cut(samples, [w.first_sample for w in places], 1024),
            cut(shifted, [w.first_sample for w in apart], 1024),
        )


def test_offsets_of_the_reference_follow_from_the_seed() -> None:
    assert reference_offsets(3, 8184.0, 1234) == [-1229, -3369, -2774]
    with pytest.raises(InputError, match="1 beam"):
        TimingOptions(beams=0)
    with pytest.raises(InputError, match="at least once"):
        TimingOptions(iterations=0)
