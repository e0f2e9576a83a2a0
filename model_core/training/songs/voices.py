"""Sounds of single notes and strokes, as float32 arrays.

Pitched voices read two single-cycle waves, a bright and a dark one, and fade from the first to
the second after the attack: the attack makes onsets clear, the dark wave keeps held notes
sounding. Waves are summed from harmonics below half the sample rate, so nothing aliases.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import signal

Samples = NDArray[np.float32]
_TABLE = 2048


@dataclass(frozen=True, slots=True)
class Voice:
    """A pitched sound. ``sustain`` is the level, of 1 at the attack, that the note settles at;
    ``decay`` the seconds it takes; ``fade`` the seconds in which a held note dies away."""

    harmonics: str
    attack: float
    decay: float
    sustain: float
    fade: float
    release: float
    vibrato: float = 0.0


VOICES: dict[str, Voice] = {
    "guitar": Voice("saw", 0.004, 0.10, 0.65, 4.0, 0.04),
    "organ": Voice("organ", 0.008, 0.05, 0.85, 60.0, 0.03),
    "saw": Voice("saw", 0.003, 0.08, 0.75, 20.0, 0.04, 0.003),
    "square": Voice("square", 0.003, 0.06, 0.75, 20.0, 0.03),
    "pulse": Voice("pulse", 0.002, 0.05, 0.7, 30.0, 0.02),
    "bell": Voice("bell", 0.002, 0.15, 0.6, 2.5, 0.10),
    "flute": Voice("soft", 0.008, 0.08, 0.7, 40.0, 0.05, 0.006),
    "voice": Voice("vowel", 0.008, 0.06, 0.75, 40.0, 0.05, 0.008),
    "soft": Voice("soft", 0.06, 0.2, 0.9, 60.0, 0.15),
    "round": Voice("triangle", 0.005, 0.15, 0.7, 3.0, 0.03),
    "pick": Voice("saw", 0.002, 0.08, 0.5, 2.0, 0.03),
    "sub": Voice("triangle", 0.006, 0.05, 0.9, 30.0, 0.03),
    "triangle": Voice("triangle", 0.003, 0.05, 0.85, 30.0, 0.02),
}


def _amplitudes(name: str, count: int) -> NDArray[np.float64]:
    """Strengths of harmonics 1..count."""
    n = np.arange(1, count + 1, dtype=np.float64)
    if name == "saw":
        return 1.0 / n
    if name == "square":
        return np.where(n % 2 == 1, 1.0 / n, 0.0)
    if name == "pulse":
        return np.abs(np.sin(np.pi * n / 4)) / n
    if name == "triangle":
        return np.where(n % 2 == 1, 1.0 / n**2, 0.0)
    if name == "organ":
        strong = {1: 1.0, 2: 0.8, 3: 0.5, 4: 0.6, 6: 0.3, 8: 0.35}
        return np.array([strong.get(int(k), 0.02) for k in n])
    if name == "bell":
        strong = {1: 1.0, 2: 0.3, 3: 0.5, 5: 0.35, 7: 0.2, 11: 0.1}
        return np.array([strong.get(int(k), 0.0) for k in n])
    if name == "vowel":
        return np.exp(-0.5 * ((n - 1) / 2.0) ** 2) + 0.5 * np.exp(-0.5 * ((n - 5) / 1.2) ** 2)
    return np.exp(-0.9 * (n - 1))


@lru_cache(maxsize=512)
def _waves(name: str, count: int) -> tuple[Samples, Samples]:
    """Bright and dark single-cycle waves with ``count`` harmonics, unit loudness."""
    phase = 2 * np.pi * np.arange(_TABLE) / _TABLE
    n = np.arange(1, count + 1)
    strengths = _amplitudes(name, count)
    cycles = np.sin(np.outer(n, phase))
    bright = strengths @ cycles
    dark = (strengths * np.exp(-(n - 1) / 4.0)) @ cycles
    return (
        (bright / np.sqrt(np.mean(bright**2))).astype(np.float32),
        (dark / np.sqrt(np.mean(dark**2))).astype(np.float32),
    )


def tone(name: str, pitch: float, seconds: float, sample_rate: int) -> Samples:
    """A note of voice ``name`` at MIDI ``pitch``, sounding ``seconds`` and then released."""
    voice = VOICES.get(name) or VOICES["saw"]
    frequency = 440.0 * 2.0 ** ((pitch - 69) / 12)
    count = int(min(40, max(1, (0.45 * sample_rate) // frequency)))
    bright, dark = _waves(voice.harmonics, count)
    gate = max(1, int(seconds * sample_rate))
    tail = int(voice.release * sample_rate)
    t = np.arange(gate + tail, dtype=np.float32) / np.float32(sample_rate)
    phase = np.float32(frequency) * t
    if voice.vibrato:
        depth = voice.vibrato * frequency * np.clip((t - 0.2) / 0.3, 0, 1) / (2 * np.pi * 5.5)
        phase = phase + depth * np.sin(2 * np.pi * 5.5 * t)
    index = ((phase % 1.0) * _TABLE).astype(np.int32) % _TABLE
    snap = np.exp(-t / 0.06, dtype=np.float32)
    wave = bright[index] * snap + dark[index] * (1 - snap)
    level = voice.sustain + (1 - voice.sustain) * np.exp(-t / voice.decay)
    level *= np.minimum(1.0, t / voice.attack) * np.exp(-t / voice.fade)
    if tail:
        level[gate:] *= np.linspace(1, 0, tail, dtype=np.float32) ** 2
    return np.asarray(0.2 * wave * level, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class KitStyle:
    """Drum sound ranges; a song draws within them, so that no two kits are equal."""

    kick_pitch: float
    kick_sweep: float
    kick_length: float
    snare_tone: float
    snare_length: float
    snare_noise: float
    hat_length: float
    crushed: bool = False


KITS: dict[str, KitStyle] = {
    "acoustic": KitStyle(60, 120, 0.16, 190, 0.13, 0.75, 0.045),
    "tight": KitStyle(55, 220, 0.11, 220, 0.10, 0.8, 0.03),
    "electronic": KitStyle(50, 280, 0.20, 180, 0.14, 0.9, 0.05),
    "boom": KitStyle(42, 160, 0.30, 160, 0.18, 0.7, 0.06),
    "chip": KitStyle(70, 300, 0.09, 260, 0.09, 0.95, 0.025, True),
}


def drum_kit(name: str, rng: np.random.Generator, sample_rate: int) -> dict[str, Samples]:
    """One-shots ``kick``, ``snare``, ``hat``, ``crash`` and ``tom`` of a kit."""
    style = KITS.get(name) or KITS["acoustic"]
    change = rng.uniform(0.85, 1.2, 6)

    def clock(seconds: float) -> NDArray[np.float64]:
        return np.arange(int(seconds * sample_rate)) / sample_rate

    def noise(count: int, low: float) -> NDArray[np.float64]:
        raw = rng.standard_normal(count)
        if style.crushed:
            raw = np.repeat(raw, 3)[:count]
        edge = min(low, 0.45 * sample_rate)
        sos = signal.butter(2, edge, "highpass", fs=sample_rate, output="sos")
        return np.asarray(signal.sosfilt(sos, raw))

    def swept(base: float, sweep: float, length: float, total: float) -> NDArray[np.float64]:
        t = clock(total)
        phase = base * t + sweep * 0.03 * (1 - np.exp(-t / 0.03))
        return np.asarray(np.sin(2 * np.pi * phase) * np.exp(-t / length))

    kick = swept(style.kick_pitch * change[0], style.kick_sweep, style.kick_length * 0.6, 0.4)
    kick[: int(0.004 * sample_rate)] += 0.25 * rng.standard_normal(int(0.004 * sample_rate))
    t = clock(0.35)
    snare = style.snare_noise * noise(len(t), 1200) * np.exp(-t / (style.snare_length * 0.6))
    snare += 0.6 * swept(style.snare_tone * change[1], 60, 0.06, 0.35)
    t = clock(0.2)
    hat = noise(len(t), 6000) * np.exp(-t / (style.hat_length * change[2]))
    t = clock(1.6)
    crash = noise(len(t), 3500) * np.exp(-t / (0.45 * change[3]))
    tom = swept(110 * change[4], 90, 0.12, 0.4)
    kit = {"kick": 0.9 * kick, "snare": 0.5 * snare, "hat": 0.2 * hat, "crash": 0.3 * crash,
           "tom": 0.7 * tom, "ride": 0.15 * crash, "clap": 0.5 * snare}  # fmt: skip
    return {part: np.asarray(shot, dtype=np.float32) for part, shot in kit.items()}


def riser(seconds: float, rng: np.random.Generator, sample_rate: int) -> Samples:
    """Noise that grows and brightens until it stops."""
    count = max(2, int(seconds * sample_rate))
    position = np.linspace(0, 1, count)
    raw = rng.standard_normal(count)
    low = signal.lfilter([0.05], [1, -0.95], raw)
    high = np.diff(raw, prepend=0.0)
    sweep = np.sin(2 * np.pi * np.cumsum(200 + 1800 * position**2) / sample_rate)
    out = (1 - position) * low * 2 + position * high * 0.5 + 0.3 * sweep
    return np.asarray(0.4 * (0.2 + 0.8 * position) * out, dtype=np.float32)
