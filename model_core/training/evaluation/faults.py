"""One fault in a map: what a mapper's slip looks like, planted where nothing else changes.

Each kind changes one line of the file, removes one or adds one. What is planted keeps the order
of objects and lets no two of them overlap, so that no rule of the file format gives it away.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from model_core.beatmap import Beatmap, HitObject, ObjectKind, parse
from model_core.beatmap.new_objects import CLAP, FINISH, WHISTLE
from model_core.beatmap.numbers import format_number

__all__ = ["Fault", "FaultKind", "plant"]

_TICKS = 4  # of a beat
_SPARE_MS = 30.0  # kept free on either side of what is planted
_NEW_COMBO = 4
_ADDITIONS = (0, WHISTLE, FINISH, CLAP)


class FaultKind(StrEnum):
    """What is wrong."""

    MOVED = "object moved"
    MISSING = "object missing"
    EXTRA = "object too many"
    HITSOUND = "wrong hitsound"
    NEW_COMBO = "wrong new combo"
    SLIDER_END = "slider end off"


@dataclass(frozen=True, slots=True)
class Fault:
    """A map with one fault. ``index``: the object (in order of time) that should be noticed.

    Where an object is missing that is the next one.
    """

    kind: FaultKind
    beatmap: Beatmap
    index: int


def plant(beatmap: Beatmap, kind: FaultKind, rng: np.random.Generator) -> Fault | None:
    """The map with one fault of a kind, or None where there is no room for any.

    beatmap: of osu!standard, its objects in order of time. Never the first two objects nor the
    last: what is around them is unlike all else.
    """
    items = beatmap.hit_objects
    order = [int(k) for k in rng.permutation(np.arange(2, max(2, len(items) - 1)))]
    for index in order:
        found = _PLANTERS[kind](beatmap, items, index, rng)
        if found is not None:
            return Fault(kind, *found)
    return None


Found = tuple[Beatmap, int]


def _moved(
    beatmap: Beatmap, items: Sequence[HitObject], index: int, rng: np.random.Generator
) -> Found | None:
    item, tick = items[index], _tick(beatmap, items[index])
    if item.kind is ObjectKind.SPINNER:
        return None
    for ticks in (int(k) for k in rng.permutation([-2, -1, 1, 2])):
        time = round(item.time + ticks * tick)
        end = time + item.end_time - item.time
        if _free(items, index, time, end):
            return _with_fields(beatmap, item, {2: str(time)}), index
    return None


def _missing(
    beatmap: Beatmap, items: Sequence[HitObject], index: int, _rng: np.random.Generator
) -> Found | None:
    lines = [line for at, line in enumerate(beatmap.document.lines) if at != items[index].line]
    return parse(b"".join(lines)), index


def _extra(
    beatmap: Beatmap, items: Sequence[HitObject], index: int, rng: np.random.Generator
) -> Found | None:
    """A circle on a quarter tick between an object and the next."""
    before, after = items[index], items[index + 1]
    tick = _tick(beatmap, before)
    # From the end of what is before, on its own grid.
    places = [before.end_time + k * tick for k in range(1, 9)]
    room = [t for t in places if t <= after.time - max(_SPARE_MS, 0.9 * tick)]
    if not room:
        return None
    time = round(room[int(rng.integers(len(room)))])
    x = round((before.end_position()[0] + after.x) / 2)
    y = round((before.end_position()[1] + after.y) / 2)
    lines = list(beatmap.document.lines)
    ending = b"\r\n" if lines[before.line].endswith(b"\r\n") else b"\n"
    lines.insert(after.line, f"{x},{y},{time},1,0,0:0:0:0:".encode() + ending)
    return parse(b"".join(lines)), index + 1


def _hitsound(
    beatmap: Beatmap, items: Sequence[HitObject], index: int, rng: np.random.Generator
) -> Found | None:
    item = items[index]
    if item.kind is not ObjectKind.CIRCLE:
        return None
    others = [bits for bits in _ADDITIONS if bits != item.hit_sound & 14]
    bits = others[int(rng.integers(len(others)))]
    return _with_fields(beatmap, item, {4: str(bits)}), index


def _new_combo(
    beatmap: Beatmap, items: Sequence[HitObject], index: int, _rng: np.random.Generator
) -> Found | None:
    item = items[index]
    if item.kind is ObjectKind.SPINNER or items[index - 1].kind is ObjectKind.SPINNER:
        return None  # a combo begins there whatever is written
    kind = int(_fields(beatmap, item)[3])
    return _with_fields(beatmap, item, {3: str(kind ^ _NEW_COMBO)}), index


def _slider_end(
    beatmap: Beatmap, items: Sequence[HitObject], index: int, rng: np.random.Generator
) -> Found | None:
    item, tick = items[index], _tick(beatmap, items[index])
    duration = item.end_time - item.time
    if item.kind is not ObjectKind.SLIDER or item.length is None or item.slides != 1:
        return None
    for ticks in (int(k) for k in rng.permutation([-1, 1])):
        longer = duration + ticks * tick
        if longer >= 0.9 * tick and _free(items, index, item.time, item.time + longer):
            length = format_number(item.length * longer / duration)
            return _with_fields(beatmap, item, {7: length}), index
    return None


_PLANTERS: dict[FaultKind, Callable[..., Found | None]] = {
    FaultKind.MOVED: _moved,
    FaultKind.MISSING: _missing,
    FaultKind.EXTRA: _extra,
    FaultKind.HITSOUND: _hitsound,
    FaultKind.NEW_COMBO: _new_combo,
    FaultKind.SLIDER_END: _slider_end,
}


def _tick(beatmap: Beatmap, item: HitObject) -> float:
    return beatmap.timing.beat_length_at(item.time) / _TICKS


def _free(items: Sequence[HitObject], index: int, start: float, end: float) -> bool:
    """Whether nothing but the object itself is there."""
    before, after = items[index - 1], items[index + 1]
    return before.end_time + _SPARE_MS <= start and end <= after.time - _SPARE_MS


def _fields(beatmap: Beatmap, item: HitObject) -> list[str]:
    return beatmap.document.lines[item.line].decode("utf-8", "surrogateescape").split(",")


def _with_fields(beatmap: Beatmap, item: HitObject, changed: dict[int, str]) -> Beatmap:
    """The map with other fields in one object's line; never its last field, or nothing after."""
    lines = list(beatmap.document.lines)
    text = lines[item.line].decode("utf-8", "surrogateescape")
    body = text.rstrip("\r\n")
    fields = body.split(",")
    for place, value in changed.items():
        fields[place] = value
    made = ",".join(fields) + text[len(body) :]
    lines[item.line] = made.encode("utf-8", "surrogateescape")
    return parse(b"".join(lines))
