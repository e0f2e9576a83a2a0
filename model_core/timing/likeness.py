"""Whether the beats of a map's own red lines are the beats that were heard.

Bars are not compared: where a bar begins is heard far less surely than where a beat is, and it is
the mapper's to say.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from enum import Enum

from model_core.beatmap.edits.new_map import RedLine
from model_core.beatmap.timing import Timing
from model_core.beatmap.timing_points import TimingPoint

__all__ = ["Likeness", "beats_of", "compared", "distance"]

_SAME_LENGTH = 0.02  # beat lengths this near to each other, in relation, may be the same
_NO_STEP = 1e-6  # of a beat


class Likeness(Enum):
    """SAME: beat for beat. COUNTED: the same pulse, of which the map counts twice or half as many
    beats, or those between the ones that were heard."""

    SAME = "same"
    COUNTED = "counted otherwise"
    OTHER = "other"


def beats_of(line: RedLine, start_ms: float, end_ms: float) -> list[float]:
    """The beats of a line's grid within a stretch, both ends included, in ms."""
    length = line.beat_length
    first = math.ceil((start_ms - line.time) / length - _NO_STEP)
    last = math.floor((end_ms - line.time) / length + _NO_STEP)
    return [line.time + number * length for number in range(first, last + 1)]


def compared(own: Timing, heard: RedLine, beats: Sequence[float], tolerance: float) -> Likeness:
    """How a map's timing is to beats (ms, rising) that lie on the grid of ``heard``.

    tolerance: how far each of them may be from the map's nearest, in ms.
    """
    likeness = _compared(own, heard, beats, tolerance)
    if likeness is not Likeness.OTHER:
        return likeness
    # Where drums stress the off-beats, those are easily taken for the beats.
    between = [beat + heard.beat_length / 2 for beat in beats]
    if _compared(own, heard, between, tolerance) is Likeness.SAME:
        return Likeness.COUNTED
    return Likeness.OTHER


def _compared(own: Timing, heard: RedLine, beats: Iterable[float], tolerance: float) -> Likeness:
    likeness = Likeness.SAME
    times = [red.time for red in own.red_lines]
    before: tuple[TimingPoint, int] | None = None
    for beat in beats:
        # A line a little behind a beat is the beat itself.
        index = bisect_right(times, beat + tolerance)
        red = own.red_lines[max(index, 1) - 1]
        step, wanted = _step(red, heard)
        if not wanted:
            return Likeness.OTHER
        number = round((beat - red.time) / step)
        if abs(beat - red.time - number * step) > tolerance:
            return Likeness.OTHER
        if before is not None and before[0] is red and number - before[1] != wanted:
            return Likeness.OTHER
        if step != red.milliseconds_per_beat or wanted != 1:
            likeness = Likeness.COUNTED
        before = red, number
    return likeness


def distance(own: Timing, heard: RedLine, beat: float) -> float:
    """How far a beat that was heard is from the map's nearest one, in ms.

    Half beats of the map count where it counts half as many as were heard.
    """
    times = [red.time for red in own.red_lines]
    index = bisect_right(times, beat)
    red = own.red_lines[max(index, 1) - 1]
    step, _ = _step(red, heard)
    away = abs(math.remainder(beat - red.time, step))
    return min(away, times[index] - beat) if index < len(times) else away


def _step(red: TimingPoint, heard: RedLine) -> tuple[float, int]:
    """What of the map a heard beat should be a step of, in ms, and how many: 0 where no number is.

    A map's beats are compared to the beats that were heard, or every second of them, or their
    halves.
    """
    length = red.milliseconds_per_beat
    for step, wanted in ((length, 1), (length, 2), (length / 2, 1)):
        if abs(wanted * step / heard.beat_length - 1) <= _SAME_LENGTH:
            return step, wanted
    return length, 0
