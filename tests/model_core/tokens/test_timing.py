"""Ticks, and red lines from beats."""

from __future__ import annotations

from dataclasses import replace
from math import gcd

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from model_core.beatmap.edits.resnapping import ticks_are_rounded
from model_core.tokens import Event, EventType, TimedEvents, starter_layout, timing_events
from model_core.tokens.generate_timing import generate_timing, markers_from_events
from model_core.tokens.reference_timing import RedLine, ReferenceTiming
from model_core.tokens.resnap import Resnapper
from model_core.tokens.timelines import median_beat_length
from tests.model_core.remap.maps import write_map


def test_times_go_to_the_tick_they_were_said_to_be_on() -> None:
    snapper = Resnapper([RedLine(500, 400)])
    assert snapper.snap(1295, 1) == 1300
    assert snapper.snap(1395, 4) == 1400
    assert snapper.snap(1395, 0) == 1395
    assert snapper.snap(1395, None) == 1395


def test_the_earlier_of_two_ticks_equally_near_is_taken() -> None:
    assert Resnapper([RedLine(0, 400)]).snap(400, 2) == 200


def test_ticks_before_the_first_red_line_are_its_own() -> None:
    assert Resnapper([RedLine(500, 600)]).snap(-461, 8) == -475


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 3000), st.integers(1, 16), st.floats(100, 1500))
def test_a_tick_that_was_cut_to_10_ms_is_found_again(
    index: int, divisor: int, beat_length: float
) -> None:
    """Where ticks are at least 20 ms apart, the step's middle is nearest to its own tick."""
    assume(beat_length / divisor >= 20)
    assume(gcd(index, divisor) == 1)  # others are ticks of a coarser division, and not meant
    tick = 500 + index * beat_length / divisor
    said = int(tick) // 10 * 10 + 5
    assert abs(Resnapper([RedLine(500, beat_length)]).snap(said, divisor) - tick) < 1


def test_beats_give_their_red_lines_back() -> None:
    lines = [RedLine(500, 400, 4), RedLine(26100, 60000 / 180, 3)]
    for types_first in (False, True):
        layout = replace(starter_layout(), types_first=types_first)
        markers = markers_from_events(timing_events(lines, layout, 60000), types_first=types_first)
        found = generate_timing(markers, leniency=3)
        assert [(line.time, line.meter) for line in found] == [(500, 4), (26100, 3)]
        assert [round(60000 / line.beat_length, 6) for line in found] == [150, 180]


def test_a_beat_without_its_time_beside_it_is_no_marker() -> None:
    kinds = (EventType.TIME, EventType.VOLUME, EventType.BEAT, EventType.TIME, EventType.MEASURE)
    events = TimedEvents(tuple(Event(kind, 700) for kind in kinds), (700.0,) * len(kinds))
    assert markers_from_events(events, types_first=False) == [(EventType.MEASURE, 700)]
    assert markers_from_events(events, types_first=True) == [(EventType.BEAT, 700)]


def test_no_beats_no_red_lines() -> None:
    assert generate_timing([]) == []


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from([EventType.BEAT, EventType.MEASURE, EventType.TIMING_POINT]),
            st.integers(0, 20_000),
        ),
        min_size=1,
        max_size=60,
    )
)
def test_any_beats_give_usable_red_lines(markers: list[tuple[EventType, int]]) -> None:
    found = generate_timing(markers)
    times = [line.time for line in found]
    assert times == sorted(set(times))
    assert all(line.beat_length > 0 and line.meter >= 1 for line in found)


def test_ticks_are_cut_or_rounded_as_the_map_has_them() -> None:
    lines = "0,368.098159509202,4,2,1,60,1,0"
    rounded = write_map(["100,100,2577,1,0", "200,100,2945,1,0", "300,100,3313,1,0"], timing=lines)
    cut = write_map(["100,100,2576,1,0", "200,100,2944,1,0", "300,100,3312,1,0"], timing=lines)
    for beatmap, expected in ((rounded, True), (cut, False)):
        starts = [item.time for item in beatmap.hit_objects]
        assert ticks_are_rounded(starts, beatmap.timing) is expected
        snapper = Resnapper(beatmap.timing.red_lines, rounded=expected)
        assert [snapper.snap(round(t, -1), 1) for t in starts] == starts
    assert not ticks_are_rounded([], cut.timing)


def test_the_usual_beat_length_is_measured_in_ms() -> None:
    lines = ReferenceTiming([RedLine(0, 400), RedLine(10_900, 300), RedLine(21_000, 500)])
    assert median_beat_length(lines, 21_500) == 400
    # The published programs count 10 seconds of the first section and 11 of the second.
    assert median_beat_length(lines, 21_500, as_reference=True) == 300
    early = ReferenceTiming([RedLine(0, 400), RedLine(60_000, 300)])
    assert median_beat_length(early, 60_500, as_reference=True) == 400
