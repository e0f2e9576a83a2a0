"""Runs one property with a seed and counts what happened.

A property is a strategy and a check of one example; the check returns a word for what it met
("edited", "refused"), so that a run shows whether it tried what it is there to try.
"""

from __future__ import annotations

import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis.strategies import SearchStrategy


@dataclass(frozen=True)
class Property:
    """``weight`` is this property's share of the examples of a whole run."""

    name: str
    weight: int
    strategy: SearchStrategy[Any]
    check: Callable[[Any], str]


@dataclass(frozen=True)
class Outcome:
    """``failure`` is empty, or the falsifying example with what went wrong."""

    name: str
    seed: int
    examples: int
    seconds: float
    met: dict[str, int] = field(default_factory=dict)
    failure: str = ""


def run(what: Property, examples: int, seed: int) -> Outcome:
    """Tries ``examples`` examples; the same seed gives the same ones."""
    met: Counter[str] = Counter()
    smallest: list[object] = []

    @seeded(seed)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    @given(what.strategy)
    def attempt(example: object) -> None:
        try:
            word = what.check(example)
        except BaseException:
            smallest[:] = [example]
            raise
        met[word] += 1

    began = time.perf_counter()
    failure = ""
    try:
        attempt()
    except Exception as error:
        told = "".join(traceback.format_exception(error)[-8:])
        failure = f"Falsifying example of {what.name} (seed {seed}): {smallest}\n{told}"
    seconds = time.perf_counter() - began
    return Outcome(what.name, seed, sum(met.values()), seconds, dict(met), failure)
