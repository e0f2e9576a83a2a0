"""A network that knows the map by heart: it writes the map's own tokens, window by window.

Everything around the network is real: windows, prompts, stops, what is read of an answer, and all
that becomes of it. What comes out must be the map that went in.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest

from model_core.audio.windows import Window
from model_core.beatmap import Beatmap
from model_core.generation.decode_loop import Row
from model_core.generation.sequential import generate_sequential
from model_core.generation.window_rows import Bounds
from model_core.model import Model
from model_core.remap import draft
from model_core.tokens import EventType, TimedEvents, map_events
from model_core.tokens.events import TYPE_EVENTS, Event
from model_core.tokens.layout import Layout
from model_core.tokens.prompts import encode_events
from model_core.tokens.translation import spelled


def recite(
    monkeypatch: pytest.MonkeyPatch, model: Model, beatmap: Beatmap, start_ms: float
) -> None:
    """Let the model write ``beatmap`` from ``start_ms`` on, instead of what it would think of."""
    events = map_events(spelled(beatmap, model.layout), model.layout)
    before = events.slice(-math.inf, start_ms)
    reciter = Reciter(model, _groups(events.events[len(before) :], model.layout))
    by_heart = partial(generate_sequential, generate=reciter.generate)
    monkeypatch.setattr(draft, "generate_sequential", by_heart)
    read = Bounds.read

    def reading(bounds: Bounds, *given: Any) -> TimedEvents:
        kept = read(bounds, *given)
        reciter.said += sum(_is_type(event) for event in kept.events)
        return kept

    monkeypatch.setattr(Bounds, "read", reading)


class Reciter:
    """Says the groups that were not said yet, until a stop.

    What was cut from an answer, because the next window hears it better, was not said.
    """

    def __init__(self, model: Model, groups: Sequence[Sequence[Event]]) -> None:
        self._model = model
        self._groups = groups
        self.said = 0

    def generate(self, window: Window, rows: Sequence[Row]) -> list[list[int]]:
        (row,) = rows
        answer: list[int] = []
        for group in self._groups[self.said :]:
            for token in encode_events(self._model.vocabulary, group, window.start_ms):
                token = self._allowed(token, row)
                answer.append(token)
                if token in row.stops:
                    return [answer]
        return [[*answer, self._model.vocabulary.eos]]

    def _allowed(self, token: int, row: Row) -> int:
        """A time that the last window cut and this one no longer may say, said a step later."""
        times = self._model.vocabulary.id_range(EventType.TIME)
        late = next((t for t in (token + 1, token + 2) if t in times and t not in row.stops), None)
        return late if token in times and token in row.stops and late is not None else token


def _is_type(event: Event) -> bool:
    return event.type in TYPE_EVENTS or event.type.value.endswith("_sustain")


def _groups(events: Sequence[Event], layout: Layout) -> list[list[Event]]:
    groups: list[list[Event]] = [[]]
    for event in events:
        if _is_type(event) and layout.types_first:
            groups.append([])
        groups[-1].append(event)
        if _is_type(event) and not layout.types_first:
            groups.append([])
    return [group for group in groups if group]
