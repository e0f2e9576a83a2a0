"""Red lines from beat events: sections of constant tempo, with tempos that people would write.

Markers are walked three times: for the lines, for the bars, and for the tempo, which is kept as
long as every beat of a section lies within the leniency of a rounded tempo; where it does not,
the section is split at the bar that leaves the smallest squared error.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from model_core.tokens.events import EventType, TimedEvents
from model_core.tokens.reference_timing import RedLine

_PLACEHOLDER_BEAT_LENGTH = 1000.0
_HUMAN_STEPS = (1, 2, 10, 100, 1000)  # tempos rounded to 1, 1/2, 1/10, … BPM, tried in this order


@dataclass(slots=True)
class _Marker:
    kind: EventType
    time: int
    weight: float

    @property
    def is_measure(self) -> bool:
        return self.kind is EventType.MEASURE


@dataclass(slots=True)
class _Line:
    time: int
    beat_length: float
    meter: int


class _Lines:
    """Red lines in order of time, at most one at a ms."""

    def __init__(self) -> None:
        self.lines: list[_Line] = []

    def active(self, time: float) -> _Line:
        """The last line at or before ``time``, else the first."""
        index = bisect_right(self.lines, time, key=lambda line: line.time) - 1
        return self.lines[max(index, 0)]

    def add(self, time: int, beat_length: float | None = None, meter: int | None = None) -> None:
        """Add a line, or change the one that stands there; what is not given is inherited."""
        index = bisect_left(self.lines, time, key=lambda line: line.time)
        if index < len(self.lines) and self.lines[index].time == time:
            line = self.lines[index]
            line.beat_length = line.beat_length if beat_length is None else beat_length
            line.meter = line.meter if meter is None else meter
            return
        active = self.active(time) if self.lines else _Line(time, _PLACEHOLDER_BEAT_LENGTH, 4)
        line = _Line(
            time,
            active.beat_length if beat_length is None else beat_length,
            active.meter if meter is None else meter,
        )
        insort(self.lines, line, key=lambda other: other.time)

    def has(self, time: int) -> bool:
        return self.active(time).time == time


def markers_from_events(timed: TimedEvents, *, types_first: bool) -> list[tuple[EventType, int]]:
    """The beats, measures and timing points among events, with the times said right beside them.

    A time stands after its marker where types come first, before it otherwise. A marker that has
    anything else there is malformed and counts for nothing, as in the published models' own
    timing; only a model that writes beats among objects makes such.
    """
    wanted = (EventType.BEAT, EventType.MEASURE, EventType.TIMING_POINT)
    markers = []
    for index, event in enumerate(timed.events):
        if event.type not in wanted:
            continue
        beside = index + 1 if types_first else index - 1
        if 0 <= beside < len(timed) and timed.events[beside].type is EventType.TIME:
            markers.append((event.type, int(timed.events[beside].value)))
    return markers


def generate_timing(
    markers: Iterable[tuple[EventType, int]], leniency: float = 20
) -> list[RedLine]:
    """Red lines that put a beat within ``leniency`` ms of every marker. Empty for no markers."""
    walked = [
        _Marker(kind, time, 0 if kind is EventType.TIMING_POINT else 1)
        for kind, time in sorted(markers, key=lambda marker: marker[1])
    ]
    if not walked:
        return []
    lines = _Lines()
    starts = [marker.time for marker in walked if marker.kind is EventType.TIMING_POINT]
    for time in starts or [walked[0].time]:
        lines.add(time, _PLACEHOLDER_BEAT_LENGTH, 4)
    _set_meters(walked, lines)
    _set_tempos(walked, lines, leniency)
    return [RedLine(float(line.time), line.beat_length, line.meter) for line in lines.lines]


def human_beat_length(elapsed: float, beats: float, leniency: float) -> float:
    """The beat length of the roundest tempo that fits ``beats`` into ``elapsed`` ms."""
    if elapsed == 0 or beats == 0:
        return _PLACEHOLDER_BEAT_LENGTH
    exact = elapsed / beats
    if 60000 / exact < 1:
        return _PLACEHOLDER_BEAT_LENGTH
    for candidate in _rounded_tempos(exact):
        if abs(elapsed - candidate * beats) <= leniency:
            return candidate
    return exact


def _rounded_tempos(beat_length: float) -> list[float]:
    bpm = 60000 / beat_length
    rounded = [round(bpm * step) / step for step in _HUMAN_STEPS]
    return [60000 / tempo for tempo in rounded if tempo]


def _set_meters(markers: Sequence[_Marker], lines: _Lines) -> None:
    counter = 0
    last_measure = markers[0].time
    for marker in markers:
        if marker.kind is EventType.TIMING_POINT:
            counter, last_measure = 0, marker.time
            continue
        line = lines.active(marker.time - 1)
        if line.time == marker.time:
            continue
        counter += 1
        if not marker.is_measure:
            continue
        if line.meter != counter:
            if last_measure <= line.time:
                line.meter = counter
            else:
                lines.add(last_measure, meter=counter)
        counter, last_measure = 0, marker.time


def _set_tempos(markers: Sequence[_Marker], lines: _Lines, leniency: float) -> None:
    times = [marker.time for marker in markers]
    counter = 0
    last = _PLACEHOLDER_BEAT_LENGTH
    for marker in markers:
        line = lines.active(marker.time - 1)
        if line.time == marker.time:
            counter = 0
            continue
        first, end = bisect_left(times, line.time + 1), bisect_left(times, marker.time)
        section = [*markers[first:end], marker]
        if marker.weight == 0:
            if len(section) > 1:
                counter = 0
                continue
            marker.weight = _nearest_weight((marker.time - line.time) / last)
        beat_length = human_beat_length(marker.time - line.time, _weights(section), 0)
        if _fits(section, line.time, beat_length, leniency):
            beat_length = _roundest(section, line.time, beat_length, leniency)
            line.beat_length = beat_length
        elif len(section) > 1:
            beat_length, counter = _split(section, line, lines, leniency)
        last = beat_length
        counter += 1
        if lines.has(marker.time):
            counter = 0
        if marker.is_measure:
            active = lines.active(marker.time)
            if counter % active.meter != 0:
                lines.add(marker.time)
            counter = 0


def _split(
    section: Sequence[_Marker], line: _Line, lines: _Lines, leniency: float
) -> tuple[float, int]:
    """Cut a section in two; the second part's beat length and how far it is into its bar."""
    count = len(section)
    best: tuple[float, int] | None = None
    for index in range(1, count):
        if not (section[index - 1].is_measure or index == count - 1):
            continue
        loss = _loss(section[:index], line.time) + _loss(section[index:], section[index - 1].time)
        if best is None or loss < best[0]:
            best = (loss, index)
    index = count - 1 if best is None else best[1]
    left, right = section[:index], section[index:]
    if index < count - 1:
        exact = human_beat_length(left[-1].time - line.time, _weights(left), 0)
        line.beat_length = _roundest(left, line.time, exact, leniency)
    start = left[-1].time
    beat_length = human_beat_length(section[-1].time - start, _weights(right), leniency)
    lines.add(start, beat_length)
    counter = 0
    for position in range(count - 2, index - 1, -1):
        if section[position].is_measure:
            break
        counter += 1
    return beat_length, counter


def _weights(section: Sequence[_Marker]) -> float:
    return sum(marker.weight for marker in section)


def _fits(section: Sequence[_Marker], start: int, beat_length: float, leniency: float) -> bool:
    beats = 0.0
    for marker in section:
        beats += marker.weight
        if abs(marker.time - (start + beat_length * beats)) > leniency:
            return False
    return True


def _roundest(section: Sequence[_Marker], start: int, beat_length: float, leniency: float) -> float:
    if beat_length == 0 or beat_length > 60000:
        return beat_length
    for candidate in _rounded_tempos(beat_length):
        if _fits(section, start, candidate, leniency):
            return candidate
    return beat_length


def _loss(section: Sequence[_Marker], start: int) -> float:
    """Mean squared distance in ms² of the markers from beats of their own tempo."""
    beat_length = human_beat_length(section[-1].time - start, _weights(section), 0)
    beats = 0.0
    total = 0.0
    for marker in section:
        beats += marker.weight
        total += (marker.time - (start + beat_length * beats)) ** 2
    return total / len(section)


def _nearest_weight(beats: float) -> float:
    candidates = (float(round(beats)), 1.0, 1 / 2, 1 / 4, 1 / 8, 1 / 16)
    return min(candidates, key=lambda candidate: abs(candidate - beats))
