"""One row of a batch: what is to be continued, by which rules, and until when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from torch import Tensor

from model_core.errors import DegenerateOutput
from model_core.generation.rules import LogitsRule, Scores
from model_core.generation.sampling import Greedy, Sampler


@dataclass(frozen=True, slots=True)
class Guidance:
    """Pushes the scores away from those of another prompt (classifier-free guidance).

    The better way, the default: ``negative + scale * (positive - negative)``, each prompt with
    its own length and, where the encoder is conditioned, its own hearing. ``as_reference`` does
    what the reference does: the two roles swapped, and the negative prompt read with the positive
    one's mask and positions.
    """

    negative_prompt: Sequence[int]
    scale: float
    as_reference: bool = False
    # What the negative prompt hears, ``[1, S, d]``; None: what the row hears.
    hear: Callable[[], Tensor] | None = None

    def combine(self, positive: Scores, negative: Scores) -> Scores:
        """Both prompts' scores as one."""
        first, second = (negative, positive) if not self.as_reference else (positive, negative)
        result: Scores = first + np.float32(self.scale) * (second - first)
        return result

    def prompt_beside(self, prompt: Sequence[int]) -> Sequence[int]:
        """The negative prompt as it is read."""
        if not self.as_reference:
            return self.negative_prompt
        # With the positive prompt's mask over both, padded on the left to one length: what it is
        # shorter by is seen as padding tokens, what it is longer by is hidden.
        length = len(prompt)
        return [0] * (length - len(self.negative_prompt)) + list(self.negative_prompt)[-length:]


@dataclass(frozen=True, slots=True)
class Row:
    """One sequence to continue.

    stops: ids that end it (they are part of the answer). limit: longest prompt plus answer.
    beams: above 1, the likeliest answer that so many beams find, and the sampler is not asked.
    """

    prompt: Sequence[int]
    rules: Sequence[LogitsRule]
    sampler: Sampler | Greedy
    stops: frozenset[int]
    limit: int
    guidance: Guidance | None = None
    beams: int = 1

    def longest_prompt(self) -> int:
        """Tokens of its prompt, or of the negative one where that is longer."""
        if self.guidance is None:
            return len(self.prompt)
        return max(len(self.prompt), len(self.guidance.negative_prompt))


class Continuation(Protocol):
    """A row while it is being answered, on one or more streams of the network.

    answer: what was picked. sources: after ``take``, for each stream the one (by its place among
    them) whose past it goes on from; None where each goes on from its own.
    """

    answer: list[int]
    sources: Sequence[int] | None

    @property
    def streams(self) -> int:
        """How many streams it needs."""

    def begin(self) -> bool:
        """Start the rules; False if there is no room for a single token."""

    def openings(self) -> Sequence[tuple[Sequence[int], Callable[[], Tensor] | None]]:
        """Each stream's prompt, and what it hears if that is not what the row hears."""

    def take(
        self, scores: Sequence[Scores], watch: Callable[[Scores], None] | None
    ) -> Sequence[int] | None:
        """Pick from the streams' scores; the token to feed each, or None when it is answered."""


class Single:
    """A row that goes one way, drawn or greedy: one stream, or two with guidance."""

    def __init__(self, row: Row) -> None:
        self._row = row
        self.answer: list[int] = []
        self.sources: Sequence[int] | None = None

    @property
    def streams(self) -> int:
        return 1 if self._row.guidance is None else 2

    def begin(self) -> bool:
        for rule in self._row.rules:
            rule.reset(self._row.prompt)
        return self._row.longest_prompt() < self._row.limit

    def openings(self) -> Sequence[tuple[Sequence[int], Callable[[], Tensor] | None]]:
        row = self._row
        if row.guidance is None:
            return [(row.prompt, None)]
        return [(row.prompt, None), (row.guidance.prompt_beside(row.prompt), row.guidance.hear)]

    def take(
        self, scores: Sequence[Scores], watch: Callable[[Scores], None] | None
    ) -> Sequence[int] | None:
        row = self._row
        own = scores[0] if row.guidance is None else row.guidance.combine(*scores)
        for rule in row.rules:
            rule.apply(own)
        if watch is not None:
            watch(own)
        token = row.sampler.pick(own)
        if not own[token] > -np.inf:
            raise not_numbers()
        for rule in row.rules:
            rule.observe(token)
        self.answer.append(token)
        if token in row.stops or row.longest_prompt() + len(self.answer) >= row.limit:
            return None
        return [token] * len(scores)


def not_numbers() -> DegenerateOutput:
    """What is said of a network that computes none."""
    return DegenerateOutput("The model's scores are not numbers. Load it in float32 and try again.")
