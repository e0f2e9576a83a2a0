"""What the game makes of a curve field."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_core.beatmap.geometry.curves import SliderCurve, parse_curve

ORIGIN = (0.0, 0.0)


def segments(text: str, decimals: bool = False) -> list[tuple[str, list[tuple[float, float]]]]:
    curve = parse_curve(text, ORIGIN, decimals)
    return [(segment.kind, list(segment.points)) for segment in curve.segments]


def test_red_anchors_end_a_segment_and_start_one_of_the_same_kind() -> None:
    assert segments("B|50:0|100:0|100:0|100:100") == [
        ("B", [(0, 0), (50, 0), (100, 0)]),
        ("B", [(100, 0), (100, 100)]),
    ]
    curve = parse_curve("B|50:0|100:0|100:0|100:100", ORIGIN, False)
    assert curve.control_points == ((50, 0), (100, 0), (100, 0), (100, 100))


def test_three_equal_points_are_one_red_anchor() -> None:
    assert segments("B|9:0|9:0|9:0|9:9") == [("B", [(0, 0), (9, 0)]), ("B", [(9, 0), (9, 9)])]


def test_a_doubled_last_point_starts_nothing() -> None:
    assert segments("B|50:0|90:0|90:0") == [("B", [(0, 0), (50, 0), (90, 0), (90, 0)])]


def test_a_doubled_head_is_a_red_anchor() -> None:
    assert segments("B|0:0|50:50|90:0") == [("B", [(0, 0), (50, 50), (90, 0)])]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("P|50:50|100:0", "P"),
        ("P|50:0|100:0", "L"),
        ("P|50:50", "B"),
        ("P|50:50|100:0|150:50", "B"),
    ],
)
def test_perfect_curves_of_old_formats_fall_back(text: str, kind: str) -> None:
    assert [one for one, _ in segments(text)] == [kind]


@pytest.mark.parametrize(
    ("text", "kind"), [("P|50:0|100:0", "P"), ("P|50:50", "P"), ("P|5:5|9:0|1:5", "B")]
)
def test_perfect_curves_of_format_128_are_left_to_the_drawing(text: str, kind: str) -> None:
    assert [one for one, _ in segments(text, decimals=True)] == [kind]


def test_the_point_after_a_letter_ends_the_stretch_before_it() -> None:
    assert segments("B|50:0|100:0|L|100:50|150:50", decimals=True) == [
        ("B", [(0, 0), (50, 0), (100, 0), (100, 50)]),
        ("L", [(100, 50), (150, 50)]),
    ]


def test_a_perfect_curve_may_take_its_third_point_from_the_next_letter() -> None:
    assert segments("P|50:50|L|100:0|150:0") == [
        ("P", [(0, 0), (50, 50), (100, 0)]),
        ("L", [(100, 0), (150, 0)]),
    ]


def test_catmull_of_old_formats_is_one_piece_but_for_a_doubled_head() -> None:
    assert len(segments("C|50:50|50:50|100:0")) == 1
    assert len(segments("C|50:50|50:50|100:0", decimals=True)) == 2
    assert segments("C|0:0|50:50|100:0") == [("C", [(0, 0), (50, 50), (100, 0)])]


def test_unknown_letters_are_catmull_and_small_ones_too() -> None:
    assert segments("Q|50:50|100:0")[0][0] == "C"
    assert segments("b|50:50|100:0")[0][0] == "C"


def test_the_degree_of_a_spline() -> None:
    assert parse_curve("B3|1:1|2:5|3:1|9:9|5:0", ORIGIN, True).segments[0].degree == 3
    assert parse_curve("B0|1:1|2:5", ORIGIN, True).segments[0].degree is None


def test_points_before_a_letter_and_fields_without_one_are_no_path() -> None:
    assert segments("5:5|9:9") == [("L", [(0, 0)])]
    assert segments("5:5|L|9:9|10:10") == [("L", [(9, 9), (10, 10)])]


@pytest.mark.parametrize(
    "text", ["", "|1:1", "B|", "B|1", "B|1:x", "B|999999:0", "B|1:1|L", "B|1:1|L|P|2:2"]
)
def test_broken_curves_raise_what_the_reader_expects(text: str) -> None:
    with pytest.raises((ValueError, IndexError)):
        parse_curve(text, ORIGIN, False)


def test_decimals_are_cut_in_old_formats_only() -> None:
    assert parse_curve("L|1.9:-1.9", ORIGIN, False).control_points == ((1, -1),)
    assert parse_curve("L|1.9:-1.9", ORIGIN, True).control_points == ((1.9, -1.9),)


@pytest.mark.parametrize(
    ("text", "doubled"),
    [
        ("L|9:0|9:0", True),
        ("B|9:0|9:0", False),
        ("B|9:0|9:0|9:0", True),
        ("B|0:0", True),
        ("B|0:0|0:0", True),
        ("L|9:0", False),
    ],
)
def test_ends_on_a_double_point(text: str, doubled: bool) -> None:
    assert parse_curve(text, ORIGIN, False).ends_on_double_point is doubled


@given(
    st.sampled_from(["B", "L", "P", "C", "B2"]),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=9),
    st.booleans(),
)
def test_segments_join_and_keep_every_place(
    letter: str, points: list[tuple[int, int]], decimals: bool
) -> None:
    text = "|".join([letter, *(f"{x}:{y}" for x, y in points)])
    curve: SliderCurve = parse_curve(text, ORIGIN, decimals)
    for before, after in pairwise(curve.segments):
        assert before.points[-1] == after.points[0]
    assert curve.segments[0].points[0] == ORIGIN
    assert curve.segments[-1].points[-1] == points[-1]
    places = {place for segment in curve.segments for place in segment.points}
    assert places == {ORIGIN, *points}
