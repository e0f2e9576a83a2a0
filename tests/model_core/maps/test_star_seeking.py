"""A map is written again until it is as hard as was asked, and the nearest is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_core.errors import DegenerateOutput
from model_core.maps.star_seeking import NEAR_STARS, next_wish, seek_stars


@dataclass(frozen=True)
class Written:
    """A map that is nothing but its stars."""

    stars: float | None


def _writer(
    stars: Callable[[float], float | None], asked: float
) -> tuple[list[float | None], Callable[[float | None], Written]]:
    wishes: list[float | None] = []

    def write(wish: float | None) -> Written:
        wishes.append(wish)
        return Written(stars(asked if wish is None else wish))

    return wishes, write


def test_a_map_that_is_near_enough_is_written_once() -> None:
    wishes, write = _writer(lambda wish: wish + NEAR_STARS - 0.01, 3.0)
    assert seek_stars(write, 3.0, 5, 12.0).stars == pytest.approx(3.24)
    assert wishes == [None]


def test_a_model_that_writes_too_easy_maps_is_asked_for_more() -> None:
    wishes, write = _writer(lambda wish: 0.5 * wish, 4.0)
    assert abs((seek_stars(write, 4.0, 6, 12.0).stars or 0) - 4.0) <= NEAR_STARS
    assert wishes[0] is None and wishes[1] == 6.0
    assert len(wishes) <= 4


def test_without_a_wish_or_a_rating_nothing_is_sought() -> None:
    for asked, rated in ((None, 2.0), (3.0, None)):
        wishes, write = _writer(lambda wish, rated=rated: rated, 3.0)
        seek_stars(write, asked, 5, 12.0)
        assert wishes == [None]


def test_what_cannot_be_used_later_does_not_lose_what_was_written() -> None:
    def write(wish: float | None) -> Written:
        if wish is not None:
            raise DegenerateOutput("nothing")
        return Written(1.0)

    assert seek_stars(write, 4.0, 3, 12.0).stars == 1.0


def test_the_first_failure_is_the_callers() -> None:
    def write(wish: float | None) -> Written:
        raise DegenerateOutput("nothing")

    with pytest.raises(DegenerateOutput):
        seek_stars(write, 4.0, 3, 12.0)


def test_between_two_wishes_a_line_is_followed() -> None:
    assert next_wish(4.0, [(4.0, 2.0), (6.0, 5.0)], 12.0) == pytest.approx(4.0 + 2 * 2 / 3)
    assert next_wish(4.0, [(4.0, 1.0)], 5.5) == 5.5


@given(st.floats(0.5, 8.0), st.floats(0.3, 1.5), st.floats(-2, 2), st.integers(1, 6))
def test_no_more_maps_than_allowed_and_the_nearest_of_them(
    asked: float, slope: float, shift: float, tries: int
) -> None:
    seen: list[float] = []

    def write(wish: float | None) -> Written:
        told = asked if wish is None else wish
        assert 0.0 <= told <= 12.0
        seen.append(slope * told + shift)
        return Written(seen[-1])

    kept = seek_stars(write, asked, tries, 12.0).stars
    assert len(seen) <= tries
    assert kept is not None
    assert abs(kept - asked) == min(abs(stars - asked) for stars in seen)
