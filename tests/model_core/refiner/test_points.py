"""From events to points."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from model_core.refiner.network import WAVE_CHANNELS
from model_core.refiner.points import PointSequence, read_points
from model_core.tokens.events import Event, EventType, TimedEvents
from model_core.tokens.layout import Layout
from tests.model_core.refiner.conftest import circle, joined, part, slider


def read(timed: TimedEvents, layout: Layout, **more: bool) -> PointSequence:
    return read_points(timed, layout, lambda _: 400.0, 1.4, **more)


def kinds(sequence: PointSequence) -> list[int]:
    return [int(row) for row in sequence.context[2 * WAVE_CHANNELS :].argmax(axis=0)]


def test_positions_span_the_playfield(layout: Layout) -> None:
    timed = joined(circle(0, 512, 384), circle(100, 256, 192), circle(200, -128, 0))
    assert read(timed, layout).positions.tolist() == [[1, 0, -1.5], [1, 0, -1]]


def test_an_edge_is_a_place_but_not_to_the_reference(layout: Layout) -> None:
    timed = joined(circle(0, 0, 100), circle(100, 90, 0))
    assert read(timed, layout).positions[0, 0] == -1
    assert not read(timed, layout, zero_is_nowhere=True).positions.any()


def test_kinds(layout: Layout) -> None:
    combo = Event(EventType.NEW_COMBO)
    spinner = [(900.0, Event(EventType.SPINNER)), (990.0, Event(EventType.SPINNER_END))]
    timed = joined(circle(0, 1, 1), circle(1, 1, 1, combo), spinner)
    assert kinds(read(timed, layout)) == [0, 1, 2, 3]


@pytest.mark.parametrize(("slides", "kind"), [(1, 11), (2, 12), (3, 13), (4, 14), (5, 15), (8, 14)])
def test_slider_ends_tell_their_slides(layout: Layout, slides: int, kind: int) -> None:
    assert kinds(read(slider(0, slides=slides), layout)) == [4, 10, kind]


def test_a_slider_has_its_path_and_length(layout: Layout) -> None:
    timed = joined(
        part(EventType.SLIDER_HEAD, 0, 0, 0, Event(EventType.SCROLL_SPEED, 150)),
        part(EventType.RED_ANCHOR, 100, 50, 0),
        part(EventType.BEZIER_ANCHOR, 200, 90, 0),
        part(EventType.LAST_ANCHOR, 400, 90, 90),
        part(EventType.SLIDER_END, 800, 90, 80),
    )
    (found,) = read(timed, layout).sliders
    assert (found.path, found.end, found.curve) == ((0, 1, 1, 2, 3), 4, "B")
    assert found.length == pytest.approx(1.5 * 140)


def test_a_slider_without_a_velocity_is_as_long_as_its_path(layout: Layout) -> None:
    timed = joined(
        part(EventType.SLIDER_HEAD, 0, 0, 0),
        part(EventType.LAST_ANCHOR, 400, 90, 90),
        part(EventType.SLIDER_END, 400, 90, 80),
    )
    assert read(timed, layout).sliders[0].length is None


def test_what_is_no_slider_has_no_path(layout: Layout) -> None:
    """A head that another object follows, an end without a head, a slider of no duration."""
    whole = slider(5000)
    headless = TimedEvents(whole.events[4:], whole.times[4:])
    open_slider = TimedEvents(whole.events[:4], whole.times[:4])
    timed = headless + open_slider + joined(circle(5001, 9, 9)) + headless + slider(6000, span=0)
    assert read(timed, layout).sliders == ()
    assert len(read(timed, layout)) == 9


def test_beats_and_kiai_are_no_points(layout: Layout) -> None:
    beat = [(0.0, Event(EventType.BEAT)), (0.0, Event(EventType.TIME, 0))]
    kiai = [(5.0, Event(EventType.KIAI, 1)), (5.0, Event(EventType.TIME, 5))]
    timed = joined(beat, circle(0, 4, 4), kiai, circle(5, 8, 8), beat)
    found = read(timed, layout)
    assert found.owners == (0, 0, *[0] * 4, 1, 1, *[1] * 4, 2, 2)
    assert found.times.tolist() == [0, 5]


def test_types_may_come_last(layout: Layout) -> None:
    last = replace(layout, types_first=False)
    events = (
        Event(EventType.TIME, 70),
        Event(EventType.BEAT),
        Event(EventType.TIME, 70),
        Event(EventType.POSITION_X, 512),
        Event(EventType.POSITION_Y, 384),
        Event(EventType.NEW_COMBO),
        Event(EventType.CIRCLE),
        Event(EventType.TIME, 80),
    )
    found = read(TimedEvents(events, (70.0,) * 7 + (80.0,)), last)
    assert found.owners == (0,) * 7 + (1,)
    assert found.positions.tolist() == [[1], [1]]
    assert kinds(found) == [1]


def test_a_second_last_anchor_tells_the_first_one_s_time(layout: Layout) -> None:
    """Slider version 2: first the place, then the end of the first slide."""
    last = replace(layout, types_first=False, slider_version=2)
    groups = [
        (0.0, (100, 100), EventType.SLIDER_HEAD),
        (0.0, (240, 100), EventType.LAST_ANCHOR),
        (400.0, None, EventType.LAST_ANCHOR),
        (800.0, (100, 100), EventType.SLIDER_END),
    ]
    pairs: list[tuple[float, Event]] = []
    for time, place, kind in groups:
        if place is not None:
            pairs.append((time, Event(EventType.POSITION_X, place[0])))
            pairs.append((time, Event(EventType.POSITION_Y, place[1])))
        pairs.append((time, Event(kind)))
    found = read(joined(pairs), last)
    assert found.times.tolist() == [0, 400, 800]
    assert found.owners == (0, 0, 0, 1, 1, 1, 1, 2, 2, 2)
    assert found.sliders[0].path == (0, 1)
    assert kinds(found) == [4, 10, 12]


def test_distances_are_worked_out_where_they_are_not_said(layout: Layout) -> None:
    said = joined(circle(0, 256, 192), circle(100, 256, 292, Event(EventType.DISTANCE, 100)))
    silent = joined(circle(0, 256, 192), circle(100, 256, 292))
    assert np.array_equal(read(said, layout).context, read(silent, layout).context)


def test_nothing_is_a_sequence_too(layout: Layout) -> None:
    found = read(TimedEvents(), layout)
    assert len(found) == 0 and found.positions.shape == (2, 0)
