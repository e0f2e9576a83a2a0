"""The contract of a remap: objects of a range are replaced, and nothing else changes."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ....errors import EditRefused
from ...beatmap import Beatmap
from ...hit_objects import HitObject
from ...timestamps import format_timestamp
from ...timing_points import TimingPoint
from ..break_edits import overlapped_breaks
from ..edit import Scope
from ..ranges import free_range
from .survivors import check_single_lines, check_survivor, same_line

#: A slider's decoded end may differ from the planned one by this much (ms).
END_TOLERANCE = 2.0
#: The map's own state may be restored this late after the last new sound where nothing follows.
RESTORE_DELAY = 8.0


def check_remap(old: Beatmap, new: Beatmap, scope: Scope) -> None:
    """Raises ``EditRefused`` unless ``new`` is ``old`` remapped within the range only."""
    start_ms, end_ms = scope.start_ms, scope.end_ms
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
        check_survivor(old, new, before, after)
    if old.timing.kiai_changes() != new.timing.kiai_changes():
        raise EditRefused("Kiai time would change. Nothing was changed.")
    check_single_lines(old, new)
    _check_lines(old, new, made, start_ms, end_ms, free.following_ms)


def _check_made(made: Sequence[HitObject], first_ms: int, last_ms: int) -> None:
    for item in made:
        if item.time < first_ms or item.end_time > last_ms + 1 - 1e-6:
            stamp = format_timestamp(item.time).removesuffix(" - ")
            raise EditRefused(
                f"A generated {item.kind} at {stamp} would reach out of the free part of the"
                f" range ({first_ms}..{last_ms} ms). Nothing was changed."
            )


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
        if position < len(kept) and same_line(old, kept[position], line):
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
