"""Lookups among timing lines follow the game's order of precedence."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_core.beatmap import SampleState, Timing, TimingPoint, parse

from .maps import standard_maps
from .oracle import Reading


def red(time: float, volume: int = 50, beat: float = 500.0, effects: int = 0) -> TimingPoint:
    return TimingPoint(-1, time, beat, 4, 1, 0, volume, True, effects)


def green(time: float, volume: int = 50, beat: float = -50.0, effects: int = 0) -> TimingPoint:
    return TimingPoint(-1, time, beat, 4, 1, 0, volume, False, effects)


def test_green_beats_red_at_one_time_in_either_order() -> None:
    for points in ([red(0, 10), green(0, 20)], [green(0, 20), red(0, 10)]):
        timing = Timing(points)
        assert timing.slider_velocity_at(0) == 2.0
        assert timing.sample_at(0).volume == 20
        assert timing.beat_length_at(0) == 500


def test_last_green_and_first_red_count() -> None:
    timing = Timing([red(0, 10, 400), red(0, 20, 300), green(0, 30, -50), green(0, 40, -25)])
    assert timing.beat_length_at(0) == 400
    assert timing.slider_velocity_at(0) == 4.0
    assert timing.sample_at(0).volume == 40


def test_before_the_first_line() -> None:
    timing = Timing([red(1000, 30, 400, 1), green(2000, 40)])
    assert timing.beat_length_at(0) == 400
    assert timing.sample_at(0).volume == 30
    assert timing.slider_velocity_at(0) == 1.0
    assert not timing.kiai_at(0)
    assert timing.kiai_changes() == ((1000, True), (2000, False))


def test_no_lines_at_all() -> None:
    timing = Timing([])
    assert timing.beat_length_at(5) == 1000
    assert timing.sample_at(5) == SampleState(1, 0, 100)
    assert timing.red_line_at(5) is None
    assert timing.nearest_tick(123.0) == 123.0


def test_red_resets_slider_velocity_and_limits_hold() -> None:
    timing = Timing([red(0), green(100, beat=-1), red(200), green(300, beat=-5000)])
    assert [timing.slider_velocity_at(t) for t in (0, 100, 200, 300)] == [1, 10, 1, 0.1]
    assert Timing([red(0, beat=1)]).beat_length_at(0) == 6


def test_a_line_that_changes_nothing_when_read_does_not_exist() -> None:
    # The line at 100 says what is in effect when it is read, so the later-read one at 50 rules.
    timing = Timing([red(0), green(100, beat=-100), green(50, beat=-50)])
    assert timing.slider_velocity_at(100) == 2.0


@pytest.mark.parametrize(("time", "tick"), [(0, 0), (130, 125), (160, 500 / 3), (-240, -250)])
def test_nearest_tick(time: float, tick: float) -> None:
    assert Timing([red(0)]).nearest_tick(time, (1, 2, 3, 4)) == pytest.approx(tick)


LINES = st.lists(
    st.tuples(st.integers(0, 12), st.booleans(), st.integers(1, 4), st.booleans()), max_size=12
)


@settings(max_examples=200, deadline=None)
@given(LINES)
def test_lookups_agree_with_a_plain_reading(lines: list[tuple[int, bool, int, bool]]) -> None:
    text = "osu file format v14\n[TimingPoints]\n"
    for time, is_red, value, kiai in sorted(lines, key=lambda line: line[0]):
        beat = 100 * value if is_red else -25 * value
        text += f"{time},{beat},4,{value % 4},{value},{value * 20},{int(is_red)},{int(kiai)}\n"
    timing, plain = parse(text.encode()).timing, Reading(text.encode())
    for half in range(-2, 28):
        t = half / 2
        assert timing.slider_velocity_at(t) == plain.velocity(t)
        assert timing.kiai_at(t) == plain.kiai(t)
        point = timing.sample_point_at(t)
        found = (1, 0, 100)
        if point is not None:
            found = (point.sample_set, point.sample_index, point.volume)
        assert found == plain.sample(t)
        line = timing.red_line_at(t)
        assert (None if line is None else (line.time, line.beat_length, line.meter)) == plain.tempo(
            t
        )


@pytest.mark.slow
def test_corpus_lookups_agree_with_a_plain_reading(corpus: Path) -> None:
    for name in standard_maps(corpus):
        data = (corpus / name).read_bytes()
        beatmap = parse(data)
        if not 5 <= beatmap.version <= 14:
            continue
        try:
            plain = Reading(data)
        except (ValueError, IndexError):
            continue
        if not plain.sorted or len(plain.lines) != len(beatmap.timing_points):
            continue
        for item in beatmap.hit_objects[::7]:
            assert beatmap.timing.kiai_at(item.time) == plain.kiai(item.time)
            for moment in item.sample_lookups:
                point = beatmap.timing.sample_point_at(moment)
                if point is not None:
                    found = (point.sample_set, point.sample_index, point.volume)
                    assert found == plain.sample(moment)
