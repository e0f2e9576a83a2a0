"""Picking a token from scores: greedily, or at random among the likely ones.

A sampler belongs to one row and owns its random numbers: exactly one is drawn a token, whatever
the scores, so neither another row nor a rule can change which numbers a request sees.
"""

from __future__ import annotations

import numpy as np
import torch

from model_core.generation.rules import Scores

# Tokens that weigh less than this beside the best are looked at only where the others are not
# enough.
_LIGHT = 1e-3


class Greedy:
    """Always the best token; the first of equals."""

    def pick(self, scores: Scores) -> int:
        return int(scores.argmax())

    def branch(self, number: int) -> Greedy:
        """For one of several rows that are written at once."""
        return self


class Sampler:
    """Top-k, then top-p, then one draw; both keep at least one token.

    top_p: the smallest set of best tokens that holds this much probability; 1 keeps all.
    top_k: how many of the best to keep; 0 keeps all.
    """

    def __init__(
        self, top_p: float = 0.9, top_k: int = 0, generator: torch.Generator | None = None
    ) -> None:
        if not 0.0 < top_p <= 1.0:
            raise ValueError(f"top_p must be above 0 and at most 1, not {top_p}")
        if top_k < 0:
            raise ValueError(f"top_k must not be negative, not {top_k}")
        self._top_p = top_p
        self._top_k = top_k
        self._generator = generator if generator is not None else torch.Generator()

    @classmethod
    def seeded(cls, seed: int, top_p: float = 0.9, top_k: int = 0) -> Sampler:
        """A sampler whose draws follow from the seed alone."""
        return cls(top_p, top_k, torch.Generator().manual_seed(seed & 0xFFFF_FFFF_FFFF_FFFF))

    def branch(self, number: int) -> Sampler:
        """For one of several rows that are written at once: numbers of its own.

        They follow from this sampler's seed and the row's number, so that it does not matter in
        which order the rows come to draw.
        """
        words = np.random.SeedSequence([self._generator.initial_seed(), number])
        seed = int(words.generate_state(1, np.uint64)[0])
        return Sampler.seeded(seed, self._top_p, self._top_k)

    def pick(self, scores: Scores) -> int:
        draw = float(torch.rand((), dtype=torch.float64, generator=self._generator))
        weights = np.exp(scores - scores.max(), dtype=np.float64)
        total = weights.sum()
        order = self._best_first(scores, weights, total)
        chosen = weights[order]
        cumulative = np.cumsum(chosen)
        if self._top_k:
            cumulative = cumulative[: self._top_k]
            total = min(total, cumulative[-1]) if len(cumulative) == self._top_k else total
        if self._top_p < 1.0:
            count = int(np.searchsorted(cumulative, self._top_p * total)) + 1
            cumulative = cumulative[:count]
        index = int(np.searchsorted(cumulative, draw * cumulative[-1], side="right"))
        return int(order[min(index, len(cumulative) - 1)])

    def _best_first(self, scores: Scores, weights: np.ndarray, total: float) -> np.ndarray:
        """Token ids by falling score (ties: lower id first), as many as the cut-offs can keep."""
        if self._top_p < 1.0 or self._top_k:
            # All but always a handful hold nearly everything, and sorting the rest takes longer
            # than all else here. Whoever weighs as much as one of them is among them.
            head = np.flatnonzero(weights > _LIGHT)
            covered = self._top_p < 1.0 and weights[head].sum() > self._top_p * total
            if covered or 0 < self._top_k <= len(head):
                return head[np.argsort(-scores[head], kind="stable")]
        return np.argsort(-scores, kind="stable")
