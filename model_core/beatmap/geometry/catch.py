"""What falls in catch: fruits, droplets, tiny droplets and bananas.

The algorithms are the game's ``JuiceStream``, ``BananaShower`` and ``CatchBeatmapProcessor``.
A circle is a fruit, a slider a juice stream, a spinner or hold a shower of bananas; maps of
osu!standard are read the same way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise

from ..beatmap import Beatmap
from ..hit_objects import HitObject
from ..new_objects import ObjectKind
from ..numbers import to_single
from .catch_hard_rock import CIRCLE_SIZE_FACTOR, MAX_CIRCLE_SIZE, HardRock
from .legacy_random import LegacyRandom
from .rules import circle_scale, slider_speed
from .slider_events import MAX_MAP_PARTS, SliderEvent, SliderEventKind, slider_events
from .slider_path import SliderPath, slider_path

WIDTH = 512.0
RANDOM_SEED = 1337
#: Tiny droplets are moved by up to this many pixels.
TINY_OFFSET = 20
#: Between events further apart than this many ms lie tiny droplets,
TINY_FROM = 80
#: as many as it takes for them to be no further apart than this.
TINY_STEP = 100
#: Bananas are no further apart than this many ms.
BANANA_STEP = 100.0
#: The catcher's width at scale 1, and the pixels it dashes per ms.
CATCHER_WIDTH, DASH_SPEED = 106.75, 1.0
#: Milliseconds of a jump that do not count: a quarter of a frame at 60 Hz.
GRACE = 1000.0 / 60.0 / 4.0
#: A shower, or the time between two events of a stream, with more parts than this belongs to
#: no map; the rest is left out.
MAX_PARTS = 100_000


class CatchKind(Enum):
    """What falls."""

    FRUIT = "fruit"
    DROPLET = "droplet"
    TINY_DROPLET = "tiny droplet"
    BANANA = "banana"


@dataclass(frozen=True, slots=True)
class CatchObject:
    """One thing to catch. ``time`` in ms; ``x`` in osu! pixels, 0..512, where it falls, with
    the game's seeded offsets. ``hyper``: the next fruit or droplet cannot be reached without
    a hyperdash."""

    kind: CatchKind
    time: float
    x: float
    hyper: bool = False


def catch_objects(
    beatmap: Beatmap, *, hard_rock: bool = False
) -> tuple[tuple[CatchObject, ...], ...]:
    """What each object becomes, parallel to ``beatmap.hit_objects``, in order of time.

    Offsets are drawn in order of time over the whole map, so that a change early in the map
    moves every droplet and banana behind it, as it does in the game. ``hard_rock`` plays the
    map with that mod, which moves fruits and makes the catcher smaller.
    """
    random = LegacyRandom(RANDOM_SEED)
    mover = HardRock(random, WIDTH) if hard_rock else None
    items = beatmap.hit_objects
    order = sorted(range(len(items)), key=lambda index: items[index].time)
    parts: list[list[CatchObject]] = [[] for _ in items]
    left = MAX_MAP_PARTS
    for index in order:
        item = items[index]
        if item.kind is ObjectKind.CIRCLE:
            x = item.x if mover is None else mover.fruit(item.x, item.time)
            parts[index] = [CatchObject(CatchKind.FRUIT, item.time, _inside(x))]
        elif item.curve is not None:
            if mover is not None:
                mover.stream(item.curve.segments[-1].points[-1][0], item.time)
            parts[index] = [_moved(part, random) for part in _stream(beatmap, item, left > 0)]
        elif left > 0:
            parts[index] = list(_shower(item, random))
        left -= len(parts[index])
    size = beatmap.circle_size
    if hard_rock:
        size = min(MAX_CIRCLE_SIZE, to_single(size) * CIRCLE_SIZE_FACTOR)
    _mark_hyperdashes(size, parts, order)
    return tuple(tuple(each) for each in parts)


def max_combo(beatmap: Beatmap) -> int:
    """The longest combo of a catch map: its fruits and droplets."""
    return sum(
        part.kind in (CatchKind.FRUIT, CatchKind.DROPLET)
        for parts in catch_objects(beatmap)
        for part in parts
    )


def _inside(x: float) -> float:
    return min(WIDTH, max(0.0, x))


def _stream(beatmap: Beatmap, item: HitObject, droplets: bool) -> list[CatchObject]:
    """A juice stream's parts in order of time; ``x`` may lie outside the playfield yet."""
    assert item.curve is not None
    path = slider_path(item.curve, item.length)
    # The head is drawn from within the playfield, and the path is carried along.
    shift = _inside(item.x) - item.x
    # Unlike osu!standard, catch has droplets where a line asks for sliders without ticks.
    speed = slider_speed(beatmap, item.time)
    parts: list[CatchObject] = []
    before: SliderEvent | None = None
    for event in slider_events(item.time, item.slides, path.length, speed, ticks=droplets):
        if droplets and before is not None:
            parts += _tiny_droplets(before, event, path, shift)
        before = event
        if event.kind is not SliderEventKind.LAST_TICK:
            tick = event.kind is SliderEventKind.TICK
            kind = CatchKind.DROPLET if tick else CatchKind.FRUIT
            x = to_single(shift + path.position_at(event.progress)[0])
            parts.append(CatchObject(kind, event.time, x))
        droplets = droplets and len(parts) < MAX_PARTS
    return sorted(parts, key=lambda part: part.time)


def _tiny_droplets(
    first: SliderEvent, last: SliderEvent, path: SliderPath, shift: float
) -> Iterator[CatchObject]:
    gap = int(last.time) - int(first.time)
    if gap <= TINY_FROM:
        return
    step = float(gap)
    while step > TINY_STEP:
        step /= 2.0
    # The halves of a whole number add up without rounding, so the last one is left out.
    count = round(gap / step)
    for index in range(1, min(count, MAX_PARTS)):
        after = step * index
        progress = first.progress + after / gap * (last.progress - first.progress)
        x = to_single(shift + path.position_at(progress)[0])
        yield CatchObject(CatchKind.TINY_DROPLET, first.time + after, x)


def _moved(part: CatchObject, random: LegacyRandom) -> CatchObject:
    """A part of a stream where it falls; takes the numbers that the game takes."""
    offset = 0.0
    if part.kind is CatchKind.TINY_DROPLET:
        wanted = random.between(-TINY_OFFSET, TINY_OFFSET)
        offset = min(WIDTH - part.x, max(-part.x, float(wanted)))
    elif part.kind is CatchKind.DROPLET:
        random.next_int()
    return replace(part, x=_inside(part.x + offset))


def _shower(item: HitObject, random: LegacyRandom) -> Iterator[CatchObject]:
    # Whole ms and single precision, as the old client counted: one banana more or less
    # changes every random number after it.
    step = to_single(item.end_time - item.time)
    while step > BANANA_STEP:
        step = to_single(step / 2.0)
    time, end = float(int(item.time)), float(int(item.end_time))
    if step <= 0:
        return
    for _ in range(MAX_PARTS):
        if time > end:
            return
        x = _inside(to_single(random.next_float() * WIDTH))
        for _ in range(3):
            random.next_int()
        yield CatchObject(CatchKind.BANANA, time, x)
        time = to_single(time + step)


def _mark_hyperdashes(circle_size: float, parts: list[list[CatchObject]], order: list[int]) -> None:
    """Sets ``hyper`` in place."""
    places = [
        (index, at)
        for index in order
        for at, part in enumerate(parts[index])
        if part.kind in (CatchKind.FRUIT, CatchKind.DROPLET)
    ]
    half = CATCHER_WIDTH * abs(2.0 * circle_scale(circle_size, allowance=False)) / 2.0
    last_direction, spare = 0, half
    for (index, at), (next_index, next_at) in pairwise(places):
        here, there = parts[index][at], parts[next_index][next_at]
        direction = 1 if there.x > here.x else -1
        time = int(there.time) - int(here.time) - GRACE
        distance = abs(there.x - here.x) - (spare if direction == last_direction else half)
        left = to_single(time * DASH_SPEED - distance)
        if left < 0:
            parts[index][at] = replace(here, hyper=True)
            spare = half
        else:
            spare = min(half, max(0.0, left))
        last_direction = direction
