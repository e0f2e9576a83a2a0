"""The red lines that a map should have: what was heard, and its own wherever those are right.

A line that is heard a millisecond or two from the map's own is no news to its mapper. Each section
of constant tempo that was heard is compared to the map: where all its beats lie on the map's, the
map's lines of that stretch stay, whatever they look like. Elsewhere the line that was heard takes
their place. It keeps the map's spelling of the tempo, its meter and its bars where only the beats
moved.

A part of a song ends with a bar line of the map's own tempo: from there on all beats and bars are
where they were.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from model_core.beatmap import Beatmap, RedLine, Timing, red_lines_of
from model_core.beatmap.edits.contracts.survivors import same_phase
from model_core.beatmap.hit_objects import LAZER_VERSION
from model_core.beatmap.timestamps import format_timestamp
from model_core.beatmap.timing_points import TimingPoint
from model_core.errors import EditRefused
from model_core.timing.likeness import Likeness, beats_of, compared

__all__ = ["Merged", "Part", "merged"]

_SIMILAR = 0.02  # tempos this near to each other, in relation, are one that was corrected
_SAME_DRIFT_MS = 1.0  # another spelling of a tempo moves no beat of a section by more than this
_NEARLY_WHOLE_MS = 1e-3
_BORDER = 2  # beats by which a change of tempo may be heard too early or too late


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a map that is timed, in ms, both ends included; None: to the song's end."""

    start_ms: int | None = None
    end_ms: int | None = None

    @property
    def first(self) -> float:
        return -math.inf if self.start_ms is None else self.start_ms

    @property
    def last(self) -> float:
        return math.inf if self.end_ms is None else self.end_ms


@dataclass(frozen=True, slots=True)
class Merged:
    """The red lines that the part should have, in order of time.

    counted: somewhere the map counts the same pulse otherwise than it was heard, and keeps to it.
    """

    lines: tuple[RedLine, ...]
    counted: bool = False


@dataclass(frozen=True, slots=True)
class _Section:
    """A line that was heard, and the stretch in which it was, in ms."""

    line: RedLine
    start: float
    end: float


def merged(
    beatmap: Beatmap,
    heard: Sequence[RedLine],
    beats: Sequence[float],
    tolerance: float,
    part: Part | None = None,
) -> Merged:
    """The red lines of a part of the map (default: all of it).

    Args:
        heard: red lines of the part by its sound, in order of time; at least one.
        beats: what they were made from, rising, in ms; at least one.
        tolerance: how far a beat may be from the map's, in ms.

    Raises:
        EditRefused: the part is too short for its tempo to change and come back.
    """
    part = part or Part()
    own = beatmap.timing
    if not own.red_lines:
        return Merged(tuple(_whole(beatmap, line) for line in heard))
    mine = red_lines_of(beatmap, part.start_ms, part.end_ms)
    lines: list[RedLine] = []
    counted = False
    was_kept = True
    sections = _sections(heard, beats)
    for index, section in enumerate(sections):
        first, final = index == 0, section is sections[-1]
        inside = _well_inside(section, first, final)
        likeness = compared(own, section.line, inside, tolerance)
        if likeness is Likeness.OTHER:
            line = _corrected(beatmap, section, len(inside), part) if first else section.line
            lines.append(_whole(beatmap, line))
            was_kept = False
            continue
        counted |= likeness is Likeness.COUNTED
        low = -math.inf if first else section.start - tolerance
        high = math.inf if final else section.end - tolerance
        kept = [line for line in mine if low <= line.time < high]
        if not was_kept and not any(abs(k.time - section.start) <= tolerance for k in kept):
            lines += [_whole(beatmap, line) for line in _again(own, section.start)]
        lines += kept
        was_kept = True
    lines = _in_order(line for line in lines if part.first <= line.time <= part.last)
    return Merged(tuple(_given_back(beatmap, lines, part)), counted)


def _sections(heard: Sequence[RedLine], beats: Sequence[float]) -> list[_Section]:
    starts = [min(heard[0].time, beats[0]), *(line.time for line in heard[1:])]
    ends = [*starts[1:], max(beats[-1], starts[-1])]
    return [_Section(*each) for each in zip(heard, starts, ends, strict=True)]


def _well_inside(section: _Section, first: bool, final: bool) -> list[float]:
    """The section's beats, but for those where another tempo may have begun a little earlier or
    later than it was heard to."""
    beats = beats_of(section.line, section.start, section.end)
    if len(beats) <= 4 * _BORDER:
        return beats
    return beats[0 if first else _BORDER : None if final else -_BORDER]


def _in_order(lines: Sequence[RedLine] | object) -> list[RedLine]:
    """One line for each time; of two, the one that came first."""
    found: dict[float, RedLine] = {}
    for line in lines:  # type: ignore[attr-defined]
        found.setdefault(line.time, line)
    return [found[time] for time in sorted(found)]


def _corrected(beatmap: Beatmap, section: _Section, count: int, part: Part) -> RedLine:
    """The first line that was heard, where the map's own first one would stand.

    count: of the section's beats.
    """
    line, own = section.line, beatmap.timing
    there = next((red for red in own.red_lines if part.first <= red.time <= part.last), None)
    red = there or own.red_line_at(part.first)
    assert red is not None
    length = red.milliseconds_per_beat
    similar = abs(length / line.beat_length - 1) <= _SIMILAR
    if abs(length - line.beat_length) * count <= _SAME_DRIFT_MS:
        line = replace(line, beat_length=red.beat_length)
    if similar:
        # Bars are not heard as surely as beats: they stay on the beats that they were on.
        line = replace(line, meter=red.meter)
    if there is not None:
        anchor = there.time
    elif similar:
        anchor = _next_bar(red, part.first)
    else:
        anchor = part.first
    unit = line.beat_length * (1 if similar else line.meter)
    time = line.time + round((anchor - line.time) / unit) * unit
    if time > anchor and there == own.red_lines[0] and _begins_green(beatmap):
        # Nothing could say again before the first red line what the old one had ended.
        time -= unit
    while time < part.first:
        time += line.beat_length * line.meter
    # Beyond its own section it would say nothing of it.
    return replace(line, time=time) if time < section.end else line


def _begins_green(beatmap: Beatmap) -> bool:
    """Whether green lines stand before the first red one."""
    first = beatmap.timing.red_lines[0].time
    return any(point.time < first for point in beatmap.timing_points)


def _again(own: Timing, start: float) -> list[RedLine]:
    """The map's own tempo from a moment on at which another one ends."""
    red = own.red_line_at(start)
    assert red is not None
    length = red.milliseconds_per_beat
    beat = red.time + round((start - red.time) / length) * length
    lines = [_like(red, beat)]
    bar = _next_bar(red, beat - _NEARLY_WHOLE_MS)
    later = next((each.time for each in own.red_lines if each.time > start), math.inf)
    if bar - beat > _NEARLY_WHOLE_MS and bar < later:
        # What was a bar line stays one.
        lines.append(_like(red, bar))
    return lines


def _given_back(beatmap: Beatmap, lines: list[RedLine], part: Part) -> list[RedLine]:
    """The lines, and behind them one that gives the map its own beats and bars back."""
    own, last = beatmap.timing, part.last
    if part.end_ms is None or not _goes_on(beatmap, part.end_ms):
        return lines
    red = own.red_line_at(last)
    assert red is not None
    kept = [each for each in own.red_lines if each.time < part.first]
    running = kept[-1] if kept and not lines else _point(lines[-1]) if lines else None
    if running is not None and same_phase(red, running):
        return lines
    time = _bar_before(red, last)
    lines = [line for line in lines if line.time < time]
    if time < part.first or not lines:
        stamp = format_timestamp(_next_bar(red, last)).removesuffix(" - ")
        raise EditRefused(
            "The part is too short: no bar of the map's own tempo lies in it, on which that could"
            f" return behind the new one. Let it end at a later bar line, such as {stamp}."
        )
    return [*lines, _like(red, time)]


def _goes_on(beatmap: Beatmap, end_ms: float) -> bool:
    """Whether anything stands behind a part that its tempo could reach."""
    return any(red.time > end_ms for red in beatmap.timing.red_lines) or any(
        item.time > end_ms or item.end_time > end_ms for item in beatmap.hit_objects
    )


def _next_bar(red: TimingPoint, time: float) -> float:
    bar = red.milliseconds_per_beat * red.meter
    return red.time + math.ceil((time - red.time) / bar - _NEARLY_WHOLE_MS / bar) * bar


def _bar_before(red: TimingPoint, time: float) -> float:
    """The last bar line up to a moment, on a whole ms where it is nearly on one."""
    bar = red.milliseconds_per_beat * red.meter
    found = red.time + math.floor((time - red.time) / bar + _NEARLY_WHOLE_MS / bar) * bar
    nearest = float(math.floor(found + 0.5))
    return nearest if abs(nearest - found) <= _NEARLY_WHOLE_MS and nearest <= time else found


def _like(red: TimingPoint, time: float) -> RedLine:
    return RedLine(time, red.beat_length, red.meter)


def _point(line: RedLine) -> TimingPoint:
    return TimingPoint(-1, line.time, line.beat_length, line.meter)


def _whole(beatmap: Beatmap, line: RedLine) -> RedLine:
    """The line on a whole ms, as the editor writes it."""
    known = any(red.time == line.time for red in beatmap.timing.red_lines)
    if known or beatmap.version >= LAZER_VERSION:
        return line
    return replace(line, time=float(math.floor(line.time + 0.5)))
