"""Effects over whole songs: float32 arrays ``[..., samples]`` in and out, nothing is delayed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import signal

__all__ = ["compress", "echo", "overdrive", "pumping", "reverb", "shelf", "smooth_gain"]

Samples = NDArray[np.float32]
_BLOCK_MS = 8


def overdrive(samples: Samples, drive: float, sample_rate: int, cabinet: float) -> Samples:
    """A guitar amplifier: soft clipping at ``drive`` times the mean loudness, then a loudspeaker
    that ends at ``cabinet`` Hz."""
    level = float(np.sqrt(np.mean(samples[..., ::7] ** 2)))
    if level < 1e-6:
        return samples
    out = np.tanh(samples * np.float32(drive / level / 3.0))
    if cabinet < 0.45 * sample_rate:
        top = float(np.exp(-2 * np.pi * cabinet / sample_rate))
        out = signal.lfilter(
            np.array([1 - top], dtype=np.float32), np.array([1, -top], dtype=np.float32), out
        )
    return np.asarray(out * np.float32(level), dtype=np.float32)


def pumping(count: int, onsets: Sequence[int], depth: float, length: int) -> Samples:
    """Gains ``[count]`` that dip by ``depth`` at each onset (sample index) and come back within
    ``length`` samples: what a compressor keyed by the bass drum does."""
    gain = np.ones(count, dtype=np.float32)
    dip = (1 - depth * (1 - np.linspace(0, 1, length, dtype=np.float32)) ** 1.5).astype(np.float32)
    for onset in onsets:
        part = gain[onset : onset + length]
        np.minimum(part, dip[: len(part)], out=part)
    return gain


def echo(samples: Samples, delay: int, feedback: float, level: float) -> Samples:
    """Up to four repeats, ``delay`` samples apart."""
    out = samples.copy()
    for number in range(1, 5):
        loud = level * feedback ** (number - 1)
        if loud < 0.02 or number * delay >= samples.shape[-1]:
            break
        out[..., number * delay :] += np.float32(loud) * samples[..., : -number * delay]
    return out


def reverb(
    samples: Samples, seconds: float, before: float, rng: np.random.Generator, sample_rate: int
) -> Samples:
    """Only the reverberation of ``[channels, samples]``: decaying, ever duller noise that begins
    ``before`` seconds after the sound; it is as loud as the sound itself."""
    channels, count = samples.shape
    length = max(64, int(seconds * sample_rate))
    shape = np.exp(-np.arange(length, dtype=np.float32) * np.float32(6 / length))
    impulse = rng.standard_normal((channels, length), dtype=np.float32) * shape
    impulse[:, 1:] = 0.6 * impulse[:, 1:] + 0.4 * impulse[:, :-1]
    impulse /= np.sqrt(np.sum(impulse**2, axis=1, keepdims=True))
    impulse[:, : max(1, int(before * sample_rate))] = 0
    wet = signal.oaconvolve(samples, impulse, axes=1)
    return np.asarray(wet[:, :count], dtype=np.float32)


def shelf(samples: Samples, corner: float, low: float, high: float, sample_rate: int) -> Samples:
    """Tone control: what lies below ``corner`` Hz times ``low``, what lies above times ``high``."""
    pole = float(np.exp(-2 * np.pi * min(corner, 0.4 * sample_rate) / sample_rate))
    under = signal.lfilter(
        np.array([1 - pole], dtype=np.float32),
        np.array([1, -pole], dtype=np.float32),
        samples,
        axis=-1,
    )
    return np.asarray(np.float32(high) * samples + np.float32(low - high) * under, dtype=np.float32)


def smooth_gain(gains: NDArray[np.float32], count: int, block: int) -> Samples:
    """One gain a block of ``block`` samples, as one gain a sample, on straight lines."""
    at = np.arange(len(gains), dtype=np.float32) * block
    return np.interp(np.arange(count, dtype=np.float32), at, gains).astype(np.float32)


def compress(
    samples: Samples, threshold: float, ratio: float, release: float, sample_rate: int
) -> Samples:
    """Loud stretches made quieter: ``[channels, samples]`` above ``threshold`` (share of the
    song's loudest block) by ``ratio``; the gain comes back within ``release`` seconds."""
    block = sample_rate * _BLOCK_MS // 1000
    count = samples.shape[1]
    blocks = count // block
    if blocks < 4:
        return samples
    power = samples[:, : blocks * block].reshape(samples.shape[0], blocks, block)
    loud = np.sqrt(np.mean(power**2, axis=(0, 2)))
    top = float(loud.max()) or 1.0
    over = np.maximum(0.0, 20 * np.log10(np.maximum(loud / top, 1e-6) / threshold))
    keep = float(np.exp(-_BLOCK_MS / 1000.0 / release))
    held = signal.lfilter([1 - keep], [1, -keep], over)
    reduction = np.maximum(0.4 * over, held) * (1 - 1 / ratio)
    gains = (10 ** (-reduction / 20)).astype(np.float32)
    return samples * smooth_gain(gains, count, block)
