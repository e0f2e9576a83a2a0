"""A composed song, its beginning only, and a map of it by the rule mapper."""

from __future__ import annotations

from functools import cache

import numpy as np

from model_core.audio.decode import Audio, normalise
from model_core.beatmap import Beatmap, RedLine, parse
from model_core.training.corpus import make_maps, make_song
from model_core.training.songs import compose

SEED = 900_150
SECONDS = 24


@cache
def song() -> Audio:
    """The first seconds of a song that no model was trained on."""
    samples = make_song(SEED).samples[: SECONDS * 16000].astype(np.float32)
    return Audio(normalise(samples / 32768.0), f"song {SEED}")


@cache
def its_line() -> RedLine:
    """The red line that it was composed on: it has one."""
    (tempo,) = compose(SEED).tempos
    return RedLine(tempo.start_ms, tempo.beat_length)


@cache
def its_map() -> Beatmap:
    """A hard map of the whole song, with kiai, greens and metadata."""
    return parse(make_maps(compose(SEED), 5)[2].data)
