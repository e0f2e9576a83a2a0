"""Generating a range: what the map around it says goes in, events of every variant come out."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection
from dataclasses import replace

from model_core.audio.decode import Audio
from model_core.audio.windows import Window
from model_core.beatmap import Beatmap, parse
from model_core.beatmap.edits import FreeRange
from model_core.generation.progress import Progress as Generated
from model_core.generation.sequential import Variant, generate_sequential
from model_core.maps.conditions import as_spelled, conditions_of, negative_of
from model_core.maps.drawing import sampler_of, settings_of
from model_core.model import Model
from model_core.remap.options import Progress, RemapOptions
from model_core.remap.windows import place_windows
from model_core.tokens import (
    Context,
    ContextType,
    TimedEvents,
    kiai_events,
    map_events,
    timing_events,
)
from model_core.tokens.translation import spelled

__all__ = ["Drafter", "known_contexts", "without"]

# An object that begins in the range may end after it; the edit shortens it to fit.
_ROOM_FOR_ENDS_MS = 1000.0
_VARIANT_STEP = 0x9E3779B97F4A7C15  # spreads variants' seeds (golden ratio, as in splitmix64)


class Drafter:
    """One request's generation. All variants are written in one batch."""

    def __init__(
        self,
        model: Model,
        beatmap: Beatmap,
        audio: Audio,
        start_ms: float,
        free: FreeRange,
        options: RemapOptions,
    ) -> None:
        self._model = model
        self._audio = audio
        self.conditions = as_spelled(
            conditions_of(model, beatmap, audio, options), model.layout, beatmap.mode
        )
        # No further than the song: an absurd range must not become a million silent windows.
        song_end = max(audio.song_length_ms, float(free.first_ms))
        last_ms = min(free.last_ms + _ROOM_FOR_ENDS_MS, song_end)
        written_ms = _written_until(beatmap, start_ms)
        reads_from = free.first_ms - model.layout.lookback * model.layout.window_ms
        goes_on = written_ms >= reads_from
        self.windows: list[Window] = place_windows(
            model.layout, free.first_ms, last_ms, goes_on=goes_on
        )
        self.tokens = 0
        before = _objects_before(beatmap, start_ms)
        self._given = map_events(spelled(before, model.layout), model.layout)
        self._known = known_contexts(model, beatmap, audio)
        self._settings = replace(
            settings_of(model, options),
            # Where a mapper left a gap before the range, the model fills it, to no use but its
            # own: forbidden to, it takes the gap for a break and writes next to nothing.
            first_ms=min(written_ms, float(free.first_ms)) if goes_on else float(free.first_ms),
            last_ms=last_ms,
        )
        self._negative = negative_of(self.conditions, options)
        self._samplers = [
            sampler_of(model, options, variant * _VARIANT_STEP)
            for variant in range(options.variants)
        ]

    def encode(self, cancelled: Callable[[], bool]) -> None:
        """Compute (or recall) the encoder's states of every window."""
        self._model.encode_windows(self._audio, self.windows, cancelled, self.conditions)

    def generate(
        self, report: Callable[[Progress], None], cancelled: Callable[[], bool]
    ) -> list[TimedEvents]:
        """The map events of each variant, without those that were given."""
        begun = time.monotonic()

        def tell(state: Generated) -> None:
            self.tokens = state.tokens
            report(_progress(state, time.monotonic() - begun))

        known = {context.type: context.events for context in self._known}
        known[ContextType.MAP] = self._given
        lists = generate_sequential(
            self._model,
            self._audio,
            self.windows,
            [
                Variant(
                    self.conditions, sampler, [Context(ContextType.NONE)], known, self._negative
                )
                for sampler in self._samplers
            ],
            [*(context.type for context in self._known), ContextType.MAP],
            [ContextType.MAP],
            self._settings,
            tell,
            cancelled,
        )
        first = len(self._given)
        written = [contexts[ContextType.MAP] for contexts in lists]
        return [TimedEvents(w.events[first:], w.times[first:]) for w in written]


def known_contexts(model: Model, beatmap: Beatmap, audio: Audio) -> list[Context]:
    """What a request gives rather than generates: timing, and kiai where the model reads it."""
    layout = model.layout
    outs = layout.out_contexts
    known: list[Context] = []
    if ContextType.TIMING in outs:
        events = timing_events(beatmap, layout, song_length_ms=audio.song_length_ms)
        known.append(Context(ContextType.TIMING, events))
    if ContextType.KIAI in outs:
        known.append(Context(ContextType.KIAI, kiai_events(beatmap, layout)))
    return known


def _progress(state: Generated, elapsed_s: float) -> Progress:
    left = None
    if state.window:
        left = elapsed_s / state.window * (state.windows - state.window)
    window = min(state.window + 1, state.windows)
    return Progress(
        "decode", window, state.windows, state.tokens, state.tokens_per_second, state.objects, left
    )


def _written_until(beatmap: Beatmap, start_ms: float) -> float:
    """When the last object that starts before ``start_ms`` ends; minus infinity without one."""
    return max((o.end_time for o in beatmap.hit_objects if o.time < start_ms), default=-math.inf)


def _objects_before(beatmap: Beatmap, start_ms: float) -> Beatmap:
    """The same map without the objects that start at ``start_ms`` or later."""
    return without(beatmap, {item.line for item in beatmap.hit_objects if item.time >= start_ms})


def without(beatmap: Beatmap, gone: Collection[int]) -> Beatmap:
    """The same map without these lines, by index."""
    lines = beatmap.document.lines
    return parse(b"".join(line for index, line in enumerate(lines) if index not in gone))
