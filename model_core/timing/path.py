"""The beats of a song: the path through the votes that keeps its tempo best.

Dynamic programming over 10 ms steps: a beat gains the votes at its place, and the step to the
next one costs the more, the further it is from the beat length around there (the way of Ellis's
beat tracker). It goes on with that length where nothing was heard, and no single wrong beat, nor
a hearing that is off by half a bar, can lead it away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from model_core.generation.decode_loop import never, stop_if
from model_core.timing.marks import Mark
from model_core.timing.tempo import LONGEST_MS, SHORTEST_MS, at, beat_lengths
from model_core.timing.votes import Curve, Votes

_STEP_MS = 10
_TIGHTNESS = 60.0  # votes that a step of twice or half the length costs, over ln(2) squared
_AROUND_MS = 25  # a beat's exact time is the middle of the votes this near
_CANCEL_EVERY = 2000
_SURE = 0.3  # of the votes that a beat usually has


def beat_path(
    votes: Votes,
    hearings: Sequence[Sequence[Mark]],
    cancelled: Callable[[], bool] = never,
) -> npt.NDArray[np.float64]:
    """Times in ms of the beats, from the first to the last that was heard, rising.

    Empty where nothing was heard. Raises ``Cancelled``.
    """
    curve = votes.all
    heard = np.flatnonzero(curve > 0.05)
    if not len(heard):
        return np.empty(0)
    begin, end = int(heard[0]), int(heard[-1]) + 1
    gain = _coarse(curve[begin:end])
    lengths = beat_lengths(hearings, len(curve))
    steps = np.arange(SHORTEST_MS // _STEP_MS, LONGEST_MS // _STEP_MS + 1)
    logs = np.log(steps * float(_STEP_MS))
    score = np.empty(len(gain))
    came = np.full(len(gain), -1)
    for place in range(len(gain)):
        if place % _CANCEL_EVERY == 0:
            stop_if(cancelled)
        score[place] = gain[place]
        reach = steps[steps <= place]
        if not len(reach):
            continue
        length = at(lengths, begin + place * _STEP_MS)
        before = score[place - reach] - _TIGHTNESS * (logs[: len(reach)] - np.log(length)) ** 2
        best = int(before.argmax())
        if before[best] > 0:
            score[place] += before[best]
            came[place] = place - reach[best]
    path = []
    place = int(score.argmax())
    while place >= 0:
        path.append(place)
        place = int(came[place])
    times = begin + np.asarray(path[::-1], dtype=float) * _STEP_MS
    return _sure(_exact(times, curve), curve)


def votes_near(curve: Curve, time_ms: float, reach_ms: int = 60) -> float:
    """The highest vote within a reach of a time."""
    low = max(int(time_ms) - reach_ms, 0)
    part = curve[low : max(int(time_ms) + reach_ms + 1, 0)]
    return float(part.max()) if len(part) else 0.0


def _sure(times: npt.NDArray[np.float64], curve: Curve) -> npt.NDArray[np.float64]:
    """Without the beats at both ends that few hearings heard: before the music and after it."""
    said = np.asarray([votes_near(curve, time) for time in times])
    sure = said >= _SURE * np.median(said[said > 0.05])
    # Two in a row: one that many heard alone may be a knock before the music.
    both = np.flatnonzero(sure[:-1] & sure[1:])
    return times[both[0] : both[-1] + 2] if len(both) else times


def _coarse(curve: Curve) -> Curve:
    """The votes at every tenth ms, each the mean of those around it."""
    padded = np.pad(curve, (_STEP_MS // 2, _STEP_MS))
    sums = np.concatenate(([0.0], np.cumsum(padded)))
    count = -(-len(curve) // _STEP_MS)
    starts = np.arange(count) * _STEP_MS
    means: Curve = (sums[starts + _STEP_MS] - sums[starts]) / _STEP_MS
    return means


def _exact(times: npt.NDArray[np.float64], curve: Curve) -> npt.NDArray[np.float64]:
    """Each time moved to the middle of the votes around it, if there are any."""
    result = times.copy()
    for index, time in enumerate(times):
        low = max(int(time) - _AROUND_MS, 0)
        part = curve[low : int(time) + _AROUND_MS + 1]
        total = part.sum()
        if total > 1e-3:
            result[index] = float((np.arange(low, low + len(part)) * part).sum() / total)
    return result
