"""Beats that were heard vaguely, on the tempo that a map has already.

Where no steady tempo is heard, a line would be made wherever beats drift. A mapper who has set a
tempo knows more than that: where most beats keep it, from whatever offset, the answer is that
offset.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["on_own_tempo"]

_NEAR_MS = 25.0
_SHARE = 0.5  # of all beats; by chance, a tenth of them is that near
_PART_SHARE = 0.3  # of the beats of each third, so that no other tempo hides there
_TURNS = 3


def on_own_tempo(beats: Sequence[float], lengths: Iterable[float]) -> tuple[float, float] | None:
    """The first of these beat lengths that most beats keep, and the offset; all in ms."""
    times = np.asarray(beats, dtype=float)
    for length in lengths:
        offset = _offset(times, length)
        near = _near(times, offset, length)
        thirds = np.array_split(near, 3)
        if near.mean() >= _SHARE and min(part.mean() for part in thirds) >= _PART_SHARE:
            return offset, length
    return None


def _offset(times: npt.NDArray[np.float64], length: float) -> float:
    """Where most beats agree that the grid is: the mean of their phases, then of those near it."""
    turn = np.exp(2j * np.pi * times / length).mean()
    offset = float(np.angle(turn) / (2 * np.pi) * length)
    for _ in range(_TURNS):
        near = _near(times, offset, length)
        if not near.any():
            break
        offset += float(_away(times, offset, length)[near].mean())
    return offset


def _near(times: npt.NDArray[np.float64], offset: float, length: float) -> npt.NDArray[np.bool_]:
    return np.abs(_away(times, offset, length)) <= _NEAR_MS


def _away(times: npt.NDArray[np.float64], offset: float, length: float) -> npt.NDArray[np.float64]:
    away: npt.NDArray[np.float64] = (times - offset + length / 2) % length - length / 2
    return away
