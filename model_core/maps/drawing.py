"""How tokens are drawn for a request: what it says, else what the checkpoint says."""

from __future__ import annotations

from model_core.generation.sampling import Sampler
from model_core.generation.sequential import Settings
from model_core.maps.parameters import (
    CommonParameters,
    GenerationParameters,
    refuse,
    window_problems,
)
from model_core.model import Model
from model_core.timing import TimingOptions
from model_core.tokens.layout import Layout

__all__ = ["ATTEMPTS", "ATTEMPT_STEP", "sampler_of", "settings_of", "timing_options"]

#: What is unusable is drawn anew, so often in all before giving up.
ATTEMPTS = 3
#: Spreads the attempts' seeds, apart from a request's variants' own.
ATTEMPT_STEP = 0xD1342543DE82EF95

# The families whose published settings time a song many times over.
_TIMED_OFTEN = ("v28", "v29")


def settings_of(model: Model, parameters: CommonParameters) -> Settings:
    """Temperatures, guidance and shares of windows.

    Raises InvalidParameters where a share that is asked for and the checkpoint's own other one
    leave nothing of a window to write.
    """
    layout, usual = model.layout, Settings.for_layout(model.layout)
    lookback, lookahead = layout.lookback, layout.lookahead
    if isinstance(parameters, GenerationParameters):
        lookback = lookback if parameters.lookback is None else parameters.lookback
        lookahead = lookahead if parameters.lookahead is None else parameters.lookahead
        refuse(tuple(window_problems(lookback, lookahead)))
    return Settings(
        lookback=lookback,
        lookahead=lookahead,
        temperature=_or(parameters.temperature, model.sampling.temperature),
        # A temperature that is asked for is that of everything.
        rhythm_temperature=model.sampling.rhythm_temperature
        if parameters.temperature is None
        else None,
        timing_temperature=_or(parameters.timing_temperature, usual.timing_temperature),
        mania_column_temperature=_or(
            parameters.mania_column_temperature, usual.mania_column_temperature
        ),
        taiko_hit_temperature=_or(parameters.taiko_hit_temperature, usual.taiko_hit_temperature),
        timeshift_bias=parameters.timeshift_bias,
        guidance=parameters.guidance,
    )


def timing_options(layout: Layout, parameters: GenerationParameters) -> TimingOptions:
    """How a song is timed: the Whisper models many times over, the others once."""
    often = parameters.super_timing
    if often is None:
        often = layout.family in _TIMED_OFTEN
    return TimingOptions(
        mode="super" if often else "quick",
        iterations=parameters.timing_iterations,
        leniency_ms=parameters.timing_leniency,
        one_tempo=parameters.one_tempo,
        beams=parameters.timing_beams,
        guidance=parameters.timing_guidance,
    )


def sampler_of(model: Model, parameters: CommonParameters, salt: int = 0) -> Sampler:
    """A sampler of the request's seed; ``salt`` makes another one of the same seed."""
    top_k = model.sampling.top_k if parameters.top_k is None else parameters.top_k
    return Sampler.seeded(
        parameters.seed + salt, _or(parameters.top_p, model.sampling.top_p), top_k
    )


def _or(given: float | None, otherwise: float) -> float:
    return otherwise if given is None else given
