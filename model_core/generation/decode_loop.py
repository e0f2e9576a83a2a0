"""The hot loop: one window's tokens for one or more rows at once.

Every row has its own prompt, rules, sampler and stops; rows share only the work of the network.
What a prompt already knows is read in one parallel pass; then each turn of the loop picks one
token for every row still going. Rows that are done leave the batch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from model_core.errors import Cancelled, DegenerateOutput
from model_core.generation.rules import LogitsRule, Scores
from model_core.generation.sampling import Greedy, Sampler
from model_core.network.cache import DecoderCache
from model_core.network.step import Stepper


@dataclass(frozen=True, slots=True)
class Guidance:
    """Pushes the scores away from those of another prompt (classifier-free guidance).

    The better way, the default: ``negative + scale * (positive - negative)``, each prompt with
    its own padding. ``as_reference`` does what the reference does: the two roles swapped, and the
    negative prompt read with the positive one's mask and positions.
    """

    negative_prompt: Sequence[int]
    scale: float
    as_reference: bool = False
    # What the negative prompt hears, ``[1, S, d]``, where the encoder is told something else
    # about it; None: what the row hears.
    encoder_states: Tensor | None = None

    def combine(self, positive: Scores, negative: Scores) -> Scores:
        """Both prompts' scores as one."""
        first, second = (negative, positive) if not self.as_reference else (positive, negative)
        result: Scores = first + np.float32(self.scale) * (second - first)
        return result


@dataclass(frozen=True, slots=True)
class Row:
    """One sequence to continue.

    stops: ids that end it (they are part of the answer). limit: longest prompt plus answer.
    """

    prompt: Sequence[int]
    rules: Sequence[LogitsRule]
    sampler: Sampler | Greedy
    stops: frozenset[int]
    limit: int
    guidance: Guidance | None = None


def never() -> bool:
    """The ``cancelled`` of a caller who does not cancel."""
    return False


def generate_window(
    stepper: Stepper,
    encoder_states: Tensor | Sequence[Tensor],
    rows: Sequence[Row],
    cancelled: Callable[[], bool] = never,
    on_tokens: Callable[[int], None] | None = None,
    on_scores: Callable[[int, Scores], None] | None = None,
) -> list[list[int]]:
    """New tokens of each row, the stopping one included.

    encoder_states: ``[1, S, d]`` where the rows hear the same window, else one such tensor for
    each row. cancelled: asked before every token. on_tokens: told how many tokens (of all rows)
    the last turn added. on_scores: sees each row's number and its scores after all rules, before
    the pick.

    Raises:
        Cancelled: ``cancelled()`` became true.
        DegenerateOutput: the network computed something that is not a number.
    """
    heard = encoder_states
    if isinstance(heard, Tensor):
        heard = [heard] * len(rows)
    with torch.inference_mode():
        return _generate(stepper, heard, rows, cancelled, on_tokens, on_scores)


def _generate(
    stepper: Stepper,
    heard: Sequence[Tensor],
    rows: Sequence[Row],
    cancelled: Callable[[], bool],
    on_tokens: Callable[[int], None] | None,
    on_scores: Callable[[int, Scores], None] | None,
) -> list[list[int]]:
    answers: list[list[int]] = [[] for _ in rows]
    going = [index for index, row in enumerate(rows) if len(row.prompt) < row.limit]
    if not going:
        return answers
    stop_if(cancelled)
    for index in going:
        for rule in rows[index].rules:
            rule.reset(rows[index].prompt)
    batch = _Batch(stepper, heard, rows, going)
    scores = batch.prefill()
    while True:
        stop_if(cancelled)
        left: list[int] = []
        for index, own in zip(going, batch.combined(scores), strict=True):
            row, answer = rows[index], answers[index]
            for rule in row.rules:
                rule.apply(own)
            if on_scores is not None:
                on_scores(index, own)
            token = row.sampler.pick(own)
            if not own[token] > -np.inf:
                raise DegenerateOutput(
                    "The model's scores are not numbers. Load it in float32 and try again."
                )
            for rule in row.rules:
                rule.observe(token)
            answer.append(token)
            if token not in row.stops and len(row.prompt) + len(answer) < row.limit:
                left.append(index)
        if on_tokens is not None:
            on_tokens(len(going))
        if not left:
            return answers
        if len(left) < len(going):
            batch.keep(left)
            going = left
        scores = batch.step([answers[index][-1] for index in going])


def stop_if(cancelled: Callable[[], bool]) -> None:
    """Raise Cancelled if the caller asked for it."""
    if cancelled():
        raise Cancelled("The request was cancelled.")


class _Batch:
    """The network's side of the loop: streams, their padding, positions and memory.

    A row is one stream, or two with guidance (its own, then the negative one).
    """

    def __init__(
        self, stepper: Stepper, heard: Sequence[Tensor], rows: Sequence[Row], going: Sequence[int]
    ) -> None:
        self._stepper = stepper
        self._rows = rows
        self._going = list(going)
        prompts: list[Sequence[int]] = []
        states: list[Tensor] = []
        for index in going:
            guidance = rows[index].guidance
            prompts.append(rows[index].prompt)
            states.append(heard[index])
            if guidance is not None:
                prompts.append(guidance.negative_prompt)
                other = guidance.encoder_states
                states.append(heard[index] if other is None else other)
        longest = max(len(prompt) for prompt in prompts)
        ids = np.zeros((len(prompts), longest), dtype=np.int64)
        real = np.zeros((len(prompts), longest), dtype=bool)
        for stream, prompt in enumerate(prompts):
            ids[stream, longest - len(prompt) :] = prompt
            real[stream, longest - len(prompt) :] = True
        self._streams = self._layout()
        for index, (own, negative) in zip(going, self._streams, strict=True):
            guidance = rows[index].guidance
            if guidance is not None and guidance.as_reference:
                real[negative] = real[own]
        device = states[0].device
        self._ids = torch.from_numpy(ids).to(device)
        self._real = None if real.all() else torch.from_numpy(real).to(device)
        self._positions = torch.from_numpy(real.sum(axis=1)).to(device)
        room = longest + max(rows[i].limit - len(rows[i].prompt) for i in going)
        same = all(each is states[0] for each in states)
        self._cache: DecoderCache = stepper.network.new_cache(
            states[0] if same else torch.cat(states), room, rows=len(prompts)
        )
        self._bias = self._padding_bias(room)

    def _layout(self) -> list[tuple[int, int]]:
        """Each going row's own stream and its negative one (the own one again without)."""
        streams, at = [], 0
        for index in self._going:
            guided = self._rows[index].guidance is not None
            streams.append((at, at + guided))
            at += 1 + guided
        return streams

    def _padding_bias(self, room: int) -> Tensor | None:
        """``[streams, 1, 1, room]`` to add to attention scores: minus infinity at padding."""
        if self._real is None:
            return None
        bias = torch.zeros(
            (len(self._real), 1, 1, room), dtype=self._stepper.dtype, device=self._real.device
        )
        bias[:, 0, 0, : self._real.shape[1]].masked_fill_(~self._real, -torch.inf)
        return bias

    def prefill(self) -> Tensor:
        """Read the prompts; scores of what follows them, ``[streams, vocab]``."""
        network = self._stepper.network
        states = network.hidden(self._ids, cache=self._cache, mask=self._real)
        scores: Tensor = network.head(states[:, -1])
        return scores

    def step(self, tokens: Sequence[int]) -> Tensor:
        """Feed each going row its token; scores of the next, ``[streams, vocab]``."""
        fed: list[int] = []
        for token, (own, negative) in zip(tokens, self._streams, strict=True):
            fed.extend([token] * (1 + negative - own))
        ids = torch.tensor(fed, device=self._positions.device)
        scores = self._stepper.step(ids, self._cache, self._positions, self._bias)
        self._positions += 1
        return scores

    def combined(self, scores: Tensor) -> list[Scores]:
        """Scores ``[streams, vocab]`` to one writable float32 array for each going row."""
        table: Scores = scores.float().cpu().numpy()
        result = []
        for index, (own, negative) in zip(self._going, self._streams, strict=True):
            guidance = self._rows[index].guidance
            if guidance is None:
                result.append(table[own])
            else:
                result.append(guidance.combine(table[own], table[negative]))
        return result

    def keep(self, left: Sequence[int]) -> None:
        """Go on with these rows only."""
        wanted = set(left)
        kept: list[int] = []
        for index, (own, negative) in zip(self._going, self._streams, strict=True):
            if index in wanted:
                kept.extend(range(own, negative + 1))
        self._going = list(left)
        self._streams = self._layout()
        self._cache.keep(kept)
        places = torch.tensor(kept, device=self._positions.device)
        self._positions = self._positions[places]
        if self._bias is not None:
            self._bias = self._bias[places]
