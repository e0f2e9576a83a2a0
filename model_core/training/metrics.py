"""Figures about start times: matches within a tolerance, and trivial baselines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["Match", "half_beats", "match_times", "random_ticks"]


@dataclass(frozen=True, slots=True)
class Match:
    """Counts of one or more comparisons; add them up before asking for a figure."""

    hits: int = 0
    predicted: int = 0
    expected: int = 0

    def __add__(self, other: Match) -> Match:
        return Match(
            self.hits + other.hits,
            self.predicted + other.predicted,
            self.expected + other.expected,
        )

    @property
    def precision(self) -> float:
        return self.hits / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        return self.hits / self.expected if self.expected else 0.0

    @property
    def f1(self) -> float:
        total = self.predicted + self.expected
        return 2.0 * self.hits / total if total else 0.0


def match_times(
    predicted: Sequence[float], expected: Sequence[float], tolerance_ms: float = 20.0
) -> Match:
    """Greedy one-to-one matching of sorted times; optimal for equal tolerances on a line."""
    left, right = sorted(predicted), sorted(expected)
    hits = i = j = 0
    while i < len(left) and j < len(right):
        delta = left[i] - right[j]
        if abs(delta) <= tolerance_ms:
            hits += 1
            i += 1
            j += 1
        elif delta < 0:
            i += 1
        else:
            j += 1
    return Match(hits, len(left), len(right))


def grid(
    offset_ms: float, beat_ms: float, start_ms: float, end_ms: float, per_beat: int
) -> list[float]:
    """Ticks of ``1 / per_beat`` beats in ``[start_ms, end_ms]``."""
    step = beat_ms / per_beat
    first = int(np.ceil((start_ms - offset_ms) / step - 1e-9))
    last = int(np.floor((end_ms - offset_ms) / step + 1e-9))
    return [offset_ms + k * step for k in range(first, last + 1)]


def half_beats(offset_ms: float, beat_ms: float, start_ms: float, end_ms: float) -> list[float]:
    """The baseline that clicks every half beat."""
    return grid(offset_ms, beat_ms, start_ms, end_ms, 2)


def random_ticks(
    offset_ms: float,
    beat_ms: float,
    start_ms: float,
    end_ms: float,
    count: int,
    generator: np.random.Generator,
) -> list[float]:
    """The baseline of equal density: ``count`` quarter-beat ticks drawn without order."""
    ticks = grid(offset_ms, beat_ms, start_ms, end_ms, 4)
    chosen = generator.choice(len(ticks), size=min(count, len(ticks)), replace=False)
    return sorted(ticks[int(k)] for k in chosen)
