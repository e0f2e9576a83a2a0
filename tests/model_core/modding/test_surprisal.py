"""Bits of known tokens: equal to what the plain forward pass says, batched or not."""

from __future__ import annotations

import numpy as np
import torch

from model_core.audio.decode import Audio
from model_core.audio.windows import SAMPLES_PER_MS, Window
from model_core.modding.surprisal import Reading, surprisal_bits
from model_core.model import Model
from model_core.tokens import (
    Conditions,
    Context,
    ContextType,
    Event,
    EventType,
    TimedEvents,
    build_prompt,
)


def circles(*times: int) -> TimedEvents:
    events = [e for t in times for e in (Event(EventType.TIME, t), Event(EventType.CIRCLE))]
    return TimedEvents(tuple(events), tuple(float(t) for t in times for _ in range(2)))


def reading(*times: int) -> Reading:
    return Reading(
        Conditions(), [Context(ContextType.NONE)], [Context(ContextType.MAP, circles(*times))]
    )


def test_bits_are_those_of_the_plain_pass(tiny_model: Model, noise: Audio) -> None:
    window = Window(5000, 5000 * SAMPLES_PER_MS)
    readings = [reading(7000, 8000, 9000, 9500), reading(9000, 9500), reading(6000, 30000)]
    first, second, none = surprisal_bits(tiny_model, noise, window, readings, 9000, 20000)
    assert first.ids == second.ids
    assert first.times == (9000, 9000, 9500, 9500)
    assert none.total == 0
    assert len(none.ids) == 0

    prompt = build_prompt(
        tiny_model.vocabulary,
        tiny_model.layout,
        Conditions(),
        [Context(ContextType.NONE)],
        [Context(ContextType.MAP, circles(7000, 8000))],
        window.start_ms,
        noise.song_length_ms,
    )
    with torch.inference_mode():
        states = tiny_model.encode_window(noise, window)
        ids = torch.tensor([prompt + list(first.ids)])
        chances = tiny_model.network.decode(ids, states)[0].softmax(1)
    wanted = [
        -np.log2(float(chances[len(prompt) - 1 + i, token])) for i, token in enumerate(first.ids)
    ]
    np.testing.assert_allclose(first.bits, wanted, rtol=1e-4)
    (alone,) = surprisal_bits(tiny_model, noise, window, [readings[0]], 9000, 20000)
    np.testing.assert_allclose(alone.bits, first.bits, rtol=1e-4)
