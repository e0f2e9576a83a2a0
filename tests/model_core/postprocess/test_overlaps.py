"""Objects that nearly lie on one another."""

from __future__ import annotations

from model_core.postprocess import snap_near_overlaps
from model_core.tokens.events import EventType
from model_core.tokens.groups import Group


def _part(kind: EventType, time: int, x: int | None, y: int | None) -> Group:
    return Group(type=kind, time=time, own_time=True, x=x, y=y)


def test_a_near_stack_becomes_one_and_a_gap_stays() -> None:
    parts = [
        _part(EventType.CIRCLE, 0, 100, 100),
        _part(EventType.CIRCLE, 200, 103, 102),
        _part(EventType.CIRCLE, 400, 105, 100),
        _part(EventType.CIRCLE, 5000, 101, 100),
    ]
    moved = snap_near_overlaps(parts)
    assert [(part.x, part.y) for part in moved] == [(100, 100), (100, 100), (105, 100), (101, 100)]
    assert parts[1].x == 103  # what was given is left alone


def test_a_slider_is_moved_as_a_whole() -> None:
    parts = [
        _part(EventType.CIRCLE, 0, 100, 100),
        _part(EventType.SLIDER_HEAD, 200, 102, 101),
        _part(EventType.BEZIER_ANCHOR, 200, 150, 150),
        _part(EventType.LAST_ANCHOR, 400, 200, 100),
        _part(EventType.LAST_ANCHOR, 400, None, None),
        _part(EventType.SLIDER_END, 400, 190, 99),
        _part(EventType.SPINNER, 900, 256, 192),
    ]
    moved = snap_near_overlaps(parts)
    assert [(part.x, part.y) for part in moved[1:]] == [
        (100, 100),
        (148, 149),
        (198, 99),
        (None, None),
        (188, 98),
        (256, 192),
    ]
