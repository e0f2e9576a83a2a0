"""What is drawn of a map and of what a change makes of it: objects with colour, number, role."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TypeVar

from ..beatmap import Beatmap, HitObject, ObjectKind, Sound, format_timestamp, object_sounds, parse
from ..beatmap.geometry.catch import CatchObject, catch_objects
from ..beatmap.geometry.mania import ManiaObject, mania_objects
from ..beatmap.geometry.slider_path import Point
from ..beatmap.geometry.stacking import stacked_positions
from ..beatmap.geometry.taiko import TaikoObject, taiko_objects
from .theme import combo_colour

T = TypeVar("T")

#: No picture shows more objects than this; more of them are one blot.
MOST_OBJECTS = 5000
#: Of a map with more objects than this, only those that are drawn are computed: such a file is no
#: map, or one whose offsets of single droplets nobody will miss.
MOST_WHOLE = 20_000
#: In such a file, an object that began longer ago than this, in ms, is not looked at.
_LONGEST = 60_000.0


class Role(Enum):
    """What a change does to an object. ``SOUNDS``: it stays where it is and sounds otherwise."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"
    SOUNDS = "sounds"


@dataclass(frozen=True, slots=True)
class Drawn:
    """One object. ``index`` counts the map's objects in file order."""

    index: int
    item: HitObject
    number: int
    starts_combo: bool
    colour: str
    role: Role

    @property
    def name(self) -> str:
        """As a mapper would call it: ``00:12:345 (3) slider``."""
        stamp = format_timestamp(self.item.time, (self.number,)).removesuffix(" - ")
        told = f", {self.role.value}" if self.role is not Role.KEPT else ""
        return f"{stamp} {self.item.kind.value}{told}"


class Side:
    """A map in a range of time: one half of a picture before and after, or all of it."""

    def __init__(
        self, beatmap: Beatmap, title: str, objects: tuple[Drawn, ...], left_out: int
    ) -> None:
        self.beatmap = beatmap
        self.title = title
        #: In order of time; those that reach into the range are among them.
        self.objects = objects
        self.left_out = left_out
        self._sounds: dict[int, tuple[tuple[float, ...], tuple[Sound, ...]]] = {}

    def starting(self, start: float, end: float) -> list[Drawn]:
        """Objects that start in ``start <= time < end``."""
        return [each for each in self.objects if start <= each.item.time < end]

    def sounding(self, start: float, end: float) -> list[Drawn]:
        """Objects that are there between two times, however short."""
        return [
            each for each in self.objects if each.item.time < end and each.item.end_time >= start
        ]

    def count(self, *roles: Role) -> int:
        """How many objects have one of these roles."""
        return sum(each.role in roles for each in self.objects)

    def sounds(self, drawn: Drawn, start: float, end: float) -> list[tuple[float, Sound]]:
        """What an object plays from ``start`` to ``end`` ms, both included, and when."""
        known = self._sounds.get(drawn.index)
        if known is None:
            times = drawn.item.node_times
            nodes = object_sounds(drawn.item, self.beatmap.timing).nodes
            known = self._sounds[drawn.index] = (times, nodes)
        times, nodes = known
        first, last = bisect_left(times, start), bisect_right(times, end)
        return list(zip(times[first:last], nodes[first:last], strict=True))

    def falling(self, drawn: Drawn, start: float, end: float) -> Sequence[CatchObject]:
        """What falls of an object of catch in ``start <= time < end``."""
        parts = self.catch[drawn.index]
        first = bisect_left(parts, start, key=lambda part: part.time)
        return parts[first : bisect_left(parts, end, key=lambda part: part.time)]

    @cached_property
    def places(self) -> Mapping[int, Point]:
        """Where each object that is drawn lies in osu!standard, by its index."""
        return self._by_index(stacked_positions)

    @cached_property
    def catch(self) -> Mapping[int, tuple[CatchObject, ...]]:
        """What falls, by the object's index."""
        return self._by_index(catch_objects)

    @cached_property
    def taiko(self) -> Mapping[int, TaikoObject]:
        """What is drummed, by the object's index."""
        return self._by_index(taiko_objects)

    @cached_property
    def mania(self) -> Mapping[int, ManiaObject]:
        """Notes and holds, by the object's index."""
        return self._by_index(mania_objects)

    def _by_index(self, compute: Callable[[Beatmap], Sequence[T]]) -> dict[int, T]:
        """What is computed for a map, for each object that is drawn."""
        wanted = sorted(each.index for each in self.objects)
        items = self.beatmap.hit_objects
        if len(items) <= MOST_WHOLE:
            made = compute(self.beatmap)
            return {index: made[index] for index in wanted}
        kept = {items[index].line for index in wanted}
        left = {item.line for item in items} - kept
        lines = self.beatmap.document.lines
        part = parse(b"".join(line for number, line in enumerate(lines) if number not in left))
        return dict(zip(wanted, compute(part), strict=True))


def sides(before: Beatmap, after: Beatmap | None, start: float, end: float) -> tuple[Side, ...]:
    """The map alone, or before and after with what was removed, added and made to sound otherwise.

    Objects count as the same if time, place and shape are. Times in ms, both included.
    """
    if after is None:
        return (_side(before, "", start, end, None, Role.KEPT),)
    old, new = list(_within(before, start, end)), list(_within(after, start, end))
    return (
        _side(before, "Before", start, end, _sounds_of(after, new), Role.REMOVED),
        _side(after, "After", start, end, _sounds_of(before, old), Role.ADDED),
    )


def _within(beatmap: Beatmap, start: float, end: float) -> Iterator[tuple[int, HitObject]]:
    items = beatmap.hit_objects
    earliest = -math.inf if len(items) <= MOST_WHOLE else start - _LONGEST
    for index, item in enumerate(items):
        if not earliest <= item.time <= end:
            continue
        if item.time >= start or (is_long(item) and item.end_time >= start):
            yield index, item


def _shape(beatmap: Beatmap, item: HitObject) -> tuple[object, ...]:
    place = (beatmap.mode, item.kind, item.time, item.x, item.y, item.end_time)
    return (*place, item.slides, item.length, item.curve)


def _sound(beatmap: Beatmap, item: HitObject) -> tuple[object, ...]:
    return (object_sounds(item, beatmap.timing), item.sample, item.node_samples)


_Known = dict[tuple[object, ...], list[tuple[object, ...]]]


def _sounds_of(beatmap: Beatmap, items: Sequence[tuple[int, HitObject]]) -> _Known:
    """The sounds of the objects of each shape."""
    known: _Known = {}
    for _, item in items[:MOST_OBJECTS]:
        known.setdefault(_shape(beatmap, item), []).append(_sound(beatmap, item))
    return known


def _side(
    beatmap: Beatmap, title: str, start: float, end: float, other: _Known | None, odd: Role
) -> Side:
    combos = beatmap.combos
    palette = beatmap.colours.combos
    found = sorted(_within(beatmap, start, end), key=lambda pair: pair[1].time)
    used: Counter[tuple[object, ...]] = Counter()
    drawn = []
    for index, item in found[:MOST_OBJECTS]:
        role = Role.KEPT
        if other is not None:
            shape = _shape(beatmap, item)
            theirs = other.get(shape, [])
            if used[shape] >= len(theirs):
                role = odd
            elif _sound(beatmap, item) != theirs[used[shape]]:
                role = Role.SOUNDS
            used[shape] += 1
        colour = combo_colour(palette, combos.colours[index])
        number = combos.numbers[index]
        drawn.append(Drawn(index, item, number, combos.starts[index], colour, role))
    return Side(beatmap, title, tuple(drawn), max(0, len(found) - MOST_OBJECTS))


def is_long(item: HitObject) -> bool:
    """Whether an object has a length: a slider, a spinner, a hold."""
    return item.kind is not ObjectKind.CIRCLE and item.end_time > item.time
