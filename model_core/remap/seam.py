"""How well a candidate joins what follows: the surprisal of the first surviving objects.

A window is placed so that the range's end lies past its middle; given the candidate's objects
before them, the model says in one parallel pass how surprising the survivors are.
"""

from __future__ import annotations

from collections.abc import Sequence

from model_core.audio.decode import Audio
from model_core.audio.windows import SAMPLES_PER_MS, Window
from model_core.beatmap import Beatmap
from model_core.modding.surprisal import Reading, surprisal_bits
from model_core.model import Model
from model_core.remap.draft import known_contexts
from model_core.tokens import Conditions, Context, ContextType, map_events
from model_core.tokens.translation import spelled

__all__ = ["seam_bits"]

# Where in the window the range ends: most of it is the candidate, the rest is what follows.
_RANGE_ENDS_AT = 0.6


def seam_bits(
    model: Model,
    audio: Audio,
    conditions: Conditions,
    candidates: Sequence[Beatmap],
    range_end_ms: float,
) -> list[float | None]:
    """Mean bits a token of the survivors after ``range_end_ms``, for each candidate's map.

    None for all where no object starts in the rest of the window. Lower is better.
    """
    layout = model.layout
    start = max(0, int(range_end_ms - _RANGE_ENDS_AT * layout.window_ms))
    known = known_contexts(model, candidates[0], audio)
    readings = [
        Reading(
            conditions,
            [Context(ContextType.NONE)],
            [*known, Context(ContextType.MAP, map_events(spelled(candidate, layout), layout))],
        )
        for candidate in candidates
    ]
    read = surprisal_bits(
        model,
        audio,
        Window(start, start * SAMPLES_PER_MS),
        readings,
        range_end_ms + 1.0,
        start + layout.window_ms,
    )
    return [bits.total / len(bits.ids) if bits.ids else None for bits in read]
