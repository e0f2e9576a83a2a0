"""One tempo for the whole song, if the song has one.

Most songs do; a red line that is moved by a few ms at every other bar is what a mapper has to
clean by hand. A line through all beats is drawn, its tempo rounded as far as the beats allow,
and it is kept only if nearly every beat lies on it and the song's parts do not run away from it.
One part may: hearings are vague where the drums pause. Where they are vague for longer, it is
enough that the song goes on afterwards on the grid that it had before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from model_core.timing.marks import BEAT, Mark
from model_core.tokens.reference_timing import RedLine

Floats = npt.NDArray[np.float64]

_FEWEST = 8
_ON_LINE_MS = 25.0
_SHARE = 0.85
_PARTS = 8  # of each of these parts of the song, the middle beat must lie near the line
_PART_MS = 15.0
_VAGUE_MS = 80.0
# Of the beats of a song that is vague for a while; and how many strays in a row could be a tempo of
# their own.
_VAGUE_SHARE = 0.65
_STRAYS = 12
_SEARCHED = 0.03  # around the usual beat length
_MOVED_MS = 4.0  # how far rounding the tempo may move the song's ends
_STEPS = (1, 2, 4, 10, 20, 100, 1000)  # tempos of 1, 1/2, 1/4, 1/10, … BPM


@dataclass(frozen=True, slots=True)
class Steady:
    """A line through the beats: beat ``n`` is at ``offset + n * beat_length`` ms."""

    offset: float
    beat_length: float
    first: int  # the first and the last beat that were heard
    last: int
    share: float  # of the beats that lie on the line


def steady(beats: Sequence[float]) -> Steady | None:
    """The one tempo of rising beats, or None where they have more than one, or are too few."""
    times = np.asarray(beats, dtype=float)
    if len(times) < _FEWEST:
        return None
    line = line_through(times)
    if line is None:
        return None
    return _all_along(times, line) or _around_a_pause(times)


def _all_along(times: Floats, line: tuple[float, float, Floats]) -> Steady | None:
    """The tempo of beats that were heard all through the song."""
    offset, length, numbers = line
    offset, length = _rounded(offset, length, numbers, times)
    away = times - (offset + numbers * length)
    share = float(np.mean(np.abs(away) <= _ON_LINE_MS))
    parts = np.asarray(
        [abs(np.median(part)) for part in np.array_split(away, min(_PARTS, len(away) // 4))]
    )
    astray = parts > _PART_MS
    if share < _SHARE or astray.sum() > (len(parts) == _PARTS) or parts.max() > _VAGUE_MS:
        return None
    return Steady(offset, length, 0, int(numbers[-1]), share)


def _around_a_pause(times: Floats) -> Steady | None:
    """The tempo of a song whose beats are anywhere for a while, and go on afterwards as before.

    Beats cannot be counted through such a stretch; but where the tempo is kept, those before and
    after it lie on one grid. The grid is the beat length near the usual one whose phases agree
    best. Strays that keep a tempo of their own are no pause.
    """
    distances = np.diff(times)
    usual = float(np.median(distances[distances > 0]))
    turns = (times[-1] - times[0]) / usual
    tried = np.linspace(
        usual * (1 - _SEARCHED), usual * (1 + _SEARCHED), max(int(40 * _SEARCHED * turns), 16)
    )
    phases = np.exp(2j * np.pi * times[None, :] / tried[:, None]).mean(axis=1)
    best = int(np.abs(phases).argmax())
    length = float(tried[best])
    offset = float(np.angle(phases[best]) / (2 * np.pi) * length)
    for _ in range(3):
        numbers = np.round((times - offset) / length)
        near = np.abs(times - (offset + numbers * length)) <= _ON_LINE_MS
        if near.sum() < _FEWEST:
            return None
        offset, length = _line(numbers[near], times[near])
        if length <= 0:
            return None
    start = round((times[0] - offset) / length)
    numbers = np.round((times - offset) / length) - start
    near = np.abs(times - (offset + (numbers + start) * length)) <= _ON_LINE_MS
    offset, length = _rounded(offset + start * length, length, numbers[near], times[near])
    away = times - (offset + numbers * length)
    near = np.abs(away) <= _ON_LINE_MS
    share = float(near.mean())
    halves = np.array_split(near, 2)
    if share < _VAGUE_SHARE or min(half.mean() for half in halves) < _VAGUE_SHARE / 2:
        return None
    if any(_keeps_a_tempo(run) for run in _strays(times, near)):
        return None
    ends = [np.median(part[ok]) for part, ok in zip(
        np.array_split(away, _PARTS), np.array_split(near, _PARTS), strict=True
    ) if ok.mean() >= 0.5]  # fmt: skip
    if np.max(np.abs(ends)) > _PART_MS:
        return None
    return Steady(offset, length, 0, int(numbers[-1]), share)


def _strays(times: Floats, near: npt.NDArray[np.bool_]) -> list[Floats]:
    """Runs of beats off the grid; two on it in a row end a run."""
    runs: list[list[float]] = [[]]
    met = 0
    for time, on_grid in zip(times, near, strict=True):
        met = met + 1 if on_grid else 0
        if met >= 2:
            if runs[-1]:
                runs.append([])
        elif not on_grid or runs[-1]:
            runs[-1].append(float(time))
    return [np.asarray(run) for run in runs if len(run) >= _STRAYS]


def _keeps_a_tempo(times: Floats) -> bool:
    line = line_through(times)
    return line is not None and _all_along(times, line) is not None


def line_through(times: Floats) -> tuple[float, float, Floats] | None:
    """Offset, beat length and the beats' numbers of the line through most of rising beats.

    None where there is none: fewer than two different times.
    """
    distances = np.diff(times)
    distances = distances[distances > 0]
    if not len(distances):
        return None
    length = float(np.median(distances))
    numbers = np.concatenate(([0.0], np.cumsum(np.round(np.diff(times) / length))))
    if numbers[-1] <= 0:
        return None
    offset, length = _line(numbers, times)
    return (offset, length, numbers) if length > 0 else None


def one_line(line: Steady, marks: Sequence[Mark]) -> RedLine:
    """The red line: on the first bar's first beat that was heard, with the bars' usual meter."""
    numbers = [round((mark.time - line.offset) / line.beat_length) for mark in marks]
    firsts = [number for number, mark in zip(numbers, marks, strict=True) if mark.kind is not BEAT]
    meter = 4
    begin = numbers[0] if numbers else 0
    if len(firsts) > 1:
        bars = np.diff(firsts)
        bars = bars[(bars >= 1) & (bars <= 16)]
        if len(bars):
            meter = int(np.bincount(bars).argmax())
    if firsts:
        # Where most bars begin, not where the first one does: it may have been misheard.
        phase = int(np.bincount(np.asarray(firsts) % meter, minlength=meter).argmax())
        begin += (phase - begin) % meter
    # A line before the song begins is of no use to the editor's timeline.
    while line.offset + begin * line.beat_length < 0:
        begin += meter
    return RedLine(float(round(line.offset + begin * line.beat_length)), line.beat_length, meter)


def _line(numbers: Floats, times: Floats) -> tuple[float, float]:
    """Offset and slope of the line through most beats: least squares that stray beats hardly move.

    Weights of Cauchy's kind, narrower from turn to turn.
    """
    offset, length = _squares(numbers, times, np.ones(len(times)))
    for width in (60.0, 30.0, 15.0, 8.0, 8.0):
        away = times - (offset + numbers * length)
        away = away - np.median(away)
        offset, length = _squares(numbers, times, 1 / (1 + (away / width) ** 2))
    return offset, length


def _squares(numbers: Floats, times: Floats, weights: Floats) -> tuple[float, float]:
    total = weights.sum()
    middle = (weights * numbers).sum() / total
    height = (weights * times).sum() / total
    spread = (weights * (numbers - middle) ** 2).sum()
    if spread <= 0:
        return float(times[0]), 0.0
    length = float((weights * (numbers - middle) * (times - height)).sum() / spread)
    return float(height - length * middle), length


def _rounded(offset: float, length: float, numbers: Floats, times: Floats) -> tuple[float, float]:
    """The roundest tempo that moves the song's ends by a few ms at most."""
    exact = 60000 / length
    for step in _STEPS:
        tempo = round(exact * step) / step
        if tempo <= 0:
            continue
        rounded = 60000 / tempo
        if abs(rounded - length) * numbers[-1] / 2 <= _MOVED_MS:
            away = times - numbers * rounded
            near = away[np.abs(away - np.median(away)) <= _ON_LINE_MS]
            return float(np.mean(near)) if len(near) else float(np.median(away)), rounded
    return offset, length
