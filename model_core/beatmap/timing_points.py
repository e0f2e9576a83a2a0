"""Timing lines: ``time,beatLength,meter,sampleSet,sampleIndex,volume,uninherited,effects``.

Only the first two fields are obligatory. A line is *red* (uninherited: a tempo) or *green*
(inherited: slider velocity, sounds, kiai); a line of fewer than seven fields is red.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass

from .document import Document
from .numbers import parse_enum, parse_float, parse_int

KIAI = 1
OMIT_BARLINE = 8
MIN_BEAT_LENGTH, MAX_BEAT_LENGTH = 6.0, 60000.0
MIN_SCROLL, MAX_SCROLL = 0.01, 10.0
SAMPLE_SETS = {"None": 0, "Normal": 1, "Soft": 2, "Drum": 3}
DEFAULT_VOLUME = 100


@dataclass(frozen=True, slots=True)
class TimingPoint:
    """One timing line. ``time`` in ms; ``beat_length`` as written (negative on green lines).

    ``line`` is the index into ``document.lines`` (-1 for a line that stands in no file).
    """

    line: int
    time: float
    beat_length: float
    meter: int = 4
    sample_set: int = 0
    sample_index: int = 0
    volume: int = 100
    uninherited: bool = True
    effects: int = 0

    @property
    def kiai(self) -> bool:
        """Whether kiai time is on from here."""
        return bool(self.effects & KIAI)

    @property
    def slider_velocity(self) -> float:
        """The slider-velocity multiplier this line sets, 0.1..10 (1 for a usual red line)."""
        if self.beat_length < 0:
            return min(10.0, max(0.1, 100.0 / -self.beat_length))
        return 1.0

    @property
    def scroll_speed(self) -> float:
        """The speed this line sets in taiko and mania, where all objects feel it: 0.01..10."""
        if self.beat_length < 0:
            return min(MAX_SCROLL, max(MIN_SCROLL, 100.0 / -self.beat_length))
        return 1.0

    @property
    def ticks(self) -> bool:
        """False where the line asks for sliders without ticks (a beat length of NaN)."""
        return not math.isnan(self.beat_length)

    @property
    def milliseconds_per_beat(self) -> float:
        """A red line's beat length within the limits of the game, 6..60000 ms."""
        return min(MAX_BEAT_LENGTH, max(MIN_BEAT_LENGTH, self.beat_length))


@dataclass(frozen=True, slots=True)
class SampleDefaults:
    """Set and volume of lines that are too short to say: those of [General] *so far*.

    ``changes`` holds (line, set, volume), each valid from that line of the file on.
    """

    changes: tuple[tuple[int, int, int], ...] = ()

    @classmethod
    def of(cls, document: Document) -> SampleDefaults:
        """What [General] says. A value that the game cannot read changes nothing."""
        changes: list[tuple[int, int, int]] = []
        sample_set, volume = 0, DEFAULT_VOLUME
        for reading in document.section("General"):
            key, _, value = reading.text.partition(":")
            key = key.strip()
            try:
                if key == "SampleSet":
                    sample_set = parse_sample_set(value)
                elif key == "SampleVolume":
                    volume = parse_int(value)
                else:
                    continue
            except ValueError:
                continue
            changes.append((reading.line, sample_set, volume))
        return cls(tuple(changes))

    def at(self, line: int) -> tuple[int, int]:
        """Set and volume for a line of the file."""
        index = bisect_left(self.changes, (line,))
        return self.changes[index - 1][1:] if index else (0, DEFAULT_VOLUME)


NO_DEFAULTS = SampleDefaults()


def parse_sample_set(text: str) -> int:
    """``None``, ``Normal``, ``Soft``, ``Drum``, or a number; else ``ValueError``."""
    return parse_enum(text, SAMPLE_SETS)


def parse_timing_line(
    text: str, line: int, offset: float, defaults: SampleDefaults = NO_DEFAULTS
) -> TimingPoint:
    """Reads one line; raises ``ValueError`` or ``IndexError`` where the game would skip it."""
    fields = text.split(",", 8)
    count = len(fields)
    time = parse_float(fields[0]) + offset
    beat_length = parse_float(fields[1], allow_nan=True)
    meter = 4
    if count > 2 and fields[2][0] != "0":
        meter = parse_int(fields[2])
        if meter < 1:
            raise ValueError("a bar has at least one beat")
    uninherited = fields[6][0] == "1" if count > 6 else True
    if uninherited and math.isnan(beat_length):
        raise ValueError("a red line needs a beat length")
    sample_set, volume = defaults.at(line) if count < 6 else (0, 0)
    return TimingPoint(
        line=line,
        time=time,
        beat_length=beat_length,
        meter=meter,
        sample_set=parse_int(fields[3]) if count > 3 else sample_set,
        sample_index=parse_int(fields[4]) if count > 4 else 0,
        volume=min(100, max(0, parse_int(fields[5]) if count > 5 else volume)),
        uninherited=uninherited,
        effects=parse_int(fields[7]) if count > 7 else 0,
    )


def read_timing_points(
    document: Document, offset: float, defaults: SampleDefaults
) -> tuple[TimingPoint, ...]:
    """All timing lines that the game would read, in file order."""
    points: list[TimingPoint] = []
    for line, text in document.section("TimingPoints"):
        try:
            points.append(parse_timing_line(text, line, offset, defaults))
        except (ValueError, IndexError):
            continue
    return tuple(points)
