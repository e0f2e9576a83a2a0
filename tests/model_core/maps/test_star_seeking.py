"""A map is written again until it is as hard as was asked, and the nearest is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_core.errors import DegenerateOutput
from model_core.maps.star_seeking import NEAR_STARS, Wish, next_push, seek_stars, wish_of


@dataclass(frozen=True)
class Written:
    """A map that is nothing but its stars."""

    stars: float | None


def _writer(
    stars: Callable[[float], float | None], asked: float
) -> tuple[list[Wish | None], Callable[[Wish | None], Written]]:
    """Writes by what it is told; guidance carries it further in the direction of the wish."""
    wishes: list[Wish | None] = []

    def write(wish: Wish | None) -> Written:
        wishes.append(wish)
        told = asked if wish is None else asked + (wish.stars - asked) * wish.guidance
        return Written(stars(told))

    return wishes, write


def test_a_map_that_is_near_enough_is_written_once() -> None:
    wishes, write = _writer(lambda wish: wish + NEAR_STARS - 0.01, 3.0)
    assert seek_stars(write, 3.0, 5, 12.0).stars == pytest.approx(3.24)
    assert wishes == [None]


def test_a_model_that_writes_too_easy_maps_is_asked_for_more() -> None:
    wishes, write = _writer(lambda wish: 0.5 * wish, 4.0)
    assert abs((seek_stars(write, 4.0, 6, 12.0).stars or 0) - 4.0) <= NEAR_STARS
    assert wishes[0] is None and wishes[1] == Wish(5.0, 2.0)
    assert len(wishes) <= 4


def test_a_model_that_does_not_heed_the_number_is_told_more_strongly() -> None:
    wishes: list[Wish | None] = []

    def write(wish: Wish | None) -> Written:
        wishes.append(wish)
        return Written(2.0 if wish is None else 2.0 + 0.1 * wish.guidance)

    seek_stars(write, 3.0, 5, 12.0)
    strengths = [wish.guidance for wish in wishes if wish is not None]
    assert strengths == sorted(strengths) and len(strengths) == 4
    assert strengths[-1] > strengths[0] + 2


def test_without_a_wish_or_a_rating_nothing_is_sought() -> None:
    for asked, rated in ((None, 2.0), (3.0, None)):
        wishes, write = _writer(lambda wish, rated=rated: rated, 3.0)
        seek_stars(write, asked, 5, 12.0)
        assert wishes == [None]


def test_what_cannot_be_used_later_does_not_lose_what_was_written() -> None:
    def write(wish: Wish | None) -> Written:
        if wish is not None:
            raise DegenerateOutput("nothing")
        return Written(1.0)

    assert seek_stars(write, 4.0, 3, 12.0).stars == 1.0


def test_the_first_failure_is_the_callers() -> None:
    def write(wish: Wish | None) -> Written:
        raise DegenerateOutput("nothing")

    with pytest.raises(DegenerateOutput):
        seek_stars(write, 4.0, 3, 12.0)


def test_between_two_pushes_a_line_is_followed() -> None:
    assert next_push(4.0, [(0.0, 2.0), (2.0, 5.0)]) == pytest.approx(2 * 2 / 3)
    assert next_push(4.0, [(0.0, 1.0)]) == 3.0
    assert next_push(4.0, [(0.0, 2.5), (1.5, 2.4)]) == 3.0
    assert next_push(2.0, [(0.0, 3.5), (-1.5, 4.0)]) == -3.0


def test_small_pushes_are_other_numbers_and_large_ones_are_stronger() -> None:
    assert wish_of(4.0, 0.7, 12.0) == Wish(4.7)
    assert wish_of(4.0, 1.05, 12.0) == Wish(5.0)
    assert wish_of(4.0, 2.5, 12.0) == Wish(5.0, 2.5)
    assert wish_of(4.0, -9.0, 12.0) == Wish(3.0, 4.0)
    assert wish_of(1.0, -9.0, 12.0).stars == 0.5
    assert wish_of(5.2, 3.0, 5.5).stars == 5.5


@given(st.floats(0.5, 8.0), st.floats(0.3, 1.5), st.floats(-2, 2), st.integers(1, 6))
def test_no_more_maps_than_allowed_and_the_nearest_of_them(
    asked: float, slope: float, shift: float, tries: int
) -> None:
    seen: list[float] = []

    def write(wish: Wish | None) -> Written:
        told = asked if wish is None else wish.stars
        assert 0.0 <= told <= 12.0 and (wish is None or 1.0 <= wish.guidance <= 4.0)
        seen.append(slope * told + shift)
        return Written(seen[-1])

    kept = seek_stars(write, asked, tries, 12.0).stars
    assert len(seen) <= tries
    assert kept is not None
    assert abs(kept - asked) == min(abs(stars - asked) for stars in seen)
