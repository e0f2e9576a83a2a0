"""How a song is cut into the overlapping windows that a model hears one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SAMPLES_PER_MS = 16


@dataclass(frozen=True, slots=True)
class Window:
    """One window: its start as the tokens count it (whole ms) and as the samples do."""

    start_ms: int
    first_sample: int


def windows(
    sample_count: int,
    window_samples: int,
    lookback: float,
    lookahead: float,
    start_ms: float | None = None,
    end_ms: float | None = None,
    side_by_side: bool = False,
) -> list[Window]:
    """The windows to generate for a song, or for the part of it from ``start_ms`` to ``end_ms``.

    ``lookback`` and ``lookahead`` are the shares of a window that repeat what came before and
    foresee what comes next; the rest is the stride. ``side_by_side``: the stride is a whole
    window, and the shares only say which windows touch the part, as in the published models'
    parallel generation. At least one window is always returned; the
    last may reach past the song's end (see :func:`cut`).
    """
    stride = window_samples if side_by_side else int(window_samples * (1 - lookback - lookahead))
    if stride < 1:
        raise ValueError(f"lookback {lookback} and lookahead {lookahead} leave no window to fill")
    beyond = max(0, sample_count - window_samples)
    count = 1 + -(-beyond // stride)
    window_ms = window_samples / SAMPLES_PER_MS
    starts = np.arange(count) * (stride / SAMPLES_PER_MS)
    times = starts.astype(np.int32)
    first, last = 0, count
    if start_ms is not None:
        first = int(np.searchsorted(times, start_ms - (1 - lookahead) * window_ms, side="right"))
        first = min(first, count - 1)
    if end_ms is not None:
        last = int(np.searchsorted(times, end_ms - lookback * window_ms, side="left"))
        last = max(last, first + 1)
    return [Window(int(times[i]), i * stride) for i in range(first, last)]


def window_starts(
    sample_count: int,
    window_samples: int,
    lookback: float,
    lookahead: float,
    start_ms: float | None = None,
    end_ms: float | None = None,
) -> list[int]:
    """Only the start times of :func:`windows`, in whole ms."""
    found = windows(sample_count, window_samples, lookback, lookahead, start_ms, end_ms)
    return [window.start_ms for window in found]


def cut(
    samples: npt.NDArray[np.float32], first_samples: Sequence[int], window_samples: int
) -> npt.NDArray[np.float32]:
    """Windows ``[len(first_samples), window_samples]``, zeros where they leave the song."""
    result = np.zeros((len(first_samples), window_samples), dtype=np.float32)
    for row, first in zip(result, first_samples, strict=True):
        piece = samples[max(first, 0) : max(first + window_samples, 0)]
        offset = max(-first, 0)
        row[offset : offset + len(piece)] = piece
    return result
