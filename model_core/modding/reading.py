"""How a model reads a whole map: for every event its surprisal, and what was expected instead.

A map's own tokens are read window after window in causal passes; each event is judged in the one
window that hears both what came before it and what comes after. The relative surprisal of a
token is its surprisal over the entropy of what the model thought possible there (both in bits):
an unlikely choice among many likely ones is no surprise.

Source of the definitions: the published models' own modding.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from model_core.audio.decode import Audio
from model_core.audio.windows import Window, windows
from model_core.generation.decode_loop import never, stop_if
from model_core.modding.passes import FLOOR, decoder_states
from model_core.model import Model
from model_core.tokens.class_tokens import Conditions
from model_core.tokens.decode import decode_time
from model_core.tokens.events import ContextType, Event, EventType, TimedEvents
from model_core.tokens.prompts import Context, build_prompt, encode_events

_WINDOWS_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class EventReading:
    """One event of a map as a model sees it.

    ``index`` counts in its context's list. ``expected`` is the model's first choice there, with
    its time in ms; None where that is no event (the end of a context: ``expected_token``).
    """

    context: ContextType
    index: int
    event: Event
    time: float  # ms
    surprisal: float  # bits
    entropy: float  # bits
    expected: Event | None
    expected_token: int

    @property
    def relative(self) -> float:
        """Surprisal over entropy; 0 where the model had no doubt at all."""
        return self.surprisal / self.entropy if self.entropy else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class TokenScores:
    """What a pass says of a sequence of ``n`` tokens, each array ``[n]``, at every position.

    ``surprisal[i]`` (bits) is that of token ``i + 1``, NaN at the last and before conditions,
    which are never written; ``entropy[i]`` (bits), ``argmax[i]`` and ``margin[i]`` (best score
    less the second) are those of what follows token ``i``.
    """

    surprisal: npt.NDArray[np.float64]
    entropy: npt.NDArray[np.float64]
    argmax: npt.NDArray[np.int64]
    margin: npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Placed:
    """Which token of a window's sequence an event is."""

    context: ContextType
    index: int
    position: int


def read_map(
    model: Model,
    audio: Audio,
    conditions: Conditions,
    contexts: Sequence[Context],
    cancelled: Callable[[], bool] = never,
    report: Callable[[int, int], None] | None = None,
) -> dict[ContextType, list[EventReading]]:
    """Every event of ``contexts``, each in its context's order.

    contexts: all outs of the template that reads none, each with its events of the whole map.
    report: told how many windows of how many are read.

    Raises:
        Cancelled: ``cancelled()`` became true; asked before every few windows.
        CheckpointError: the model has no template for these contexts.
    """
    layout = model.layout
    chosen = windows(
        len(audio.samples),
        model.network.config.window_samples,
        layout.lookback,
        layout.lookahead,
    )
    found: dict[ContextType, list[EventReading]] = {context.type: [] for context in contexts}
    for begin in range(0, len(chosen), _WINDOWS_AT_ONCE):
        stop_if(cancelled)
        batch = chosen[begin : begin + _WINDOWS_AT_ONCE]
        read = [window_sequence(model, audio, conditions, contexts, window) for window in batch]
        scores = token_scores(model, audio, conditions, batch, [ids for ids, _ in read])
        for offset, (window, (_, placed), own) in enumerate(zip(batch, read, scores, strict=True)):
            number = begin + offset
            low, high = _judged(model, window, number == 0, number == len(chosen) - 1)
            for place in placed:
                context = next(c for c in contexts if c.type is place.context)
                time = context.events.times[place.index]
                if low <= time < high:
                    found[place.context].append(_reading(model, window, context, place, own))
        if report is not None:
            report(min(begin + len(batch), len(chosen)), len(chosen))
    return found


def window_sequence(
    model: Model,
    audio: Audio,
    conditions: Conditions,
    contexts: Sequence[Context],
    window: Window,
) -> tuple[list[int], list[Placed]]:
    """A window's whole sequence of token ids, and where in it each event stands."""
    vocabulary, layout = model.vocabulary, model.layout
    ids = build_prompt(
        vocabulary,
        layout,
        conditions,
        [Context(ContextType.NONE)],
        contexts,
        window.start_ms,
        audio.song_length_ms,
    )
    placed: list[Placed] = []
    at = ids.index(vocabulary.sos) + 1
    for context in contexts:
        if context.type in vocabulary.context_sos:
            at += 1
        end = at
        close = vocabulary.context_eos.get(context.type)
        while end < len(ids) and ids[end] != close:
            end += 1
        known = _indices_with_ids(model, context.events, window)
        # An over-long sequence keeps the last tokens of a context.
        for position, index in zip(range(at, end), known[len(known) - (end - at) :], strict=True):
            placed.append(Placed(context.type, index, position))
        at = end + 1
    return ids, placed


def token_scores(
    model: Model,
    audio: Audio,
    conditions: Conditions,
    windows_read: Sequence[Window],
    sequences: Sequence[Sequence[int]],
) -> list[TokenScores]:
    """One causal pass over a batch of windows and their sequences."""
    result = []
    size = model.vocabulary.size_out
    with torch.inference_mode():
        states = model.encode_windows(audio, windows_read, conditions=conditions)
        hidden = decoder_states(model, states, sequences)
        for row, sequence in zip(hidden, sequences, strict=True):
            scores = model.network.head(row).float()
            chances = scores.softmax(dim=1).double()
            wanted = torch.tensor([*sequence[1:], size], device=scores.device)
            readable = wanted < size  # conditions are tokens that are never written
            picked = chances.gather(1, wanted.where(readable, 0)[:, None])[:, 0]
            bits = torch.where(readable, -torch.log2(picked + FLOOR), torch.nan)
            entropy = -(chances * torch.log2(chances + FLOOR)).sum(dim=1)
            best, order = scores.topk(2, dim=1)
            result.append(
                TokenScores(
                    bits.cpu().numpy(),
                    entropy.cpu().numpy(),
                    order[:, 0].cpu().numpy(),
                    (best[:, 0] - best[:, 1]).double().cpu().numpy(),
                )
            )
    return result


def by_time(readings: Mapping[ContextType, Sequence[EventReading]]) -> list[EventReading]:
    """All readings in order of time, at equal times in order of context."""
    return sorted((r for own in readings.values() for r in own), key=lambda r: r.time)


def _judged(model: Model, window: Window, first: bool, last: bool) -> tuple[float, float]:
    """From and until when (ms, exclusive) a window's events are judged by it."""
    layout = model.layout
    low = window.start_ms + layout.lookback * layout.window_ms
    high = window.start_ms + (1 - layout.lookahead) * layout.window_ms
    return (-np.inf if first else low), (np.inf if last else high)


def _indices_with_ids(model: Model, events: TimedEvents, window: Window) -> list[int]:
    """Indices of a window's events that its sequence has tokens for."""
    first, last = events.slice_indices(window.start_ms, window.start_ms + model.layout.window_ms)
    return [
        index
        for index in range(first, last)
        if encode_events(model.vocabulary, [events.events[index]], window.start_ms)
    ]


def _reading(
    model: Model, window: Window, context: Context, place: Placed, scores: TokenScores
) -> EventReading:
    before = place.position - 1
    token = int(scores.argmax[before])
    expected = model.vocabulary.try_decode(token)
    if expected is not None and expected.type is EventType.TIME:
        expected = Event(EventType.TIME, decode_time(window.start_ms, expected.value))
    return EventReading(
        place.context,
        place.index,
        context.events.events[place.index],
        context.events.times[place.index],
        float(scores.surprisal[before]),
        float(scores.entropy[before]),
        expected,
        token,
    )
