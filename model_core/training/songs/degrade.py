"""What files and old machines do to a finished song. Nothing here moves anything in time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import fft, signal

__all__ = ["codec", "crackle", "crush", "telephone"]

Samples = NDArray[np.float32]
_FRAME = 1024


def codec(samples: Samples, corner: float, coarseness: float, sample_rate: int) -> Samples:
    """What a transform codec of a low bit rate leaves of ``[channels, samples]``.

    Frames of 1024 samples, half overlapping, are quantised band by band: steps are ``coarseness``
    times a band's loudness (0.3 is clean, 1.5 bubbles), so weak bins vanish as they do in MP3
    files. Nothing is left above ``corner`` Hz.
    """
    channels, count = samples.shape
    hop = _FRAME // 2
    frames = count // hop + 2
    padded = np.zeros((channels, (frames + 1) * hop), dtype=np.float32)
    padded[:, hop : hop + count] = samples
    window = np.sin(np.pi * (np.arange(_FRAME, dtype=np.float32) + 0.5) / _FRAME)
    window = window.astype(np.float32)
    edges = np.unique(np.round(np.geomspace(2, _FRAME // 2 + 1, 22)).astype(int))
    edges = np.concatenate([[0], edges[:-1]])
    widths = np.diff([*edges, _FRAME // 2 + 1])
    last = int(corner / sample_rate * _FRAME)
    for channel in range(channels):
        views = np.lib.stride_tricks.sliding_window_view(padded[channel], _FRAME)[::hop]
        bins = fft.rfft(views * window, axis=1)
        bins[:, last:] = 0
        power = bins.real**2 + bins.imag**2
        steps = np.sqrt(np.add.reduceat(power, edges, axis=1) / widths.astype(np.float32))
        steps = np.repeat(coarseness * steps + 1e-5, widths, axis=1).astype(np.float32)
        parts = bins.view(np.float32).reshape(*bins.shape, 2)
        parts /= steps[..., None]
        np.rint(parts, out=parts)
        parts *= steps[..., None]
        back = fft.irfft(bins, _FRAME, axis=1).astype(np.float32) * window
        out = np.zeros(padded.shape[1], dtype=np.float32)
        out[: frames * hop] += back[:, :hop].ravel()
        out[hop:] += back[:, hop:].ravel()
        padded[channel] = out
    return padded[:, hop : hop + count]


def crush(samples: Samples, bits: int, hold: int) -> Samples:
    """Fewer bits, and each of every ``hold`` samples repeated, as an old sampler does."""
    levels = np.float32(2.0 ** (bits - 1))
    top = np.float32(np.max(np.abs(samples)) or 1.0)
    out = np.round(samples / top * levels) / levels * top
    if hold > 1:
        count = samples.shape[1]
        out = np.repeat(out[:, ::hold], hold, axis=1)[:, :count]
    return np.asarray(out, dtype=np.float32)


def crackle(count: int, rate: float, rng: np.random.Generator, sample_rate: int) -> Samples:
    """Vinyl: ``rate`` clicks a second, of all sizes, over a low rumble; peak about 1."""
    out = np.zeros(count, dtype=np.float32)
    clicks = rng.integers(0, count, int(rate * count / sample_rate))
    out[clicks] = (rng.standard_normal(len(clicks)) ** 3).astype(np.float32) / 8
    return np.clip(out, -1, 1)


def telephone(samples: Samples, low: float, high: float, sample_rate: int) -> Samples:
    """Only what lies between ``low`` and ``high`` Hz."""
    edges = (low, min(high, 0.45 * sample_rate))
    sos = signal.butter(2, edges, "bandpass", fs=sample_rate, output="sos").astype(np.float32)
    return np.asarray(signal.sosfilt(sos, samples, axis=1), dtype=np.float32)
