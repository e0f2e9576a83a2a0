"""Sections of constant tempo: where a song changes its tempo, one red line for each.

Beats are cut in two where two lines fit them so much better than one that the cut pays for
itself, and the parts again, until none does.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from model_core.timing.marks import Mark
from model_core.timing.steady import Steady, line_through, one_line, steady
from model_core.tokens.reference_timing import RedLine

Floats = npt.NDArray[np.float64]

_FEWEST = 12  # beats in a section
_CUT_COSTS = 250.0  # ms that the beats' distances from their lines must shrink by, in all
_STRAY_MS = 60.0  # a beat that is further away counts as this far
_SAME_MS = 15.0
_SAME_LENGTH = 0.001
_EVERY = 4  # beats between the places that are tried


def tempo_sections(beats: Sequence[float]) -> list[tuple[int, int]]:
    """First and one-past-last index of each section of rising beats; one, where nothing changes."""
    times = np.asarray(beats, dtype=float)
    return _cut(times, 0, len(times))


def lines_of_sections(marks: Sequence[Mark]) -> list[RedLine] | None:
    """A red line for each section; None where some section keeps no tempo."""
    lines: list[RedLine] = []
    for first, end in tempo_sections([mark.time for mark in marks]):
        part = marks[first:end]
        found: Steady | None = steady([mark.time for mark in part])
        if found is None:
            return None
        line = one_line(found, part)
        if lines and first > 0:
            # A new tempo holds from its first beat, and begins a bar there.
            begin = round(found.offset)
            line = RedLine(float(begin), line.beat_length, line.meter)
        if not lines or (line.time > lines[-1].time and not _goes_on(lines[-1], line)):
            lines.append(line)
    return lines or None


def _goes_on(before: RedLine, line: RedLine) -> bool:
    """Whether a line says what the one before it says already."""
    beats = (line.time - before.time) / before.beat_length
    away = abs(beats - round(beats)) * before.beat_length
    return away <= _SAME_MS and abs(line.beat_length / before.beat_length - 1) <= _SAME_LENGTH


def _cut(times: Floats, first: int, end: int) -> list[tuple[int, int]]:
    if end - first < 2 * _FEWEST:
        return [(first, end)]
    whole = _cost(times[first:end])
    best = (whole - _CUT_COSTS, -1)
    for step in (_EVERY, 1):
        around = range(first + _FEWEST, end - _FEWEST + 1, _EVERY)
        if step == 1:
            if best[1] < 0:
                return [(first, end)]
            low = max(best[1] - _EVERY, first + _FEWEST)
            around = range(low, min(best[1] + _EVERY, end - _FEWEST) + 1)
        for place in around:
            # The beat of the change belongs to both: the old tempo ends on it.
            cost = _cost(times[first : place + 1]) + _cost(times[place:end])
            if cost < best[0]:
                best = (cost, place)
    place = best[1]
    return [*_cut(times, first, place), *_cut(times, place, end)]


def _cost(times: Floats) -> float:
    """How far beats lie from the line through most of them, in ms, in all."""
    line = line_through(times)
    if line is None:
        return _STRAY_MS * len(times)
    offset, length, numbers = line
    return float(np.minimum(np.abs(times - (offset + numbers * length)), _STRAY_MS).sum())
