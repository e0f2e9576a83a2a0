"""The contract of a remap: objects of a range are replaced, and nothing else changes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from ....errors import EditRefused
from ...beatmap import Beatmap
from ...breaks import GAP_AFTER, GAP_BEFORE, MIN_BREAK, BreakPeriod
from ...hit_objects import HitObject
from ...timestamps import format_timestamp
from ...timing import SAMPLE_LENIENCY
from ...timing_points import TimingPoint
from ..break_edits import overlapped_breaks
from ..edit import Scope
from ..ranges import FreeRange, free_range
from .differences import kiai_differences
from .kept_lines import check_lines, new_section, red_lines_within
from .survivors import check_single_lines, check_survivors, refuse, same_line

#: A slider's decoded end may differ from the planned one by this much (ms).
END_TOLERANCE = 2.0
#: The map's own state is restored at most this late after the last new sound, where there is room.
RESTORE_DELAY = 8.0
#: Times are written in whole ms; what is compared to the very ms may be this much off.
WHOLE_MS, SAME_MS = 1.0, 1e-6

Spans = Sequence[tuple[float, float]]


def check_remap(old: Beatmap, new: Beatmap, scope: Scope) -> None:
    """Raises ``EditRefused`` unless ``new`` is ``old`` remapped within the range only."""
    start_ms, end_ms = scope.start_ms, scope.end_ms
    free = free_range(old, start_ms, end_ms)
    replaced = [item for item in old.hit_objects if start_ms <= item.time <= end_ms]
    old_survivors = [item for item in old.hit_objects if not start_ms <= item.time <= end_ms]
    made = [item for item in new.hit_objects if start_ms <= item.time <= free.last_ms]
    new_survivors = [item for item in new.hit_objects if not start_ms <= item.time <= free.last_ms]
    _check_made(made, free)
    if len(old_survivors) != len(new_survivors):
        raise EditRefused(
            f"{len(old_survivors)} objects outside the range would become {len(new_survivors)}."
            " Nothing was changed."
        )
    following = None
    if scope.next_combo:
        later = [item for item in old_survivors if item.time > end_ms]
        following = min(later, key=lambda item: item.time, default=None)
    check_survivors(old, new, old_survivors, new_survivors, following, scope.red_lines)
    last_node = max((item.end_time for item in made), default=-math.inf)
    last_restore = min(free.following_ms, max(end_ms, last_node + RESTORE_DELAY))
    _check_kiai(old, new, scope, last_restore)
    check_single_lines(old, new)
    _check_order("timing line", old.timing_points, new.timing_points)
    _check_order("hit object", old.hit_objects, new.hit_objects)
    _check_greens(old, new, end_ms, last_node, free.following_ms)
    _check_first_combo(old, new, replaced, made)
    broken = overlapped_breaks(old, _spans(made))
    _check_breaks(new, made, broken)
    may_go = {item.line for item in replaced}
    may_go |= {p.line for p in old.timing_points if _green_within(p, start_ms, end_ms)}
    may_go |= {period.line for period in broken}
    may_come = {item.line for item in made}
    may_come |= {p.line for p in new.timing_points if _green_within(p, start_ms, last_restore)}
    may_come |= {period.line for period in new.breaks if _part_of(period, broken)}
    if scope.red_lines:
        going, coming = red_lines_within(old, new, start_ms, end_ms, free.following_ms)
        may_go |= going
        may_come |= coming | new_section(old, new)
    if following is not None:
        position = next(i for i, item in enumerate(old_survivors) if item is following)
        after = new_survivors[position]
        if not same_line(old, following.line, new.document.lines[after.line]):
            may_go.add(following.line)
            may_come.add(after.line)
    check_lines(old, new, may_go, may_come)


def _check_made(made: Sequence[HitObject], free: FreeRange) -> None:
    """Nothing is generated outside the free part of the range; see ``FreeRange``."""
    for item in made:
        late = item.end_time > free.last_ms + WHOLE_MS - SAME_MS
        if item.time < free.first_ms or late or item.end_time >= free.following_ms:
            raise EditRefused(
                f"A generated {item.kind} at {_stamp(item.time)} would reach out of the free part"
                f" of the range ({free.first_ms}..{free.last_ms} ms). Nothing was changed."
            )


def _check_kiai(old: Beatmap, new: Beatmap, scope: Scope, last_restore: float) -> None:
    """Kiai is as it was, or as it was outside the range where the request asks for kiai."""
    for start, end in kiai_differences(old.timing, new.timing):
        if scope.kiai and scope.start_ms <= start and end <= last_restore:
            continue
        where = f" at {_stamp(start)}" if math.isfinite(start) else ""
        raise EditRefused(f"Kiai time would change{where}. Nothing was changed.")


def _check_order(
    what: str,
    before: Sequence[TimingPoint | HitObject],
    after: Sequence[TimingPoint | HitObject],
) -> None:
    """New lines stand in order of time, however unsorted the others are."""
    allowed = sum(1 for a, b in pairwise(before) if b.time < a.time)
    for a, b in pairwise(after):
        if b.time < a.time:
            allowed -= 1
            if allowed < 0:
                raise EditRefused(
                    f"The {what} on line {b.line + 1} would no longer stand in order of time."
                    " Nothing was changed."
                )


def _check_greens(
    old: Beatmap, new: Beatmap, end_ms: float, last_node: float, following_ms: float
) -> None:
    """New green lines behind the range only restore, and none stands before the first red."""
    known = {point.time for point in old.timing_points if not point.uninherited}
    reds = new.timing.red_lines
    first_red = reds[0].time if reds else math.inf
    for point in new.timing_points:
        if point.uninherited or point.time in known:
            continue
        if point.time < first_red:
            raise _green_refused(point, "stand before the first red line")
        # Up to the last node a line serves the new objects, which may reach beyond the range.
        too_early = WHOLE_MS <= point.time - last_node <= SAMPLE_LENIENCY + 1
        if point.time > end_ms and too_early and abs(point.time - following_ms) > SAME_MS:
            raise _green_refused(point, "be heard in the last new object")


def _green_refused(point: TimingPoint, what: str) -> EditRefused:
    return EditRefused(
        f"The green line at {_stamp(point.time)} (line {point.line + 1}) would {what}. Nothing"
        " was changed."
    )


def _check_first_combo(
    old: Beatmap, new: Beatmap, replaced: Sequence[HitObject], made: Sequence[HitObject]
) -> None:
    """The first generated object starts a combo where the first replaced one did."""
    if not replaced or not made:
        return
    was = min(replaced, key=lambda item: item.time)
    now = min(made, key=lambda item: item.time)
    started = was.new_combo or _starts(old, was)
    if started and not (now.new_combo or _starts(new, now)):
        raise refuse(now, "new combo", True, False)
    if now.new_combo and not started:
        raise refuse(now, "new combo", False, True)


def _starts(beatmap: Beatmap, item: HitObject) -> bool:
    starts = beatmap.combo_starts()
    return next(starts[i] for i, other in enumerate(beatmap.hit_objects) if other is item)


def _check_breaks(new: Beatmap, made: Sequence[HitObject], broken: Sequence[BreakPeriod]) -> None:
    """No generated object stands in a break, and what is left of a broken one is a break."""
    spans = _spans(made)
    for period in overlapped_breaks(new, spans):
        raise EditRefused(
            f"The break on line {period.line + 1} would have a generated object in it. Nothing"
            " was changed."
        )
    parts = [period for period in new.breaks if _part_of(period, broken)]
    for period in parts:
        if period.end - period.start < MIN_BREAK:
            raise EditRefused(
                f"The break on line {period.line + 1} would be shorter than {MIN_BREAK:g} ms."
                " Nothing was changed."
            )
    for period in broken:
        for first, last in _left_of(period, spans):
            if last - first < MIN_BREAK + 2 * WHOLE_MS:
                continue
            if not any(p.start <= first + WHOLE_MS and p.end >= last - WHOLE_MS for p in parts):
                raise EditRefused(
                    f"The break on line {period.line + 1} would be lost between {_stamp(first)}"
                    f" and {_stamp(last)}. Nothing was changed."
                )


def _left_of(period: BreakPeriod, spans: Spans) -> list[tuple[float, float]]:
    """What a break could still be between the objects in it, however short."""
    left = []
    first = period.start
    for start, end in sorted(spans):
        if start > period.end or end < period.start:
            continue
        left.append((first, start - GAP_AFTER))
        first = max(first, end + GAP_BEFORE)
    return [*left, (first, period.end)]


def _part_of(period: BreakPeriod, broken: Sequence[BreakPeriod]) -> bool:
    return any(whole.start <= period.start and period.end <= whole.end for whole in broken)


def _spans(made: Sequence[HitObject]) -> list[tuple[float, float]]:
    return [(item.time, item.end_time) for item in made]


def _green_within(point: TimingPoint, first: float, last: float) -> bool:
    return not point.uninherited and first - SAME_MS <= point.time <= last + SAME_MS


def _stamp(time: float) -> str:
    return format_timestamp(time).removesuffix(" - ")
