"""From token ids back to events with times, and from cells back to pixels."""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from itertools import pairwise

from model_core.tokens.events import ANCHOR_EVENTS, TYPE_EVENTS, Event, EventType, TimedEvents
from model_core.tokens.layout import Layout
from model_core.tokens.vocabulary import Vocabulary

STEP_MS = 10
_HALF_STEP_MS = 5  # a step stands for its middle; encoding truncates, so this goes back to it


def decode_window(
    vocab: Vocabulary,
    layout: Layout,
    ids: Sequence[int],
    frame_time: float,
    start_ms: float | None = None,
) -> TimedEvents:
    """The events of a window's generated ids; times are absolute, and in whole ms.

    Events before the first time have that of what was written before them, ``start_ms`` (the
    window's own beginning where nothing was).

    Reading stops at eos; ids that stand for no event (padding, context marks) and conditions,
    which a model cannot mean to write, are skipped.
    """
    events: list[Event] = []
    for token in ids:
        if token == vocab.eos:
            break
        event = vocab.try_decode(token) if token < vocab.size_out else None
        if event is None:
            continue
        if event.type is EventType.TIME:
            event = Event(EventType.TIME, decode_time(frame_time, event.value))
        events.append(event)
    start = int(frame_time) if start_ms is None else start_ms
    times = event_times(events, layout, start, frame_time + layout.window_ms)
    return TimedEvents(tuple(events), times)


def decode_time(frame_time: float, step: int) -> int:
    """The time of a step in ms: the middle of its 10 ms."""
    return int(frame_time) + STEP_MS * step + (_HALF_STEP_MS if step >= 0 else 0)


def event_times(
    events: Sequence[Event], layout: Layout, start_ms: float = 0, end_ms: float | None = None
) -> tuple[float, ...]:
    """The time of every event, from the time events alone.

    An event belongs to the last time said before it, or, where types come first, a type to the
    time said right after it. Anchors of version-1 sliders, which have no times, are spread evenly
    between what is before and after them (``end_ms``: after the last event).
    """
    times: list[float] = []
    current = start_ms
    for index, event in enumerate(events):
        if event.type is EventType.TIME:
            current = event.value
        elif layout.types_first and event.type in TYPE_EVENTS:
            following = events[index + 1] if index + 1 < len(events) else None
            if following is not None and following.type is EventType.TIME:
                current = following.value
        times.append(current)
    if layout.slider_version == 1:
        _spread_anchors(events, times, layout, start_ms if end_ms is None else end_ms)
    return tuple(times)


def _spread_anchors(
    events: Sequence[Event], times: list[float], layout: Layout, end_ms: float
) -> None:
    """Give the anchors that have no time their places before the next time that is said.

    Each takes an equal share of what is left, in whole ms, from the event before it on.
    """
    groups = _groups(events, layout)
    following, left = end_ms, 0
    shares: list[tuple[int, int, float, int]] = []  # first, one past last, next time, anchors left
    for first, last, kind in reversed(groups):
        said = [event.value for event in events[first:last] if event.type is EventType.TIME]
        if said:
            following, left = said[0], 0
        elif kind in ANCHOR_EVENTS:
            left += 1
            shares.append((first, last, following, left))
    for first, last, until, count in reversed(shares):
        before = times[first - 1] if first else times[first]
        if not layout.types_first:
            # Where types come last, an end that has passed is none; elsewhere time runs back to it.
            until = max(until, before) if until == end_ms else until
        times[first:last] = [int(before + (until - before) / (count + 1))] * (last - first)


def _groups(events: Sequence[Event], layout: Layout) -> list[tuple[int, int, EventType | None]]:
    """Where each group starts and ends, and its type."""
    marks = [index for index, event in enumerate(events) if event.type in TYPE_EVENTS]
    groups: list[tuple[int, int, EventType | None]] = []
    if layout.types_first:
        for mark, following in pairwise([*marks, len(events)]):
            groups.append((mark, following, events[mark].type))
        return groups
    start = 0
    for mark in marks:
        groups.append((start, mark + 1, events[mark].type))
        start = mark + 1
    if start < len(events):
        groups.append((start, len(events), None))
    return groups


def rescale_positions(timed: TimedEvents, layout: Layout) -> TimedEvents:
    """Positions in osu! pixels: each joint cell becomes an x and a y event, split ones are scaled.

    A refinement that follows its cell directly is used and stays in the list; without one, the
    middle of the cell is meant.
    """
    events: list[Event] = []
    times: list[float] = []
    precision = layout.position_precision
    for index, (event, time) in enumerate(zip(timed.events, timed.times, strict=True)):
        if event.type is EventType.POSITION:
            row, column = divmod(event.value, layout.position_columns)
            offset_x = offset_y = precision // 2
            following = timed.events[index + 1] if index + 1 < len(timed) else None
            if (
                layout.refinement
                and following is not None
                and following.type is EventType.POSITION_REFINEMENT
            ):
                fine_y, fine_x = divmod(following.value, precision // layout.refinement)
                offset_x, offset_y = fine_x * layout.refinement, fine_y * layout.refinement
            left = top = -256 // precision
            events.append(Event(EventType.POSITION_X, (column + left) * precision + offset_x))
            events.append(Event(EventType.POSITION_Y, (row + top) * precision + offset_y))
            times += [time, time]
            continue
        if layout.split_positions and event.type in (EventType.POSITION_X, EventType.POSITION_Y):
            event = Event(event.type, event.value * precision)
        events.append(event)
        times.append(time)
    return TimedEvents(tuple(events), tuple(times))


def columns_as_positions(timed: TimedEvents, keys: int) -> TimedEvents:
    """Mania's columns as x and y events in osu! pixels: the middle of each of ``keys`` columns."""
    events: list[Event] = []
    times: list[float] = []
    for event, time in zip(timed.events, timed.times, strict=True):
        if event.type is EventType.COLUMN:
            events.append(Event(EventType.POSITION_X, int((event.value + 0.5) * 512 / keys)))
            events.append(Event(EventType.POSITION_Y, 192))
            times += [time, time]
            continue
        events.append(event)
        times.append(time)
    return TimedEvents(tuple(events), tuple(times))


def splice(
    reference: TimedEvents, generated: TimedEvents, start_ms: float, end_ms: float
) -> TimedEvents:
    """``generated`` inside [start, end], ``reference`` outside it. Both sorted by time."""
    before = bisect.bisect_left(reference.times, start_ms)
    after = bisect.bisect_right(reference.times, end_ms)
    head = TimedEvents(reference.events[:before], reference.times[:before])
    tail = TimedEvents(reference.events[after:], reference.times[after:])
    return head + generated + tail
