"""Beats as a model hears them: kinds and times, from events."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from model_core.tokens.events import EventType, TimedEvents

BEAT, MEASURE, TIMING_POINT = EventType.BEAT, EventType.MEASURE, EventType.TIMING_POINT


class Mark(NamedTuple):
    """A beat, the first beat of a bar, or a beat on which the tempo begins anew. Time in ms."""

    kind: EventType
    time: float


def marks_of(
    timed: TimedEvents,
    *,
    types_first: bool,
    shift_ms: float = 0.0,
    as_reference: bool = False,
) -> list[Mark]:
    """The marks among events, with the times said right beside them, moved by ``shift_ms``.

    A time stands after its mark where types come first, before it otherwise. A mark that has
    something else there says nothing of when it is. It is left out; as_reference: it counts for
    the beginning of what was heard (time 0 before the move), as in the published models' own
    averaging.
    """
    found = []
    for index, event in enumerate(timed.events):
        if event.type not in (BEAT, MEASURE, TIMING_POINT):
            continue
        beside = index + 1 if types_first else index - 1
        if 0 <= beside < len(timed) and timed.events[beside].type is EventType.TIME:
            found.append(Mark(event.type, timed.events[beside].value + shift_ms))
        elif as_reference:
            found.append(Mark(event.type, shift_ms))
    return found


def plain(marks: Iterable[Mark]) -> list[tuple[EventType, int]]:
    """Marks as :func:`model_core.tokens.generate_timing` wants them, in order of time."""
    return sorted(((mark.kind, round(mark.time)) for mark in marks), key=lambda mark: mark[1])
