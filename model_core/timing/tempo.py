"""How long a beat is around each moment, from the distances between beats heard in one go."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from model_core.timing.marks import Mark

Floats = npt.NDArray[np.float64]

SHORTEST_MS, LONGEST_MS = 150, 1200  # 400 to 50 beats a minute
_DEFAULT_MS = 500.0
_SIGMA_MS = 12.0  # times are said in steps of 10 ms, so distances are off by as much
_REACH_MS = 6000.0  # how far away a distance still counts for the tempo
_EVERYWHERE = 0.02  # what the whole song's distances count beside those nearby
_EVERY_MS = 500


def beat_lengths(hearings: Sequence[Sequence[Mark]], length_ms: int) -> Floats:
    """The length in ms of a beat, for every half second of the song, ``[length_ms // 500 + 1]``.

    Each hearing's marks are in the order in which they were written. Distances beyond reason
    (nothing was heard for a while, or the next window begins) count for nothing. 500 ms where no
    distance is known at all.
    """
    middles, distances = _distances(hearings)
    places = np.arange(length_ms // _EVERY_MS + 1) * float(_EVERY_MS)
    if not len(distances):
        return np.full(len(places), _DEFAULT_MS)
    lengths = np.arange(SHORTEST_MS, LONGEST_MS + 1)
    bins = np.clip(np.round(distances).astype(int), SHORTEST_MS, LONGEST_MS) - SHORTEST_MS
    song = gaussian_filter1d(np.bincount(bins, minlength=len(lengths)).astype(float), _SIGMA_MS)
    result = np.empty(len(places))
    order = np.argsort(middles, kind="stable")
    middles, bins = middles[order], bins[order]
    for index, place in enumerate(places):
        first, end = np.searchsorted(middles, (place - 3 * _REACH_MS, place + 3 * _REACH_MS))
        weights = np.exp(-np.abs(middles[first:end] - place) / _REACH_MS)
        near = np.bincount(bins[first:end], weights, minlength=len(lengths))
        score = gaussian_filter1d(near, _SIGMA_MS) + _EVERYWHERE * song
        best = int(score.argmax())
        low, high = max(best - 15, 0), best + 16
        around = score[low:high]
        result[index] = float((lengths[low:high] * around).sum() / around.sum())
    return result


def at(lengths: Floats, time_ms: float) -> float:
    """The beat length at a time, from :func:`beat_lengths`."""
    return float(lengths[min(max(int(time_ms // _EVERY_MS), 0), len(lengths) - 1)])


def _distances(hearings: Sequence[Sequence[Mark]]) -> tuple[Floats, Floats]:
    middles: list[float] = []
    distances: list[float] = []
    for marks in hearings:
        for before, after in pairwise(marks):
            distance = after.time - before.time
            if SHORTEST_MS <= distance <= LONGEST_MS:
                middles.append((before.time + after.time) / 2)
                distances.append(distance)
    return np.asarray(middles), np.asarray(distances)
