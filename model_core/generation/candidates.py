"""Several answers to one request: their seeds, which are usable, and what came out twice."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from model_core.errors import DegenerateOutput, EditRefused, InputError

__all__ = ["Candidates", "candidates", "variant_seed"]

# Spreads seeds; odd, and unlike what spreads those of attempts and of difficulties.
_VARIANT_STEP = 0x9E3779B97F4A7C15
_SEEDS = 2**63

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Candidates(Generic[Made]):
    """``made``: usable and unlike each other, in order of their seeds, at least one. ``refused``:
    a sentence for each of the others.
    """

    made: tuple[Made, ...]
    refused: tuple[str, ...]


def variant_seed(seed: int, variant: int) -> int:
    """The seed of a variant, counted from 0; the first has the request's own. Below 2^63."""
    return (seed + variant * _VARIANT_STEP) % _SEEDS


def candidates(
    count: int, write: Callable[[int], Made], same: Callable[[Made], Hashable]
) -> Candidates[Made]:
    """Up to ``count`` answers.

    Args:
        count: at least 1.
        write: writes a variant, counted from 0.
        same: what is equal of answers that are the same.

    Raises:
        InputError: ``count`` is below 1.
        DegenerateOutput, EditRefused: none is usable; of one variant its own error.
        Others as ``write``.
    """
    if count < 1:
        raise InputError("At least one variant is made.")
    made: dict[Hashable, tuple[int, Made]] = {}
    refused: list[str] = []
    failed: list[DegenerateOutput | EditRefused] = []
    for variant in range(count):
        try:
            answer = write(variant)
        except (DegenerateOutput, EditRefused) as error:
            failed.append(error)
            refused.append(f"Variant {variant + 1}: {error}")
            continue
        key = same(answer)
        if key in made:
            refused.append(f"Variant {variant + 1} is the same as variant {made[key][0] + 1}.")
        else:
            made[key] = variant, answer
    if not made:
        raise failed[0]
    return Candidates(tuple(answer for _, answer in made.values()), tuple(refused))
