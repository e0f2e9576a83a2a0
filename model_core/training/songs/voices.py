"""Sounds of single pitched notes, as float32 arrays.

A voice reads two single-cycle waves, a bright and a dark one, and fades from the first to the
second after the attack: the attack makes onsets clear, the dark wave keeps held notes sounding.
Waves are summed from harmonics below half the sample rate, so nothing aliases.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["VOICES", "Timbre", "Voice", "choose_timbre", "riser", "tone"]

Samples = NDArray[np.float32]
_TABLE = 2048


@dataclass(frozen=True, slots=True)
class Voice:
    """A pitched sound.

    ``harmonics`` names its spectrum. ``attack``, ``decay``, ``fade`` (in which a held note dies
    away) and ``release`` are seconds; ``sustain`` is the level, of 1 at the attack, that the note
    settles at; ``dark`` how many harmonics are left then; ``snap`` the seconds until then.
    ``vibrato`` and ``detune`` are shares of the pitch; ``unison`` counts the voices that
    ``detune`` spreads; ``breath`` is noise.
    """

    harmonics: str
    attack: float
    decay: float
    sustain: float
    fade: float
    release: float
    vibrato: float = 0.0
    dark: float = 4.0
    snap: float = 0.06
    unison: int = 1
    detune: float = 0.0
    breath: float = 0.0


VOICES: dict[str, Voice] = {
    "guitar": Voice("saw", 0.003, 0.10, 0.65, 4.0, 0.04, dark=5),
    "lead guitar": Voice("saw", 0.004, 0.12, 0.8, 9.0, 0.05, 0.006, dark=8, snap=0.1),
    "clean guitar": Voice("pulse", 0.002, 0.10, 0.5, 1.2, 0.06, dark=3),
    "distorted": Voice("saw", 0.003, 0.08, 0.85, 8.0, 0.03, dark=9, unison=2, detune=0.004),
    "organ": Voice("organ", 0.006, 0.05, 0.85, 60.0, 0.03, 0.002, dark=9),
    "piano": Voice("piano", 0.002, 0.20, 0.6, 1.3, 0.10, dark=3, snap=0.12),
    "electric piano": Voice("fm soft", 0.002, 0.25, 0.55, 2.0, 0.08, dark=2, snap=0.15),
    "saw": Voice("saw", 0.003, 0.08, 0.75, 20.0, 0.04, 0.003, dark=6),
    "supersaw": Voice("saw", 0.004, 0.08, 0.8, 20.0, 0.06, dark=10, unison=4, detune=0.009),
    "square": Voice("square", 0.003, 0.06, 0.75, 20.0, 0.03, dark=7),
    "pulse": Voice("pulse", 0.002, 0.05, 0.7, 30.0, 0.02, dark=9),
    "narrow pulse": Voice("narrow", 0.002, 0.05, 0.7, 30.0, 0.02, 0.004, dark=14),
    "pluck": Voice("saw", 0.002, 0.09, 0.35, 0.6, 0.05, dark=2, snap=0.05),
    "bell": Voice("bell", 0.002, 0.15, 0.6, 1.6, 0.10, dark=5),
    "glass": Voice("fm hard", 0.002, 0.2, 0.5, 1.4, 0.15, dark=2, snap=0.15),
    "vibes": Voice("vibes", 0.002, 0.2, 0.65, 2.0, 0.10, 0.004, dark=3),
    "fm lead": Voice("fm hard", 0.003, 0.1, 0.8, 20.0, 0.03, 0.004, dark=5),
    "flute": Voice("soft", 0.012, 0.08, 0.75, 40.0, 0.05, 0.006, breath=0.12),
    "clarinet": Voice("hollow", 0.010, 0.08, 0.8, 40.0, 0.04, 0.003, dark=5, breath=0.05),
    "trumpet": Voice("brass", 0.010, 0.10, 0.8, 30.0, 0.04, 0.005, dark=8, snap=0.12),
    "brass": Voice("brass", 0.016, 0.12, 0.85, 30.0, 0.06, 0.002, dark=6, unison=2, detune=0.004),
    "violin": Voice("string", 0.014, 0.06, 0.85, 40.0, 0.07, 0.008, dark=9, breath=0.04),
    "strings": Voice("string", 0.05, 0.2, 0.9, 60.0, 0.2, 0.004, 6, unison=3, detune=0.006),
    "strings low": Voice("string", 0.02, 0.2, 0.85, 60.0, 0.12, 0.003, 5, unison=2, detune=0.004),
    "choir": Voice("vowel", 0.03, 0.2, 0.9, 60.0, 0.2, 0.006, 7, unison=3, detune=0.007),
    "accordion": Voice("reed", 0.008, 0.06, 0.85, 60.0, 0.03, 0.0, 9, unison=2, detune=0.006),
    "harmonica": Voice("reed", 0.010, 0.06, 0.8, 40.0, 0.04, 0.007, 7, breath=0.06),
    "soft": Voice("soft", 0.04, 0.2, 0.9, 60.0, 0.2, unison=2, detune=0.005),
    "round": Voice("triangle", 0.005, 0.15, 0.7, 3.0, 0.03),
    "upright": Voice("upright", 0.004, 0.12, 0.6, 0.9, 0.05, dark=2, breath=0.03),
    "pick": Voice("saw", 0.002, 0.08, 0.5, 2.0, 0.03, dark=4),
    "growl": Voice("saw", 0.002, 0.08, 0.75, 4.0, 0.03, dark=9),
    "sub": Voice("triangle", 0.006, 0.05, 0.9, 30.0, 0.03),
    "reese": Voice("saw", 0.006, 0.05, 0.9, 60.0, 0.04, dark=6, unison=2, detune=0.012),
    "fm bass": Voice("fm hard", 0.002, 0.12, 0.7, 6.0, 0.03, dark=3, snap=0.1),
    "triangle": Voice("triangle", 0.003, 0.05, 0.85, 30.0, 0.02, dark=12),
}  # fmt: skip
_STRONG = {
    "organ": {1: 1.0, 2: 0.8, 3: 0.5, 4: 0.6, 6: 0.3, 8: 0.35},
    "bell": {1: 1.0, 2: 0.3, 3: 0.5, 5: 0.35, 7: 0.2, 11: 0.1},
    "vibes": {1: 1.0, 4: 0.35, 10: 0.12},
}


@dataclass(frozen=True, slots=True)
class Timbre:
    """A voice as one song has it: ``tilt`` darkens (above 0) or brightens, ``length`` stretches
    decay and fade."""

    name: str
    tilt: float = 0.0
    length: float = 1.0


def choose_timbre(rng: np.random.Generator, name: str) -> Timbre:
    """The voice ``name``, a little brighter or darker, shorter or longer."""
    tilt = round(float(rng.uniform(-0.3, 0.5)), 2)
    return Timbre(name, tilt, float(rng.uniform(0.7, 1.4)))


def _amplitudes(name: str, count: int) -> NDArray[np.float64]:
    """Strengths of harmonics 1..count."""
    n = np.arange(1, count + 1, dtype=np.float64)
    if name in _STRONG:
        strong = _STRONG[name]
        rest = 0.02 if name == "organ" else 0.0
        return np.array([strong.get(int(k), rest) for k in n])
    odd = n % 2 == 1
    if name == "saw":
        return 1.0 / n
    if name == "square":
        return np.where(odd, 1.0 / n, 0.0)
    if name == "hollow":
        return np.where(odd, 1.0 / n**1.2, 0.12 / n)
    if name == "pulse":
        return np.abs(np.sin(np.pi * n / 4)) / n
    if name == "narrow":
        return np.abs(np.sin(np.pi * n / 8)) / n
    if name == "triangle":
        return np.where(odd, 1.0 / n**2, 0.0)
    if name == "upright":
        return 1.0 / n**1.6
    if name == "piano":
        return np.abs(np.sin(np.pi * n / 7.3)) / n**1.1 + 0.05 / n
    if name == "string":
        return (1.0 + 0.5 * np.sin(1.7 * n)) / n
    if name == "brass":
        return np.exp(-0.5 * ((n - 3) / 3.5) ** 2) + 0.1 / n
    if name == "reed":
        return (1.0 + 0.6 * np.cos(2.1 * n)) / n**0.8
    if name == "vowel":
        return np.exp(-0.5 * ((n - 1) / 2.0) ** 2) + 0.5 * np.exp(-0.5 * ((n - 5) / 1.2) ** 2)
    if name.startswith("fm"):
        phase = 2 * np.pi * np.arange(512) / 512
        depth, ratio = (1.4, 3) if name == "fm soft" else (2.6, 2)
        spectrum = np.abs(np.fft.rfft(np.sin(phase + depth * np.sin(ratio * phase))))
        return np.asarray(spectrum[1 : count + 1] / spectrum.max())
    return np.exp(-0.9 * (n - 1))


@lru_cache(maxsize=1024)
def _waves(name: str, count: int, dark: float, tilt: float) -> tuple[Samples, Samples]:
    """Bright and dark single-cycle waves with ``count`` harmonics, unit loudness."""
    phase = 2 * np.pi * np.arange(_TABLE) / _TABLE
    n = np.arange(1, count + 1)
    strengths = _amplitudes(name, count) * n ** (-tilt)
    cycles = np.sin(np.outer(n, phase) + 0.7 * n[:, None] ** 2)
    bright = strengths @ cycles
    faded = (strengths * np.exp(-(n - 1) / dark)) @ cycles
    return (
        (bright / np.sqrt(np.mean(bright**2))).astype(np.float32),
        (faded / np.sqrt(np.mean(faded**2))).astype(np.float32),
    )


def tone(timbre: Timbre, pitch: float, seconds: float, sample_rate: int) -> Samples:
    """A note at MIDI ``pitch``, sounding ``seconds`` and then released; about 0.2 loud (RMS)."""
    voice = VOICES[timbre.name]
    frequency = 440.0 * 2.0 ** ((pitch - 69) / 12)
    count = int(min(40, max(1, (0.45 * sample_rate) // frequency)))
    bright, dark = _waves(voice.harmonics, count, voice.dark, timbre.tilt)
    gate = max(1, int(seconds * sample_rate))
    tail = int(voice.release * sample_rate)
    t = np.arange(gate + tail, dtype=np.float32) / np.float32(sample_rate)
    phase = np.float32(frequency) * t
    if voice.vibrato:
        swing = np.sin(np.float32(2 * np.pi * 5.5) * t) * np.clip((t - 0.15) / 0.3, 0, 1)
        phase += np.float32(voice.vibrato * frequency / (2 * np.pi * 5.5)) * swing
    snap = np.exp(t * np.float32(-1 / voice.snap))
    wave = np.zeros(len(t), dtype=np.float32)
    for number in range(voice.unison):
        spread = 0.0 if voice.unison == 1 else 2 * number / (voice.unison - 1) - 1
        moved = phase * np.float32(1 + 0.5 * voice.detune * spread) + np.float32(0.31 * number)
        index = (moved * np.float32(_TABLE)).astype(np.int32) & (_TABLE - 1)
        low = dark[index]
        wave += low + snap * (bright[index] - low)
    wave /= np.float32(np.sqrt(voice.unison))
    if voice.breath:
        noise = np.random.default_rng(int(pitch)).standard_normal(len(t), dtype=np.float32)
        wave += np.float32(voice.breath) * np.diff(noise, append=np.float32(0))
    level = np.exp(t * np.float32(-1 / (voice.decay * timbre.length)))
    level = np.float32(voice.sustain) + np.float32(1 - voice.sustain) * level
    level *= np.exp(t * np.float32(-1 / (voice.fade * timbre.length)))
    rise = min(len(t), int(voice.attack * sample_rate) + 1)
    level[:rise] *= np.linspace(0, 1, rise, dtype=np.float32)
    if tail:
        level[gate:] *= np.linspace(1, 0, tail, dtype=np.float32) ** 2
    return np.asarray(np.float32(0.2) * wave * level, dtype=np.float32)


def riser(seconds: float, rng: np.random.Generator, sample_rate: int) -> Samples:
    """Noise that grows and brightens until it stops."""
    count = max(2, int(seconds * sample_rate))
    position = np.linspace(0, 1, count, dtype=np.float32)
    raw = rng.standard_normal(count, dtype=np.float32)
    low = np.convolve(raw, np.full(12, 0.25, dtype=np.float32), "same")
    high = np.diff(raw, prepend=np.float32(0))
    top = float(rng.uniform(800, 2600))
    sweep = np.sin(
        2 * np.pi * np.cumsum(200 + top * position.astype(np.float64) ** 2) / sample_rate
    )
    out = (1 - position) * low + position * high * 0.5 + float(rng.uniform(0, 0.5)) * sweep
    return np.asarray(0.3 * (0.1 + 0.9 * position**1.5) * out, dtype=np.float32)
