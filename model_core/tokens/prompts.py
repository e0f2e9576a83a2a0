"""Sequences: what the decoder is given, at training and at inference, by the same code.

A sequence is: the contexts that are only read (another difficulty, the map without its sounds),
the conditions, the state before the window, ``sos``, and the contexts that are written, each
between its own marks. At inference the last written context is left open and the model goes on
from there; at training it is closed and every written token is a target.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from model_core.tokens.class_tokens import Conditions, class_tokens, song_position_token
from model_core.tokens.events import ContextType, Event, EventType, TimedEvents
from model_core.tokens.layout import Layout, Template
from model_core.tokens.vocabulary import Vocabulary

_TRIMMING_TRIES = 10
_DEFAULT_SV = 100


@dataclass(frozen=True, slots=True)
class Context:
    """A context over the whole song; sequences take a window's part of it.

    ``conditions`` are needed for a guest difficulty's context only: what that map is like.
    ``learn`` says at training whether the model is taught to write it, or is given it.
    """

    type: ContextType
    events: TimedEvents = field(default_factory=TimedEvents)
    conditions: Conditions | None = None
    learn: bool = True


def build_prompt(
    vocab: Vocabulary,
    layout: Layout,
    conditions: Conditions,
    contexts_in: Sequence[Context],
    contexts_out: Sequence[Context],
    frame_time: float,
    song_length_ms: float,
    max_len: int | None = None,
) -> list[int]:
    """Token ids from which the model continues the last of ``contexts_out``.

    ``contexts_out`` are in the template's order, the last one holding what is known of it so far
    (all its events; those of this window are taken). ``frame_time`` is the window's start in ms.
    If the prompt would have ``max_len`` tokens or more (default: the model's longest sequence),
    every context keeps only its last ``max_len / 2`` events, then ``/ 4``, and so on.
    """
    limit = layout.tgt_len if max_len is None else max_len
    template = _template(layout, contexts_in, contexts_out)
    kept: int | None = None
    tokens: list[int] = []
    for attempt in range(_TRIMMING_TRIES + 1):
        tokens = _preamble(
            vocab, layout, template, conditions, contexts_in, contexts_out, frame_time,
            song_length_ms, kept,
        )  # fmt: skip
        for index, context in enumerate(contexts_out):
            if context.type in vocab.context_sos:
                tokens.append(vocab.context_sos[context.type])
            tokens.extend(_last(window_tokens(vocab, layout, context.events, frame_time), kept))
            if index < len(contexts_out) - 1 and context.type in vocab.context_eos:
                tokens.append(vocab.context_eos[context.type])
        if len(tokens) < limit:
            break
        kept = limit // 2 ** (attempt + 1)
    return tokens


def build_training_sequence(
    vocab: Vocabulary,
    layout: Layout,
    conditions: Conditions,
    contexts_in: Sequence[Context],
    contexts_out: Sequence[Context],
    frame_time: float,
    song_length_ms: float,
    max_len: int | None = None,
    learn_from_ms: float | None = None,
) -> tuple[list[int], list[bool]]:
    """A whole sequence and, for each token, whether it is one the model is to predict.

    ``mask[i]`` belongs to ``ids[i]`` as a *target* (predicted from ``ids[:i]``). Targets are the
    events of every written context with ``learn`` set, and the mark that closes it; never the
    mark that opens one, which is forced at inference. ``learn_from_ms`` leaves out events earlier
    than that time: a part of the window that inference is given too. A sequence longer than
    ``max_len`` is cut at its end.
    """
    limit = layout.tgt_len if max_len is None else max_len
    template = _template(layout, contexts_in, contexts_out)
    ids = _preamble(
        vocab, layout, template, conditions, contexts_in, contexts_out, frame_time,
        song_length_ms, None,
    )  # fmt: skip
    mask = [False] * len(ids)
    for context in contexts_out:
        if context.type in vocab.context_sos:
            ids.append(vocab.context_sos[context.type])
            mask.append(False)
        part = context.events.slice(frame_time, frame_time + layout.window_ms)
        ids.extend(encode_events(vocab, part.events, frame_time))
        mask.extend(
            context.learn and (learn_from_ms is None or time >= learn_from_ms)
            for time in part.times
        )
        if context.type in vocab.context_eos:
            ids.append(vocab.context_eos[context.type])
        else:
            ids.append(vocab.eos)
        mask.append(context.learn)
    return ids[:limit], mask[:limit]


def window_tokens(
    vocab: Vocabulary, layout: Layout, events: TimedEvents, frame_time: float
) -> list[int]:
    """Ids of the events inside the window that starts at ``frame_time``."""
    part = events.slice(frame_time, frame_time + layout.window_ms)
    return encode_events(vocab, part.events, frame_time)


def encode_events(vocab: Vocabulary, events: Sequence[Event], frame_time: float) -> list[int]:
    """Ids of events; times become steps of 10 ms from ``frame_time``, all clipped to the ranges.

    Events that the vocabulary has no ids for are left out.
    """
    tokens: list[int] = []
    for kind, value in events:
        if kind is EventType.TIME:
            value = int((value - frame_time) / 10)
        elif not vocab.has(kind):
            continue
        tokens.append(vocab.encode_clipped(kind, value))
    return tokens


def special_tokens(
    vocab: Vocabulary,
    layout: Layout,
    outs: Sequence[ContextType],
    contexts: Sequence[Context],
    frame_time: float,
    song_length_ms: float,
) -> list[int]:
    """The state before the window: kiai, slider velocity, and where in the song it starts.

    ``outs`` are all outs of the template: they decide which tokens there are. ``contexts`` are
    those whose events are known so far; what they do not tell is "no kiai" and velocity 1.
    """
    tokens: list[int] = []
    if ContextType.KIAI in outs and vocab.has(EventType.KIAI):
        kiai = 0
        if layout.last_kiai_computed:
            kiai = _last_value(contexts, (ContextType.KIAI,), EventType.KIAI, frame_time, 0)
        tokens.append(vocab.encode_clipped(EventType.KIAI, kiai))
    speed_known = ContextType.SV in outs or (
        layout.scroll_speed and (ContextType.MAP in outs or ContextType.GD in outs)
    )
    if speed_known and vocab.has(EventType.SCROLL_SPEED):
        holders = (ContextType.MAP, ContextType.GD, ContextType.SV)
        speed = _last_value(contexts, holders, EventType.SCROLL_SPEED, frame_time, _DEFAULT_SV)
        tokens.append(vocab.encode_clipped(EventType.SCROLL_SPEED, speed))
    position = song_position_token(vocab, frame_time, song_length_ms)
    if position is not None:
        tokens.append(position)
    return tokens


def _preamble(
    vocab: Vocabulary,
    layout: Layout,
    template: Template,
    conditions: Conditions,
    contexts_in: Sequence[Context],
    contexts_out: Sequence[Context],
    frame_time: float,
    song_length_ms: float,
    kept: int | None,
) -> list[int]:
    """Everything before the first written context's opening mark."""
    given = {context.type: context for context in contexts_in}
    tokens: list[int] = []
    for kind in template.ins:
        context = given.get(kind, Context(kind))
        tokens.append(vocab.context_sos[kind])
        if kind is ContextType.GD:
            tokens.extend(class_tokens(vocab, layout, context.conditions or Conditions()))
            tokens.extend(
                special_tokens(
                    vocab, layout, (ContextType.GD,), [context], frame_time, song_length_ms
                )
            )
        tokens.extend(_last(window_tokens(vocab, layout, context.events, frame_time), kept))
        tokens.append(vocab.context_eos[kind])
    tokens.extend(class_tokens(vocab, layout, conditions))
    tokens.extend(
        special_tokens(vocab, layout, template.outs, contexts_out, frame_time, song_length_ms)
    )
    tokens.append(vocab.sos)
    return tokens


def _template(
    layout: Layout, contexts_in: Sequence[Context], contexts_out: Sequence[Context]
) -> Template:
    return layout.choose_template(
        [context.type for context in contexts_in], [context.type for context in contexts_out]
    )


def _last(tokens: list[int], kept: int | None) -> list[int]:
    if kept is None:
        return tokens
    return tokens[-kept:] if kept else []


def _last_value(
    contexts: Sequence[Context],
    holders: Sequence[ContextType],
    kind: EventType,
    before_ms: float,
    default: int,
) -> int:
    """The last value before a time; later contexts override earlier ones."""
    value = default
    for context in contexts:
        if context.type in holders:
            found = context.events.last_value_before(kind, before_ms)
            if found is not None:
                value = found
    return value
