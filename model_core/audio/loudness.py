"""How loud a stretch of a song is: whether there is music to map."""

from __future__ import annotations

import numpy as np

from model_core.audio.decode import Audio
from model_core.audio.windows import SAMPLES_PER_MS

#: Quieter than this (root mean square, full scale 1) a stretch counts as silence.
SILENCE = 0.004
_SHORTEST_MS = 50.0


def first_sound(audio: Audio, start_ms: float, end_ms: float) -> float:
    """Where a stretch of the song is first heard, in ms, to 50 ms; its end if nowhere."""
    times = np.arange(start_ms, end_ms, _SHORTEST_MS).tolist()
    return next((at for at in times if loudness(audio, at, at) > SILENCE), end_ms)


def loudness(audio: Audio, start_ms: float, end_ms: float) -> float:
    """Root mean square of a stretch of the song, full scale 1; a moment counts as 50 ms."""
    first = max(0, int(start_ms * SAMPLES_PER_MS))
    last = max(0, int(max(end_ms, start_ms + _SHORTEST_MS) * SAMPLES_PER_MS))
    piece = audio.samples[first:last]
    return float(np.sqrt(np.mean(np.square(piece)))) if len(piece) else 0.0
