"""Several answers to one request: seeds, doubles, and those that were refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_core.errors import Cancelled, DegenerateOutput, EditRefused, InputError
from model_core.generation.candidates import candidates, variant_seed


@given(st.integers(0, 2**63 - 1), st.integers(1, 64))
def test_seeds_are_different_and_the_first_is_the_requests_own(seed: int, count: int) -> None:
    seeds = [variant_seed(seed, variant) for variant in range(count)]
    assert seeds[0] == seed and len(set(seeds)) == count
    assert all(0 <= each < 2**63 for each in seeds)


def test_doubles_are_one_and_refusals_are_told() -> None:
    def write(variant: int) -> str:
        if variant == 1:
            raise DegenerateOutput("Nothing was written.")
        return "abca"[variant]

    found = candidates(4, write, str.lower)
    assert found.made == ("a", "c")
    assert found.refused == (
        "Variant 2: Nothing was written.",
        "Variant 4 is the same as variant 1.",
    )


def test_where_none_is_usable_the_first_reason_is_the_error() -> None:
    def write(variant: int) -> str:
        raise (EditRefused if variant == 0 else DegenerateOutput)(f"number {variant}")

    with pytest.raises(EditRefused, match="number 0"):
        candidates(3, write, str.lower)
    with pytest.raises(InputError):
        candidates(0, str, str.lower)


def test_a_cancel_ends_all_of_them() -> None:
    written: list[int] = []

    def write(variant: int) -> int:
        if variant == 1:
            raise Cancelled("enough")
        written.append(variant)
        return variant

    with pytest.raises(Cancelled):
        candidates(3, write, int)
    assert written == [0]
