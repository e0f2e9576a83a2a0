"""Figures about start times."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from model_core.training.metrics import Match, half_beats, match_times, random_ticks

times = st.lists(st.integers(0, 5000), max_size=30)


def test_matches_are_one_to_one() -> None:
    match = match_times([100, 101, 500], [105, 900], 20)
    assert match == Match(hits=1, predicted=3, expected=2)
    assert match.f1 == 2 / 5


def test_nothing_matches_nothing() -> None:
    assert match_times([], [], 20).f1 == 0.0
    assert match_times([1], [], 20).recall == 0.0


@given(times, times, st.integers(0, 50))
def test_matching_is_symmetric_and_optimal(a: list[int], b: list[int], tolerance: int) -> None:
    match = match_times(a, b, tolerance)
    assert match.hits == match_times(b, a, tolerance).hits
    assert match.hits == _best(sorted(a), sorted(b), tolerance)


def _best(a: list[int], b: list[int], tolerance: int) -> int:
    """The longest common subsequence under the tolerance: optimal for sorted lists."""
    table = np.zeros((len(a) + 1, len(b) + 1), dtype=int)
    for i, x in enumerate(a, 1):
        for j, y in enumerate(b, 1):
            table[i, j] = max(
                table[i - 1, j], table[i, j - 1], table[i - 1, j - 1] + (abs(x - y) <= tolerance)
            )
    return int(table[-1, -1])


def test_baselines_stay_in_the_range_and_on_the_grid() -> None:
    clicks = half_beats(137.0, 400.0, 1000.0, 3000.0)
    assert clicks == [1137.0 + 200.0 * k for k in range(10)]
    drawn = random_ticks(137.0, 400.0, 1000.0, 3000.0, 7, np.random.default_rng(0))
    assert len(drawn) == 7 == len(set(drawn))
    assert all(1000 <= t <= 3000 and (t - 137.0) % 100.0 == 0 for t in drawn)
