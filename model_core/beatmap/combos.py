"""Combo numbers, as the game and its editors show them on objects."""

from __future__ import annotations

from collections.abc import Sequence

from .breaks import BreakPeriod
from .hit_objects import HitObject
from .new_objects import ObjectKind


def combo_labels(
    objects: Sequence[HitObject], breaks: Sequence[BreakPeriod]
) -> tuple[tuple[int, ...], tuple[bool, ...]]:
    """Each object's number in its combo, and whether it starts one; both in file order.

    Objects count in order of time. The first object, the first after a spinner and the first
    after a break start a combo whether their line says so or not; a spinner never does.
    """
    labels = [0] * len(objects)
    starts = [False] * len(objects)
    ends = sorted(period.end for period in breaks)
    next_break = 0
    number = 0
    after_spinner = True
    for index in sorted(range(len(objects)), key=lambda i: objects[i].time):
        item = objects[index]
        forced = after_spinner
        while next_break < len(ends) and ends[next_break] < item.time:
            forced = True
            next_break += 1
        if item.kind is ObjectKind.SPINNER:
            number += 1
            after_spinner = True
        else:
            starts[index] = forced or item.new_combo
            number = 1 if starts[index] else number + 1
            after_spinner = False
        labels[index] = number
    return tuple(labels), tuple(starts)
