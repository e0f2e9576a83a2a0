"""Groups of events: one object part with everything said about it."""

from __future__ import annotations

from dataclasses import dataclass, field

from model_core.tokens.events import TYPE_EVENTS, EventType, TimedEvents
from model_core.tokens.layout import Layout
from model_core.tokens.reference_timing import whole_ms


@dataclass(slots=True)
class Group:
    """An object part. Times in ms, positions in osu! pixels, None where nothing was said."""

    type: EventType | None = None
    value: int = 0
    time: int | None = None
    own_time: bool = False  # a time event stands in this very group
    snapping: int | None = None
    distance: int | None = None
    x: int | None = None
    y: int | None = None
    column: int | None = None
    new_combo: bool = False
    scroll_speed: float | None = None  # multiplier
    # One entry per sound:
    hitsounds: list[int] = field(default_factory=list)  # whistle 2, finish 4, clap 8
    samplesets: list[int] = field(default_factory=list)  # 1 normal, 2 soft, 3 drum
    additions: list[int] = field(default_factory=list)  # the same, for the additions
    volumes: list[int] = field(default_factory=list)  # 0..100


def events_to_groups(timed: TimedEvents, layout: Layout) -> list[Group]:
    """Collect events into groups, each closed (or opened, where types come first) by its type.

    Reminders inside long objects are no parts and are left out. Attributes that belong to no
    type are dropped: a model's output may end in the middle of a group.
    """
    groups: list[Group] = []
    group = Group()
    for event, time in zip(timed.events, timed.times, strict=True):
        kind, value = event
        if kind in TYPE_EVENTS:
            if layout.types_first:
                group = Group()
            group.type, group.value, group.time = kind, value, whole_ms(time)
            groups.append(group)
            if not layout.types_first:
                group = Group()
            continue
        match kind:
            case EventType.TIME:
                group.own_time = True
                if layout.types_first and group.type is not None:
                    group.time = value
            case EventType.SNAPPING:
                group.snapping = value
            case EventType.DISTANCE:
                group.distance = value
            case EventType.POSITION_X:
                group.x = value
            case EventType.POSITION_Y:
                group.y = value
            case EventType.COLUMN:
                group.column = value
            case EventType.NEW_COMBO:
                group.new_combo = True
            case EventType.SCROLL_SPEED:
                group.scroll_speed = value / 100
            case EventType.HITSOUND:
                group.hitsounds.append((value % 8) << 1)
                group.samplesets.append(value // 8 % 3 + 1)
                group.additions.append(value // 24 % 3 + 1)
            case EventType.VOLUME:
                group.volumes.append(value)
            case _ if kind.value.endswith("_sustain"):
                # What was said of the reminder is not said of the next part.
                group = Group()
    return groups
