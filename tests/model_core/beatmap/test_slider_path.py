"""The shapes of sliders."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_core.beatmap import SliderPath
from model_core.beatmap.geometry.curves import parse_curve


def path(text: str, length: float | None = None, decimals: bool = False) -> SliderPath:
    return SliderPath(parse_curve(text, (0.0, 0.0), decimals), length)


def test_straight_line_is_cut_and_lengthened() -> None:
    assert path("L|100:0").length == 100
    assert path("L|100:0", 60).position_at(1) == pytest.approx((60, 0))
    assert path("L|100:0|100:100", 150).position_at(1) == pytest.approx((100, 50))
    assert path("L|100:0", 150).position_at(1) == pytest.approx((150, 0))
    assert path("L|100:0", 150).position_at(0.5) == pytest.approx((75, 0))


def test_a_doubled_end_is_not_lengthened() -> None:
    assert path("L|100:0|100:0", 150).length == pytest.approx(100)
    assert path("B|100:0|100:0", 150).length == pytest.approx(150)


def test_red_anchors_split_a_bezier() -> None:
    curve = parse_curve("B|50:0|100:0|100:0|100:100", (0.0, 0.0), False)
    assert [segment.kind for segment in curve.segments] == ["B", "B"]
    assert curve.control_points == ((50, 0), (100, 0), (100, 0), (100, 100))
    assert path("B|50:0|100:0|100:0|100:100").length == pytest.approx(200)


def test_perfect_curve_is_an_arc() -> None:
    half = path("P|100:100|200:0")
    assert half.length == pytest.approx(math.pi * 100, rel=2e-3)
    assert half.position_at(0.5) == pytest.approx((100, 100), abs=1)
    assert path("P|100:-100|200:0").position_at(0.5) == pytest.approx((100, -100), abs=1)


def test_perfect_curve_falls_back() -> None:
    assert parse_curve("P|1:1|2:2", (0.0, 0.0), False).segments[0].kind == "L"
    assert parse_curve("P|1:1", (0.0, 0.0), False).segments[0].kind == "B"
    assert parse_curve("P|1:1|5:2|9:9", (0.0, 0.0), False).segments[0].kind == "B"


def test_catmull_goes_through_its_points_in_one_piece() -> None:
    curve = parse_curve("C|50:50|50:50|100:0", (0.0, 0.0), False)
    assert len(curve.segments) == 1
    assert any(math.dist(vertex, (50, 50)) < 1e-9 for vertex in path("C|50:50|100:0").vertices)


def test_letters_in_the_middle_start_new_pieces() -> None:
    curve = parse_curve("B|50:0|100:0|L|100:50|150:50", (0.0, 0.0), True)
    assert [segment.kind for segment in curve.segments] == ["B", "L"]
    # The first point after a letter ends the piece before it.
    assert curve.segments[0].points[-1] == curve.segments[1].points[0] == (100, 50)
    assert path("B|50:0|100:0|L|100:50|150:50").position_at(1) == pytest.approx((150, 50))


def test_b_spline_starts_and_ends_at_its_points() -> None:
    spline = path("B3|50:100|100:0|150:100|200:0", None, True)
    assert spline.position_at(0) == pytest.approx((0, 0))
    assert spline.position_at(1) == pytest.approx((200, 0))


@pytest.mark.parametrize("text", ["", "|1:1", "B|", "B|1", "B|1:x", "B|999999:0"])
def test_broken_curves_raise_what_the_reader_expects(text: str) -> None:
    with pytest.raises((ValueError, IndexError)):
        parse_curve(text, (0.0, 0.0), False)


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(["B", "L", "P", "C", "B2"]),
    st.lists(st.tuples(st.integers(-600, 900), st.integers(-600, 900)), max_size=8),
    st.none() | st.floats(0.1, 5000),
)
def test_any_curve_has_a_finite_path(
    letter: str, points: list[tuple[int, int]], length: float | None
) -> None:
    text = "|".join([letter, *(f"{x}:{y}" for x, y in points)])
    made = path(text, length)
    for progress in (0, 0.3, 1, 2):
        assert all(math.isfinite(value) for value in made.position_at(progress))
    assert made.position_at(0) == pytest.approx((0, 0), abs=1e-9)
    if length is not None:
        assert made.length <= length + 1e-6
