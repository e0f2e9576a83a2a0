"""Prompts that are trimmed because they would not fit, against the reference's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from model_core.beatmap import Beatmap
from model_core.tokens import (
    Conditions,
    Context,
    ContextType,
    Event,
    EventType,
    Layout,
    Vocabulary,
    build_prompt,
    kiai_events,
    map_events,
    sv_events,
    timing_events,
)
from tests.conformance.report import Row, check, first_difference

_SONG_LENGTH_MS = 40000.0  # of the audio that the *_a maps use


def overlong(
    name: str, cases: list[Mapping[str, Any]], beatmap: Beatmap, vocab: Vocabulary, layout: Layout
) -> Iterator[Row]:
    makers = {
        ContextType.TIMING: timing_events,
        ContextType.KIAI: kiai_events,
        ContextType.MAP: map_events,
        ContextType.SV: partial(sv_events, as_reference=True),
        ContextType.GD: map_events,
        ContextType.NO_HS: lambda b, la: map_events(b, la, with_hitsounds=False),
    }
    for case in cases:

        def compare(case: Mapping[str, Any] = case) -> str | None:
            prompt = case["prompt"]
            ins = [ContextType(kind) for kind in case["in_context"]]
            inside: list[int] = []
            own = prompt[: prompt.index(vocab.sos)]
            for kind in ins:  # conditions of a context stand right behind its opening mark
                closing = own.index(vocab.context_eos[kind])
                inside = own[1:closing] if kind is ContextType.GD else inside
                own = own[closing + 1 :]
            contexts_in = [
                Context(
                    kind,
                    makers[kind](beatmap, layout),
                    _conditions_from(inside, vocab) if kind is ContextType.GD else None,
                )
                for kind in ins
                if kind in makers
            ]
            contexts_out = [
                Context(kind, makers[kind](beatmap, layout))
                for kind in map(ContextType, case["out_context"])
            ]
            found = build_prompt(
                vocab,
                layout,
                _conditions_from(own, vocab),
                contexts_in,
                contexts_out,
                case["frame_time"],
                _SONG_LENGTH_MS,
                case["tgt_seq_len"],
            )
            return first_difference(prompt, found, "token")

        yield check(f"{name}/overlong {case['tgt_seq_len']}/prompt", compare)


def _conditions_from(tokens: list[int], vocab: Vocabulary) -> Conditions:
    """Conditions that are spelled like these tokens: the middle of each class."""
    said: dict[EventType, int] = {}
    descriptors: list[int] = []
    for token in tokens:
        event = vocab.try_decode(token)
        if event is None or token < vocab.size_out:
            continue
        if event.type is EventType.DESCRIPTOR:
            descriptors.append(event.value)
        said.setdefault(event.type, event.value)

    def known(event: Event | None, unknown: int) -> int | None:
        return None if event is None or event.value == unknown else event.value

    def of(kind: EventType) -> Event | None:
        return Event(kind, said[kind]) if kind in said else None

    difficulty = known(of(EventType.DIFFICULTY), vocab.num_difficulties)
    circle_size = known(of(EventType.CIRCLE_SIZE), vocab.num_circle_sizes)
    mapper = known(of(EventType.MAPPER), vocab.num_mappers)
    return Conditions(
        gamemode=said.get(EventType.GAMEMODE, 0),
        difficulty=None
        if difficulty is None
        else (difficulty + 0.5) * vocab.max_difficulty / vocab.num_difficulties,
        mapper_id=None if mapper is None else vocab.mappers[mapper],
        year=known(of(EventType.YEAR), 2077),
        hitsounded=bool(said.get(EventType.HITSOUNDED, 1)),
        song_length_ms=said.get(EventType.SONG_LENGTH, 0) * 10000 + 5000,
        global_sv=said.get(EventType.GLOBAL_SV, 140) / 100,
        circle_size=None
        if circle_size is None
        else (circle_size + 0.5) * 10 / (vocab.num_circle_sizes - 1),
        descriptors=tuple(d for d in descriptors if d != vocab.num_descriptors),
    )
