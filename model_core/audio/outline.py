"""The outline of a song's waveform, for pictures."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from .decode import SAMPLE_RATE, decode


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """Loudness in steps of ``step_ms`` from ``start_ms`` on; 1 is the loudest of the range.

    Before the song's first sample and after its last one there is silence.
    """

    start_ms: float
    step_ms: float
    peaks: npt.NDArray[np.float32]  # [n], 0..1: the largest sample of a step
    means: npt.NDArray[np.float32]  # [n], 0..1: its root mean square


def outline(path: Path, start_ms: float, end_ms: float, step_ms: float) -> Outline:
    """The outline of a range of an audio file; what comes after it is not decoded.

    Raises:
        AudioError: as :func:`.decode.decode`.
    """
    steps = max(1, int((end_ms - start_ms) / step_ms) + 1)
    size = max(1, round(step_ms * SAMPLE_RATE / 1000))
    if end_ms <= 0:
        nothing = np.zeros(steps, np.float32)
        return Outline(start_ms, step_ms, nothing, nothing)
    samples = decode(path, until_ms=max(1.0, end_ms)).samples
    # Steps are of whole samples; over a long range the rounding must not add up.
    starts = ((start_ms + np.arange(steps) * step_ms) * SAMPLE_RATE / 1000).astype(np.int64)
    peaks, means = np.zeros(steps, np.float32), np.zeros(steps, np.float32)
    for index, first in enumerate(starts.tolist()):
        part = samples[max(0, first) : max(0, first + size)]
        if part.size:
            peaks[index] = np.abs(part).max()
            means[index] = np.sqrt(np.mean(np.square(part)))
    loudest = float(peaks.max(initial=0.0))
    if loudest > 0:
        peaks, means = peaks / loudest, means / loudest
    return Outline(start_ms, step_ms, peaks, means)
