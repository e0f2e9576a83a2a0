"""Beam search: the likeliest answer that a few ways kept side by side find.

The rules of transformers' beam search with its defaults (length penalty 1, no early stopping, no
sampling): rules are applied to log probabilities; of the best continuations of all beams those
that end are candidates for the answer, ranked by mean log probability; the best that do not end
go on; the search is over when none of them, at its present length, could better the worst
candidate (`tests/model_core/generation/test_beams.py` compares the two).

Every beam has its own copy of the rules. The reference's conditional temperature looks at the
first beam's history for all of them.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

from model_core.generation.rows import Row, not_numbers
from model_core.generation.rules import LogitsRule, Scores


@dataclass(slots=True)
class _Beam:
    tokens: list[int]
    score: float  # sum of log probabilities after the rules
    rules: Sequence[LogitsRule]


class BeamSearch:
    """A row of ``row.beams`` streams, twice as many with guidance."""

    def __init__(self, row: Row) -> None:
        self._row = row
        self._beams: list[_Beam] = []
        self._ended: list[tuple[float, list[int]]] = []  # best first, as many as there are beams
        self.answer: list[int] = []
        self.sources: Sequence[int] | None = None

    @property
    def streams(self) -> int:
        return self._row.beams * (1 if self._row.guidance is None else 2)

    def begin(self) -> bool:
        for rule in self._row.rules:
            rule.reset(self._row.prompt)
        # They begin as one: the first step chooses among its continuations only.
        self._beams = [_Beam([], 0.0, self._row.rules)]
        return self._row.longest_prompt() < self._row.limit

    def openings(self) -> Sequence[tuple[Sequence[int], Callable[[], Tensor] | None]]:
        row = self._row
        own: list[tuple[Sequence[int], Callable[[], Tensor] | None]] = [(row.prompt, None)]
        own *= row.beams
        if row.guidance is not None:
            own += [(row.guidance.prompt_beside(row.prompt), row.guidance.hear)] * row.beams
        return own

    def take(
        self, scores: Sequence[Scores], watch: Callable[[Scores], None] | None
    ) -> Sequence[int] | None:
        row = self._row
        totals = np.stack([self._log_probabilities(i, scores) for i in range(len(self._beams))])
        if watch is not None:
            watch(totals[0])
        totals += np.array([[beam.score] for beam in self._beams], dtype=np.float32)
        if not totals.max() > -np.inf:
            raise not_numbers()
        length = len(self._beams[0].tokens) + 1
        last = row.longest_prompt() + length >= row.limit
        going: list[_Beam] = []
        sources: list[int] = []
        for rank, place in enumerate(_best_first(totals, row.beams, row.stops)):
            source, token = divmod(int(place), totals.shape[1])
            total = float(totals[source, token])
            ends = last or token in row.stops
            if ends and rank < row.beams and total > -np.inf:
                self._end(total / length, [*self._beams[source].tokens, token])
            elif not ends and len(going) < row.beams:
                beam = self._beams[source]
                rules = [copy.copy(rule) for rule in beam.rules]
                for rule in rules:
                    rule.observe(token)
                going.append(_Beam([*beam.tokens, token], total, rules))
                sources.append(source)
        if not going or last or self._cannot_be_bettered(going[0].score / length):
            self.answer = self._ended[0][1]
            return None
        # Fewer ways on than beams (a tiny vocabulary): the last one fills the streams.
        self._beams = going
        spare = row.beams - len(going)
        tokens = [beam.tokens[-1] for beam in going] + [going[-1].tokens[-1]] * spare
        sources += [sources[-1]] * spare
        if row.guidance is None:
            self.sources = sources
            return tokens
        self.sources = [*sources, *(source + row.beams for source in sources)]
        return [*tokens, *tokens]

    def _log_probabilities(self, beam: int, scores: Sequence[Scores]) -> Scores:
        """One beam's, after the rules."""
        guidance = self._row.guidance
        own = scores[beam]
        if guidance is not None:
            own = guidance.combine(own, scores[beam + self._row.beams])
        own = own - own.max()
        own -= np.log(np.exp(own).sum(dtype=np.float32))
        own = np.asarray(own, dtype=np.float32)
        for rule in self._beams[beam].rules:
            rule.apply(own)
        return own

    def _end(self, mean: float, tokens: list[int]) -> None:
        self._ended.append((mean, tokens))
        self._ended.sort(key=lambda each: -each[0])
        del self._ended[self._row.beams :]

    def _cannot_be_bettered(self, best_mean: float) -> bool:
        return len(self._ended) == self._row.beams and best_mean <= self._ended[-1][0]


def _best_first(totals: Scores, beams: int, stops: frozenset[int]) -> list[int]:
    """Flat places, best first: the ``beams`` best of all, and as many that do not end.

    Transformers takes the ``beams * (1 + stops)`` best, so that ``beams`` are left whichever end.
    """
    flat = totals.ravel()
    going = totals.copy()
    going[:, [stop for stop in stops if stop < totals.shape[1]]] = -np.inf
    chosen = set(_largest(flat, beams)) | set(_largest(going.ravel(), beams))
    return sorted(chosen, key=lambda place: (-flat[place], place))


def _largest(values: Scores, count: int) -> list[int]:
    count = min(count, len(values))
    places = np.argpartition(values, len(values) - count)[len(values) - count :]
    return [int(place) for place in places if values[place] > -np.inf]
