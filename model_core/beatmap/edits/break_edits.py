"""Breaks that new objects fall into: split around them, or removed."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from ..beatmap import Beatmap
from ..breaks import GAP_AFTER, GAP_BEFORE, MIN_BREAK, BreakPeriod
from ..new_objects import NewObject
from ..numbers import format_number


def overlapped_breaks(
    beatmap: Beatmap, spans: Iterable[tuple[float, float]]
) -> tuple[BreakPeriod, ...]:
    """The breaks that any of the (start, end) spans falls into."""
    starts: list[float] = []
    latest: list[float] = []
    for start, end in sorted(spans):
        starts.append(start)
        latest.append(max(end, latest[-1]) if latest else end)
    found = []
    for period in beatmap.breaks:
        # Of the spans that start before the break's end, does the latest reach its start?
        begun = bisect_right(starts, period.end)
        if begun and latest[begun - 1] >= period.start:
            found.append(period)
    return tuple(found)


def split_break(
    period: BreakPeriod, spans: Sequence[tuple[float, float]]
) -> tuple[tuple[float, float], ...]:
    """What is left of a break around objects at ``spans``, parts under 650 ms gone."""
    parts: list[tuple[float, float]] = []
    first: float = period.start
    for start, end in sorted(spans):
        if start > period.end or end < first:
            continue
        parts.append((first, math.floor(start - GAP_AFTER)))
        first = max(first, math.ceil(end + GAP_BEFORE))
    parts.append((first, period.end))
    return tuple((first, last) for first, last in parts if last - first >= MIN_BREAK)


def break_lines(
    beatmap: Beatmap, objects: Sequence[NewObject]
) -> tuple[tuple[BreakPeriod, tuple[str, ...]], ...]:
    """Each overlapped break with the lines that take its place."""
    spans = [(item.time, item.end_time or item.time) for item in objects]
    offset = beatmap.time_offset
    result = []
    for period in overlapped_breaks(beatmap, spans):
        text = beatmap.document.lines[period.line].lstrip(b"\xef\xbb\xbf")
        keyword = text.split(b",", 1)[0].decode("utf-8", errors="replace")
        result.append(
            (
                period,
                tuple(
                    f"{keyword},{format_number(first - offset)},{format_number(last - offset)}"
                    for first, last in split_break(period, spans)
                ),
            )
        )
    return tuple(result)
