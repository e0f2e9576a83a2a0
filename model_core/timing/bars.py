"""Which beats begin a bar: the likeliest row of bars, given the votes for first beats.

Bars of two to seven beats. A song keeps its meter unless the votes for another are plainly
better over some bars.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from model_core.timing.marks import BEAT, MEASURE, Mark
from model_core.timing.path import votes_near
from model_core.timing.votes import Votes

_METERS = (4, 3, 2, 5, 6, 7)
_CHANGE = 3.0  # what another meter, or a bar begun anew, costs; votes for a beat are 0 to 1
_UNUSUAL = {4: 0.0, 3: 0.3, 2: 0.9, 5: 0.9, 6: 0.6, 7: 0.9}  # what beginning in a meter costs
_BEAT_MS = 45
_HEARS_BARS = 0.06


def with_bars(beats: Sequence[float], votes: Votes) -> list[Mark]:
    """The beats as marks, those that begin a bar as measures."""
    firsts = set(first_beats(beats, votes))
    return [Mark(MEASURE if index in firsts else BEAT, time) for index, time in enumerate(beats)]


def first_beats(beats: Sequence[float], votes: Votes) -> list[int]:
    """Indices of the beats that begin a bar."""
    if not len(beats):
        return []
    leads = _leads(beats, votes)
    states = [(meter, place) for meter in _METERS for place in range(meter)]
    number = {state: index for index, state in enumerate(states)}
    opens = np.asarray([place == 0 for _, place in states])
    before = np.asarray([number[meter, (place - 1) % meter] for meter, place in states])
    score = np.asarray([-_UNUSUAL[meter] for meter, _ in states])
    came: list[np.ndarray] = []
    for index in range(len(beats)):
        if index:
            kept = score[before]
            best = int(score.argmax())
            change = opens & (score[best] - _CHANGE > kept)
            came.append(np.where(change, best, before))
            score = np.where(change, score[best] - _CHANGE, kept)
        score = score + np.where(opens, leads[index], -leads[index])
    state = int(score.argmax())
    firsts = []
    for index in range(len(beats) - 1, -1, -1):
        if opens[state]:
            firsts.append(index)
        if index:
            state = int(came[index - 1][state])
    return firsts[::-1]


def _leads(beats: Sequence[float], votes: Votes) -> npt.NDArray[np.float64]:
    """For each beat how much speaks for its beginning a bar, -0.5 to 0.5; 0 where nothing does.

    A model that hears bars names one beat in two to seven; one that only now and then does (or
    never) says nothing by not naming the others.
    """
    everything = votes.beats + votes.bars
    said = np.asarray([votes_near(everything, time, _BEAT_MS) for time in beats])
    named = np.asarray([votes_near(votes.bars, time, _BEAT_MS) for time in beats])
    heard = said > 0.05
    share = np.divide(named, said, out=np.zeros(len(said)), where=heard).clip(max=1.0)
    usual = float(share[heard].mean()) if heard.any() else 0.0
    leads: npt.NDArray[np.float64] = share / 2
    if usual < _HEARS_BARS:
        return leads
    middle = min(2 * usual, 0.5)
    leads = np.where(heard, ((share - middle) / (2 * middle)).clip(-0.5, 0.5), 0.0)
    return leads
