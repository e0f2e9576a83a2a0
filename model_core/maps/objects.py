"""From a flow's contexts to what stands in a map: objects, kiai, scroll speeds, breaks."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace

from model_core.beatmap import NewObject, RedLine
from model_core.beatmap.timing import Timing
from model_core.beatmap.timing_points import TimingPoint
from model_core.postprocess.overlaps import snap_near_overlaps
from model_core.tokens.events import ContextType, EventType, TimedEvents
from model_core.tokens.groups import events_to_groups
from model_core.tokens.layout import Layout
from model_core.tokens.reference_timing import ReferenceTiming
from model_core.tokens.resnap import Resnapper
from model_core.tokens.timelines import median_beat_length
from model_core.tokens.to_objects import Converted, groups_to_objects
from model_core.tokens.translation import translated

__all__ = [
    "breaks_between",
    "kiai_spans",
    "objects_of",
    "reaching_back",
    "scroll_speeds",
    "timing_of",
]

# As the editor places them: so long after an object, so long before the next beside the time in
# which that one appears; and no shorter than this. Mappers leave gaps that are shorter than
# _GAP_MS without one.
_AFTER_MS, _BEFORE_MS, _SHORTEST_MS = 200, 450, 650
_GAP_MS = 4000.0


def timing_of(red_lines: Sequence[RedLine]) -> Timing:
    """The lookups of a map that has these red lines and nothing else."""
    return Timing(
        [
            TimingPoint(-1, line.time, line.beat_length, line.meter, sample_set=2)
            for line in sorted(red_lines, key=lambda line: line.time)
        ]
    )


def reaching_back(red_lines: Sequence[RedLine], first_ms: float) -> tuple[RedLine, ...]:
    """The lines, in order, the first of them moved back whole measures to ``first_ms`` or before.

    Nothing of a map stands before its first red line: the beats there would be nobody's.
    """
    first, *rest = sorted(red_lines, key=lambda line: line.time)
    if first_ms >= first.time:
        return (first, *rest)
    measure = first.beat_length * first.meter
    # Lines stand at whole ms; a measure more keeps the rounded one from standing behind.
    measures = math.ceil((first.time - first_ms) / measure)
    time = round(first.time - measures * measure)
    if time > first_ms:
        time = round(first.time - (measures + 1) * measure)
    return (replace(first, time=time), *rest)


def objects_of(
    layout: Layout,
    contexts: Mapping[ContextType, TimedEvents],
    timing: Timing,
    slider_multiplier: float,
    mode: int,
    keys: int,
    *,
    resnap: bool = True,
    rounded: bool = False,
    snap_overlaps: bool = False,
    until_ms: int | None = None,
) -> Converted:
    """The objects that were written, in the map's own mode.

    Positions are osu! pixels. Where the model was never shown the mode, it wrote osu!standard,
    which is turned into it here. ``rounded`` and ``until_ms``: see
    :func:`~model_core.tokens.to_objects.groups_to_objects`. ``snap_overlaps`` stacks objects that
    nearly lie on one another, as refined positions leave them.
    """
    groups = events_to_groups(contexts.get(ContextType.MAP, TimedEvents()), layout)
    spelled = layout.written_mode(mode)
    converted = groups_to_objects(
        snap_near_overlaps(groups) if snap_overlaps else groups,
        timing,
        slider_multiplier,
        resnap=resnap,
        rounded=rounded,
        mode=spelled,
        keys=keys,
        until_ms=until_ms,
    )
    converted = Converted(tuple(map(_with_one_end, converted.objects)), converted.dropped)
    if spelled == mode:
        return converted
    objects = translated(converted.objects, mode, timing, slider_multiplier, keys)
    return Converted(objects, converted.dropped)


def _with_one_end(item: NewObject) -> NewObject:
    """A slider whose last point stands once; doubled, the game ends the slider there, too short."""
    points = item.curve_points
    while len(points) > 1 and points[-1] == points[-2] and item.curve_letter in ("B", "L"):
        points = points[:-1]
    return item if points is item.curve_points else replace(item, curve_points=points)


def kiai_spans(
    layout: Layout, events: TimedEvents, timing: Timing, end_ms: float
) -> tuple[tuple[float, float], ...]:
    """(start, end) of each kiai, in ms on the ticks that were meant; one left open ends there."""
    snapper = Resnapper(timing.red_lines)
    spans: list[tuple[float, float]] = []
    begun: float | None = None
    for group in events_to_groups(events, layout):
        if group.type is not EventType.KIAI or group.time is None:
            continue
        time = float(snapper.snap(group.time, group.snapping))
        if group.value and begun is None:
            begun = time
        elif not group.value and begun is not None:
            spans.append((begun, time))
            begun = None
    if begun is not None:
        spans.append((begun, end_ms))
    return tuple((start, end) for start, end in spans if end > start)


def scroll_speeds(
    layout: Layout, events: TimedEvents, red_lines: Sequence[RedLine], end_ms: float
) -> tuple[tuple[float, float], ...]:
    """(ms, multiplier) of each change of scroll speed in mania.

    What is written counts the tempo in, relative to the tempo of most of the song; what stands in
    a map does not.
    """
    points = timing_of(red_lines)
    timing = ReferenceTiming(points.red_lines)
    median = median_beat_length(timing, end_ms)
    snapper = Resnapper(points.red_lines)
    first = min((line.time for line in red_lines), default=0.0)
    found: dict[float, float] = {}
    for group in events_to_groups(events, layout):
        if group.type is EventType.SCROLL_SPEED_CHANGE and group.scroll_speed is not None:
            time = max(float(snapper.snap(group.time or 0, group.snapping)), first)
            found[time] = group.scroll_speed * timing.beat_length(time) / median
    # A change of tempo changes nothing that is seen, so the multiplier makes up for it.
    times = sorted(found)
    for line in red_lines:
        before = bisect_right(times, line.time) - 1
        if before >= 0 and line.time not in found:
            at = times[before]
            seen = found[at] * median / timing.beat_length(at)
            found[line.time] = seen * timing.beat_length(line.time) / median
    return tuple(sorted(found.items()))


def breaks_between(objects: Sequence[NewObject], preempt_ms: float) -> tuple[tuple[int, int], ...]:
    """The breaks that belong into long gaps, (start, end) in ms. Objects are in order of time.

    preempt_ms: how long before its time an object appears.
    """
    found: list[tuple[int, int]] = []
    busy: float | None = None
    for item in objects:
        if busy is not None and item.time - busy >= _GAP_MS:
            start = int(busy + _AFTER_MS)
            end = int(item.time - max(_BEFORE_MS, preempt_ms))
            if end - start >= _SHORTEST_MS:
                found.append((start, end))
        end_time = item.time if item.end_time is None else item.end_time
        busy = end_time if busy is None else max(busy, end_time)
    return tuple(found)
