"""Whole maps from few events; the reference's own are compared in tests/conformance."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_core.beatmap import parse
from model_core.beatmap.new_objects import ObjectKind
from model_core.postprocess import ReferenceHeader, post_process_reference, write_reference
from model_core.tokens import starter_layout, starter_vocabulary
from model_core.tokens.events import Event, EventType
from model_core.tokens.layout import Layout
from model_core.tokens.reference_timing import RedLine

E = EventType
SMALL = {E.SCROLL_SPEED, E.POSITION_X, E.POSITION_Y, E.DISTANCE, E.HITSOUND, E.VOLUME}
LINES = [RedLine(0.0, 500.0)]


@pytest.fixture(scope="module")
def layout() -> Layout:
    return starter_layout(starter_vocabulary())


def _events(*parts: tuple[EventType, int] | EventType) -> list[Event]:
    return [Event(part) if isinstance(part, EventType) else Event(*part) for part in parts]


def test_what_cannot_be_an_object_is_left_out(layout: Layout) -> None:
    events = _events(
        *((E.TIME, 1000), E.SLIDER_END),
        *((E.TIME, 2000), (E.POSITION_X, 50), (E.POSITION_Y, 60), E.SLIDER_HEAD),
        *((E.TIME, 2000), (E.POSITION_X, 90), (E.POSITION_Y, 60), E.LAST_ANCHOR),
        *((E.TIME, 2500), E.SLIDER_END),
        *((E.TIME, 3000), E.SPINNER),
        *((E.TIME, 2900), E.SPINNER_END),
        E.CIRCLE,
    )
    written = write_reference(events, LINES, layout, ReferenceHeader())
    # A part that does not say its time stands at 0, one that says no place at the last one.
    assert written.object_lines == ("90,60,0,1,0,0:0:-1:0:",)


def test_a_text_is_a_map(layout: Layout) -> None:
    events = _events(
        *((E.TIME, 500), (E.POSITION_X, 100), (E.POSITION_Y, 100), E.NEW_COMBO),
        *((E.HITSOUND, 33), (E.VOLUME, 70), E.CIRCLE),
        *((E.TIME, 1000), E.SPINNER, (E.TIME, 2000), (E.VOLUME, 40), E.SPINNER_END),
    )
    header = ReferenceHeader(title="A title", background_line='0,0,"bg.jpg",0,0\n')
    beatmap = parse(post_process_reference(events, LINES, layout, header).encode())
    kinds = [hit_object.kind for hit_object in beatmap.hit_objects]
    assert kinds == [ObjectKind.CIRCLE, ObjectKind.SPINNER]
    assert beatmap.title == "A title"
    assert [point.volume for point in beatmap.timing_points] == [100, 70, 40]


def test_a_part_that_says_only_a_distance_is_placed_by_the_seed(layout: Layout) -> None:
    events = _events((E.TIME, 500), (E.DISTANCE, 50), E.CIRCLE)
    places = [
        write_reference(events, LINES, layout, ReferenceHeader(), seed=seed) for seed in (1, 1, 2)
    ]
    assert places[0].random_places == 1
    assert places[0].object_lines == places[1].object_lines != places[2].object_lines


def test_a_song_without_timing_has_the_line_that_was_asked_for(layout: Layout) -> None:
    written = write_reference([], [], layout, ReferenceHeader(bpm=150, offset=20))
    assert written.timing_lines == ("20,400,4,2,-1,100,1,0",)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(list(EventType)), st.integers(-300, 40_000)), max_size=40),
    st.sampled_from([0, 1, 2, 3]),
    st.booleans(),
)
def test_anything_that_a_model_may_write_becomes_a_map(
    layout: Layout, parts: list[tuple[EventType, int]], mode: int, snap: bool
) -> None:
    events = [Event(kind, value % 1001 if kind in SMALL else value) for kind, value in parts]
    header = ReferenceHeader(mode=mode)
    text = post_process_reference(events, LINES, layout, header, snap_overlaps=snap)
    beatmap = parse(text.encode())
    written = [line for line in text.partition("[HitObjects]\n")[2].split("\n") if line]
    assert len(beatmap.timing_points) >= 1
    assert len(beatmap.hit_objects) <= len(written)
