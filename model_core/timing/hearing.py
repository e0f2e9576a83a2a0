"""A song heard many times over, from other places each time.

A window's times are said in steps of 10 ms, and a window can be misheard; another window that
begins a little earlier errs otherwise. Hearings are therefore moved against each other, and what
most of them say is right (the published models' super timing).

The windows of all hearings form one list: each is encoded once, in batches, and all are written
in the decoder's batches together. Two windows that begin at different samples are two inputs to
the encoder, whose attention sees all of a window, so no part of one's states is exactly a part of
the other's: what repetitions can share exactly is the song's decoding and the batches, not states.
Windows are places in the song's own samples; nothing is copied or shifted to hear it elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from model_core.audio.decode import Audio
from model_core.audio.windows import SAMPLES_PER_MS, Window
from model_core.generation.decode_loop import never
from model_core.generation.parallel import generate_parallel
from model_core.generation.progress import Progress
from model_core.generation.sampling import Greedy
from model_core.generation.window_rows import Call, Generate, Settings, Variant
from model_core.model import Model
from model_core.timing.marks import Mark, marks_of
from model_core.tokens.class_tokens import Conditions
from model_core.tokens.decode import decode_window
from model_core.tokens.events import ContextType
from model_core.tokens.layout import Layout

_SEED_LIMIT = 2**32


def conditions_of(conditions: Conditions | None, song_length_ms: float) -> Conditions:
    """What the prompts say, the song's length included."""
    return replace(conditions or Conditions(), song_length_ms=song_length_ms)


def without(conditions: Conditions, guidance: float) -> Conditions | None:
    """What guidance leads away from: the same song, and nothing said of the map."""
    if guidance <= 1:
        return None
    return Conditions(gamemode=conditions.gamemode, song_length_ms=conditions.song_length_ms)


def timing_context(layout: Layout) -> ContextType:
    """The context that holds beats: the map's where a model knows no timing of its own (v30)."""
    if ContextType.TIMING in layout.out_contexts or not layout.timing_in_map:
        return ContextType.TIMING
    return ContextType.MAP


def spread_offsets(count: int, window_ms: float, seed: int) -> list[int]:
    """Where hearings begin, in ms against the song's start: spread evenly over one window.

    Each lies somewhere in its own share of a window, so that every moment of the song is heard
    near a window's beginning, middle and end about equally often.
    """
    draws = np.random.default_rng(seed % _SEED_LIMIT).random(count)
    return [int((number + draws[number]) / count * window_ms) for number in range(count)]


def reference_offsets(count: int, window_ms: float, seed: int) -> list[int]:
    """How far the published models' super timing shifts the audio each time, in ms.

    Positive: silence before the song; negative: its beginning is left out. Drawn independently
    over a window to either side.
    """
    draws = np.random.RandomState(seed % _SEED_LIMIT)
    half = int(window_ms // 2)
    return [int(draws.randint(-half, half)) for _ in range(count)]


def reference_windows(sample_count: int, window_samples: int, offset_ms: int) -> list[Window]:
    """The windows of audio that is shifted by ``offset_ms``, as places in the audio itself.

    Their start times count from the shifted audio's beginning.
    """
    shift = offset_ms * SAMPLES_PER_MS
    count = max(1, -(-(sample_count + shift) // window_samples))
    return [
        Window(number * window_samples // SAMPLES_PER_MS, number * window_samples - shift)
        for number in range(count)
    ]


def hear_often(
    model: Model,
    audio: Audio,
    conditions: Conditions,
    iterations: int,
    seed: int,
    rows_at_once: int = 8,
    *,
    beams: int = 1,
    guidance: float = 1.0,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] = never,
    start_ms: int | None = None,
    end_ms: int | None = None,
) -> list[list[Mark]]:
    """Each hearing's marks, at their times in the song, in the order in which they were written.

    Of a part of the song, every hearing has the windows that touch it, and maybe marks beside it.

    Prompts tell the model where in the song each window really lies; the published way tells it
    where it lies in the shifted audio.
    """
    samples = model.network.config.window_samples
    places: list[Window] = []
    ends: list[int] = []  # of each hearing's windows, in the list of all
    for begin in spread_offsets(iterations, model.layout.window_ms, seed):
        firsts = range(-begin * SAMPLES_PER_MS, max(len(audio.samples), 1), samples)
        places += [
            Window(first // SAMPLES_PER_MS, first)
            for first in firsts
            if (start_ms is None or first + samples > start_ms * SAMPLES_PER_MS)
            and (end_ms is None or first <= end_ms * SAMPLES_PER_MS)
        ]
        ends.append(len(places))
    context = timing_context(model.layout)
    calls: list[Call] = []
    generate_parallel(
        model,
        audio,
        places,
        [Variant(conditions, Greedy(), negative=without(conditions, guidance))],
        [context],
        [context],
        Settings(0.0, 0.0, guidance=guidance, beams=beams),
        progress,
        cancelled,
        on_call=calls.append,
        rows_at_once=rows_at_once,
    )
    return [
        [mark for call in calls[begin:end] for mark in _read(model, call)]
        for begin, end in zip([0, *ends], ends, strict=False)
    ]


def hear_as_reference(
    model: Model,
    audio: Audio,
    conditions: Conditions,
    offset_ms: int,
    rows_at_once: int = 8,
    *,
    beams: int = 1,
    guidance: float = 1.0,
    negative: Conditions | None = None,
    cancelled: Callable[[], bool] = never,
    on_call: Callable[[Call], None] | None = None,
    generate: Generate | None = None,
) -> list[Mark]:
    """One hearing of the audio shifted by ``offset_ms``, as the published models' own.

    The prompts' song length is that of the audio whose beginning is left out, and is not longer
    for the silence put before it. guidance, negative: as the reference's flows are guided.
    generate: stands in for the network.
    """
    context = timing_context(model.layout)
    length = audio.song_length_ms + min(offset_ms, 0)
    away = None if negative is None else replace(negative, song_length_ms=length)
    (lists,) = generate_parallel(
        model,
        audio,
        reference_windows(len(audio.samples), model.network.config.window_samples, offset_ms),
        [Variant(replace(conditions, song_length_ms=length), Greedy(), negative=away)],
        [context],
        [context],
        Settings(0.0, 0.0, guidance=guidance, guidance_as_reference=True, beams=beams),
        cancelled=cancelled,
        on_call=on_call,
        song_length_ms=length,
        rows_at_once=rows_at_once,
        as_reference=True,
        generate=generate,
    )
    return marks_of(
        lists[context],
        types_first=model.layout.types_first,
        shift_ms=-offset_ms,
        as_reference=True,
    )


def _read(model: Model, call: Call) -> list[Mark]:
    """The marks of one window's answer."""
    vocabulary, layout = model.vocabulary, model.layout
    (answer,) = call.answers
    timed = decode_window(vocabulary, layout, answer, call.window.start_ms)
    return marks_of(timed, types_first=layout.types_first)
