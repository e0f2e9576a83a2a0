"""Objects that stand on no tick of the beat-snap grid."""

from __future__ import annotations

import math
from collections.abc import Iterator

from model_core.beatmap import ObjectKind
from model_core.beatmap.edits.red_line_texts import line_text, with_fields
from model_core.beatmap.edits.resnapping import ObjectMove
from model_core.beatmap.hit_objects import LAZER_VERSION
from model_core.beatmap.numbers import format_number

from ..findings import Category, Fix, Severity, timestamp
from ..fixing import is_editable, line_fix
from ..registry import Found, rule
from ..subject import Placed, Subject

#: Off by this many ms or more is a problem; by that many, negligible.
UNSNAPPED, NEARLY = 2.0, 1.0
#: A tick this near above a whole ms is that ms.
ROUNDING = 1e-6
#: The length of a slider by its place in the line.
LENGTH_FIELD = 7


@rule("unsnapped-object", Category.TIMING)
def unsnapped_object(subject: Subject) -> Iterator[Found]:
    """Starts, repeats and ends stand on a tick of the divisions that mappers use.

    Off by 2 ms or more is a problem, by 1 ms or more negligible; less is what whole milliseconds
    and slider velocities leave over (lazer ``CheckUnsnappedObjects``; the stable editor cuts
    decimals off). Of a slider's repeats the one that is furthest off is told.
    """
    for each in subject.objects:
        start = subject.ticks.off(each.time)
        if abs(start) >= NEARLY:
            yield _found(subject, each, "", each.time, start, _start_fix(subject, each))
        if each.kind is ObjectKind.CIRCLE:
            continue
        *inner, end = each.node_times()[1:]
        worst = max(inner, key=lambda time: abs(subject.ticks.off(time)), default=None)
        if worst is not None and abs(off := subject.ticks.off(worst)) >= NEARLY:
            yield _found(subject, each, "repeat", worst, off, None)
        off = subject.ticks.off(end)
        if abs(off) >= NEARLY:
            # A slider's end moves with its start, which comes first.
            waits = each.kind is ObjectKind.SLIDER and abs(start) >= NEARLY
            fix = None if waits else _end_fix(subject, each)
            yield _found(subject, each, "end", end, off, fix)


def _found(
    subject: Subject, each: Placed, part: str, time: float, off: float, fix: Fix | None
) -> Found:
    severity = Severity.PROBLEM if abs(off) >= UNSNAPPED else Severity.NEGLIGIBLE
    name = f"{each.name}'s {part}" if part else each.name
    side = "late" if off > 0 else "early"
    tick = subject.ticks.nearest(time)
    return Found(
        severity,
        f"The {name} is {abs(off):.3g} ms {side}: the nearest tick is at {timestamp(tick)}. What"
        " is off the beat is judged off the beat; move it onto the tick, unless the timing is"
        " what is wrong.",
        f"{name} at {time:.10g} ms",
        f"the tick at {tick:.10g} ms",
        (each,),
        (time,),
        part=part,
        fix=fix,
    )


def _whole(subject: Subject, tick: float) -> float:
    """A tick as the map's format writes it: cut to a whole ms before format 128."""
    if subject.beatmap.version >= LAZER_VERSION:
        return tick
    return float(math.floor(tick + ROUNDING))


def _start_fix(subject: Subject, each: Placed) -> Fix | None:
    """The start on its tick, where that makes it neither pass nor meet anything else."""
    if not is_editable(subject.beatmap, each.item.line):
        return None
    time = _whole(subject, subject.ticks.nearest(each.time))
    low, high = min(time, each.time), max(time, each.time)
    timing = subject.timing
    if timing.pace_at(low) != timing.pace_at(high) or timing.sample_at(low) != timing.sample_at(
        high
    ):
        return None
    if _others_between(subject, each, low, high):
        return None
    end = None
    if each.kind in (ObjectKind.SPINNER, ObjectKind.HOLD):
        if time >= each.end:
            return None
        end = each.end
    move = ObjectMove(each.item, time, end)
    return line_fix(
        subject.beatmap,
        f"move the {each.name} to {timestamp(time)}",
        replace={each.item.line: move.text(subject.beatmap)},
        moves=True,
    )


def _end_fix(subject: Subject, each: Placed) -> Fix | None:
    """The end on its tick; a slider gets the length for it."""
    if not is_editable(subject.beatmap, each.item.line):
        return None
    tick = subject.ticks.nearest(each.end)
    if tick <= each.time or _others_between(
        subject, each, min(tick, each.end), max(tick, each.end)
    ):
        return None
    beatmap, item = subject.beatmap, each.item
    summary = f"end the {each.name} at {timestamp(tick)}"
    if item.kind is not ObjectKind.SLIDER:
        move = ObjectMove(item, item.time, _whole(subject, tick))
        return line_fix(beatmap, summary, replace={item.line: move.text(beatmap)})
    path = item.path()
    if path is None or item.length is None or abs(path.length - item.length) > ROUNDING:
        return None
    # A billionth of a pixel is what the division leaves over.
    length = round(item.length * (tick - each.time) / each.duration, 9)
    text = with_fields(line_text(beatmap, item.line), {LENGTH_FIELD: format_number(length)})
    return line_fix(beatmap, summary, replace={item.line: text})


def _others_between(subject: Subject, each: Placed, low: float, high: float) -> bool:
    """Whether another object of the column starts or ends within ``low..high``."""
    return any(other is not each for other in subject.meeting(low, high, each.column))
