"""Vocal-like lines: a glottal wave through formants that change by syllable.

Formant frequencies are the usual ones of sung vowels (Peterson and Barney 1952, rounded). A note
is one syllable: perhaps a consonant of noise, then a vowel that may turn into another, with a
soft attack, a scoop into the pitch, vibrato after a while, and breath throughout.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["SINGERS", "SYLLABLES", "Singer", "sung"]

Samples = NDArray[np.float32]
_TABLE = 2048
_VOWELS = {
    "a": (750, 1150, 2450, 3400), "e": (520, 1900, 2500, 3500), "i": (300, 2250, 2950, 3600),
    "o": (480, 850, 2400, 3300), "u": (330, 800, 2250, 3250), "@": (500, 1450, 2450, 3400),
}  # fmt: skip
_LEVELS = (1.0, 0.55, 0.3, 0.2)
#: (noise of the consonant, its length in seconds, vowel at the start, vowel at the end)
SYLLABLES: tuple[tuple[float, float, str, str], ...] = (
    (0.0, 0.0, "a", "a"), (0.5, 0.03, "a", "i"), (0.0, 0.0, "o", "u"), (0.7, 0.045, "e", "e"),
    (0.25, 0.02, "i", "i"), (0.4, 0.025, "@", "a"), (0.0, 0.0, "u", "o"), (0.8, 0.05, "o", "o"),
    (0.2, 0.015, "e", "i"), (0.35, 0.03, "u", "u"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Singer:
    """A voice: formants are scaled by ``size`` (above 1 for a smaller head), ``octave`` is added
    to written pitches in semitones, ``attack`` is in seconds, ``breath`` a share of noise."""

    size: float
    octave: int
    attack: float
    vibrato: float
    breath: float


SINGERS: dict[str, Singer] = {
    "alto": Singer(1.0, 0, 0.022, 0.009, 0.05),
    "tenor": Singer(0.88, -12, 0.018, 0.008, 0.04),
    "child": Singer(1.25, 0, 0.014, 0.005, 0.06),
    "breathy": Singer(1.05, 0, 0.03, 0.006, 0.18),
}


@lru_cache(maxsize=2048)
def _wave(vowel: str, size: float, pitch: int, count: int) -> Samples:
    """One cycle of a sung vowel at MIDI ``pitch``, unit loudness."""
    n = np.arange(1, count + 1, dtype=np.float64)
    frequency = 440.0 * 2.0 ** ((pitch - 69) / 12) * n
    strengths = np.full(count, 0.03)
    for formant, level in zip(_VOWELS[vowel], _LEVELS, strict=True):
        width = 70 + 0.06 * formant
        strengths += level / (1 + ((frequency - formant * size) / width) ** 2)
    strengths[0] += 0.15
    strengths /= n**0.7
    phase = 2 * np.pi * np.arange(_TABLE) / _TABLE
    cycle = strengths @ np.sin(np.outer(n, phase) + 0.3 * n[:, None] ** 2)
    return np.asarray(cycle / np.sqrt(np.mean(cycle**2)), dtype=np.float32)


def sung(singer: Singer, pitch: int, seconds: float, syllable: int, sample_rate: int) -> Samples:
    """A sung note; ``syllable`` is an index into :data:`SYLLABLES` (modulo its length)."""
    burst, burst_length, first, last = SYLLABLES[syllable % len(SYLLABLES)]
    pitch += singer.octave
    frequency = 440.0 * 2.0 ** ((pitch - 69) / 12)
    count = int(min(48, max(1, (0.45 * sample_rate) // frequency)))
    tail = int(0.05 * sample_rate)
    gate = max(1, int(seconds * sample_rate))
    t = np.arange(gate + tail, dtype=np.float32) / np.float32(sample_rate)
    phase = np.float32(frequency) * t
    # A scoop from a quarter tone below, over some 60 ms; then vibrato.
    phase += np.float32(0.03 * frequency * 0.06) * (np.exp(t * np.float32(-1 / 0.06)) - 1)
    swing = np.sin(np.float32(2 * np.pi * 5.8) * t) * np.clip((t - 0.2) / 0.25, 0, 1)
    phase += np.float32(singer.vibrato * frequency / (2 * np.pi * 5.8)) * swing
    index = (phase * np.float32(_TABLE)).astype(np.int32) & (_TABLE - 1)
    wave = _wave(first, singer.size, pitch, count)[index]
    if last != first:
        turn = np.clip(t / np.float32(max(0.05, seconds)) * 2 - 0.5, 0, 1)
        wave = wave + turn * (_wave(last, singer.size, pitch, count)[index] - wave)
    noise = np.random.default_rng(syllable).standard_normal(len(t), dtype=np.float32)
    noise = np.diff(noise, append=np.float32(0))
    wave = wave + np.float32(singer.breath) * noise
    rise = min(len(t), int(singer.attack * sample_rate) + 1)
    wave[:rise] *= np.linspace(0, 1, rise, dtype=np.float32)
    wave[gate:] *= np.linspace(1, 0, len(t) - gate, dtype=np.float32) ** 2
    if burst:
        length = min(len(t), int(burst_length * sample_rate) + 1)
        wave[:length] += (
            np.float32(burst) * noise[:length] * np.linspace(1, 0, length, dtype=np.float32)
        )
    return np.asarray(np.float32(0.2) * wave, dtype=np.float32)
