"""What recordings do to music: windows of audio, louder, duller, noisier, or with another song.

Only the sound changes, never when it sounds. Nothing here is louder than full scale.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

__all__ = ["Augmentation", "augmented"]

SAMPLE_RATE = 16000


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How often each change is made, as shares of windows; ``tempo`` is a share of songs read."""

    gain: float = 0.4
    low_pass: float = 0.15
    noise: float = 0.2
    mix: float = 0.08
    tempo: float = 0.4

    @classmethod
    def none(cls) -> Augmentation:
        return cls(0.0, 0.0, 0.0, 0.0, 0.0)


def augmented(
    audio: NDArray[np.float32],
    rng: np.random.Generator,
    how: Augmentation,
    other: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """A window ``[samples]`` in -1..1, changed at random; ``other`` is what may sound with it."""
    if other is not None and rng.random() < how.mix:
        audio = audio + other * np.float32(_decibels(rng.uniform(-32.0, -18.0)))
    if rng.random() < how.low_pass:
        audio = _low_passed(audio, float(rng.uniform(2000.0, 7000.0)))
    if rng.random() < how.noise:
        level = float(np.sqrt(np.mean(np.square(audio)))) * _decibels(rng.uniform(-45.0, -20.0))
        audio = audio + rng.standard_normal(len(audio), dtype=np.float32) * np.float32(level)
    if rng.random() < how.gain:
        audio = audio * np.float32(_decibels(rng.uniform(-12.0, 0.0)))
    return np.clip(audio, -1.0, 1.0, dtype=np.float32)


def _decibels(value: float) -> float:
    return float(10.0 ** (value / 20.0))


def _low_passed(audio: NDArray[np.float32], hertz: float) -> NDArray[np.float32]:
    """Two passes of a one-pole filter: 12 dB an octave, hardly any delay (under 0.2 ms)."""
    pole = float(np.exp(-2.0 * np.pi * hertz / SAMPLE_RATE))
    for _ in range(2):
        audio = lfilter([1.0 - pole], [1.0, -pole], audio).astype(np.float32)
    return audio
