"""The passes settle on what choosing one token after the other finds, for any start and family."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from model_core.audio.decode import Audio
from model_core.audio.windows import Window
from model_core.beatmap import Beatmap
from model_core.errors import Cancelled
from model_core.generation.decode_loop import never
from model_core.hitsounds.deciding import Decider
from model_core.hitsounds.options import HitsoundOptions
from model_core.hitsounds.picking import Picker
from model_core.hitsounds.plan import Plan
from model_core.hitsounds.reading import _slots
from model_core.hitsounds.slots import Slot, hitsound_values, volume_values
from model_core.hitsounds.voices import voices_of
from model_core.model import Model
from model_core.remap.draft import known_contexts
from model_core.tokens import (
    Conditions,
    Context,
    ContextType,
    Event,
    EventType,
    build_prompt,
    map_events,
)
from model_core.tokens.events import TimedEvents

from .maps import family, mixed, write_map

MAP = write_map(mixed())
HEARD = Window(0, 0)


def slots_of(model: Model, beatmap: Beatmap) -> tuple[TimedEvents, list[Slot]]:
    events = map_events(beatmap, model.layout)
    plan = Plan(beatmap, 0, 60_000, HitsoundOptions(volumes=True), None)
    found = voices_of(beatmap, beatmap, model.layout, events)
    slots = _slots(plan, found, list(events.events))
    return events, [slot for slot in slots if events.times[slot.index] < model.layout.window_ms]


def decider_of(
    model: Model, audio: Audio, events: TimedEvents, picker: Picker, ahead: int = 96
) -> Decider:
    return Decider(
        model=model,
        audio=audio,
        conditions=Conditions(),
        contexts_in=[Context(ContextType.NONE)],
        contexts_out=known_contexts(model, MAP, audio),
        map_type=Context(ContextType.MAP),
        events=list(events.events),
        times=events.times,
        picker=picker,
        ahead=ahead,
    )


def one_by_one(
    model: Model, audio: Audio, events: TimedEvents, slots: Sequence[Slot], picker: Picker
) -> dict[int, int]:
    """Plainly: for each open token the whole sequence before it, without any cache."""
    vocabulary = model.vocabulary
    known = list(events.events)
    states = model.encode_window(audio, HEARD, Conditions())
    for slot in slots:
        before = TimedEvents(tuple(known[: slot.index]), events.times[: slot.index])
        ids = build_prompt(
            vocabulary,
            model.layout,
            Conditions(),
            [Context(ContextType.NONE)],
            [*known_contexts(model, MAP, audio), Context(ContextType.MAP, before)],
            0.0,
            audio.song_length_ms,
        )
        with torch.inference_mode():
            scores = model.network.decode(torch.tensor([ids]), states)[0, -1].double().numpy()
        own = [scores[vocabulary.encode(Event(slot.kind, value))] for value in slot.allowed]
        place, _ = picker.pick(slot, np.array(own))
        known[slot.index] = Event(slot.kind, slot.allowed[place])
    return {slot.index: known[slot.index].value for slot in slots}


@pytest.mark.parametrize("temperature", [None, 1.0])
@pytest.mark.parametrize("ahead", [1, 13, 96, 10_000])
def test_passes_find_what_one_by_one_does(
    tiny_model: Model, noise: Audio, temperature: float | None, ahead: int
) -> None:
    events, slots = slots_of(tiny_model, MAP)
    plain = one_by_one(tiny_model, noise, events, slots, Picker(temperature, 0.9, 5))
    decider = decider_of(tiny_model, noise, events, Picker(temperature, 0.9, 5), ahead)
    decider.decide(HEARD, slots)
    assert {index: choice.value for index, choice in decider.chosen.items()} == plain
    assert len(slots) > 40
    # Every pass settles at least one, and most more.
    assert ahead == 1 or decider.passes <= len(slots)


@pytest.mark.parametrize("name", ["v29", "v30", "v31", "v32"])
def test_every_family_settles_on_the_same(conformance: Path, noise: Audio, name: str) -> None:
    """Types first or last, learned or rotary positions, timing within the map or apart."""
    checkpoint = conformance / name / "checkpoint"
    if not checkpoint.is_dir():
        pytest.skip(f"no {name} checkpoint here")
    model = family(checkpoint)
    events, slots = slots_of(model, MAP)
    slots = slots[:24]
    plain = one_by_one(model, noise, events, slots, Picker())
    decider = decider_of(model, noise, events, Picker(), 40)
    decider.decide(HEARD, slots)
    assert {index: choice.value for index, choice in decider.chosen.items()} == plain


def test_the_first_guess_does_not_matter(tiny_model: Model, noise: Audio) -> None:
    events, slots = slots_of(tiny_model, MAP)
    dice = np.random.default_rng(3)
    found = []
    for guessed in (False, True, True):
        decider = decider_of(tiny_model, noise, events, Picker())
        if guessed:
            for slot in slots:
                decider.events[slot.index] = Event(slot.kind, int(dice.choice(slot.allowed)))
        decider.decide(HEARD, slots)
        found.append({index: choice.value for index, choice in decider.chosen.items()})
    assert found[0] == found[1] == found[2]


def test_what_is_right_already_takes_one_pass_for_each_stretch(
    tiny_model: Model, noise: Audio
) -> None:
    events, slots = slots_of(tiny_model, MAP)
    first = decider_of(tiny_model, noise, events, Picker())
    first.decide(HEARD, slots)
    again = decider_of(tiny_model, noise, events, Picker(), ahead=10_000)
    again.events = list(first.events)
    again.decide(HEARD, slots)
    assert again.passes == 1
    for index, choice in first.chosen.items():
        assert again.chosen[index].value == choice.value
        assert again.chosen[index].confidence == pytest.approx(choice.confidence, abs=1e-4)


def test_other_events_are_never_touched(tiny_model: Model, noise: Audio) -> None:
    events, slots = slots_of(tiny_model, MAP)
    decider = decider_of(tiny_model, noise, events, Picker(1.0, 1.0, 1))
    decider.decide(HEARD, slots)
    opened = {slot.index: slot for slot in slots}
    for index, (before, after) in enumerate(zip(events.events, decider.events, strict=True)):
        if index in opened:
            assert after.type is before.type
            assert after.value in opened[index].allowed
        else:
            assert after == before


def test_a_request_to_stop_is_heard_between_passes(tiny_model: Model, noise: Audio) -> None:
    events, slots = slots_of(tiny_model, MAP)
    asked = iter([False, False, False, True])
    decider = decider_of(tiny_model, noise, events, Picker(), ahead=4)
    decider.cancelled = lambda: next(asked, True)
    with pytest.raises(Cancelled):
        decider.decide(HEARD, slots)
    assert 0 < decider.passes <= 3
    assert never() is False


def test_values_open_to_a_sound() -> None:
    assert len(hitsound_values(0, additions=True, sets=True)) == 72
    own = 5 + 8 + 24 * 2  # whistle and clap, soft, drum additions
    assert hitsound_values(own, additions=True, sets=False) == tuple(range(own - 5, own + 3))
    with_bits = hitsound_values(own, additions=False, sets=True)
    assert len(with_bits) == 9
    assert {value % 8 for value in with_bits} == {5}
    assert hitsound_values(own, additions=False, sets=False) == (own,)
    assert volume_values()[0] == 1
    assert volume_values()[-1] == 100


def test_draws_follow_the_scores_and_belong_to_the_event() -> None:
    scores = np.log(np.array([0.5, 0.3, 0.15, 0.05]))
    picks = [
        Picker(1.0, 1.0, seed).pick(Slot(7, EventType.HITSOUND, (0, 1, 2, 3)), scores)[0]
        for seed in range(4000)
    ]
    shares = np.bincount(picks, minlength=4) / len(picks)
    np.testing.assert_allclose(shares, [0.5, 0.3, 0.15, 0.05], atol=0.03)
    one = Picker(1.0, 0.6, 11)
    slot = Slot(7, EventType.HITSOUND, (0, 1, 2, 3))
    assert len({one.pick(slot, scores)[0] for _ in range(5)}) == 1
    nucleus = [Picker(1.0, 0.6, seed).pick(slot, scores)[0] for seed in range(300)]
    assert set(nucleus) == {0, 1}
