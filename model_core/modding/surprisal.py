"""How unexpected what stands in a map is to a model that hears the song and reads what came before.

One causal, teacher-forced pass a window. Used to rank variants of a rewritten range: the better
the objects that survive after the range follow from a variant, the better it joins up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from model_core.audio.decode import Audio
from model_core.audio.windows import Window
from model_core.modding.passes import FLOOR, decoder_states
from model_core.model import Model
from model_core.tokens.class_tokens import Conditions
from model_core.tokens.prompts import Context, build_prompt, encode_events


@dataclass(frozen=True, slots=True)
class Reading:
    """One sequence to read; the last of ``contexts_out`` is scored and holds all its events."""

    conditions: Conditions
    contexts_in: Sequence[Context]
    contexts_out: Sequence[Context]


@dataclass(frozen=True, slots=True, eq=False)
class TokenBits:
    """Scored tokens: their ids, the times (ms) of their events, and their surprisal in bits."""

    ids: tuple[int, ...]
    times: tuple[float, ...]
    bits: npt.NDArray[np.float64]

    @property
    def total(self) -> float:
        """Bits of all of them together; 0 where there are none."""
        return float(self.bits.sum())


def surprisal_bits(
    model: Model,
    audio: Audio,
    window: Window,
    readings: Sequence[Reading],
    from_ms: float,
    to_ms: float,
) -> list[TokenBits]:
    """Surprisal of each reading's events in ``[from_ms, to_ms)``, as far as the window has them.

    Everything in the window before ``from_ms`` is context. Several readings of the same song
    are read in one batch.
    """
    start, end = window.start_ms, window.start_ms + model.layout.window_ms
    sequences: list[list[int]] = []
    known: list[tuple[list[int], tuple[float, ...]]] = []
    for reading in readings:
        *earlier, scored = reading.contexts_out
        part = scored.events.slice(max(from_ms, start), min(to_ms, end))
        # One event at a time: events without an id leave no token, and no time either.
        pairs = [
            (token, time)
            for event, time in zip(part.events, part.times, strict=True)
            for token in encode_events(model.vocabulary, [event], start)
        ]
        tokens = [token for token, _ in pairs][: model.layout.tgt_len // 2]
        before = Context(scored.type, scored.events.slice(start, from_ms), scored.conditions)
        prompt = build_prompt(
            model.vocabulary,
            model.layout,
            reading.conditions,
            reading.contexts_in,
            [*earlier, before],
            start,
            audio.song_length_ms,
            model.layout.tgt_len - len(tokens),
        )
        sequences.append(prompt + tokens)
        known.append((tokens, tuple(time for _, time in pairs)[: len(tokens)]))
    conditions = [reading.conditions for reading in readings]
    bits = token_bits(
        model, audio, window, sequences, [len(tokens) for tokens, _ in known], conditions
    )
    return [
        TokenBits(tuple(tokens), times, own)
        for (tokens, times), own in zip(known, bits, strict=True)
    ]


def token_bits(
    model: Model,
    audio: Audio,
    window: Window,
    sequences: Sequence[Sequence[int]],
    counts: Sequence[int],
    conditions: Sequence[Conditions],
) -> list[npt.NDArray[np.float64]]:
    """Bits of the last ``counts[i]`` tokens of each sequence, given all before them.

    ``conditions``: one for each sequence; only a conditioned encoder listens to them.
    """
    if not any(counts):
        return [np.zeros(0) for _ in sequences]
    result = []
    with torch.inference_mode():
        states = [model.encode_window(audio, window, each) for each in conditions]
        hidden = decoder_states(model, states, sequences)
        for row, sequence, count in zip(hidden, sequences, counts, strict=True):
            last = len(sequence)
            scores = model.network.head(row[last - count - 1 : last - 1]).float()
            wanted = torch.tensor(list(sequence[last - count :]), device=scores.device)
            chance = scores.softmax(dim=1).gather(1, wanted[:, None])[:, 0].double()
            result.append(-np.log2(chance.cpu().numpy() + FLOOR))
    return result
