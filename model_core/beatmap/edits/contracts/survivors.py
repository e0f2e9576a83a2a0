"""What every edit leaves alone: the lines and the effective state of objects it does not name.

The checks know nothing of how an edit was made. They read both files as the game does and refuse
with the object and the property that would change.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from ....errors import EditRefused
from ...beatmap import Beatmap
from ...hit_objects import NEW_COMBO_BIT, HitObject
from ...timestamps import format_timestamp
from ...timing import SAMPLE_LENIENCY, Timing
from ...timing_points import TimingPoint
from .differences import StateDifferences

#: The modes in which every object feels the slider velocity, as its scroll speed.
SCROLLING_MODES = (1, 3)
#: The field of an object's line that holds its kind and its new-combo bit.
TYPE_FIELD = 3
#: Beats that are this near to each other (ms) are the same: numbers in files are rounded.
SAME_PHASE = 0.01


def refuse(item: HitObject, what: str, before: object, after: object) -> EditRefused:
    """The refusal that names an object, its line, and the property that would change."""
    stamp = format_timestamp(item.time).removesuffix(" - ")
    return EditRefused(
        f"The {what} of the {item.kind} at {stamp} (line {item.line + 1}) would change from"
        f" {before} to {after}. Nothing was changed."
    )


def check_survivors(
    old: Beatmap,
    new: Beatmap,
    before: Sequence[HitObject],
    after: Sequence[HitObject],
    free_combo: HitObject | None = None,
    phase_only: bool = False,
) -> None:
    """Raises unless objects kept their lines, byte for byte, and their effective state.

    ``before`` and ``after`` are the same objects in the same order. ``free_combo`` is the one
    whose new-combo bit may be another. With ``phase_only`` another red line may say their tempo,
    as long as their beats and bars stay where they are.
    """
    scrolling = old.mode in SCROLLING_MODES
    differences = StateDifferences(old.timing, new.timing, scrolling)
    for was, now in zip(before, after, strict=True):
        new_line = new.document.lines[now.line]
        if not same_line(old, was.line, new_line):
            old_line = old.document.lines[was.line]
            if was is not free_combo or not same_but_new_combo(old_line, new_line):
                raise refuse(was, "line", old_line, new_line)
        if was.end_time != now.end_time:
            raise refuse(was, "end time", was.end_time, now.end_time)
        if differences.touch(was.time, was.end_time + SAMPLE_LENIENCY + 1):
            for what, earlier, later in effective_states(
                old.timing, new.timing, was, now, scrolling, phase_only
            ):
                if earlier != later:
                    raise refuse(was, what, earlier, later)


def same_but_new_combo(before: bytes, after: bytes) -> bool:
    """Whether two lines of one object differ in the new-combo bit and in nothing else."""
    old_fields, new_fields = before.split(b","), after.split(b",")
    try:
        bits = int(old_fields.pop(TYPE_FIELD)) ^ int(new_fields.pop(TYPE_FIELD))
    except (ValueError, IndexError):
        return False
    return bits == NEW_COMBO_BIT and old_fields == new_fields


def effective_states(
    old: Timing,
    new: Timing,
    before: HitObject,
    after: HitObject,
    scrolling: bool = False,
    phase_only: bool = False,
) -> list[tuple[str, object, object]]:
    """What the game makes of an object and its timing lines, before and after, by name."""
    time = before.time
    tempo = old.red_line_at(time), new.red_line_at(time)
    if phase_only and same_phase(*tempo):
        tempo = tempo[0], tempo[0]
    states: list[tuple[str, object, object]] = [
        ("end time", before.end_time, after.end_time),
        ("slider velocity", _velocity(old, time), _velocity(new, time)),
        ("timing", _tempo(tempo[0]), _tempo(tempo[1])),
    ]
    if scrolling:
        states.append(("scroll speed", old.scroll_speed_at(time), new.scroll_speed_at(time)))
    end = before.end_time + SAMPLE_LENIENCY
    moments = {*before.sample_lookups, time + SAMPLE_LENIENCY + 1, end, end + 1}
    for moment in sorted(moments):
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


def same_phase(before: TimingPoint | None, after: TimingPoint | None) -> bool:
    """Whether two red lines put beats and bars in the same places, where both are in effect."""
    if before is None or after is None:
        return before is after
    tempo = before.milliseconds_per_beat, before.meter
    if tempo != (after.milliseconds_per_beat, after.meter):
        return False
    bar = tempo[0] * tempo[1]
    return abs(math.remainder(after.time - before.time, bar)) <= SAME_PHASE


def _sounds(point: TimingPoint | None) -> tuple[int, int, int]:
    if point is None:
        return (1, 0, 100)
    return (point.sample_set, point.sample_index, point.volume)


def check_single_lines(old: Beatmap, new: Beatmap) -> None:
    """No two timing lines of one kind at one time, unless the map had them before."""
    known = Counter((point.time, point.uninherited) for point in old.timing_points)
    for key, count in Counter((p.time, p.uninherited) for p in new.timing_points).items():
        if count > 1 and count > known[key]:
            raise EditRefused(
                f"Two timing lines of one kind would stand at {key[0]:g} ms. Nothing was changed."
            )


def same_line(old: Beatmap, index: int, line: bytes) -> bool:
    """Whether ``line`` is the old line ``index``; see below for a last line without an end."""
    before = old.document.lines[index]
    if before == line:
        return True
    # A file's last line without a line end gets one where a new line follows it.
    last = index == len(old.document) - 1 and not before.endswith(b"\n")
    return last and line.rstrip(b"\r\n") == before.rstrip(b"\r")
