"""Head, ticks, repeats and tail of sliders."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_core.beatmap.geometry.nested import NestedObject, max_combo, nested_objects
from model_core.beatmap.geometry.rules import SliderSpeed
from model_core.beatmap.geometry.slider_events import SliderEventKind, slider_events
from tests.model_core.beatmap.geometry.maps import map_of

HEAD, TICK, REPEAT, LAST_TICK, TAIL = SliderEventKind


def parts(objects: str, timing: str = "", version: int = 14, **more: float) -> list[NestedObject]:
    (made,) = nested_objects(map_of(objects, timing=timing, version=version, **more))
    return list(made)


def rows(objects: str, timing: str = "", version: int = 14, **more: float) -> list[object]:
    found = parts(objects, timing, version, **more)
    return [(part.kind, round(part.time, 6), round(part.x, 6)) for part in found]


def test_a_slider_of_two_and_a_half_beats_and_back() -> None:
    # 100 pixels and 500 ms per beat: ticks at 100 and 200 pixels, also on the way back.
    assert rows("0,0,1000,2,0,L|250:0,2,250") == [
        (HEAD, 1000, 0),
        (TICK, 1500, 100),
        (TICK, 2000, 200),
        (REPEAT, 2250, 250),
        (TICK, 2500, 200),
        (TICK, 3000, 100),
        (LAST_TICK, 3464, 7.2),
        (TAIL, 3500, 0),
    ]


def test_no_tick_on_the_end_or_within_ten_milliseconds_of_it() -> None:
    assert [row[0] for row in map_rows(200)] == [HEAD, TICK, LAST_TICK, TAIL]
    # 10 ms are two pixels here.
    assert [row[0] for row in map_rows(202)] == [HEAD, TICK, LAST_TICK, TAIL]
    assert [row[0] for row in map_rows(203)] == [HEAD, TICK, TICK, LAST_TICK, TAIL]


def map_rows(length: float) -> list[tuple[SliderEventKind, float]]:
    found = parts(f"0,0,1000,2,0,L|500:0,1,{length}")
    return [(part.kind, part.time) for part in found]


def test_ticks_follow_the_velocity_from_format_8_on() -> None:
    fast = "1000,-50,4,1,0,50,0,0"
    now = parts("0,0,1000,2,0,L|400:0,1,400", fast, version=8)
    before = parts("0,0,1000,2,0,L|400:0,1,400", fast, version=7)
    assert [part.x for part in now if part.kind is TICK] == [200]
    assert [part.x for part in before if part.kind is TICK] == [100, 200, 300]
    assert now[-1].time == before[-1].time == 2000


def test_a_line_without_a_number_asks_for_no_ticks() -> None:
    found = rows("0,0,1000,2,0,L|250:0,2,250", "900,NaN,4,1,0,50,0,0")
    assert [row[0] for row in found] == [HEAD, REPEAT, LAST_TICK, TAIL]


def test_a_tick_rate_of_two() -> None:
    found = parts("0,0,1000,2,0,L|120:0,1,120", SliderTickRate=2)
    assert [part.x for part in found if part.kind is TICK] == [50, 100]


def test_the_last_tick_of_a_short_slider_is_half_way() -> None:
    found = parts("0,0,1000,2,0,L|10:0,1,10")
    assert [(part.kind, part.time, part.x) for part in found[-2:]] == [
        (LAST_TICK, 1025, 5),
        (TAIL, 1050, 10),
    ]


def test_a_slider_without_a_length_has_one_slide() -> None:
    found = parts("7,7,1000,2,0,L|7:7,50,0")
    assert [(part.kind, part.time, part.x) for part in found] == [
        (HEAD, 1000, 7),
        (LAST_TICK, 1000, 7),
        (TAIL, 1000, 7),
    ]


def test_a_slider_that_would_drown_in_ticks_has_none() -> None:
    speed = SliderSpeed(velocity=1e-6, tick_distance=1e-6, ticks=True)
    kinds = [event.kind for event in slider_events(0.0, 3, 100.0, speed)]
    assert kinds == [HEAD, REPEAT, REPEAT, LAST_TICK, TAIL]


def test_combo_counts_every_part_but_the_old_last_tick() -> None:
    objects = "0,0,1000,2,0,L|250:0,2,250 9,9,4000,1,0 256,192,5000,8,0,6000"
    beatmap = map_of(objects)
    assert max_combo(beatmap) == 7 + 2
    assert [len(made) for made in nested_objects(beatmap)] == [8, 0, 0]


@given(
    st.integers(1, 6),
    st.floats(0.1, 3000),
    st.floats(0.05, 4),
    st.floats(4, 400),
)
def test_events_are_in_order_and_mirrored(
    slides: int, length: float, velocity: float, tick_distance: float
) -> None:
    events = list(slider_events(100.0, slides, length, SliderSpeed(velocity, tick_distance, True)))
    shown = [event for event in events if event.kind is not LAST_TICK]
    times = [event.time for event in shown]
    assert times == sorted(times)
    assert shown[-1].time == pytest.approx(100 + slides * length / velocity)
    assert sum(event.kind is REPEAT for event in events) == slides - 1
    places = [
        sorted(event.progress for event in shown if event.kind is TICK and event.span == span)
        for span in range(slides)
    ]
    assert all(place == places[0] for place in places)
    for event in shown:
        # Where the slider is at the event's time is where the event is.
        walked = (event.time - 100.0) / (length / velocity)
        span = math.floor(walked + 1e-9)
        there = walked - span if span % 2 == 0 else 1 - (walked - span)
        assert event.progress == pytest.approx(there, abs=1e-6)
