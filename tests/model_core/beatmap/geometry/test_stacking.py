"""Stack heights, worked out by hand."""

from __future__ import annotations

import pytest

from model_core.beatmap.geometry.stacking import stack_heights, stack_offset, stacked_positions
from tests.model_core.beatmap.geometry.maps import map_of

# AR 5 is a lead of 1200 ms; with a leniency of 0.7, objects up to 840 ms apart stack.


def heights(objects: str, **more: int) -> list[int]:
    return list(stack_heights(map_of(objects, **more)))


def test_the_last_of_a_stack_stays_and_the_others_go_left_and_up() -> None:
    assert heights("9,9,0,1,0 9,9,300,1,0 9,9,600,1,0") == [2, 1, 0]


def test_the_time_that_stacks_is_the_lead_times_the_leniency() -> None:
    assert heights("9,9,0,1,0 9,9,840,1,0") == [1, 0]
    assert heights("9,9,0,1,0 9,9,841,1,0") == [0, 0]


def test_three_pixels_are_too_far() -> None:
    assert heights("10,10,0,1,0 12,12,300,1,0") == [1, 0]
    assert heights("10,10,0,1,0 13,10,300,1,0") == [0, 0]


def test_circles_under_the_end_of_a_slider_go_right_and_down() -> None:
    assert heights("0,0,0,2,0,L|100:0,1,100 100,0,700,1,0 100,0,900,1,0") == [0, -1, -2]


def test_a_circle_before_a_slider_on_its_head() -> None:
    assert heights("9,9,0,1,0 9,9,300,2,0,L|109:9,1,100") == [1, 0]


def test_a_slider_that_ends_on_the_head_of_the_next() -> None:
    assert heights("0,0,0,2,0,L|100:0,1,100 100,0,600,2,0,L|200:0,1,100") == [1, 0]


def test_two_stacks_at_once() -> None:
    objects = "9,9,0,1,0 90,90,100,1,0 9,9,200,1,0 90,90,300,1,0"
    assert heights(objects) == [1, 1, 0, 0]


def test_spinners_neither_stack_nor_break_a_stack() -> None:
    assert heights("256,192,0,1,0 256,192,100,8,0,200 256,192,300,1,0") == [1, 0, 0]


def test_lines_out_of_order_stack_in_order_of_time() -> None:
    assert heights("9,9,600,1,0 9,9,0,1,0 9,9,300,1,0") == [0, 2, 1]


def test_the_old_algorithm_goes_forwards() -> None:
    # Every object counts those behind it that are near in time; sliders start anew.
    assert heights("9,9,0,1,0 9,9,300,1,0 9,9,600,1,0", version=5) == [2, 1, 0]
    under = "0,0,0,2,0,L|100:0,1,100 100,0,700,1,0 100,0,900,1,0"
    assert heights(under, version=5) == [0, -1, -2]


def test_modes_that_do_not_stack() -> None:
    for mode in (1, 2, 3):
        assert heights("9,9,0,1,0 9,9,300,1,0", mode=mode) == [0, 0]


def test_positions() -> None:
    beatmap = map_of("9,9,0,1,0 9,9,300,1,0 0,0,2000,8,0,3000", CircleSize=5)
    step = stack_offset(beatmap)
    assert step == pytest.approx(-3.2 * 1.00041)
    assert stacked_positions(beatmap) == (
        pytest.approx((9 + step, 9 + step)),
        (9, 9),
        (256, 192),
    )


def test_lead_times_are_those_of_single_precision() -> None:
    # At AR 9.4 the lead is 540 ms and stacks reach 378 ms; in doubles it would be 539.99….
    beatmap = map_of("9,9,0,1,0 9,9,378,1,0", ApproachRate=9.4)
    assert stack_heights(beatmap) == (1, 0)
    beatmap = map_of("9,9,0,1,0 9,9,379,1,0", ApproachRate=9.4)
    assert stack_heights(beatmap) == (0, 0)
