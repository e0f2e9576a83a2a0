"""Ends of sliders follow from their paths."""

from __future__ import annotations

import numpy as np
import pytest

from model_core.beatmap.geometry.curves import parse_curve
from model_core.beatmap.geometry.slider_path import SliderPath
from model_core.refiner.points import SliderPoints
from model_core.refiner.slider_ends import path_end, put_ends

_PATHS = [
    ("L", "B", [(10, 20), (200, 20)]),
    ("B", "B", [(10, 20), (80, 120), (200, 20), (240, 90)]),
    ("B", "B", [(10, 20), (80, 120), (80, 120), (240, 90)]),
    ("P", "P", [(10, 20), (80, 120), (200, 20)]),
    ("C", "C", [(10, 20), (80, 120), (140, 60), (200, 20)]),
]


@pytest.mark.parametrize(("letter", "curve", "points"), _PATHS)
def test_the_end_lies_where_the_game_draws_it(
    letter: str, curve: str, points: list[tuple[float, float]]
) -> None:
    text = "|".join([letter, *(f"{x}:{y}" for x, y in points[1:])])
    drawn = parse_curve(text, points[0], decimals=False)
    for length in (15.0, 60.0, 110.0):
        expected = SliderPath(drawn, length).position_at(1)
        assert path_end(curve, points, length) == pytest.approx(expected, abs=1e-6)


def test_a_path_that_is_too_short_ends_at_its_last_point() -> None:
    assert path_end("B", [(0, 0), (30, 40)], 99.0) == (30, 40)
    assert path_end("B", [(0, 0), (30, 40)], None) == (30, 40)
    assert path_end("P", [(7, 7), (7, 7), (7, 7)], 10.0) == (7, 7)


def test_only_sliders_that_lie_in_the_window_are_touched() -> None:
    sliders = [SliderPoints((0, 1), 2, "B", 64.0), SliderPoints((3, 4), 5, "B", 64.0)]
    for first, count, moved in ((0, 6, {2, 5}), (1, 5, {5}), (0, 5, {2}), (4, 2, set())):
        positions = np.zeros((2, count), dtype=np.float32)
        # Every path runs from the middle to the right edge.
        for number in (1, 4):
            if first <= number < first + count:
                positions[0, number - first] = 1
        before = positions.copy()
        put_ends(positions, sliders, first)
        changed = np.nonzero((positions != before).any(axis=0))[0] + first
        assert set(changed.tolist()) == moved
        for number in moved:
            assert positions[:, number - first].tolist() == [0.25, 0]


def test_places_of_a_network_astray_are_left_alone() -> None:
    positions = np.asarray([[0, np.nan, 0.5], [0, 1e30, 0.5]], dtype=np.float32)
    put_ends(positions, [SliderPoints((0, 1), 2, "B", 64.0)], 0)
    assert positions[:, 2].tolist() == [0.5, 0.5]
