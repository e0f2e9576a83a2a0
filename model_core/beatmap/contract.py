"""The self-check of an edit: what it must not change is read again and compared.

The check knows nothing of how an edit was made. It reads both files as the game does, tells
apart what the request allows, and refuses with the object and the property otherwise.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from ..errors import EditRefused
from .beatmap import Beatmap
from .break_edits import overlapped_breaks
from .hit_objects import HitObject
from .ranges import free_range
from .timestamps import format_timestamp
from .timing import SAMPLE_LENIENCY, Timing
from .timing_points import TimingPoint

#: A slider's decoded end may differ from the planned one by this much (ms).
END_TOLERANCE = 2.0
#: The map's own state may be restored this late after the last new sound where nothing follows.
RESTORE_DELAY = 8.0


def check_remap(old: Beatmap, new: Beatmap, start_ms: int, end_ms: int) -> None:
    """Raises ``EditRefused`` unless ``new`` is ``old`` remapped within the range only."""
    free = free_range(old, start_ms, end_ms)
    old_survivors = [item for item in old.hit_objects if not start_ms <= item.time <= end_ms]
    made = [item for item in new.hit_objects if start_ms <= item.time <= free.last_ms]
    new_survivors = [item for item in new.hit_objects if not start_ms <= item.time <= free.last_ms]
    _check_made(made, free.first_ms, free.last_ms)
    if len(old_survivors) != len(new_survivors):
        raise EditRefused(
            f"{len(old_survivors)} objects outside the range would become {len(new_survivors)}."
            " Nothing was changed."
        )
    for before, after in zip(old_survivors, new_survivors, strict=True):
        _check_object(old, new, before, after)
    if old.timing.kiai_changes() != new.timing.kiai_changes():
        raise EditRefused("Kiai time would change. Nothing was changed.")
    _check_single_lines(old, new)
    _check_lines(old, new, made, start_ms, end_ms, free.following_ms)


def _refuse(item: HitObject, what: str, before: object, after: object) -> EditRefused:
    stamp = format_timestamp(item.time).removesuffix(" - ")
    return EditRefused(
        f"The {what} of the {item.kind} at {stamp} (line {item.line + 1}) would change from"
        f" {before} to {after}. Nothing was changed."
    )


def _check_made(made: Sequence[HitObject], first_ms: int, last_ms: int) -> None:
    for item in made:
        if item.time < first_ms or item.end_time > last_ms + 1 - 1e-6:
            stamp = format_timestamp(item.time).removesuffix(" - ")
            raise EditRefused(
                f"A generated {item.kind} at {stamp} would reach out of the free part of the"
                f" range ({first_ms}..{last_ms} ms). Nothing was changed."
            )


def _check_object(old: Beatmap, new: Beatmap, before: HitObject, after: HitObject) -> None:
    old_line = old.document.lines[before.line]
    if not _same_line(old, before.line, new.document.lines[after.line]):
        raise _refuse(before, "line", old_line, new.document.lines[after.line])
    for what, was, now in _states(old.timing, new.timing, before, after):
        if was != now:
            raise _refuse(before, what, was, now)


def _states(
    old: Timing, new: Timing, before: HitObject, after: HitObject
) -> list[tuple[str, object, object]]:
    time = before.time
    states: list[tuple[str, object, object]] = [
        ("end time", before.end_time, after.end_time),
        ("slider velocity", _velocity(old, time), _velocity(new, time)),
        ("timing", _tempo(old.red_line_at(time)), _tempo(new.red_line_at(time))),
    ]
    latest = before.end_time + SAMPLE_LENIENCY + 1
    for moment in (*before.sample_lookups, time + SAMPLE_LENIENCY + 1, latest):
        was, now = _sounds(old.sample_point_at(moment)), _sounds(new.sample_point_at(moment))
        states.append(("sample set", was[0], now[0]))
        states.append(("sample index", was[1], now[1]))
        states.append(("volume", was[2], now[2]))
    for moment in (time, *before.node_times, before.end_time):
        states.append(("kiai", old.kiai_at(moment), new.kiai_at(moment)))
    return states


def _velocity(timing: Timing, time: float) -> tuple[float, bool]:
    point = timing.velocity_point_at(time)
    return (1.0, True) if point is None else (point.slider_velocity, point.ticks)


def _tempo(point: TimingPoint | None) -> tuple[float, float, int] | None:
    return None if point is None else (point.time, point.milliseconds_per_beat, point.meter)


def _sounds(point: TimingPoint | None) -> tuple[int, int, int]:
    return (1, 0, 100) if point is None else (point.sample_set, point.sample_index, point.volume)


def _check_single_lines(old: Beatmap, new: Beatmap) -> None:
    """No two timing lines of one kind at one time, unless the map had them before."""
    known = Counter((point.time, point.uninherited) for point in old.timing_points)
    for key, count in Counter((p.time, p.uninherited) for p in new.timing_points).items():
        if count > 1 and count > known[key]:
            raise EditRefused(
                f"Two timing lines of one kind would stand at {key[0]:g} ms. Nothing was changed."
            )


def _same_line(old: Beatmap, index: int, line: bytes) -> bool:
    before = old.document.lines[index]
    if before == line:
        return True
    # A file's last line without a line end gets one where a new line follows it.
    last = index == len(old.document) - 1 and not before.endswith(b"\n")
    return last and line.rstrip(b"\r\n") == before


def _check_lines(
    old: Beatmap,
    new: Beatmap,
    made: Sequence[HitObject],
    start_ms: int,
    end_ms: int,
    following_ms: float,
) -> None:
    """All lines but the allowed ones are the same, in the same order."""
    may_go = {item.line for item in old.hit_objects if start_ms <= item.time <= end_ms}
    may_go |= {p.line for p in old.timing_points if _green_within(p, start_ms, end_ms)}
    spans = [(item.time, item.end_time) for item in made]
    broken = overlapped_breaks(old, spans)
    may_go |= {period.line for period in broken}
    last_restore = following_ms
    if math.isinf(following_ms):
        last_restore = max([end_ms, *(item.end_time + RESTORE_DELAY for item in made)])
    may_come = {item.line for item in made}
    may_come |= {p.line for p in new.timing_points if _green_within(p, start_ms, last_restore)}
    may_come |= {
        period.line
        for period in new.breaks
        if any(b.start <= period.start and period.end <= b.end for b in broken)
    }
    kept = [index for index in range(len(old.document)) if index not in may_go]
    position = 0
    for index, line in enumerate(new.document.lines):
        if position < len(kept) and _same_line(old, kept[position], line):
            position += 1
        elif index not in may_come:
            raise EditRefused(
                f"Line {index + 1} would be new although the request does not cover it:"
                f" {line[:80]!r}. Nothing was changed."
            )
    if position < len(kept):
        line_number = kept[position] + 1
        raise EditRefused(
            f"Line {line_number} would be lost although the request does not cover it:"
            f" {old.document.lines[kept[position]][:80]!r}. Nothing was changed."
        )


def _green_within(point: TimingPoint, first: float, last: float) -> bool:
    return not point.uninherited and first <= point.time <= last
