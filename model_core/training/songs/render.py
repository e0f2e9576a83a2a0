"""Rendering: from a song plan to audio samples.

Every different note is made once and added wherever it is played, and effects run over the
whole song at once, which keeps a minute of music well under a second of work. The mix (gains,
room, compression, hiss, tone) is drawn from the plan's seed: the same plan gives the same
samples on the same machine.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from model_core.training.songs.plan import Note, Part, SongPlan
from model_core.training.songs.voices import Samples, drum_kit, riser, tone

_BUSES = ("drums", "bass", "chords", "lead")
_BUS_OF = {
    Part.KICK: 0, Part.SNARE: 0, Part.HAT: 0, Part.CRASH: 0, Part.TOM: 0, Part.RISER: 0, Part.RIDE: 0,
    Part.CLAP: 0, Part.ARP: 2, Part.VOCAL: 3,
    Part.BASS: 1, Part.CHORD: 2, Part.LEAD: 3,
}  # fmt: skip


def render(plan: SongPlan, sample_rate: int = 16000) -> Samples:
    """The song as mono float32 samples, peak at most 0.95."""
    rng = np.random.default_rng([plan.seed, 1])
    buses = _play(plan, sample_rate, rng)
    mix = np.einsum("bn,b->n", buses, _gains(rng)).astype(np.float32)
    return np.asarray(_finish(mix[None, :], sample_rate, rng)[0], dtype=np.float32)


def render_stereo(plan: SongPlan, sample_rate: int = 44100) -> NDArray[np.float32]:
    """The song as float32 ``[2, n]``: the same music, its parts placed left to right."""
    rng = np.random.default_rng([plan.seed, 1])
    buses = _play(plan, sample_rate, rng)
    gains = _gains(rng)
    pan = np.array([0.5, 0.5, 0.32, 0.6])
    left = np.einsum("bn,b->n", buses, gains * np.cos(pan * np.pi / 2) * np.sqrt(2))
    right = np.einsum("bn,b->n", buses, gains * np.sin(pan * np.pi / 2) * np.sqrt(2))
    return _finish(np.stack([left, right]).astype(np.float32), sample_rate, rng)


def _gains(rng: np.random.Generator) -> NDArray[np.float32]:
    """Loudness of each bus. The lead is always in front of the chords."""
    drums = rng.uniform(0.6, 1.1)
    bass = rng.uniform(0.35, 0.8)
    chords = rng.uniform(0.15, 0.4)
    lead = rng.uniform(0.85, 1.3)
    return np.array([drums, bass, chords, lead], dtype=np.float32)


def _play(plan: SongPlan, sample_rate: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """All notes, dry: float32 ``[buses, samples]``."""
    total = int(plan.length_ms * sample_rate / 1000) + 1
    buses = np.zeros((len(_BUSES), total), dtype=np.float32)
    kit = drum_kit(plan.kit, rng, sample_rate)
    made: dict[tuple[Part, int, int], Samples] = {}
    voices: dict[Part, Callable[[Note], Samples]] = {
        Part.BASS: lambda note: tone(
            plan.bass_voice, note.pitch, note.duration_ms / 1000, sample_rate
        ),
        Part.CHORD: lambda note: tone(
            plan.chord_voice, note.pitch, note.duration_ms / 1000, sample_rate
        ),
        Part.LEAD: lambda note: tone(
            plan.lead_voice, note.pitch, note.duration_ms / 1000, sample_rate
        ),
        Part.ARP: lambda note: tone("bell", note.pitch, note.duration_ms / 1000, sample_rate),
        Part.VOCAL: lambda note: tone("voice", note.pitch, note.duration_ms / 1000, sample_rate),
        Part.RISER: lambda note: riser(note.duration_ms / 1000, rng, sample_rate),
    }
    for note in plan.notes:
        make = voices.get(note.part)
        if make is None:
            shot = kit[note.part.value]
        else:
            key = (note.part, note.pitch, round(note.duration_ms))
            cached = made.get(key)
            shot = made[key] = make(note) if cached is None else cached
        start = round(note.onset_ms * sample_rate / 1000)
        end = min(total, start + len(shot))
        if end > start:
            buses[_BUS_OF[note.part], start:end] += np.float32(note.velocity) * shot[: end - start]
    return buses


def _finish(
    mix: NDArray[np.float32], sample_rate: int, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Room, drive, tone and hiss on ``[channels, samples]``, then level."""
    room_seconds = float(rng.uniform(0.15, 0.7))
    wet = float(rng.uniform(0.0, 0.12))
    drive = float(rng.uniform(0.6, 1.8))
    hiss = 10 ** float(rng.uniform(-4.0, -2.6))
    corner = float(rng.uniform(4500, 7800))
    peak = float(rng.uniform(0.6, 0.95))
    channels, count = mix.shape
    if wet > 0.02:
        length = int(room_seconds * sample_rate)
        decay = np.exp(-np.arange(length) * 5 / length)
        impulse = (rng.standard_normal((channels, length)) * decay).astype(np.float32)
        impulse /= np.sqrt(np.sum(impulse**2, axis=1, keepdims=True))
        impulse[:, : int(0.01 * sample_rate)] = 0  # the direct sound stays first
        mix = mix + wet * signal.oaconvolve(mix, impulse, axes=1)[:, :count].astype(np.float32)
    level = float(np.max(np.abs(mix))) or 1.0
    mix = np.tanh(drive * 1.5 * mix / level)
    if sample_rate <= 16000:
        top = np.exp(-2 * np.pi * corner / sample_rate)
        mix = signal.lfilter([1 - top], [1, -top], mix, axis=1)
    mix = mix + hiss * rng.standard_normal(mix.shape, dtype=np.float32)
    return np.asarray(peak * mix / float(np.max(np.abs(mix))), dtype=np.float32)
