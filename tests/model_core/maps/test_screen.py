"""Objects beyond the screen come onto it, and no others move."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_core.beatmap import MapHeader, NewObject, ObjectKind, RedLine, Sound, parse, write_map
from model_core.maps.screen import onto_screen
from model_core.modding.rules import check

CIRCLE = NewObject(ObjectKind.CIRCLE, 1000, 256, 192, True, (Sound(),))
SLIDER = replace(
    CIRCLE, kind=ObjectKind.SLIDER, end_time=1300, sounds=(Sound(), Sound()), slider_velocity=1.0
)


def offscreen(objects: tuple[NewObject, ...], circle_size: float) -> list[str]:
    header = MapHeader("audio.mp3", circle_size=circle_size)
    beatmap = parse(write_map(header, [RedLine(0, 500)], objects))
    assert len(beatmap.hit_objects) == len(objects)
    return [finding.found for finding in check(beatmap, rules={"offscreen-object"})]


def test_a_bend_that_leaves_the_screen() -> None:
    """As a model wrote it: three points on the playfield, the arc through them far above it."""
    bent = replace(
        SLIDER, x=458, y=82, curve_letter="P", curve_points=((386, 5), (413, 82)), length=304.5
    )
    assert offscreen((bent,), 4)
    (moved,) = onto_screen([bent], 4)
    assert not offscreen((moved,), 4)
    by = (moved.x - bent.x, moved.y - bent.y)
    assert by != (0, 0) and moved.length == bent.length
    assert moved.curve_points == tuple((x + by[0], y + by[1]) for x, y in bent.curve_points)


def test_what_is_on_the_screen_stays() -> None:
    spinner = replace(CIRCLE, kind=ObjectKind.SPINNER, end_time=2000, x=9000)
    straight = replace(SLIDER, curve_letter="L", curve_points=((500, 380),), length=300.0)
    objects = (CIRCLE, replace(CIRCLE, x=0, y=0), replace(CIRCLE, x=512, y=384), straight, spinner)
    assert onto_screen(objects, 4) == objects


def test_what_is_larger_than_the_screen_stays() -> None:
    long = replace(SLIDER, curve_letter="L", curve_points=((9000, 192),), length=8000.0)
    assert onto_screen([long], 4) == (long,)


points = st.tuples(st.integers(-80, 600), st.integers(-80, 480))


@given(
    st.sampled_from([2.0, 4.0, 7.0]),
    points,
    st.sampled_from("BPL"),
    st.lists(points, min_size=1, max_size=4),
    st.floats(10, 330),
)
def test_sliders_are_whole_on_the_screen(
    circle_size: float, head: tuple[int, int], letter: str, rest: list[tuple[int, int]], px: float
) -> None:
    if letter == "P":
        rest = [*rest, *rest][:2]
    item = replace(
        SLIDER, x=head[0], y=head[1], curve_letter=letter, curve_points=tuple(rest), length=px
    )
    (moved,) = onto_screen([item], circle_size)
    (again,) = onto_screen([moved], circle_size)
    assert again == moved
    # No slider of this length is larger than the screen, but for what a fraction of a pixel is.
    assert not offscreen((moved,), circle_size) or moved == item


def test_circles_that_lie_on_each_other_in_the_corner() -> None:
    pile = tuple(
        replace(CIRCLE, time=1000 + 100 * number, x=-40, y=-60, new_combo=not number)
        for number in range(4)
    )
    assert offscreen(pile, 4)
    moved = onto_screen(pile, 4)
    assert not offscreen(moved, 4)
    assert len({(item.x, item.y) for item in moved}) == 1


@pytest.mark.parametrize("circle_size", [0.0, 10.0])
def test_sizes_at_the_ends(circle_size: float) -> None:
    moved = onto_screen([replace(CIRCLE, x=-500, y=9000)], circle_size)
    assert not offscreen(moved, circle_size)
