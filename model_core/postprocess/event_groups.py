"""Groups of a whole map's events, as the published models' post-processing reads them.

It works on events alone: a part that does not say its time stands at 0 ms, and one that does not
say where it is stands where the part before it was.
"""

from __future__ import annotations

from collections.abc import Iterable

from model_core.tokens.events import TYPE_EVENTS, Event, EventType, TimedEvents
from model_core.tokens.groups import Group, events_to_groups
from model_core.tokens.layout import Layout

__all__ = ["reference_groups"]


def reference_groups(events: Iterable[Event], layout: Layout) -> list[Group]:
    """Groups with the times (ms) and positions (osu! pixels) that the events themselves say."""
    listed = tuple(events)
    # Where types come first, a group takes its time from what follows its type.
    times = (0.0,) * len(listed) if layout.types_first else _said_times(listed)
    return events_to_groups(TimedEvents(listed, times), layout)


def _said_times(events: tuple[Event, ...]) -> tuple[float, ...]:
    """For each event the time that its group has said so far, else 0."""
    times: list[float] = []
    said = 0
    for kind, value in events:
        if kind is EventType.TIME:
            said = value
        times.append(said)
        if kind in TYPE_EVENTS or kind.value.endswith("_sustain"):
            said = 0
    return tuple(times)
