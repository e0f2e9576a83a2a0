"""The contract of hitsounds: in a range, objects sound otherwise, and nothing else changes.

Object lines of the range are compared without their sound fields, green lines of the range without
sample set, index and volume, all other lines whole and in order. What the lines mean is compared
at every moment: tempo, slider velocity and scroll speed, kiai and hidden bar lines throughout,
sounds outside the range.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from itertools import compress

from ....errors import EditRefused
from ...beatmap import Beatmap
from ...document import line_ending
from ...hit_objects import HitObject
from ...new_objects import ObjectKind
from ...timing import SAMPLE_LENIENCY, Timing
from ...timing_points import KIAI, OMIT_BARLINE, TimingPoint
from ..edit import Scope
from .survivors import check_single_lines, check_survivors, refuse, same_line

#: The fields of a timing line that hitsounds may change: sample set, index and volume.
SOUND_COLUMNS = slice(3, 6)


def check_hitsounds(old: Beatmap, new: Beatmap, scope: Scope) -> None:
    """Raises ``EditRefused`` unless only sounds differ, and only those of the range."""
    start, end = scope.start_ms, scope.end_ms
    before, after = old.hit_objects, new.hit_objects
    if len(before) != len(after):
        raise EditRefused(f"{len(before)} objects would become {len(after)}. Nothing was changed.")
    inside = [start <= item.time <= end for item in before]
    lookups = [_last_lookup(item) for item in compress(before, inside)]
    until = max([float(end), *(math.floor(moment) + 1 for moment in lookups)])
    for item, result in zip(compress(before, inside), compress(after, inside), strict=True):
        _check_object(old, new, item, result)
    outside = [not named for named in inside]
    check_survivors(old, new, list(compress(before, outside)), list(compress(after, outside)))
    check_single_lines(old, new)
    _check_meaning(old.timing, new.timing, _times(old, new), start, until)
    _check_bar_lines(old, new)
    _check_lines(old, new, scope, until)


def _last_lookup(item: HitObject) -> float:
    return max(*item.sample_lookups, item.time + SAMPLE_LENIENCY + 1)


def _check_object(old: Beatmap, new: Beatmap, before: HitObject, after: HitObject) -> None:
    """Everything but the sounds of an object reads the same, and its line is the same."""
    for what, was, now in (
        ("kind", before.kind, after.kind),
        ("time", before.time, after.time),
        ("end time", before.end_time, after.end_time),
        ("position", (before.x, before.y), (after.x, after.y)),
        ("new combo", before.new_combo, after.new_combo),
        ("combo colour", before.combo_skip, after.combo_skip),
        ("slide count", before.slides, after.slides),
        ("length", before.length, after.length),
        ("curve", before.curve, after.curve),
    ):
        if was != now:
            raise refuse(before, what, was, now)
    silent, silent_now = _silent(old, before), _silent(new, after)
    if silent != silent_now:
        raise refuse(before, "line apart from its sounds", silent, silent_now)


def _silent(beatmap: Beatmap, item: HitObject) -> tuple[bytes, ...]:
    """An object's line without its sound fields: the other fields, and what follows them."""
    line = beatmap.document.lines[item.line]
    if b"\r" in line.rstrip(b"\r\n"):
        # Several readings share this line: nothing of it may change.
        return (line,)
    # Only spaces that no text ends in are told from the fields; the rest stays whole.
    text = line.rstrip(b"\r\n")
    comment = text.find(b"//")
    content = (text if comment <= 0 else text[:comment]).rstrip(b" \t")
    fields = content.split(b",")
    rest = text[len(content) :]
    if item.kind is ObjectKind.SLIDER:
        kept = [*fields[:4], *fields[5:8], b"|", *fields[11:]]
    elif item.kind is ObjectKind.SPINNER:
        kept = [*fields[:4], *fields[5:6], b"|", *fields[7:]]
    elif item.kind is ObjectKind.HOLD:
        end = [field.split(b":", 1)[0] for field in fields[5:6]]
        kept = [*fields[:4], *end, b"|", *fields[6:]]
    else:
        kept = [*fields[:4], b"|", *fields[6:]]
    return (*kept, rest)


def _times(old: Beatmap, new: Beatmap) -> list[float]:
    """Every moment at which anything may switch, and one before them all."""
    times = {point.time for point in (*old.timing_points, *new.timing_points)}
    return [-math.inf, *sorted(times)]


def _check_meaning(
    old: Timing, new: Timing, times: Iterable[float], start: float, until: float
) -> None:
    reds = [(p.time, p.beat_length, p.meter, p.effects) for p in old.red_lines]
    if reds != [(p.time, p.beat_length, p.meter, p.effects) for p in new.red_lines]:
        raise EditRefused("A tempo line would change. Nothing was changed.")
    always: tuple[tuple[str, Callable[[Timing, float], object]], ...] = (
        ("slider velocity", _velocity),
        ("scroll speed", lambda timing, time: timing.scroll_speed_at(time)),
        ("kiai", lambda timing, time: timing.kiai_at(time)),
    )
    for time in times:
        for what, read in always:
            _same(what, time, read(old, time), read(new, time))
        # Before the first line the sounds are the first line's own, which objects there tell.
        if time != -math.inf and not start <= time < until:
            _same_sounds(old, new, time)
    # Lines of the range may not reach out of it, whether or not a line stands at its ends.
    _same_sounds(old, new, until)
    before = math.nextafter(start, -math.inf)
    if any(time <= before for time in times if time != -math.inf):
        _same_sounds(old, new, before)


def _same_sounds(old: Timing, new: Timing, time: float) -> None:
    was, now = old.sample_point_at(time), new.sample_point_at(time)
    for what in ("sample_set", "sample_index", "volume"):
        _same(what.replace("_", " "), time, getattr(was, what, None), getattr(now, what, None))


def _same(what: str, time: float, was: object, now: object) -> None:
    if was != now:
        moment = "before the first timing line" if time == -math.inf else f"at {time:g} ms"
        raise EditRefused(
            f"The {what} {moment} would change from {was} to {now}. Nothing was changed."
        )


def _velocity(timing: Timing, time: float) -> tuple[float, bool]:
    point = timing.velocity_point_at(time)
    return (1.0, True) if point is None else (point.slider_velocity, point.ticks)


def _check_bar_lines(old: Beatmap, new: Beatmap) -> None:
    """The line in effect says as before whether a tempo's first bar line is hidden."""
    was, now = _bits_at_reds(old), _bits_at_reds(new)
    for time, bits in was.items():
        if now.get(time) != bits:
            raise EditRefused(
                f"The hidden bar line at {time:g} ms would change. Nothing was changed."
            )


def _bits_at_reds(beatmap: Beatmap) -> dict[float, bool]:
    bits: dict[float, bool] = {}
    reds = {point.time for point in beatmap.timing.red_lines}
    for point in beatmap.timing_points:
        if point.time in reds and (point.time not in bits or not point.uninherited):
            bits[point.time] = bool(point.effects & OMIT_BARLINE)
    return bits


def _check_lines(old: Beatmap, new: Beatmap, scope: Scope, until: float) -> None:
    """Walks both files line by line; only new green lines of the range may come between."""
    inside = {i.line for i in old.hit_objects if scope.start_ms <= i.time <= scope.end_ms}
    objects = {i.line for i in new.hit_objects if scope.start_ms <= i.time <= scope.end_ms}
    greens = {
        p.line: p for p in old.timing_points if _green_within(p, scope.start_ms, scope.end_ms)
    }
    made = {p.line: p for p in new.timing_points if _green_within(p, scope.start_ms, until)}
    position = 0
    for index, line in enumerate(new.document.lines):
        if position < len(old.document):
            same = same_line(old, position, line)
            if not same and position in inside and index in objects:
                # The two were compared above, as the objects that they are.
                was = old.document.lines[position]
                same = same_line_end(old, position, was, line)
            elif not same and position in greens and index in made:
                same = _same_green(old.document.lines[position], line)
            if same:
                position += 1
                continue
        if index not in made:
            raise EditRefused(
                f"Line {index + 1} would be new although the request does not cover it:"
                f" {line[:80]!r}. Nothing was changed."
            )
        _check_new_green(old.timing, made[index])
    if position < len(old.document):
        raise EditRefused(
            f"Line {position + 1} would be lost although the request does not cover it:"
            f" {old.document.lines[position][:80]!r}. Nothing was changed."
        )


def same_line_end(old: Beatmap, position: int, was: bytes, now: bytes) -> bool:
    """Whether two lines end alike; a file's last line may get an end where more follows."""
    if line_ending(was) == line_ending(now):
        return True
    return position == len(old.document) - 1 and not line_ending(was)


def _green_within(point: TimingPoint, first: float, last: float) -> bool:
    return not point.uninherited and first <= point.time <= last


def _same_green(was: bytes, now: bytes) -> bool:
    """Whether two green lines differ in sample set, index and volume only."""
    before, after = was.split(b","), now.split(b",")
    if len(before) != len(after) or len(before) < 7:
        return False
    before[SOUND_COLUMNS] = after[SOUND_COLUMNS] = []
    return before == after


def _check_new_green(old: Timing, point: TimingPoint) -> None:
    """A new green line says of speed, kiai and metre what was in effect without it."""
    velocity = _velocity(old, point.time)
    for what, was, now in (
        ("slider velocity", velocity, (point.slider_velocity, point.ticks)),
        ("scroll speed", old.scroll_speed_at(point.time), point.scroll_speed),
        ("kiai bit", old.kiai_at(point.time), bool(point.effects & KIAI)),
        ("metre", old.meter_at(point.time), point.meter),
    ):
        if was != now:
            raise EditRefused(
                f"The new green line at {point.time:g} ms (line {point.line + 1}) would set the"
                f" {what} {now} where it is {was}. Nothing was changed."
            )
