"""What may come next: rules that change a row's scores before a token is picked.

Each row owns its rule objects; a rule sees its row's prompt once, then every token as it is
picked, and so does constant work a token however long the row is. Scores are one row's, float32
``[vocab_out]``, changed in place. Facts: the order and wording of each rule are the reference's.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float32]

_NEVER = np.float32(-np.inf)


class LogitsRule(Protocol):
    """One rule of one row.

    What it remembers is replaced, never changed in place: a shallow copy goes its own way, as the
    beams of a search need it.
    """

    def reset(self, prompt: Sequence[int]) -> None:
        """Start over with a prompt."""

    def observe(self, token: int) -> None:
        """A token was picked."""

    def apply(self, scores: Scores) -> None:
        """Change the scores of the next token in place."""


class MonotonicTime:
    """Time never goes back within a context: lower time ids than the last one are out."""

    def __init__(self, time_ids: range, starts: Collection[int]) -> None:
        self._times = time_ids
        self._starts = frozenset(starts)
        self._last: int | None = None

    def reset(self, prompt: Sequence[int]) -> None:
        self._last = None
        for token in prompt:
            self.observe(token)

    def observe(self, token: int) -> None:
        if token in self._times:
            self._last = token
        elif token in self._starts:
            self._last = None

    def apply(self, scores: Scores) -> None:
        if self._last is not None:
            scores[self._times.start : self._last] = _NEVER


class _Stateless:
    """A rule that needs no history."""

    def reset(self, prompt: Sequence[int]) -> None:
        pass

    def observe(self, token: int) -> None:
        pass


class TimeShiftBias(_Stateless):
    """Makes every time token more (or less) likely than the rest."""

    def __init__(self, time_ids: range, bias: float) -> None:
        self._ids = slice(time_ids.start, time_ids.stop)
        self._bias = np.float32(bias)

    def apply(self, scores: Scores) -> None:
        scores[self._ids] += self._bias


class Temperature(_Stateless):
    """Divides all scores."""

    def __init__(self, temperature: float) -> None:
        self._temperature = np.float32(temperature)

    def apply(self, scores: Scores) -> None:
        scores /= self._temperature


class RhythmTemperature(_Stateless):
    """Divides all scores: by ``rhythm`` where a time is likeliest, elsewhere by ``base``."""

    def __init__(self, time_ids: range, base: float, rhythm: float) -> None:
        self._times = time_ids
        self._base, self._rhythm = np.float32(base), np.float32(rhythm)

    def apply(self, scores: Scores) -> None:
        scores /= self._rhythm if int(scores.argmax()) in self._times else self._base


class ConditionalTemperature:
    """Temperatures by what is about to be written, for groups that begin with their type.

    ``cases``: (how many tokens back, ids, temperature); the first whose token is among its ids
    wins, otherwise the base temperature. Cases equal to the base are of no effect and are skipped.
    """

    def __init__(self, base: float, cases: Sequence[tuple[int, Collection[int], float]]) -> None:
        self._base = np.float32(base)
        self._cases = [
            (back, frozenset(ids), np.float32(value)) for back, ids, value in cases if value != base
        ]
        self._depth = max((back for back, _, _ in self._cases), default=1)
        self._tail: tuple[int, ...] = ()

    def reset(self, prompt: Sequence[int]) -> None:
        self._tail = tuple(prompt[-self._depth :])

    def observe(self, token: int) -> None:
        self._tail = (*self._tail, token)[-self._depth :]

    def apply(self, scores: Scores) -> None:
        for back, ids, value in self._cases:
            if len(self._tail) >= back and self._tail[-back] in ids:
                scores /= value
                return
        scores /= self._base


class NoLookback(_Stateless):
    """Groups that end with their type: times inside the lookback are simply out."""

    def __init__(self, lookback_ids: range) -> None:
        self._ids = slice(lookback_ids.start, lookback_ids.stop)

    def apply(self, scores: Scores) -> None:
        scores[self._ids] = _NEVER


class LookbackBias:
    """Groups that begin with their type: the type was chosen before its time was known.

    A time inside the lookback would throw the type away and end the window. Its probability goes
    to the other tokens, corrected by how likely ending the window was a token earlier; what the
    correction adds to the end itself goes to the first time id, which ends the window too.
    """

    def __init__(self, lookback_ids: range, ends: Collection[int], timed: Collection[int]) -> None:
        self._lookback = lookback_ids
        self._ends = np.array(sorted(ends))
        self._timed = frozenset(timed)
        self._previous = -1
        self._end_before = 0.0

    def reset(self, prompt: Sequence[int]) -> None:
        self._previous = prompt[-1] if prompt else -1
        self._end_before = 0.0

    def observe(self, token: int) -> None:
        self._previous = token

    def apply(self, scores: Scores) -> None:
        p = _softmax(scores)
        before, self._end_before = self._end_before, float(p[self._ends].sum())
        if self._previous not in self._timed:
            return
        inside = slice(self._lookback.start, self._lookback.stop)
        outside = max(1.0 - float(p[inside].sum()), 0.0)  # sums of shares are rounded
        rest = outside * (1.0 - before) + before
        p[inside] = 0.0
        if rest > 0.0:
            p /= rest
            # (1 / rest - 1) * before / (1 - before), which has no value where before is 1
            p[self._lookback.start] = min((1.0 - outside) * before / rest, 1.0)
        else:
            p[self._lookback.start] = 1.0  # nothing but times inside is likely: the window ends
        with np.errstate(divide="ignore"):
            scores[:] = np.log(p)


def _softmax(scores: Scores) -> npt.NDArray[np.float64]:
    shifted = np.exp(scores.astype(np.float64) - float(scores.max()))
    result: npt.NDArray[np.float64] = shifted / shifted.sum()
    return result
