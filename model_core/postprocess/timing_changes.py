"""Timing lines that are changed one change after the other, as the published models' programs do.

A change names a time and what to set there (a velocity, a volume, kiai). Lines within two ms are
changed in place; otherwise a green line is added that is like the line before it but for what was
asked. Volume and kiai hold from there on: every later line takes them too.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from model_core.tokens.reference_timing import TimingLine, line_velocity

__all__ = ["Line", "TimingLines", "line_text", "number_text"]

_NEAR_MS = 2.0  # lines this near a change are the ones it changes
_GREEN = -100.0  # beat length of a green line that asks for no other velocity
_NUDGE = 1e-10  # the published programs add this to every velocity's beat length
_SLOWEST = 1e-6  # a velocity of 0, which models may spell, has no beat length
_DEFAULT_BEAT_LENGTH = 1000.0
_DEFAULT_SET = 2
_DEFAULT_VOLUME = 100
_ANY_INDEX = -1


@dataclass(slots=True)
class Line:
    """One timing line; satisfies :class:`model_core.tokens.reference_timing.TimingLine`.

    ``time`` in ms, ``beat_length`` as a file has it (negative on green lines), ``volume`` 0..100.
    """

    time: float
    beat_length: float
    meter: int = 4
    sample_set: int = _DEFAULT_SET
    sample_index: int = _ANY_INDEX
    volume: int = _DEFAULT_VOLUME
    uninherited: bool = True
    kiai: bool = False

    @classmethod
    def of(cls, line: TimingLine) -> Line:
        """A copy of any timing line."""
        return cls(
            line.time,
            line.beat_length,
            line.meter,
            line.sample_set,
            getattr(line, "sample_index", _ANY_INDEX),
            line.volume,
            line.uninherited,
            line.kiai,
        )

    def same_effect(self, other: Line) -> bool:
        """Whether the other line says the same, wherever it stands."""
        return replace(self, time=0.0) == replace(other, time=0.0)


@dataclass(frozen=True, slots=True)
class _Change:
    """The lines that a change is made to; ``new`` among them stands in no list yet."""

    lines: list[Line]
    new: Line | None = None
    before: Line | None = None


class TimingLines:
    """Timing lines in order of time, and the changes that are made to them."""

    def __init__(self, lines: Iterable[TimingLine]) -> None:
        self.lines = sorted((Line.of(line) for line in lines), key=lambda line: line.time)

    # ---------------------------------------------------------------- what is in effect

    def active(self, time: float) -> Line | None:
        """The last line at or before ``time``, else the first; None if there is no line."""
        return _at(self.lines, time)

    @property
    def red_lines(self) -> list[Line]:
        """The lines that set a tempo."""
        return [line for line in self.lines if line.uninherited]

    def red_line(self, time: float) -> Line | None:
        """The last red line at or before ``time``, else the first."""
        return _at(self.red_lines, time)

    def beat_length(self, time: float) -> float:
        """Milliseconds of a beat at ``time``."""
        line = self.red_line(time)
        return _DEFAULT_BEAT_LENGTH if line is None else line.beat_length

    def slider_velocity(self, time: float) -> float:
        """The velocity multiplier at ``time``; a red line sets it to 1."""
        line = self.active(time)
        return 1.0 if line is None else line_velocity(line)

    # ---------------------------------------------------------------- changes

    def set_velocity(self, time: float, velocity: float) -> None:
        """A green line with this velocity multiplier; none where it would change nothing."""
        change = self._change(time, green=True)
        for line in change.lines:
            if not line.uninherited:
                line.beat_length = -100 / max(velocity, _SLOWEST) + _NUDGE
        self._finish(change)

    def set_scroll_speed(self, time: float, speed: float, normal_beat_length: float) -> None:
        """A speed as mania players see it from ``time`` on: tempo and velocity together.

        ``speed`` 1 is velocity 1 at a tempo of ``normal_beat_length`` ms. What is to look the same
        needs another velocity wherever the tempo changes, so later red lines get green ones, too.
        """
        self.set_velocity(time, speed * self.beat_length(time) / normal_beat_length)
        for line in self.red_lines:
            if line.time > time:
                self.set_velocity(line.time, speed * line.beat_length / normal_beat_length)

    def set_volume(self, time: float, volume: int) -> None:
        """Volume from ``time`` on: later lines take it too, and all use the sample index -1."""
        change = self._change(time)
        for line in [*change.lines, *self._after(time)]:
            line.volume, line.sample_index = volume, _ANY_INDEX
        self._finish(change)

    def set_kiai(self, time: float, kiai: bool) -> None:
        """Kiai on or off from ``time`` on."""
        change = self._change(time)
        for line in [*change.lines, *self._after(time)]:
            line.kiai = kiai
        self._finish(change)

    def set_state(self, line: Line) -> None:
        """Velocity, volume and kiai of another map's line, at its time and only there."""
        change = self._change(line.time, green=True)
        for own in change.lines:
            if not own.uninherited:
                own.beat_length = _GREEN if line.uninherited else line.beat_length
            own.volume, own.kiai = line.volume, line.kiai
        self._finish(change)

    def set_tempo(self, time: float, beat_length: float, meter: int) -> None:
        """A red line of this tempo, which sounds as what stands there does."""
        change = self._change(time, red=True)
        for line in change.lines:
            if line.uninherited:
                line.beat_length, line.meter = beat_length, meter
        self._finish(change)

    def _after(self, time: float) -> list[Line]:
        return self.lines[_index_after(self.lines, time) :]

    def _change(self, time: float, green: bool = False, red: bool = False) -> _Change:
        """The lines that stand at ``time``; if none does (or none of the colour), a new one, too.

        It is like the line before it, and green unless a ``red`` one is asked for.
        """
        first = bisect_left(self.lines, time - _NEAR_MS, key=lambda line: line.time)
        found = self.lines[first : _index_after(self.lines, time + _NEAR_MS)]
        colours = {line.uninherited for line in found}
        if found and (red or not green or False in colours) and (not red or True in colours):
            return _Change(found)
        if not found and self.lines and time < self.lines[0].time and not red:
            self._begin_before(time)
        before = found[-1] if found else self.active(time)
        new = Line(time, _GREEN, uninherited=red)
        if before is not None:
            beat_length = _GREEN if before.uninherited else before.beat_length
            new = replace(before, time=time, beat_length=beat_length, uninherited=red)
        return _Change([*found, new], new, before)

    def _finish(self, change: _Change) -> None:
        """Keep the new line unless it is a green one and says no more than the line before it."""
        new, before = change.new, change.before
        if new is None:
            return
        if not new.uninherited and before is not None and new.same_effect(before):
            return
        self.lines.insert(_index_after(self.lines, new.time), new)

    def _begin_before(self, time: float) -> None:
        """Nothing stands before the first red line: it is moved back by whole bars."""
        first = next((line for line in self.lines if line.uninherited), None)
        if first is None:
            return
        bar = first.beat_length * first.meter
        if bar > 0 and math.isfinite(bar):
            first.time -= math.ceil((first.time - time) / bar) * bar
            self.lines.sort(key=lambda line: line.time)


def _index_after(lines: Sequence[Line], time: float) -> int:
    return bisect_right(lines, time, key=lambda line: line.time)


def _at(lines: Sequence[Line], time: float) -> Line | None:
    return lines[max(_index_after(lines, time) - 1, 0)] if lines else None


def number_text(value: float) -> str:
    """A number as a file has it: whole numbers without a point."""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def line_text(line: Line) -> str:
    """A line of [TimingPoints]."""
    return ",".join(
        (
            str(round(line.time)),
            number_text(line.beat_length),
            str(line.meter),
            str(line.sample_set),
            str(line.sample_index),
            str(line.volume),
            str(int(line.uninherited)),
            str(int(line.kiai)),
        )
    )
