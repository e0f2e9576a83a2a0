"""The shapes of sliders."""

from __future__ import annotations

import math
from itertools import pairwise

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
    assert path("B|50:0|100:0|100:0|100:100").length == pytest.approx(200)


def test_perfect_curve_is_an_arc() -> None:
    half = path("P|100:100|200:0")
    assert half.length == pytest.approx(math.pi * 100, rel=2e-3)
    assert half.position_at(0.5) == pytest.approx((100, 100), abs=1)
    assert path("P|100:-100|200:0").position_at(0.5) == pytest.approx((100, -100), abs=1)


def test_catmull_goes_through_its_points_in_one_piece() -> None:
    assert any(math.dist(vertex, (50, 50)) < 1e-9 for vertex in path("C|50:50|100:0").vertices)


def test_letters_in_the_middle_start_new_pieces() -> None:
    assert path("B|50:0|100:0|L|100:50|150:50").position_at(1) == pytest.approx((150, 50))


def bezier(points: list[complex], t: float) -> complex:
    while len(points) > 1:
        points = [a + (b - a) * t for a, b in pairwise(points)]
    return points[0]


def strays(vertices: tuple[tuple[float, float], ...], curve: list[complex]) -> float:
    """The largest distance from a point of a curve to the line through the vertices."""
    line = [complex(*vertex) for vertex in vertices]
    worst = 0.0
    for point in curve:
        best = math.inf
        for a, b in pairwise(line):
            step = b - a
            share = ((point - a) * step.conjugate()).real / abs(step) ** 2 if step else 0.0
            best = min(best, abs(point - a - step * min(1.0, max(0.0, share))))
        worst = max(worst, best)
    return worst


@pytest.mark.parametrize(
    "text", ["B|300:200|0:200", "B|0:300|300:300|300:0", "B|9:9|1:90|80:0|0:0"]
)
def test_a_bezier_strays_by_less_than_a_quarter_pixel(text: str) -> None:
    points = [
        0j,
        *(complex(*place) for place in parse_curve(text, (0.0, 0.0), False).control_points),
    ]
    made = path(text)
    curve = [bezier(points, step / 200) for step in range(201)]
    assert strays(made.vertices, curve) < 0.25


def test_a_quadratic_is_halved_until_it_is_flat() -> None:
    # The bend of 200 needs five halvings to fall under half a pixel: 32 pieces of two lines.
    assert len(path("B|100:100|200:0").vertices) == 65
    assert path("B|100:100|200:0").position_at(0.5) == pytest.approx((100, 50))


def test_a_gentle_bezier_is_two_lines() -> None:
    assert path("B|50:0|100:0").vertices == ((0, 0), (50, 0), (100, 0))


def test_an_arc_strays_by_less_than_a_tenth_of_a_pixel() -> None:
    made = path("P|100:100|200:0")
    # 100 pixels of radius: 2 acos(1 - 0.1 / 100) per line, over half a circle.
    assert len(made.vertices) == math.ceil(math.pi / (2 * math.acos(1 - 0.001)))
    assert all(math.dist(vertex, (100, 0)) == pytest.approx(100) for vertex in made.vertices)


def test_a_huge_arc_is_drawn_as_a_bezier() -> None:
    text = "P|120000:0|0:100"
    assert path(text).vertices == path(text.replace("P", "B")).vertices


def test_straight_perfect_curves_of_format_128_are_beziers() -> None:
    assert path("P|50:0|100:0", None, True).vertices == ((0, 0), (50, 0), (100, 0))


def test_no_length_is_the_drawn_length() -> None:
    assert path("L|30:0|30:40").length == 70
    assert path("L|30:0|30:40", 70).length == 70


def test_a_path_that_is_one_point_has_no_length() -> None:
    for text in ("B|0:0", "B|0:0|0:0", "L|0:0", "C|0:0", "P|0:0|0:0"):
        made = path(text, 100)
        assert made.length == 0
        assert made.position_at(1) == (0, 0)


def test_a_doubled_end_behind_a_red_anchor_is_not_lengthened() -> None:
    assert path("B|100:0|100:0|100:0", 150).length == pytest.approx(100)


def test_a_cut_in_the_middle_of_a_line() -> None:
    made = path("L|100:0|100:100", 130)
    assert made.vertices == ((0, 0), (100, 0), (100, 30))
    assert made.natural_length == 200


def test_catmull_bulbs_are_left_out_without_changing_the_length() -> None:
    curve = parse_curve("C|100:0|100:0|100:0|200:0", (0.0, 0.0), False)
    drawn, smooth = SliderPath(curve, None), SliderPath(curve, None, without_bulbs=True)
    assert smooth.length == pytest.approx(drawn.length)
    assert len(smooth.vertices) < len(drawn.vertices)
    assert smooth.vertices[-1] == drawn.vertices[-1] == (200, 0)


def test_a_spline_of_degree_one_is_its_points() -> None:
    corners = {(0, 0), (50, 100), (100, 0), (150, 100)}
    made = path("B1|50:100|100:0|150:100", None, True)
    assert made.length == pytest.approx(3 * math.hypot(50, 100))
    assert corners <= set(made.vertices)


def test_a_spline_of_degree_two_touches_the_middles() -> None:
    # A uniform quadratic spline runs through the middle between any two inner points.
    made = path("B2|0:100|100:100|100:0", None, True)
    assert min(math.dist(vertex, (50, 100)) for vertex in made.vertices) < 1e-9


def test_a_spline_of_full_degree_is_a_bezier() -> None:
    points = "50:100|100:0|150:100"
    assert path(f"B3|{points}", None, True).vertices == path(f"B|{points}", None, True).vertices
    assert path(f"B9|{points}", None, True).vertices == path(f"B|{points}", None, True).vertices


def test_b_spline_starts_and_ends_at_its_points() -> None:
    spline = path("B3|50:100|100:0|150:100|200:0", None, True)
    assert spline.position_at(0) == pytest.approx((0, 0))
    assert spline.position_at(1) == pytest.approx((200, 0))


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
