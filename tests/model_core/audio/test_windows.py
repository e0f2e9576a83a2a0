"""Cutting songs into windows, against the reference's table."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_core.audio.windows import cut, window_starts, windows

WINDOW = 2047 * 128


def test_reference_segments(conformance: Path) -> None:
    table = json.loads((conformance / "v32" / "tensors.json").read_text())
    for row in table["segments"]:
        count = table[f"raw_{row['audio']}"]["n"]
        starts = window_starts(
            count, WINDOW, row["lookback"], row["lookahead"], row["start_time"], row["end_time"]
        )
        assert starts == row["times"]


@given(
    st.integers(0, 5_000_000),
    st.sampled_from([(0.5, 0.4), (0.25, 0.25), (0.0, 0.0), (0.3, 0.3)]),
    st.floats(-1e4, 4e5),
    st.floats(-1e4, 4e5),
)
def test_every_sample_of_the_song_is_in_some_window(
    count: int, shares: tuple[float, float], start: float, end: float
) -> None:
    everything = windows(count, WINDOW, *shares)
    assert everything[0].first_sample == 0
    assert everything[-1].first_sample + WINDOW >= count
    assert all(
        later.first_sample - earlier.first_sample <= WINDOW
        for earlier, later in pairwise(everything)
    )
    some = windows(count, WINDOW, *shares, start, end)
    assert some
    assert set(some) <= set(everything)


def test_windows_leaving_the_song_are_filled_with_silence() -> None:
    samples = np.arange(1, 11, dtype=np.float32)
    rows = cut(samples, [-2, 0, 8, 20], 4)
    assert rows.tolist() == [[0, 0, 1, 2], [1, 2, 3, 4], [9, 10, 0, 0], [0, 0, 0, 0]]


def test_no_stride_is_refused() -> None:
    with pytest.raises(ValueError, match="leave no window"):
        window_starts(1000, 100, 0.5, 0.5)
