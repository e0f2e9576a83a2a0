"""Tempo and beats: how far two timings differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

__all__ = ["TempoLine", "TimingLine", "beats_of", "offset_error"]

_LATEST = 0.5  # of a beat: nearer to the next red line than this a beat is the next line's


class TimingLine(Protocol):
    """A red line: ms, ms a beat, beats a bar."""

    @property
    def time(self) -> float: ...
    @property
    def beat_length(self) -> float: ...
    @property
    def meter(self) -> int: ...


@dataclass(frozen=True, slots=True)
class TempoLine:
    """A red line of our own making."""

    time: float
    beat_length: float
    meter: int = 4


def offset_error(found_ms: float, true_ms: float, period_ms: float) -> float:
    """How far ``found_ms`` lies behind the nearest of ``true_ms + k * period_ms``, in ms."""
    return (found_ms - true_ms + period_ms / 2) % period_ms - period_ms / 2


def beats_of(lines: Sequence[TimingLine], start_ms: float, end_ms: float) -> list[float]:
    """All beats in ``[start_ms, end_ms]``; those before the first line are counted back from it."""
    beats: list[float] = []
    for index, line in enumerate(lines):
        last = index + 1 == len(lines)
        until = end_ms if last else lines[index + 1].time - _LATEST * line.beat_length
        number = 0
        if index == 0:
            number = -int((line.time - start_ms) // line.beat_length)
        while (time := line.time + number * line.beat_length) <= min(until, end_ms):
            if time >= start_ms:
                beats.append(time)
            number += 1
    return beats
