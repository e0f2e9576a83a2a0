"""Kiai, scroll speeds and breaks of a new map."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_core.beatmap import NewObject, ObjectKind, RedLine
from model_core.beatmap.new_objects import Sound
from model_core.maps.objects import (
    _with_one_end,
    breaks_between,
    kiai_spans,
    reaching_back,
    scroll_speeds,
    timing_of,
)
from model_core.tokens import kiai_events, starter_layout, sv_events
from model_core.tokens.timelines import last_object_end
from tests.model_core.remap.maps import circles, write_map

LAYOUT = starter_layout()
REDS = (RedLine(0, 500.0), RedLine(8000, 400.0))
LINES = "0,500,4,2,1,60,1,0\n8000,400,4,2,1,60,1,0\n"


def test_kiai_comes_back_from_its_events() -> None:
    lines = LINES + "2000,-100,4,2,1,60,0,1\n6000,-100,4,2,1,60,0,0\n12000,-100,4,2,1,60,0,1"
    beatmap = write_map(circles(0, 15000), timing=lines)
    spans = kiai_spans(LAYOUT, kiai_events(beatmap, LAYOUT), timing_of(REDS), 16_000)
    assert spans == ((2000, 6000), (12000, 16000))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([0.5, 0.75, 1.0, 1.25, 1.5, 2.0]), min_size=30, max_size=30))
def test_scroll_speeds_come_back_from_their_events(speeds: list[float]) -> None:
    """At every moment at which a note may be, the file's lines mean what the map's did."""
    greens = [
        f"{index * 500},{-100 / speed},4,2,1,60,0,0"
        for index, speed in enumerate(speeds)
        if index % 3 == 0 or speed > 1
    ]
    lines = sorted([*LINES.split(), *greens], key=lambda line: float(line.split(",")[0]))
    beatmap = write_map(circles(0, 15000), mode=3, timing="\n".join(lines))
    events = sv_events(beatmap, LAYOUT)
    found = scroll_speeds(LAYOUT, events, REDS, last_object_end(beatmap))

    def at(time: float) -> float:
        return next((speed for start, speed in reversed(found) if start <= time), 1.0)

    for time in range(0, 15000, 100):
        # A red line in the file sets the speed back to 1, which only a line of its own undoes.
        assert at(time) == pytest.approx(beatmap.timing.scroll_speed_at(time), abs=0.02), time


def note(time: int, end: int | None = None) -> NewObject:
    kind = ObjectKind.CIRCLE if end is None else ObjectKind.SPINNER
    return NewObject(kind, time, 100, 100, False, (Sound(),), end_time=end)


def test_long_gaps_are_breaks_that_no_object_touches() -> None:
    objects = [note(0), note(3000), note(9000, 12000), note(15_500), note(20_000)]
    breaks = breaks_between(objects, preempt_ms=600)
    assert breaks == ((3200, 8400), (15700, 19400))
    assert breaks_between(objects, preempt_ms=1800) == ((3200, 7200), (15700, 18200))
    assert breaks_between([], 600) == breaks_between([note(0)], 600) == ()


def test_a_slider_that_ends_on_a_doubled_point_can_be_drawn_to_its_length() -> None:
    """Seen with the starter: such a slider was read a ms or two too short, and the map refused."""
    doubled = NewObject(
        ObjectKind.SLIDER, 0, 100, 100, False, (Sound(), Sound()), body=Sound(), end_time=500,
        curve_letter="B", curve_points=((150, 100), (199, 100), (199, 100)), length=100.0,
    )  # fmt: skip
    assert _with_one_end(doubled).curve_points == ((150, 100), (199, 100))
    red = replace(doubled, curve_points=((150, 100), (150, 100), (199, 100)))
    assert _with_one_end(red) is red


@given(st.floats(0, 20_000), st.floats(0, 20_000), st.floats(20, 3000), st.integers(1, 7))
def test_the_first_red_line_reaches_back_to_what_was_written_before_it(
    time: float, first_ms: float, beat_length: float, meter: int
) -> None:
    later = RedLine(30_000, 500.0)
    first, second = reaching_back([RedLine(time, beat_length, meter), later], first_ms)
    assert second == later and (first.beat_length, first.meter) == (beat_length, meter)
    assert first.time <= first_ms
    if first_ms >= time:
        assert first.time == time
        return
    measure = beat_length * meter
    assert first_ms - first.time <= 2 * measure + 1
    # On the same beats, but for the rounding to whole ms.
    assert abs((time - first.time + measure / 2) % measure - measure / 2) <= 0.5 + 1e-6
