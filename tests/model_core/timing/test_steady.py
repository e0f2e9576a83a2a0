"""One tempo through a stretch where beats were heard anywhere; none where there are two."""

from __future__ import annotations

import numpy as np
import pytest

from model_core.timing.steady import steady


def beats(bpm: float, first: float, last: float) -> list[float]:
    length = 60000 / bpm
    return [first + number * length for number in range(int((last - first) / length) + 1)]


def anywhere(seed: int, first: float, last: float) -> list[float]:
    """Beats of no tempo, 300 to 480 ms apart."""
    random = np.random.default_rng(seed)
    steps = np.cumsum(random.uniform(300, 480, int((last - first) / 300)))
    return [first + step for step in steps if first + step < last]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("bpm", [128.0, 163.0, 174.5, 200.0])
def test_a_song_that_goes_on_as_before_has_one_tempo(bpm: float, seed: int) -> None:
    random = np.random.default_rng(seed)
    whole = beats(bpm, 461, 70_000)
    played = [time for time in whole if not 29_000 <= time < 38_000]
    heard = [time + random.normal(0, 3) for time in played] + anywhere(seed, 29_000, 37_800)
    found = steady(sorted(heard))
    assert found is not None
    assert 60000 / found.beat_length == pytest.approx(bpm, abs=1e-6)
    away = (found.offset - 461) % found.beat_length
    assert min(away, found.beat_length - away) < 4
    assert 0.65 <= found.share < 0.95


@pytest.mark.parametrize("other", [150.0, 152.0, 161.0, 171.0, 200.0])
def test_another_tempo_in_the_middle_is_no_pause(other: float) -> None:
    first = beats(163.0, 461, 29_000)
    middle = beats(other, first[-1] + 60000 / 163.0, 41_000)
    last = beats(163.0, middle[-1] + 60000 / other, 80_000)
    assert steady([*first, *middle, *last]) is None


@pytest.mark.parametrize("second", [151.0, 152.0, 160.0, 149.0])
def test_two_tempos_are_not_one(second: float) -> None:
    first = beats(150.0, 461, 60_000)
    rest = beats(second, first[-1] + 60000 / second, 90_000)
    assert steady([*first, *rest]) is None


def test_a_song_that_comes_back_at_another_place_of_the_beat_has_no_one_line() -> None:
    before = beats(150.0, 461, 35_000)
    after = beats(150.0, before[-1] + 400 * 20 + 200, 80_000)
    assert steady([*before, *anywhere(1, before[-1] + 300, after[0] - 300), *after]) is None
