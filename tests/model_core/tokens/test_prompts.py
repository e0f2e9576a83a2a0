"""Sequences at training and at inference are the same up to where the model takes over."""

from __future__ import annotations

from model_core.tokens import (
    Conditions,
    Context,
    ContextType,
    Event,
    EventType,
    build_prompt,
    build_training_sequence,
    kiai_events,
    map_events,
    starter_layout,
    starter_vocabulary,
    timing_events,
)
from model_core.tokens.events import TimedEvents
from tests.model_core.tokens.maps import small_map

VOCAB = starter_vocabulary()
LAYOUT = starter_layout()
CONDITIONS = Conditions(difficulty=4.2, mapper_id=2, song_length_ms=12000)


def _contexts() -> list[Context]:
    beatmap = small_map()
    return [
        Context(ContextType.TIMING, timing_events(beatmap, LAYOUT)),
        Context(ContextType.KIAI, kiai_events(beatmap, LAYOUT)),
        Context(ContextType.MAP, map_events(beatmap, LAYOUT)),
    ]


def test_training_continues_the_prompt_of_the_same_window() -> None:
    contexts = _contexts()
    for frame_time in (0, 3273):
        ids, mask = build_training_sequence(
            VOCAB, LAYOUT, CONDITIONS, [], contexts, frame_time, 12000
        )
        known = Context(ContextType.MAP, TimedEvents())
        known_contexts = [*contexts[:2], known]
        prompt = build_prompt(VOCAB, LAYOUT, CONDITIONS, [], known_contexts, frame_time, 12000)
        # only the last velocity may differ: the open context did not know it yet
        differing = [a for a, b in zip(prompt, ids, strict=False) if a != b]
        assert differing in ([], [VOCAB.encode(Event(EventType.SCROLL_SPEED, 100))])
        assert ids[-1] == VOCAB.context_eos[ContextType.MAP]
        assert mask[-1]
        assert len(ids) == len(mask)


def test_loss_covers_written_events_and_closing_marks_only() -> None:
    contexts = _contexts()
    ids, mask = build_training_sequence(VOCAB, LAYOUT, CONDITIONS, [], contexts, 0, 12000)
    first = ids.index(VOCAB.sos)
    assert not any(mask[: first + 1])
    opening = set(VOCAB.context_sos.values())
    for token, target in list(zip(ids, mask, strict=True))[first + 1 :]:
        assert target == (token not in opening)


def test_given_contexts_are_not_learned() -> None:
    contexts = _contexts()
    contexts[0] = Context(ContextType.TIMING, contexts[0].events, learn=False)
    ids, mask = build_training_sequence(VOCAB, LAYOUT, CONDITIONS, [], contexts, 0, 12000)
    closing = ids.index(VOCAB.context_eos[ContextType.TIMING])
    assert not any(mask[: closing + 1])
    assert mask[-1]


def test_what_is_before_the_window_is_told() -> None:
    prompt = build_prompt(VOCAB, LAYOUT, CONDITIONS, [], _contexts(), 4000, 12000)
    before = prompt[: prompt.index(VOCAB.sos)]
    events = [event for token in before if (event := VOCAB.try_decode(token)) is not None]
    told = {event.type: event.value for event in events}
    assert told[EventType.KIAI] == 1
    assert told[EventType.SCROLL_SPEED] == 133
    assert told[EventType.SONG_POSITION] == 33


def test_overlong_prompts_keep_the_latest_of_every_context() -> None:
    contexts = _contexts()
    full = build_prompt(VOCAB, LAYOUT, CONDITIONS, [], contexts, 0, 12000)
    short = build_prompt(VOCAB, LAYOUT, CONDITIONS, [], contexts, 0, 12000, max_len=60)
    assert len(short) < 60 < len(full)
    assert short[-7:] == full[-7:]
    assert short[: short.index(VOCAB.sos)] == full[: full.index(VOCAB.sos)]


def test_a_guest_difficulty_brings_its_own_conditions() -> None:
    beatmap = small_map()
    guest = Context(ContextType.GD, map_events(beatmap, LAYOUT), Conditions(difficulty=2.0))
    prompt = build_prompt(VOCAB, LAYOUT, CONDITIONS, [guest], _contexts()[:1], 0, 12000)
    assert prompt[0] == VOCAB.context_sos[ContextType.GD]
    difficulties = [
        event.value
        for token in prompt
        if (event := VOCAB.try_decode(token)) is not None and event.type is EventType.DIFFICULTY
    ]
    assert difficulties == [4, 8]
