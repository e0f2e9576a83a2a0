"""Beats from peak to peak of the votes, as the published models' averaging finds them.

From the strongest peak to both sides: the next beat is looked for one beat length on, and stands
at the nearest peak, or where it was expected if there is none. The beat length is the distance
that most pairs of peaks nearby have, in steps of 10 ms. Bars are counted off from the strongest
vote for one, and a timing point stands where the votes have one.

Where hearings differ by more than a few ms the published averaging takes turns that this walk
does not take in every place; :mod:`model_core.timing.path` is what requests use.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from model_core.timing.marks import BEAT, MEASURE, TIMING_POINT, Mark
from model_core.timing.votes import Votes, peaks
from model_core.tokens.events import EventType

_TICK_MS = 10
_SHORTEST, _LONGEST = 20, 50  # ticks a beat
_AROUND_MS = 800  # pairs of peaks this near to a beat vote on its length
_BESIDE_MS = 50  # a peak this near to where a beat is expected is that beat
_FIRST_LENGTH_MS = 500
_FEWEST_BARS = 2


def walk(votes: Votes) -> list[Mark]:
    """The marks of the song, in order of time; empty where the votes have no peak."""
    curve = votes.all
    found = peaks(curve)
    if not len(found):
        return []
    start = int(found[curve[found].argmax()])
    usual = _vote(found, int(found[0]), int(found[-1])) or _FIRST_LENGTH_MS
    before = _steps(found, start, -1, usual, len(curve))
    after = _steps(found, start, 1, usual, len(curve))
    beats = [*before[::-1], start, *after]
    kinds = _kinds(beats, votes)
    return [Mark(kind, time) for kind, time in zip(kinds, beats, strict=True)]


def _steps(
    found: npt.NDArray[np.intp], start: int, direction: int, length: int, end: int
) -> list[int]:
    """The beats from ``start`` on, without it, until the song ends."""
    beats: list[int] = []
    time = start
    while True:
        length = _vote(found, time - _AROUND_MS, time + _AROUND_MS) or length
        expected = time + direction * length
        nearest = int(found[np.abs(found - expected).argmin()])
        time = nearest if abs(nearest - expected) <= _BESIDE_MS else expected
        if not 0 <= time < end:
            return beats
        beats.append(time)


def _vote(found: npt.NDArray[np.intp], first: int, last: int) -> int:
    """The commonest distance of two peaks between two times in ms; 0 where there is none."""
    near = found[np.searchsorted(found, first) : np.searchsorted(found, last, side="right")]
    votes = np.zeros(_LONGEST + 1, dtype=int)
    for index, time in enumerate(near):
        reach = np.searchsorted(near, time + _LONGEST * _TICK_MS)
        ticks = (near[index + 1 : reach] - time) // _TICK_MS
        np.add.at(votes, ticks[ticks >= _SHORTEST], 1)
    best = int(votes.argmax())
    return best * _TICK_MS if votes[best] else 0


def _kinds(beats: Sequence[int], votes: Votes) -> list[EventType]:
    times = np.asarray(beats)
    kinds = [BEAT] * len(beats)
    bars = peaks(votes.measures)
    if len(bars):
        places = [int(np.abs(times - bar).argmin()) for bar in bars]
        counts = [b - a for a, b in pairwise(places) if b > a]
        meter = int(np.median(counts)) if len(counts) >= _FEWEST_BARS else 4
        anchor = places[int(votes.measures[bars].argmax())]
        for index in range(anchor % max(meter, 1), len(beats), max(meter, 1)):
            kinds[index] = MEASURE
    for time in peaks(votes.timing_points):
        place = int(np.abs(times - time).argmin())
        if abs(int(times[place]) - int(time)) <= _BESIDE_MS:
            kinds[place] = TIMING_POINT
    return kinds
