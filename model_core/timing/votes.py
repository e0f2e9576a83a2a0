"""Where many hearings of one song say that beats are.

Each hearing's beats fall into histograms of 1 ms; smoothed and added up they rise where hearings
agree. After the published models' averaging of repeated timing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from model_core.timing.marks import BEAT, MEASURE, TIMING_POINT, Mark

Curve = npt.NDArray[np.float64]

_SIGMA_MS = 10
_SCALE = 50  # an undisputed beat, heard each time, comes out as 2


@dataclass(frozen=True, slots=True, eq=False)
class Votes:
    """Smoothed votes ``[length_ms]`` of each kind of mark, per hearing."""

    beats: Curve
    measures: Curve
    timing_points: Curve

    @property
    def all(self) -> Curve:
        """Votes for a beat of any kind; a timing point counts twice."""
        return self.beats + self.measures + 2 * self.timing_points

    @property
    def bars(self) -> Curve:
        """Votes for the first beat of a bar."""
        return self.measures + self.timing_points


def count(hearings: Sequence[Sequence[Mark]], length_ms: int) -> Votes:
    """The votes of several hearings; marks outside ``0 <= time < length_ms`` are no votes."""
    return Votes(
        *(
            gaussian_filter1d(
                _histogram([mark.time for marks in hearings for mark in marks if mark.kind is kind],
                           length_ms),
                _SIGMA_MS,
            ) / max(len(hearings), 1) * _SCALE
            for kind in (BEAT, MEASURE, TIMING_POINT)
        )
    )  # fmt: skip


def peaks(curve: Curve) -> npt.NDArray[np.intp]:
    """Times in ms at which a curve of votes peaks, at least 50 ms apart."""
    found: npt.NDArray[np.intp] = find_peaks(
        curve, distance=50, prominence=0.1, rel_height=1, width=2, wlen=50
    )[0]
    return found


def _histogram(times: Sequence[float], length_ms: int) -> Curve:
    histogram = np.zeros(max(length_ms, 0))
    inside = [int(time) for time in times if 0 <= time < length_ms]
    np.add.at(histogram, inside, 1.0)
    return histogram
