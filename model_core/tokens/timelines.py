"""Timing, kiai and scroll speeds as events."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from model_core.tokens.events import Event, EventType, TimedEvents, from_groups
from model_core.tokens.layout import Layout
from model_core.tokens.reference_timing import (
    ReferenceTiming,
    TimingLine,
    line_velocity,
    speed_value,
    whole_ms,
)

if TYPE_CHECKING:
    from model_core.beatmap import Beatmap

_MIN_BEAT_LENGTH = 30.0  # ms; faster "beats" are tricks with scroll speeds, and endless
_MAX_SONG_MS = 4 * 3600 * 1000.0  # some maps have an object after days
_SECTION_MARGIN = 10  # ms; no beat this close before the next red line


def timing_events(
    source: Beatmap | Sequence[TimingLine], layout: Layout, song_length_ms: float | None = None
) -> TimedEvents:
    """A beat, measure or timing-point event at every beat.

    ``source`` is a beatmap (beats go on to its last object's end) or a list of timing lines
    (beats go on to ``song_length_ms``, which is then needed). ``song_length_ms`` given with a
    beatmap wins over its last object.
    """
    lines: Iterable[TimingLine]
    if isinstance(source, Sequence):
        lines, until = source, song_length_ms
        if until is None:
            raise ValueError("song_length_ms is needed with a list of timing lines")
    else:
        lines, until = source.timing_points, song_length_ms
        if until is None:
            until = last_object_end(source) + 0.999
    until = min(until, _MAX_SONG_MS)
    red_lines = ReferenceTiming(lines).red_lines

    groups: list[tuple[float, list[Event]]] = []
    for index, line in enumerate(red_lines):
        end = until
        if index + 1 < len(red_lines):
            end = red_lines[index + 1].time - _SECTION_MARGIN
        beat_length = max(line.beat_length, _MIN_BEAT_LENGTH)
        meter = max(line.meter, 1)
        beat = 0
        time = line.time
        while time <= end:
            if beat == 0 and layout.timing_points:
                kind = EventType.TIMING_POINT
            else:
                kind = EventType.MEASURE if beat % meter == 0 else EventType.BEAT
            groups.append((int(time), _group(layout, Event(kind), [_time(int(time))])))
            beat += 1
            time = line.time + beat * beat_length
    return from_groups(groups)


def kiai_events(beatmap: Beatmap, layout: Layout) -> TimedEvents:
    """An event at every toggle of kiai."""
    timing = ReferenceTiming(beatmap.timing_points)
    groups: list[tuple[float, list[Event]]] = []
    kiai = False
    for line in timing.lines:
        if line.kiai != kiai:
            kiai = line.kiai
            attributes = _timed(timing, layout, line.time)
            groups.append(
                (whole_ms(line.time), _group(layout, Event(EventType.KIAI, int(kiai)), attributes))
            )
    return from_groups(groups)


def sv_events(beatmap: Beatmap, layout: Layout, *, as_reference: bool = False) -> TimedEvents:
    """An event wherever the scroll speed changes; changes of tempo count into it.

    ``as_reference``: see :func:`median_beat_length`.
    """
    timing = ReferenceTiming(beatmap.timing_points)
    median = median_beat_length(timing, last_object_end(beatmap), as_reference=as_reference)
    groups: list[tuple[float, list[Event]]] = []
    last: float | None = None
    for index, line in enumerate(timing.lines):
        if index + 1 < len(timing.lines) and timing.lines[index + 1].time == line.time:
            continue  # only the last line at a time is in effect
        speed = line_velocity(line) * median / timing.beat_length(line.time)
        if last is not None and abs(speed - last) <= 1e-3:
            continue
        last = speed
        attributes = _timed(timing, layout, line.time)
        attributes.append(Event(EventType.SCROLL_SPEED, speed_value(speed)))
        groups.append(
            (whole_ms(line.time), _group(layout, Event(EventType.SCROLL_SPEED_CHANGE), attributes))
        )
    return from_groups(groups)


def last_object_end(beatmap: Beatmap) -> float:
    """Where the object that starts last ends, in ms; 0 without objects."""
    if not beatmap.hit_objects:
        return 0.0
    latest = max(hit_object.time for hit_object in beatmap.hit_objects)
    for hit_object in reversed(beatmap.hit_objects):
        if hit_object.time == latest:
            return hit_object.end_time
    return latest


def median_beat_length(
    timing: ReferenceTiming, end_ms: float, *, as_reference: bool = False
) -> float:
    """The beat length that most of the song's time has, in ms.

    ``as_reference`` measures as the published programs do: each time counts in whole seconds of
    its day, so that sections seem up to a second longer or shorter, and one that begins before the
    song does almost a day.
    """
    measured = _seconds_of_day if as_reference else float
    durations: dict[float, float] = {}
    for index, line in enumerate(timing.red_lines):
        until = end_ms
        if index + 1 < len(timing.red_lines):
            until = timing.red_lines[index + 1].time
        duration = measured(until) - measured(line.time)
        durations[line.beat_length] = durations.get(line.beat_length, 0.0) + duration
    return max(durations, key=lambda length: durations[length]) if durations else 1000.0


def _seconds_of_day(time_ms: float) -> float:
    return float(math.floor(time_ms / 1000) % 86400)


def _time(time: int) -> Event:
    return Event(EventType.TIME, time)


def _timed(timing: ReferenceTiming, layout: Layout, time: float) -> list[Event]:
    events = [_time(whole_ms(time))]
    if layout.snapping:
        events.append(Event(EventType.SNAPPING, timing.snapping(time)))
    return events


def _group(layout: Layout, kind: Event, attributes: list[Event]) -> list[Event]:
    return [kind, *attributes] if layout.types_first else [*attributes, kind]
