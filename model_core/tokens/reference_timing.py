"""Timing lookups as the published models' training data had them.

The rules differ from the game's in small ways (no clamping of velocities, the last line in file
order wins at equal times), and tokens must follow the training data. What is written into a map
follows the game instead (``model_core.beatmap``).
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

_DEFAULT_BEAT_LENGTH = 1000.0


class TimingLine(Protocol):
    """What is read of a timing point."""

    @property
    def time(self) -> float: ...
    @property
    def beat_length(self) -> float: ...
    @property
    def meter(self) -> int: ...
    @property
    def sample_set(self) -> int: ...
    @property
    def volume(self) -> int: ...
    @property
    def uninherited(self) -> bool: ...
    @property
    def kiai(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class RedLine:
    """A red line made of nothing but timing; satisfies :class:`TimingLine`."""

    time: float
    beat_length: float
    meter: int = 4
    sample_set: int = 2
    volume: int = 100
    uninherited: bool = True
    kiai: bool = False


def whole_ms(time: float) -> int:
    """A time as tokens see it: cut to whole ms, after the noise of stored decimals."""
    return int(time + 1e-5)


class ReferenceTiming:
    """Lookups over timing lines; before the first line its state applies."""

    def __init__(self, lines: Iterable[TimingLine]) -> None:
        self.lines: list[TimingLine] = sorted(lines, key=lambda line: line.time)
        self._times = [line.time for line in self.lines]
        self.red_lines: list[TimingLine] = [
            line for line in self.lines if line.uninherited and _usable(line.beat_length)
        ]
        self._red_times = [line.time for line in self.red_lines]

    def active(self, time: float) -> TimingLine | None:
        """The last line at or before ``time``."""
        if not self.lines:
            return None
        return self.lines[max(bisect_right(self._times, time) - 1, 0)]

    def red_line(self, time: float) -> TimingLine | None:
        """The last red line at or before ``time``."""
        if not self.red_lines:
            return None
        return self.red_lines[max(bisect_right(self._red_times, time) - 1, 0)]

    def beat_length(self, time: float) -> float:
        """Milliseconds of a beat at ``time``."""
        line = self.red_line(time)
        return _DEFAULT_BEAT_LENGTH if line is None else line.beat_length

    def slider_velocity(self, time: float) -> float:
        """The velocity multiplier at ``time``: 1 under a red line."""
        line = self.active(time)
        return 1.0 if line is None else line_velocity(line)

    def snapping(self, time: float) -> int:
        """The coarsest beat division 1..16 that ``time`` is on, or 0."""
        line = self.red_line(time)
        if line is None:
            return 0
        beats = (time - line.time) / line.beat_length
        for divisor in range(1, 17):
            if abs(beats - round(beats * divisor) / divisor) * line.beat_length < 2:
                return divisor
        return 0


def line_velocity(line: TimingLine) -> float:
    """The velocity multiplier that a line sets."""
    if line.uninherited or math.isnan(line.beat_length) or line.beat_length >= 0:
        return 1.0
    return -100 / line.beat_length


def speed_value(speed: float) -> int:
    """The scroll-speed event of a velocity multiplier."""
    return round(min(max(speed, 0.01), 10.0) * 100)


def _usable(beat_length: float) -> bool:
    return math.isfinite(beat_length) and beat_length > 0
