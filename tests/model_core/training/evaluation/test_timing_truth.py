"""Offsets modulo a beat, beats of red lines, verdicts on timings, and the trivial tempo."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_core.audio.decode import SAMPLE_RATE
from model_core.training.evaluation.figures.steady_tempo import judge
from model_core.training.evaluation.tempo_guess import guess_tempo
from model_core.training.evaluation.timing_truth import TempoLine, beats_of, offset_error


@pytest.mark.parametrize(
    ("found", "true", "period", "error"),
    [
        (1000, 0, 500, 0),
        (1012, 0, 500, 12),
        (988, 0, 500, -12),
        (-3, 0, 500, -3),
        (249, 0, 500, 249),
    ],
)
def test_offsets_are_compared_modulo_the_period(
    found: float, true: float, period: float, error: float
) -> None:
    assert offset_error(found, true, period) == pytest.approx(error)


@given(st.floats(-1e4, 1e4), st.integers(-50, 50), st.floats(100, 1500), st.floats(-0.4, 0.4))
def test_whole_periods_do_not_matter(true: float, k: int, period: float, share: float) -> None:
    found = true + k * period + share * period
    assert offset_error(found, true, period) == pytest.approx(share * period, abs=1e-5)


def test_beats_are_counted_back_from_the_first_line_and_end_before_the_next() -> None:
    lines = [TempoLine(1000.0, 500.0), TempoLine(2490.0, 400.0)]
    # 2500 would be within half a beat of the line at 2490, which has that beat.
    assert beats_of(lines, 400.0, 3300.0) == [500.0, 1000.0, 1500.0, 2000.0, 2490.0, 2890.0, 3290.0]
    assert beats_of(lines[:1], 1200.0, 2100.0) == [1500.0, 2000.0]


def test_a_timing_is_right_only_within_both_tolerances_and_in_one_line() -> None:
    truth = TempoLine(320.0, 60000.0 / 150.0, 4)
    assert judge([TempoLine(320.0 + 400.0 * 3 + 11.0, 60000.0 / 150.09)], truth).right
    assert not judge([TempoLine(320.0 + 13.0, 400.0)], truth).right
    assert not judge([TempoLine(320.0, 60000.0 / 150.2)], truth).right
    assert not judge([TempoLine(320.0, 400.0), TempoLine(9000.0, 400.0)], truth).right


def test_a_verdict_tells_bars_and_octaves_apart() -> None:
    truth = TempoLine(0.0, 400.0, 4)
    second_beat = judge([TempoLine(400.0, 400.0)], truth)
    assert second_beat.right and second_beat.bar_ms == pytest.approx(400.0)
    twice = judge([TempoLine(200.0, 200.0)], truth)
    assert twice.octave and not twice.right
    assert not judge([TempoLine(200.0, 300.0)], truth).octave


def test_the_longest_line_speaks() -> None:
    truth = TempoLine(0.0, 400.0)
    verdict = judge([TempoLine(0.0, 300.0), TempoLine(600.0, 400.0)], truth)
    assert abs(verdict.bpm) < 1e-9 and verdict.lines == 2


def test_clicks_have_the_tempo_they_were_made_with() -> None:
    samples = np.zeros(SAMPLE_RATE * 30, dtype=np.float32)
    noise = np.random.default_rng(1).normal(0, 1, 400).astype(np.float32)
    beat_ms, offset_ms = 60000.0 / 128.0, 180.0
    for k in range(60):
        at = int((offset_ms + k * beat_ms) * SAMPLE_RATE / 1000)
        samples[at : at + 400] += noise[: max(0, len(samples) - at)]
    found = guess_tempo(samples)
    assert abs(60000.0 / found.beat_length - 128.0) < 0.1
    assert abs(offset_error(found.time, offset_ms, beat_ms)) < 15.0


def test_silence_has_a_tempo_all_the_same() -> None:
    assert guess_tempo(np.zeros(SAMPLE_RATE * 10, dtype=np.float32)) == TempoLine(0.0, 500.0)
    assert guess_tempo(np.zeros(100, dtype=np.float32)) == TempoLine(0.0, 500.0)
