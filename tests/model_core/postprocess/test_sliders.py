"""Velocities, lengths, curves and drumrolls."""

from __future__ import annotations

from itertools import pairwise

import pytest

from model_core.postprocess.drumrolls import drumroll_points
from model_core.postprocess.sliders import curve_of, fitted, path_of, progress_of, slider_pace
from model_core.postprocess.velocities import human_velocity, rounded_velocity
from model_core.tokens.events import EventType

RED, BEZIER, LAST = EventType.RED_ANCHOR, EventType.BEZIER_ANCHOR, EventType.LAST_ANCHOR


def test_a_new_combo_changes_its_velocity_sooner() -> None:
    # 100 px in a beat at a multiplier of 1: velocity 1
    assert human_velocity(110, 500, 1.0, False, 1.0, 500) == (1.0, 100)
    assert human_velocity(110, 500, 1.0, True, 1.0, 500) == pytest.approx((1.1, 110))
    assert human_velocity(120, 500, 1.0, False, 1.0, 500) == pytest.approx((1.2, 120))


@pytest.mark.parametrize(
    ("exact", "rounded"), [(1.03, 1.05), (0.11, 0.1), (0.08, 0.08), (0.061, 0.06), (0.001, 0.001)]
)
def test_velocities_are_written_in_steps(exact: float, rounded: float) -> None:
    assert rounded_velocity(exact) == pytest.approx(rounded)


def test_a_path_far_too_short_is_walked_more_slowly() -> None:
    # 200 px are asked for, 100 px are drawn
    assert slider_pace(2.0, 1.0, False, 500, 100, 100, 1.0, 500) == pytest.approx((1.0, 100))
    # 140 px are asked for: not so far too short, the path is drawn larger
    assert slider_pace(1.4, 1.0, False, 500, 100, 100, 1.0, 500) == pytest.approx((1.4, 140))
    larger = fitted(("B", [(50, 0), (100, 0)]), (0, 0), 100, 140)
    assert larger == ("B", [(70, 0), (140, 0)])
    assert fitted(larger, (0, 0), 140, 100) == larger


def test_curves_have_the_letter_of_their_anchors() -> None:
    assert curve_of([(LAST, (9, 9))]) == ("B", [(9, 9)])
    assert curve_of([(EventType.PERFECT_ANCHOR, (5, 5)), (LAST, (9, 0))])[0] == "P"
    assert curve_of([(EventType.CATMULL_ANCHOR, (5, 5)), (LAST, (9, 0))])[0] == "C"
    assert curve_of([(RED, (5, 5)), (LAST, (9, 0))]) == ("B", [(5, 5), (5, 5), (9, 0)])


def test_the_end_is_looked_for_from_the_end_of_the_path() -> None:
    path = path_of(("B", [(100, 0)]), (0, 0))
    assert progress_of(path, (60, 5)) == pytest.approx(0.6, abs=1e-3)
    assert progress_of(path, (200, 0)) == 1.0
    assert progress_of(path_of(("B", [(0, 0)]), (0, 0)), (5, 5)) == 1.0


@pytest.mark.parametrize(("length", "legs"), [(0, 1), (512, 1), (513, 2), (1500.5, 3)])
def test_drumrolls_go_to_and_fro(length: float, legs: int) -> None:
    points = drumroll_points(length)
    assert len(points) == legs + 1
    assert points[0] == (0, 192)
    assert all(abs(after[0] - before[0]) == 512 for before, after in pairwise(points))
