"""Where windows are placed: all of a range can be written, and none is heard for nothing."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from model_core.remap.windows import place_windows
from model_core.tokens.starter_layout import starter_layout

STARTER = starter_layout()
# Shares that the published families and the starter use.
LAYOUTS = (
    STARTER,
    replace(STARTER, lookback=0.5, lookahead=0.4, src_frames=2048),
    replace(STARTER, lookback=0.0, lookahead=0.0),
    replace(STARTER, lookback=0.3, lookahead=0.3, src_frames=512),
)
layouts = st.sampled_from(LAYOUTS)
times = st.integers(-2_000, 600_000)
lengths = st.floats(0, 60_000, allow_nan=False)


@given(layouts, times, lengths)
def test_every_moment_of_the_range_is_some_windows_to_write(layout, first, length):
    windows = place_windows(layout, first, first + length)
    reach = (1.0 - layout.lookahead) * layout.window_ms
    # What a window writes begins where the one before it stops, to within a rounded millisecond.
    assert windows[0].start_ms <= max(first, 0)
    for earlier, later in pairwise(windows):
        writes_from = later.start_ms + layout.lookback * layout.window_ms
        assert writes_from <= earlier.start_ms + reach + 1
    assert windows[-1].start_ms + reach >= first + length


@given(layouts, times, lengths)
def test_no_window_more_than_it_takes(layout, first, length):
    windows = place_windows(layout, first, first + length)
    reach = (1.0 - layout.lookahead) * layout.window_ms
    for window in windows[:-1]:
        assert window.start_ms + reach < first + length


@given(layouts, times, lengths)
def test_windows_ascend_by_the_stride_from_the_lookback_on(layout, first, length):
    windows = place_windows(layout, first, first + length)
    stride = (1.0 - layout.lookback - layout.lookahead) * layout.window_ms
    wanted = max(0.0, first - layout.lookback * layout.window_ms)
    for number, window in enumerate(windows):
        assert abs(window.start_ms - (wanted + number * stride)) <= 1
        assert window.start_ms >= 0
        assert window.first_sample == window.start_ms * 16


@given(layouts, st.integers(0, 600_000))
def test_the_first_window_hears_a_whole_lookback_where_there_is_one(layout, first):
    start = place_windows(layout, first, first + 1000)[0].start_ms
    lookback = layout.lookback * layout.window_ms
    assert start == 0 or 0 <= first - start - lookback <= 1


@given(layouts, times, lengths)
def test_with_nothing_to_go_on_from_the_first_window_begins_with_the_range(layout, first, length):
    windows = place_windows(layout, first, first + length, goes_on=False)
    assert windows[0].start_ms == max(first, 0)
    reach = (1.0 - layout.lookahead) * layout.window_ms
    assert windows[-1].start_ms + reach >= first + length
    assert len(windows) <= len(place_windows(layout, first, first + length))


@given(layouts, times, lengths, st.floats(0, 5_000))
def test_a_longer_range_only_adds_windows(layout, first, length, more):
    short = place_windows(layout, first, first + length)
    assert place_windows(layout, first, first + length + more)[: len(short)] == short
