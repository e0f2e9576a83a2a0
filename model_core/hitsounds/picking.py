"""Picking a sound from the scores of those that are allowed.

Where sounds are drawn, the noise of a draw belongs to the event and not to the moment of drawing:
the best of scores plus Gumbel noise is distributed as a draw from their softmax. So a pick is a
function of the scores alone, and reading a window over and over settles on the same sounds.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from model_core.hitsounds.slots import Slot

__all__ = ["Picker", "Scores"]

Scores = npt.NDArray[np.float64]


class Picker:
    """Chooses among a slot's values; greedy without a temperature."""

    def __init__(self, temperature: float | None = None, top_p: float = 1.0, seed: int = 0) -> None:
        self._temperature = temperature
        self._top_p = top_p
        self._seed = seed & 0xFFFF_FFFF_FFFF_FFFF
        self._noise: dict[int, Scores] = {}

    def pick(self, slot: Slot, scores: Scores) -> tuple[int, float]:
        """A place in ``slot.allowed``, and the probability of what stands there.

        scores: ``[len(slot.allowed)]``, as the network gives them. The probability is that among
        the allowed values, before temperature and ``top_p``.
        """
        chances = np.exp(scores - scores.max())
        chances /= chances.sum()
        place = int(scores.argmax())
        if self._temperature is not None:
            place = int(self._noisy(slot, scores / self._temperature).argmax())
        return place, float(chances[place])

    def _noisy(self, slot: Slot, scores: Scores) -> Scores:
        noise = self._noise.get(slot.index)
        if noise is None:
            words = np.random.SeedSequence([self._seed, slot.index])
            noise = np.random.Generator(np.random.PCG64(words)).gumbel(size=len(slot.allowed))
            self._noise[slot.index] = noise
        if self._top_p < 1.0:
            chances = np.exp(scores - scores.max())
            order = np.argsort(-chances, kind="stable")
            kept = int(np.searchsorted(np.cumsum(chances[order]), self._top_p * chances.sum())) + 1
            limited = np.full_like(scores, -np.inf)
            limited[order[:kept]] = scores[order[:kept]]
            scores = limited
        return scores + noise
