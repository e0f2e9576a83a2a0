"""A whole map read: every event once, with the bits that a plain pass gives it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from model_core.audio.decode import Audio
from model_core.audio.windows import windows
from model_core.beatmap import parse
from model_core.errors import Cancelled
from model_core.generation.decode_loop import never
from model_core.modding.reading import by_time, read_map, token_scores, window_sequence
from model_core.model import Model
from model_core.tokens import (
    Conditions,
    Context,
    ContextType,
    Event,
    EventType,
    kiai_events,
    map_events,
    sv_events,
    timing_events,
)

HEAD = """osu file format v14

[General]
AudioFilename: audio.mp3

[Difficulty]
CircleSize:4
SliderMultiplier:1.4
SliderTickRate:1

[TimingPoints]
0,500,4,2,1,60,1,0

[HitObjects]
"""
MAP = parse(
    (
        HEAD
        + "".join(f"{40 + t // 50},200,{t},1,{t // 500 % 2 * 8}\n" for t in range(0, 19000, 500))
    ).encode()
)


def contexts(model: Model) -> list[Context]:
    makers = {
        ContextType.TIMING: timing_events,
        ContextType.KIAI: kiai_events,
        ContextType.MAP: map_events,
        ContextType.SV: sv_events,
    }
    (template,) = [t for t in model.layout.templates if t.ins in ((), (ContextType.NONE,))]
    return [Context(kind, makers[kind](MAP, model.layout)) for kind in template.outs]


def test_every_event_is_read_once_in_its_order(tiny_model: Model, noise: Audio) -> None:
    given = contexts(tiny_model)
    told: list[tuple[int, int]] = []
    found = read_map(
        tiny_model, noise, Conditions(), given, report=lambda *state: told.append(state)
    )
    for context in given:
        own = found[context.type]
        assert [each.index for each in own] == list(range(len(context.events)))
        assert [each.event for each in own] == list(context.events.events)
    assert told[-1][0] == told[-1][1] > 1
    assert len(by_time(found)) == sum(len(context.events) for context in given)


def test_scores_are_those_of_a_pass_alone(tiny_model: Model, noise: Audio) -> None:
    given = contexts(tiny_model)
    layout = tiny_model.layout
    chosen = windows(
        len(noise.samples),
        tiny_model.network.config.window_samples,
        layout.lookback,
        layout.lookahead,
    )[:3]
    sequences = [window_sequence(tiny_model, noise, Conditions(), given, w)[0] for w in chosen]
    together = token_scores(tiny_model, noise, Conditions(), chosen, sequences)
    for window, ids, scores in zip(chosen, sequences, together, strict=True):
        with torch.inference_mode():
            states = tiny_model.encode_window(noise, window)
            hidden = tiny_model.network.hidden(torch.tensor([ids]), states)
            chances = tiny_model.network.head(hidden[0]).softmax(dim=1).double().numpy()
        for position, token in enumerate(ids[1:]):
            if token >= tiny_model.vocabulary.size_out:
                assert np.isnan(scores.surprisal[position])
                continue
            bits = -np.log2(chances[position, token])
            assert scores.surprisal[position] == pytest.approx(bits, abs=1e-3)
        entropy = -(chances * np.log2(chances)).sum(axis=1)
        np.testing.assert_allclose(scores.entropy, entropy, atol=1e-3)


def test_each_token_of_a_sequence_is_its_event(tiny_model: Model, noise: Audio) -> None:
    given = contexts(tiny_model)
    (window, *_) = windows(len(noise.samples), tiny_model.network.config.window_samples, 0.5, 0.4)
    ids, placed = window_sequence(tiny_model, noise, Conditions(), given, window)
    events = {context.type: context.events.events for context in given}
    for place in placed:
        event = events[place.context][place.index]
        if event.type is EventType.TIME:
            event = Event(EventType.TIME, int((event.value - window.start_ms) / 10))
        assert tiny_model.vocabulary.decode(ids[place.position]) == event


def test_a_reading_can_be_cancelled(tiny_model: Model, noise: Audio) -> None:
    asked = iter([False, True])
    with pytest.raises(Cancelled):
        read_map(tiny_model, noise, Conditions(), contexts(tiny_model), lambda: next(asked, True))
    assert never() is False
