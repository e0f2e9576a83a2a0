"""The contracts of edits of timing lines.

Red lines: only red lines of the range differ, and green lines at a red line's own time that keep
slider velocity, sounds and kiai as they were at every moment. Objects keep their lines, or all
but their times where the request says resnap. Green lines: only green lines of the range differ,
and one behind it that gives the map its own state back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from ....errors import EditRefused
from ...beatmap import Beatmap
from ...hit_objects import HitObject
from ...new_objects import ObjectKind
from ...timestamps import format_timestamp
from ...timing import SAMPLE_LENIENCY, Timing
from ...timing_points import KIAI, OMIT_BARLINE, TimingPoint
from ..edit import Scope
from .kept_lines import check_lines, new_section
from .states import STATES, first_difference
from .survivors import check_single_lines, refuse, same_line

#: A resnapped object is on one of these divisions of its beat, to within a millisecond.
DIVISORS = tuple(range(1, 17))
WHOLE_MS = 1.0
#: Nodes at the range's end still look up their sounds up to here, and the state returns behind.
RESTORE_DELAY = SAMPLE_LENIENCY + 2
#: The fields of object lines that hold times.
TIME_FIELDS = (2, 5)


def check_red_lines(old: Beatmap, new: Beatmap, scope: Scope) -> None:
    """Raises ``EditRefused`` unless only red lines of the range changed, as the scope allows."""
    reds = old.timing.red_lines
    if reds and not new.timing.red_lines:
        raise EditRefused("The map would be left without any red line. Nothing was changed.")
    going = [p for p in old.timing_points if p.uninherited and _within(p, scope)]
    coming = [p for p in new.timing_points if p.uninherited and _within(p, scope)]
    may_go = {p.line for p in going}
    may_come = {p.line for p in coming}
    if not scope.loose_state:
        may_come |= _companions(old, new, {p.time for p in (*going, *coming)})
    if scope.resnap:
        may_go |= _lines_within(old.hit_objects, scope)
        may_come |= _lines_at(new, may_go)
    check_lines(old, new, may_go, may_come | new_section(old, new))
    check_single_lines(old, new)
    _check_red_fields(going, coming)
    if scope.resnap:
        _check_moved(old, new, scope)
    if not scope.loose_state:
        _check_states(old, new)


def check_green_lines(old: Beatmap, new: Beatmap, scope: Scope) -> None:
    """Raises ``EditRefused`` unless only green lines of the range changed, and their effect."""
    ends = scope.end_ms + RESTORE_DELAY
    going = [p for p in old.timing_points if not p.uninherited and _within(p, scope)]
    coming = [
        p for p in new.timing_points if not p.uninherited and scope.start_ms <= p.time <= ends
    ]
    check_lines(old, new, {p.line for p in going}, {p.line for p in coming})
    check_single_lines(old, new)
    reds = new.timing.red_lines
    known = {p.time for p in old.timing_points if not p.uninherited}
    for point in coming:
        if (not reds or point.time < reds[0].time) and point.time not in known:
            raise _before_first(point)
    behind = [p for p in coming if p.time > scope.end_ms and p.time not in known]
    if len(behind) > 1:
        raise EditRefused(
            f"Line {behind[1].line + 1} would be a second green line behind the range. Nothing"
            " was changed."
        )
    for before, after in zip(old.hit_objects, new.hit_objects, strict=True):
        if not scope.start_ms <= before.time <= scope.end_ms:
            _check_object(old, new, before, after, scope)
    moments = _moments(old, new)
    _require_same(old, new, [m for m in moments if m < scope.start_ms])
    if _goes_on(old, scope.end_ms):
        later = {m for m in moments if m > ends}
        _require_same(old, new, sorted({ends, *later}))


def _goes_on(beatmap: Beatmap, end_ms: float) -> bool:
    """Whether anything stands behind a range whose state could be another."""
    return any(p.time > end_ms for p in beatmap.timing_points) or any(
        item.end_time > end_ms for item in beatmap.hit_objects
    )


def _check_object(
    old: Beatmap, new: Beatmap, before: HitObject, after: HitObject, scope: Scope
) -> None:
    """An object that starts outside the range: its speed, and what sounds outside the range."""
    if before.end_time != after.end_time:
        raise refuse(before, "end time", before.end_time, after.end_time)
    outside = [t for t in before.node_times if not scope.start_ms <= t <= scope.end_ms]
    lookups = [t + SAMPLE_LENIENCY for t in outside]
    if before.end_time > before.time:
        lookups.append(before.time + SAMPLE_LENIENCY + 1)
    for name, value in STATES:
        moments = lookups if name.startswith(("sample", "volume")) else [before.time, *outside]
        for moment in moments:
            was, now = value(old.timing, moment), value(new.timing, moment)
            if was != now:
                raise refuse(before, name, was, now)


def _within(point: TimingPoint, scope: Scope) -> bool:
    return scope.start_ms <= point.time <= scope.end_ms


def _lines_within(objects: Iterable[HitObject], scope: Scope) -> set[int]:
    return {item.line for item in objects if scope.start_ms <= item.time <= scope.end_ms}


def _lines_at(new: Beatmap, lines: set[int]) -> set[int]:
    """The lines of the new objects whose order in the file is that of any of ``lines``."""
    # Which objects these are is judged one by one in _check_moved; here any may be new.
    return {item.line for item in new.hit_objects} if lines else set()


def _companions(old: Beatmap, new: Beatmap, red_times: set[float]) -> set[int]:
    """The green lines that only keep the state at changed red lines."""
    known = {p.time for p in old.timing_points if not p.uninherited}
    reds = new.timing.red_lines
    allowed = set()
    for point in new.timing_points:
        if point.uninherited or point.time not in red_times or point.time in known:
            continue
        if not reds or point.time < reds[0].time:
            raise _before_first(point)
        allowed.add(point.line)
    return allowed


def _before_first(point: TimingPoint) -> EditRefused:
    return EditRefused(
        f"The green line at {format_timestamp(point.time).removesuffix(' - ')} (line"
        f" {point.line + 1}) would stand before the first red line. Nothing was changed."
    )


def _check_red_fields(going: Sequence[TimingPoint], coming: Sequence[TimingPoint]) -> None:
    """A red line that keeps its time keeps all but its tempo, the mark of a bar line may come."""
    first: dict[float, TimingPoint] = {}
    for point in going:
        first.setdefault(point.time, point)
    seen: set[float] = set()
    for after in coming:
        before = first.get(after.time)
        if before is None or after.time in seen:
            continue
        seen.add(after.time)
        for name, was, now in (
            ("sample set", before.sample_set, after.sample_set),
            ("sample index", before.sample_index, after.sample_index),
            ("volume", before.volume, after.volume),
            ("kiai", before.kiai, after.kiai),
            ("effects", before.effects & ~KIAI, _without_new_mark(before, after)),
        ):
            if was != now:
                raise EditRefused(
                    f"The {name} of the red line at"
                    f" {format_timestamp(after.time).removesuffix(' - ')} (line"
                    f" {before.line + 1}) would change from {was} to {now}. Nothing was changed."
                )


def _without_new_mark(before: TimingPoint, after: TimingPoint) -> int:
    new_mark = after.effects & ~before.effects & OMIT_BARLINE
    return after.effects & ~KIAI & ~new_mark


def _moments(old: Beatmap, new: Beatmap) -> list[float]:
    return sorted({p.time for p in (*old.timing_points, *new.timing_points)})


def _check_states(old: Beatmap, new: Beatmap) -> None:
    """Slider velocity, sounds and kiai are as before at every moment that any object hears."""
    moments = _moments(old, new)
    reds = new.timing.red_lines
    first = reds[0].time if reds else float("-inf")
    _require_same(old, new, [moment for moment in moments if moment >= first])
    # Before the first red line no line can be put right; what matters there is objects.
    for item in new.hit_objects:
        if item.time >= first:
            continue
        for name, value in STATES:
            sounds = name.startswith(("sample", "volume"))
            looked_up = item.sample_lookups if sounds else (item.time, *item.node_times)
            for moment in looked_up:
                was, now = value(old.timing, moment), value(new.timing, moment)
                if was != now:
                    raise refuse(item, name, was, now)


def _require_same(old: Beatmap, new: Beatmap, moments: Sequence[float]) -> None:
    difference = first_difference(old.timing, new.timing, moments)
    if difference is None:
        return
    moment, name, was, now = difference
    raise EditRefused(
        f"The {name} at {format_timestamp(moment).removesuffix(' - ')}"
        f" ({_line_name(new.timing, moment)}) would change from {was} to {now}. Nothing was"
        " changed."
    )


def _line_name(timing: Timing, moment: float) -> str:
    point = timing.sample_point_at(moment)
    return "no timing line" if point is None else f"line {point.line + 1}"


def _check_moved(old: Beatmap, new: Beatmap, scope: Scope) -> None:
    """Objects keep all but their times, their order, and stand on ticks where they moved."""
    if len(old.hit_objects) != len(new.hit_objects):
        raise EditRefused(
            f"{len(old.hit_objects)} objects would become {len(new.hit_objects)}. Nothing was"
            " changed."
        )
    pairs = list(zip(old.hit_objects, new.hit_objects, strict=True))
    for before, after in pairs:
        _check_times_only(old, new, before, after, scope)
    _check_order(pairs, columns=old.mode == 3)


def _check_times_only(
    old: Beatmap, new: Beatmap, before: HitObject, after: HitObject, scope: Scope
) -> None:
    was, now = old.document.lines[before.line], new.document.lines[after.line]
    if same_line(old, before.line, now):
        return
    if not scope.start_ms <= before.time <= scope.end_ms:
        raise refuse(before, "line", was, now)
    if _without_times(was, before) != _without_times(now, after) or before.kind != after.kind:
        raise refuse(before, "line", was, now)
    times = [("time", before.time, after.time)]
    if before.kind in (ObjectKind.SPINNER, ObjectKind.HOLD):
        times.append(("end time", before.end_time, after.end_time))
        if before.end_time > before.time and after.end_time <= after.time:
            raise refuse(before, "end time", before.end_time, after.end_time)
    for name, earlier, later in times:
        if earlier == later:
            continue
        reds = old.timing.red_line_at(earlier), new.timing.red_line_at(earlier)
        beat = new.timing.beat_length_at(earlier)
        tick = new.timing.nearest_tick(later, DIVISORS)
        border = [p.time for p in new.timing.red_lines if p.time == later]
        if _tempo(reds[0]) == _tempo(reds[1]) or abs(later - earlier) > beat:
            raise refuse(before, name, earlier, later)
        if not border and abs(tick - later) > WHOLE_MS:
            raise refuse(before, f"{name} (to no tick)", earlier, later)


def _tempo(red: TimingPoint | None) -> tuple[float, float] | None:
    return None if red is None else (red.time, red.milliseconds_per_beat)


def _without_times(line: bytes, item: HitObject) -> list[bytes]:
    fields = line.split(b",")
    fields[TIME_FIELDS[0]] = b""
    if item.kind is ObjectKind.SPINNER:
        fields[TIME_FIELDS[1]] = b""
    elif item.kind is ObjectKind.HOLD and len(fields) > TIME_FIELDS[1]:
        _, colon, sample = fields[TIME_FIELDS[1]].partition(b":")
        fields[TIME_FIELDS[1]] = colon + sample
    return [field.rstrip(b"\r\n") for field in fields]


def _check_order(pairs: Sequence[tuple[HitObject, HitObject]], columns: bool) -> None:
    """No two objects change places, and none comes to stand where another does."""
    ordered = sorted(pairs, key=lambda pair: pair[0].time)
    for (a_old, a_new), (b_old, b_new) in pairwise(ordered):
        apart = a_old.time < b_old.time
        if (a_new.time < b_new.time) if apart else (a_new.time == b_new.time):
            continue
        raise EditRefused(
            f"The {b_old.kind} at {format_timestamp(b_old.time).removesuffix(' - ')} (line"
            f" {b_old.line + 1}) would no longer be {'behind' if apart else 'together with'} the"
            f" one on line {a_old.line + 1}. Nothing was changed; name finer beat divisions, or"
            " resnap by hand."
        )
    latest: dict[float, tuple[HitObject, HitObject]] = {}
    for pair in ordered:
        before, after = pair
        # A mania column is a place of its own; elsewhere all objects share one.
        place = before.x if columns else 0.0
        held = latest.get(place)
        if held is not None and held[0].end_time < before.time <= after.time <= held[1].end_time:
            raise EditRefused(
                f"The {held[0].kind} at {format_timestamp(held[0].time).removesuffix(' - ')} (line"
                f" {held[0].line + 1}) would reach the {before.kind} on line {before.line + 1}."
                " Nothing was changed; name finer beat divisions, or resnap by hand."
            )
        if before.kind in (ObjectKind.SPINNER, ObjectKind.HOLD):
            latest[place] = pair
