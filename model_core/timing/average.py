"""One row of beats from many hearings."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from model_core.generation.decode_loop import never
from model_core.timing.bars import with_bars
from model_core.timing.marks import Mark
from model_core.timing.path import beat_path
from model_core.timing.votes import count
from model_core.timing.walk import walk


def average(
    hearings: Sequence[Sequence[Mark]],
    length_ms: int,
    *,
    as_reference: bool = False,
    cancelled: Callable[[], bool] = never,
) -> list[Mark]:
    """The marks that hearings agree on, in order of time; empty where nothing was heard.

    Marks outside the song are no votes. as_reference: the published models' walk over the votes'
    peaks, else the best path through them.
    """
    votes = count(hearings, length_ms)
    if as_reference:
        return walk(votes)
    return with_bars(beat_path(votes, hearings, cancelled).tolist(), votes)
