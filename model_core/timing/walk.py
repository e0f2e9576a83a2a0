"""Beats from peak to peak of the votes, as the published models' averaging finds them.

From the last of the strongest timing points, or the strongest peak where nobody heard one, to both
sides: the next beat is looked for one beat length on, and stands at the nearest peak, or where it
was expected if there is none. A peak may come much earlier than expected, but only a little later.
The beat length is the distance that most pairs of peaks nearby have, in steps of 10 ms.

A bar has as many beats as there are peaks from one vote for a bar to the next. Which beat begins
it is voted on anew around every beat, so that bars of other lengths come between. A timing point
stands where the votes have one and fewer only for a bar.

These rules are fitted to what the published averaging was recorded to do; other rules may do the
same there. :mod:`model_core.timing.path` is what requests use.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from model_core.timing.marks import BEAT, MEASURE, TIMING_POINT, Mark
from model_core.timing.votes import Curve, Votes, peaks
from model_core.tokens.events import EventType

_TICK_MS = 10
_SHORTEST, _LONGEST = 20, 50  # ticks a beat
_AROUND_MS = 800  # pairs of peaks this near to a beat vote on its length
_EARLY_MS, _LATE_MS = 150, 50  # a peak this near to where a beat is expected is that beat
_BESIDE_MS = 50  # a beat this near to a vote for a timing point is that timing point
_FIRST_LENGTH_MS = 500
_USUAL_METER = 4
_BARS_AROUND = 4  # bars to each side of a beat that vote on whether it begins one
_SAME = 1e-9  # sums of votes that differ by less are equal
_NEARLY_SAME = 0.02  # so are votes for bars: heard as often, a ms apart


def walk(votes: Votes) -> list[Mark]:
    """The marks of the song, in order of time; empty where the votes have no peak."""
    curve = votes.all
    found = peaks(curve)
    if not len(found):
        return []
    start = _start(found, votes)
    usual = _vote(found, curve, int(found[0]), int(found[-1])) or _FIRST_LENGTH_MS
    before = _steps(found, curve, start, -1, usual)
    after = _steps(found, curve, start, 1, usual)
    beats = [*before[::-1], start, *after]
    kinds = _kinds(beats, found, votes)
    return [Mark(kind, time) for kind, time in zip(kinds, beats, strict=True)]


def _start(found: npt.NDArray[np.intp], votes: Votes) -> int:
    points = peaks(votes.timing_points)
    if not len(points):
        return int(found[votes.all[found].argmax()])
    height = votes.timing_points[points]
    last = int(points[np.flatnonzero(height >= height.max() - _SAME)[-1]])
    return int(found[np.abs(found - last).argmin()])


def _steps(
    found: npt.NDArray[np.intp], curve: Curve, start: int, direction: int, length: int
) -> list[int]:
    """The beats from ``start`` on, without it, until the song ends."""
    beats: list[int] = []
    time = start
    while True:
        length = _vote(found, curve, time - _AROUND_MS, time + _AROUND_MS) or length
        expected = time + direction * length
        near = found[
            (found >= expected - _EARLY_MS)
            & (found <= expected + _LATE_MS)
            & ((found - time) * direction > 0)
        ]
        time = int(near[np.abs(near - expected).argmin()]) if len(near) else expected
        if not 0 <= time < len(curve):
            return beats
        beats.append(time)


def _vote(found: npt.NDArray[np.intp], curve: Curve, first: int, last: int) -> int:
    """The commonest distance of two peaks between two times in ms; 0 where there is none."""
    near = found[np.searchsorted(found, first) : np.searchsorted(found, last, side="right")]
    height = curve[near]
    votes = np.zeros(_LONGEST + 1)
    for index, time in enumerate(near):
        reach = np.searchsorted(near, time + (_LONGEST + 1) * _TICK_MS)
        ticks = (near[index + 1 : reach] - time) // _TICK_MS
        weights = height[index] * height[index + 1 : reach]
        long_enough = ticks >= _SHORTEST
        np.add.at(votes, ticks[long_enough], weights[long_enough])
    if not votes.max() > 0:
        return 0
    return int(np.flatnonzero(votes >= votes.max() - _SAME)[0]) * _TICK_MS


def _kinds(beats: Sequence[int], found: npt.NDArray[np.intp], votes: Votes) -> list[EventType]:
    times = np.asarray(beats)
    kinds = [BEAT] * len(beats)
    bars = peaks(votes.measures)
    if len(bars):
        counts = [b - a for a, b in pairwise(np.searchsorted(found, bars).tolist())]
        meter = max(int(np.median(counts)), 1) if counts else _USUAL_METER
        for index in _bar_lines(votes.bars[times], meter):
            kinds[index] = MEASURE
    for time in peaks(votes.timing_points):
        place = int(np.abs(times - time).argmin())
        more = votes.timing_points[time] > votes.measures[time] + _SAME
        if more and abs(int(times[place]) - int(time)) <= _BESIDE_MS:
            kinds[place] = TIMING_POINT
    return kinds


def _bar_lines(heard: Curve, meter: int) -> list[int]:
    """Which beats begin a bar, of the votes for it at each beat.

    The beats that are a whole number of bars apart vote together. The winner stays until another
    has more votes nearby.
    """
    sums = np.array([heard[phase::meter].sum() for phase in range(meter)])
    phase = int(np.flatnonzero(sums >= sums.max() - _NEARLY_SAME)[0])
    reach = _BARS_AROUND * meter - 1
    lines = []
    for index in range(len(heard)):
        first = max(index - reach, 0)
        near = heard[first : index + reach + 1]
        # From this beat on, which comes first wins where votes are equal.
        sums = np.array([near[(index + n - first) % meter :: meter].sum() for n in range(meter)])
        equal = sums >= sums.max() - _NEARLY_SAME
        if not equal[(phase - index) % meter]:
            phase = (index + int(np.flatnonzero(equal)[0])) % meter
        if index % meter == phase:
            lines.append(index)
    return lines
