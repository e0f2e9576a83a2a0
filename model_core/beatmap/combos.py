"""Combos, as the game and its editors number and colour them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .breaks import BreakPeriod
from .hit_objects import HitObject
from .new_objects import ObjectKind


class Combos(NamedTuple):
    """One entry per object, in file order.

    ``numbers`` are what the objects bear. ``starts`` says which begin a combo. ``colours``
    count the combos with the colours that are skipped: an object's colour is that count,
    modulo the number of colours, in the list of combo colours (so the first combo has the
    second colour). A spinner before the first combo has 0.
    """

    numbers: tuple[int, ...]
    starts: tuple[bool, ...]
    colours: tuple[int, ...]


def read_combos(objects: Sequence[HitObject], breaks: Sequence[BreakPeriod]) -> Combos:
    """Numbers the objects of a map.

    Objects count in order of time, those at one time in the order of the file. The first
    object, the first after a spinner and the first after a break start a combo whether their
    line says so or not; a spinner never does. Colours are skipped only where a line starts a
    combo itself.
    """
    numbers = [0] * len(objects)
    starts = [False] * len(objects)
    colours = [0] * len(objects)
    ends = [period.end for period in sorted(breaks, key=lambda period: (period.start, period.end))]
    next_break = 0
    number = colour = 0
    after_spinner = True
    for index in sorted(range(len(objects)), key=lambda i: objects[i].time):
        item = objects[index]
        # The game looks for spinners in the order of the file as well.
        forced = after_spinner or index == 0 or objects[index - 1].kind is ObjectKind.SPINNER
        while next_break < len(ends) and ends[next_break] < item.time:
            forced = True
            next_break += 1
        after_spinner = item.kind is ObjectKind.SPINNER
        if not after_spinner and (forced or item.new_combo):
            starts[index] = True
            number = 0
            colour += 1 + (item.combo_skip if item.new_combo else 0)
        number += 1
        numbers[index], colours[index] = number, colour
    return Combos(tuple(numbers), tuple(starts), tuple(colours))
