"""Choosing the open tokens of a window: exactly as one after the other, in a few passes.

Every token of the window but the open ones is known. They are guessed, the window is read in one
causal pass, and each is chosen anew from what that pass says. All up to the first that changed
were chosen with the right tokens before them, and are final; the rest, guessed again from better
neighbours, is read in the next pass, which begins where the last one went wrong. Nothing changes
any more when every token is the choice that follows from those before it: that is what choosing
one after the other finds, and there is only one such answer (Jacobi iteration: Song et al. 2021,
"Accelerating Feedforward Computation via Parallel Nonlinear Equation Solving").
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - the customary name
from torch import Tensor

from model_core.audio.decode import Audio
from model_core.audio.windows import Window
from model_core.generation.decode_loop import never, stop_if
from model_core.hitsounds.picking import Picker
from model_core.hitsounds.slots import Slot
from model_core.model import Model
from model_core.tokens.class_tokens import Conditions
from model_core.tokens.events import Event, EventType, TimedEvents
from model_core.tokens.prompts import Context, build_prompt

__all__ = ["Chosen", "Decider"]

#: How many tokens a pass reads beyond those that are final, at most. What lies further on would
#: be read again anyway before it is final.
_AHEAD = 192


@dataclass(frozen=True, slots=True)
class Chosen:
    """A value, and the model's probability of it among those that were allowed."""

    value: int
    confidence: float


@dataclass(slots=True)
class Decider:
    """Chooses the open events of a map, window after window.

    contexts_in, contexts_out: all that is read and known before the map's own context, of the
    whole song; ``events`` and ``times`` are the map's own, the open ones with a guess. ``events``
    is written to as they are chosen.
    """

    model: Model
    audio: Audio
    conditions: Conditions
    contexts_in: Sequence[Context]
    contexts_out: Sequence[Context]
    map_type: Context
    events: list[Event]
    times: Sequence[float]
    picker: Picker
    cancelled: Callable[[], bool] = never
    ahead: int = _AHEAD
    chosen: dict[int, Chosen] = field(default_factory=dict)
    passes: int = 0
    _habits: dict[tuple[EventType, int], int] = field(default_factory=dict)

    def hear(self, window: Window) -> Tensor:
        """The encoder's states of a window; remembered by the model."""
        states = self.model.encode_windows(
            self.audio, [window], self.cancelled, conditions=self.conditions
        )
        return states[0]

    def decide(self, window: Window, slots: Sequence[Slot]) -> None:
        """Choose ``slots``, in order, as far as this window's sequence has room for them.

        A sequence that is too long for the model is read in parts, each with what came before.
        """
        if not slots:
            return
        ids, places = self._sequence(window, slots[-1].index)
        if slots[0].index in places:
            # Equal moments may be out of the window together, but never in part.
            self._settle(self.hear(window), ids, [(places[slot.index], slot) for slot in slots])
        elif len(slots) > 1:
            half = len(slots) // 2
            self.decide(window, slots[:half])
            self.decide(window, slots[half:])

    def _sequence(self, window: Window, last: int) -> tuple[list[int], dict[int, int]]:
        """Token ids up to the event ``last``, and where in them the map's events stand."""
        model, vocabulary = self.model, self.model.vocabulary
        end = window.start_ms + model.layout.window_ms
        known = TimedEvents(tuple(self.events[: last + 1]), tuple(self.times[: last + 1]))
        ids = build_prompt(
            vocabulary,
            model.layout,
            self.conditions,
            [_until(context, end) for context in self.contexts_in],
            [*(_until(c, end) for c in self.contexts_out), replace(self.map_type, events=known)],
            window.start_ms,
            self.audio.song_length_ms,
        )
        mark = vocabulary.context_sos.get(self.map_type.type, vocabulary.sos)
        begin = len(ids) - ids[::-1].index(mark)
        first = bisect_left(self.times, window.start_ms)
        written = [
            index
            for index in range(first, last + 1)
            if known.events[index].type is EventType.TIME
            or vocabulary.has(known.events[index].type)
        ]
        # An over-long sequence keeps the last tokens of a context.
        count = len(ids) - begin
        kept = written[len(written) - count :]
        return ids, {index: begin + place for place, index in enumerate(kept)}

    @torch.inference_mode()
    def _settle(self, heard: Tensor, ids: list[int], slots: Sequence[tuple[int, Slot]]) -> None:
        """Read and choose until nothing changes; ``slots`` with their places in ``ids``."""
        network, vocabulary = self.model.network, self.model.vocabulary
        last = slots[-1][0]
        tokens = torch.tensor([ids[:last]], device=self.model.device)
        cache = network.new_cache(heard, last)
        begin = done = guessed = 0
        while done < len(slots):
            stop_if(self.cancelled)
            end = min(max(begin, slots[done][0]) + self.ahead, last)
            inside = [pair for pair in slots[done:] if pair[0] <= end]
            for place, slot in slots[guessed : done + len(inside)]:
                ids[place] = self._guess(slot)
                if place < last:
                    tokens[0, place] = ids[place]
            guessed = max(guessed, done + len(inside))
            cache.length = begin
            hidden = network.hidden(tokens[:, begin:end], cache=cache)[0]
            self.passes += 1
            wrong: int | None = None
            for number, ((place, slot), choice) in enumerate(
                zip(inside, self._choices(hidden, begin, inside), strict=True)
            ):
                token = vocabulary.encode(Event(slot.kind, choice.value))
                if wrong is None:
                    self._settled(slot, choice)
                if token != ids[place]:
                    ids[place] = token
                    if place < last:
                        tokens[0, place] = token
                    if wrong is None:
                        wrong = number
            if wrong is None:
                done, begin = done + len(inside), end
            else:
                done, begin = done + wrong + 1, inside[wrong][0]

    def _settled(self, slot: Slot, choice: Chosen) -> None:
        self._habits[slot.kind, self.events[slot.index].value] = choice.value
        self.chosen[slot.index] = choice
        self.events[slot.index] = Event(slot.kind, choice.value)

    def _guess(self, slot: Slot) -> int:
        """The token to begin with: what was chosen the last time in place of the same value.

        No answer depends on it, only how many passes there are.
        """
        own = self.events[slot.index].value
        guess = self._habits.get((slot.kind, own), own)
        return self.model.vocabulary.encode_clipped(slot.kind, guess)

    def _choices(
        self, hidden: Tensor, begin: int, slots: Sequence[tuple[int, Slot]]
    ) -> list[Chosen]:
        """The choice for each slot from a pass's states ``[T, d]``, the first at ``begin``."""
        head, vocabulary = self.model.network.head, self.model.vocabulary
        found: dict[int, Chosen] = {}
        for kind in {slot.kind for _, slot in slots}:
            own = [(place, slot) for place, slot in slots if slot.kind is kind]
            ids, smallest = vocabulary.id_range(kind), vocabulary.value_range(kind).start
            rows = hidden[[place - 1 - begin for place, _ in own]]
            scores = F.linear(rows, head.weight[ids.start : ids.stop]).double().cpu().numpy()
            for (_, slot), row in zip(own, scores, strict=True):
                place, confidence = self.picker.pick(slot, row[np.array(slot.allowed) - smallest])
                found[slot.index] = Chosen(slot.allowed[place], confidence)
        return [found[slot.index] for _, slot in slots]


def _until(context: Context, end_ms: float) -> Context:
    """A context without what no window up to ``end_ms`` sees: long lists are searched backwards."""
    count = bisect_left(context.events.times, end_ms)
    events = TimedEvents(context.events.events[:count], context.events.times[:count])
    return replace(context, events=events)
