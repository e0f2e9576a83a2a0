"""Timing lines in any order: what the game's own procedure, done slowly, makes of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_core.beatmap import Timing, TimingPoint, parse

Value = Callable[[TimingPoint], object]


class SlowList:
    """One kind of control point as the game adds it: looked up first, replaced or inserted."""

    def __init__(self, value: Value | None, default: object) -> None:
        self.value, self.default = value, default
        self.found: list[TimingPoint] = []

    def at(self, time: float) -> TimingPoint | None:
        before = [point for point in self.found if point.time <= time]
        return max(before, key=lambda point: point.time) if before else None

    def add(self, point: TimingPoint) -> None:
        existing = self.at(point.time)
        if self.value is not None:
            active = self.default if existing is None else self.value(existing)
            if active == self.value(point):
                return
        self.found = [other for other in self.found if other.time != point.time] + [point]


class SlowTiming:
    """Pending lines of one time are flushed when another time comes; see the game's decoder."""

    def __init__(self, points: list[TimingPoint]) -> None:
        self.tempo = SlowList(None, None)
        self.velocity = SlowList(lambda p: (p.slider_velocity, p.ticks), (1.0, True))
        self.kiai = SlowList(lambda p: p.kiai, False)
        # Sets of 0 and 1 are kept apart here: the older game hears the difference.
        self.sample = SlowList(lambda p: (p.sample_set, p.sample_index, p.volume), None)
        pending: list[TimingPoint] = []
        for point in [*points, None]:
            if pending and (point is None or point.time != pending[-1].time):
                reds = [item for item in pending if item.uninherited]
                # Red lines go to the front, so the first of them is looked at first.
                order = [*reversed(reds), *(item for item in pending if not item.uninherited)]
                for item in reversed(order):
                    if item.uninherited:
                        self.tempo.add(reds[0])
                        break
                for kind in (self.velocity, self.kiai, self.sample):
                    kind.add(order[-1])
                pending = []
            if point is not None:
                pending.append(point)


POINTS = st.lists(
    st.builds(
        TimingPoint,
        line=st.integers(0, 99),
        time=st.integers(-3, 12).map(float),
        beat_length=st.sampled_from([500.0, -100.0, -50.0, -25.0, float("nan"), 300.0, 1.0]),
        sample_set=st.integers(0, 2),
        volume=st.sampled_from([50, 60]),
        uninherited=st.booleans(),
        effects=st.integers(0, 1),
    ).filter(lambda p: not p.uninherited or p.beat_length == p.beat_length),
    max_size=25,
)


@settings(max_examples=500, deadline=None)
@given(POINTS, st.sampled_from([1, 2, 3, 256]))
def test_any_order_is_read_as_the_game_reads_it(points: list[TimingPoint], block: int) -> None:
    with patch("model_core.beatmap.timing_tracks.BLOCK", block):
        timing = Timing(points)
    slow = SlowTiming(points)
    for time in [-5.0, *map(float, range(-4, 14)), 6.5]:
        velocity, kiai, sample = slow.velocity.at(time), slow.kiai.at(time), slow.sample.at(time)
        first = min(slow.sample.found, key=lambda p: p.time, default=None)
        assert timing.velocity_point_at(time) is velocity
        assert timing.kiai_at(time) == (kiai is not None and kiai.kiai)
        assert timing.sample_point_at(time) is (sample or first)
        tempo = slow.tempo.at(time) or min(slow.tempo.found, key=lambda p: p.time, default=None)
        assert timing.red_line_at(time) is tempo
        pace = timing.pace_at(time)
        assert pace.start <= time < pace.end
        assert pace.velocity == timing.slider_velocity_at(time)
        assert pace.beat_length == timing.beat_length_at(time)


@settings(max_examples=200, deadline=None)
@given(POINTS, st.floats(-5, 15))
def test_a_pace_holds_as_long_as_it_says(points: list[TimingPoint], time: float) -> None:
    timing = Timing(points)
    pace = timing.pace_at(time)
    edges = sorted({point.time for point in points if pace.start <= point.time < pace.end})
    for edge in edges[bisect_right(edges, time) :]:
        assert timing.slider_velocity_at(edge) == pace.velocity
        assert timing.beat_length_at(edge) == pace.beat_length


def test_the_reading_order_decides_on_lines_of_one_time_that_are_apart() -> None:
    text = b"[TimingPoints]\n0,500\n10,-50,4,1,0,5,0\n20,-25,4,1,0,5,0\n10,-200,4,1,0,5,0\n"
    timing = parse(text).timing
    assert [timing.slider_velocity_at(t) for t in (9, 10, 20)] == [1.0, 0.5, 4.0]


def test_defaults_of_samples_are_those_read_so_far() -> None:
    beatmap = parse(
        b"[General]\nSampleSet: Soft\nSampleVolume: 70\n[TimingPoints]\n0,500\n1,500,4,3\n"
        b"2,500,4,1,1,9\n[General]\nSampleSet: soft\nSampleSet: 3\nSampleVolume: x\n"
        b"[TimingPoints]\n3,500\n"
    )
    assert [(p.sample_set, p.volume) for p in beatmap.timing_points] == [
        *((2, 70), (3, 70), (1, 9), (3, 70))
    ]
    assert beatmap.default_sample_set == 3
    assert parse(b"[TimingPoints]\n0,500\n").timing_points[0].volume == 100


@pytest.mark.parametrize(
    ("name", "number"),
    [("Normal", 1), ("Soft", 2), ("Drum", 3), ("None", 0), ("2", 2), ("soft", 0), ("All", 0)],
)
def test_names_of_sample_sets(name: str, number: int) -> None:
    assert parse(f"[General]\nSampleSet: {name}\n".encode()).default_sample_set == number


def test_sets_that_do_not_exist_stay_as_written() -> None:
    timing = parse(b"[TimingPoints]\n0,500,4,0\n5,500,4,7\n").timing
    assert (timing.sample_at(0).sample_set, timing.sample_at(5).sample_set) == (1, 7)
