"""Sliders keep the velocity that was asked for wherever the playfield has room."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from model_core.tokens.slider_shapes import fitting_shape, path_length, slowed


def test_a_short_path_grows_rather_than_slowing_the_slider() -> None:
    head, shape = (184, 56), ("L", [(156, 50)])
    larger = fitting_shape(shape, head, 140.0 / path_length(shape, head))
    assert larger is not None
    assert abs(path_length(larger, head) - 140.0) < 2
    assert larger[1][0][0] < 184


def test_a_path_without_room_is_mirrored() -> None:
    head, shape = (500, 200), ("L", [(510, 200)])
    assert fitting_shape(shape, head, 14.0) == ("L", [(360, 200)])


def test_a_path_that_fits_nowhere_makes_the_slider_slower() -> None:
    head, shape = (256, 192), ("L", [(256, 202)])
    assert fitting_shape(shape, head, 60.0) is None
    speed, _ = slowed(1.0, False, 600.0, 10.0, shape, head)
    assert speed < 0.3


points = st.tuples(st.integers(0, 512), st.integers(0, 384))


@given(points, st.lists(points, min_size=1, max_size=3), st.floats(1.0, 8.0))
def test_what_fits_is_on_screen_and_as_much_larger(
    head: tuple[int, int], anchors: list[tuple[int, int]], factor: float
) -> None:
    shape = ("B", anchors)
    larger = fitting_shape(shape, head, factor)
    if larger is None:
        return
    assert all(0 <= x <= 512 and 0 <= y <= 384 for x, y in larger[1])
    before, after = path_length(shape, head), path_length(larger, head)
    # Rounding to whole pixels moves each point by less than one.
    assert abs(after - before * factor) <= 2.0 * (len(anchors) + 1)
