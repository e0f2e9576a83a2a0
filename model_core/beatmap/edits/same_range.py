"""Whether two states of a map agree on all that an edit was made from, within its range.

An edit is carried over to a changed file only where its range is as it was. What that takes
depends on the edit: a remap and hitsounds are made from the objects, the timing lines and the
state at the range's start; green lines from the timing lines and that state; red lines from the
red lines, and with resnap from the objects whose tempo changes. Only contents count, not line
ends. What stands elsewhere may be anything; the edit's contract judges it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from ...errors import EditRefused, RebaseConflict
from ..beatmap import Beatmap
from ..hit_objects import HitObject
from ..line_differences import changed_blocks
from ..timing import SAMPLE_LENIENCY
from ..timing_points import TimingPoint
from .edit import EditKind, Scope
from .green_lines import state_at
from .ranges import free_range, replaced_objects

#: A slider may last longer or shorter by this (ms) than it was made to.
SAME_END = 1.0
#: Lines that a message names before it only counts.
MAX_NAMED = 8
#: Sounds are looked up this long after a node, a slider's body a millisecond later still.
LOOKUP = SAMPLE_LENIENCY + 1

Item = HitObject | TimingPoint


def require_same_range(old: Beatmap, now: Beatmap, meant: Beatmap, scope: Scope) -> None:
    """Raises ``RebaseConflict`` unless ``now`` is as ``old`` is in all that the edit rests on.

    ``meant`` is ``old`` with the edit made.
    """
    if (old.mode, old.version) != (now.mode, now.version):
        raise conflict(_lines_with(now, "General", "Mode"), "The mode or the format version")
    _require_same(
        _objects(old, scope, old, meant),
        _objects(now, scope, old, meant),
        (old, now),
        "Objects of the range",
    )
    reach = _reach(old, scope)
    _require_same(
        _timing_lines(old, scope, reach),
        _timing_lines(now, scope, reach),
        (old, now),
        "Timing lines of the range",
    )
    _require_same_tempo(old, now, scope.start_ms)
    if scope.kind is EditKind.RED_LINES:
        return
    if scope.kind is not EditKind.GREEN_LINES and old.slider_multiplier != now.slider_multiplier:
        raise conflict(_lines_with(now, "Difficulty", "Multiplier"), "The slider multiplier")
    if not state_at(old.timing, scope.start_ms).same(state_at(now.timing, scope.start_ms)):
        timing = now.timing
        points = (timing.velocity_point_at(scope.start_ms), timing.sample_point_at(scope.start_ms))
        lines = sorted({point.line + 1 for point in points if point is not None})
        raise conflict(tuple(lines) or (1,), "The state at the range's start")


def require_same_effect(meant: Beatmap, result: Beatmap, scope: Scope, last_ms: float) -> None:
    """Raises ``EditRefused`` unless the edit does in ``result`` what it does in ``meant``.

    ``last_ms`` is the last moment at which an object that it makes may end.
    """
    start = scope.start_ms
    if scope.kind is EditKind.RED_LINES:
        moments = {p.time for p in meant.timing.red_lines} | {
            p.time for p in result.timing.red_lines
        }
        for moment in moments:
            if start <= moment <= scope.end_ms and _tempo(meant, moment) != _tempo(result, moment):
                raise EditRefused("The tempo would not be the one it was made to be.")
        return
    if scope.kind is EditKind.OBJECTS:
        _require_same_objects(meant, result, start, last_ms)
    elif scope.kind is EditKind.HITSOUNDS:
        _require_same_objects(meant, result, start, scope.end_ms)
    times = {p.time for p in meant.timing_points} | {p.time for p in result.timing_points}
    for moment in sorted(times | {float(start)}):
        if not start <= moment <= last_ms:
            continue
        if not state_at(meant.timing, moment).same(state_at(result.timing, moment)):
            raise EditRefused("The timing lines of the range would not say what they were made to.")


def conflict(lines: tuple[int, ...], what: str) -> RebaseConflict:
    """The conflict that names 1-based lines of the changed file."""
    return RebaseConflict(
        f"{what} changed meanwhile ({named(lines)}). Nothing was written; ask for the change"
        " again on the new file.",
        lines,
    )


def named(lines: Sequence[int]) -> str:
    """Line numbers for a message."""
    shown = ", ".join(str(line) for line in lines[:MAX_NAMED])
    more = f" and {len(lines) - MAX_NAMED} more" if len(lines) > MAX_NAMED else ""
    return f"line {shown}" if len(lines) == 1 else f"lines {shown}{more}"


def content(beatmap: Beatmap, line: int) -> bytes:
    """A line without its line end."""
    return beatmap.document.lines[line].rstrip(b"\r\n")


def touched_items(beatmap: Beatmap, scope: Scope) -> list[Item]:
    """The objects and timing lines that an edit of ``scope`` may change, in file order each."""
    objects = replaced_objects(beatmap, scope.start_ms, scope.end_ms)
    reach = _reach(beatmap, scope)
    return [*objects, *_timing_lines(beatmap, scope, reach)]


def _objects(beatmap: Beatmap, scope: Scope, old: Beatmap, meant: Beatmap) -> list[HitObject]:
    if scope.kind in (EditKind.OBJECTS, EditKind.HITSOUNDS):
        return list(replaced_objects(beatmap, scope.start_ms, scope.end_ms))
    if not scope.resnap:
        return []
    return [
        item
        for item in replaced_objects(beatmap, scope.start_ms, scope.end_ms)
        if any(_tempo(old, t) != _tempo(meant, t) for t in (item.time, item.end_time))
    ]


def _reach(beatmap: Beatmap, scope: Scope) -> float:
    """The last moment whose timing lines the edit rests on."""
    if scope.kind is EditKind.RED_LINES:
        return scope.end_ms
    last: float = scope.end_ms
    if scope.kind is EditKind.OBJECTS:
        last = max(last, free_range(beatmap, scope.start_ms, scope.end_ms).last_ms)
    elif scope.kind is EditKind.HITSOUNDS:
        replaced = replaced_objects(beatmap, scope.start_ms, scope.end_ms)
        last = max([last, *(item.end_time for item in replaced)])
    return last + LOOKUP


def _timing_lines(beatmap: Beatmap, scope: Scope, reach: float) -> list[TimingPoint]:
    reds_only = scope.kind is EditKind.RED_LINES
    return [
        point
        for point in beatmap.timing_points
        if scope.start_ms <= point.time <= reach and (point.uninherited or not reds_only)
    ]


def _tempo(beatmap: Beatmap, t: float) -> tuple[float, float, int] | None:
    red = beatmap.timing.red_line_at(t)
    return None if red is None else (red.time, red.milliseconds_per_beat, red.meter)


def _require_same_tempo(old: Beatmap, now: Beatmap, start: float) -> None:
    if _tempo(old, start) == _tempo(now, start):
        return
    red = now.timing.red_line_at(start)
    raise conflict((1,) if red is None else (red.line + 1,), "The tempo of the range")


def _require_same(
    before: Sequence[Item], after: Sequence[Item], maps: tuple[Beatmap, Beatmap], what: str
) -> None:
    old, now = maps
    was = [content(old, item.line) for item in before]
    found = [content(now, item.line) for item in after]
    lines: dict[int, None] = {}
    for _, _, first, end in changed_blocks(was, found):
        # Where something is gone, the lines between which it stood.
        around = after[first:end] or after[max(0, first - 1) : first + 1]
        lines.update((item.line + 1, None) for item in around)
    if lines:
        raise conflict(tuple(lines), what)
    if was != found:
        raise conflict((_line_behind(now, before),), what)


def _line_behind(now: Beatmap, gone: Sequence[Item]) -> int:
    """The 1-based line behind the place where items stood, of which none is left."""
    time = gone[0].time
    points = isinstance(gone[0], TimingPoint)
    items: Iterable[Item] = now.timing_points if points else now.hit_objects
    later = [item.line for item in items if item.time > time]
    return min(later, default=max(0, len(now.document) - 1)) + 1


def _lines_with(now: Beatmap, section: str, key: str) -> tuple[int, ...]:
    lines = [reading.line + 1 for reading in now.document.section(section) if key in reading.text]
    return tuple(lines) or (1,)


def _require_same_objects(meant: Beatmap, result: Beatmap, start: float, last: float) -> None:
    """The objects of the range are the lines that were meant, and last as long."""
    planned = [item for item in meant.hit_objects if start <= item.time <= last]
    found = [item for item in result.hit_objects if start <= item.time <= last]
    if [content(meant, i.line) for i in planned] != [content(result, i.line) for i in found]:
        raise EditRefused("The room for the new objects is not the same.")
    for wanted, item in zip(planned, found, strict=True):
        gap = abs(wanted.end_time - item.end_time)
        if gap > SAME_END or math.isnan(gap):
            raise EditRefused("The new objects would not last as long as they were made to.")
