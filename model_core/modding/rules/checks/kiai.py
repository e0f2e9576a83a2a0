"""When kiai begins and ends."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from model_core.beatmap import TimingPoint
from model_core.beatmap.edits.red_line_texts import TIME
from model_core.beatmap.numbers import format_number
from model_core.beatmap.timing import SAMPLE_LENIENCY

from ..findings import Category, Fix, Severity, timestamp
from ..fixing import fields_fix
from ..registry import Found, rule
from ..subject import TAIKO, Subject

#: Kiai that begins this many ms off the beat is seen to; in taiko, whose screen changes more.
UNSNAPPED, UNSNAPPED_TAIKO = 10.0, 5.0
NEARLY = 1.0


@rule("unsnapped-kiai", Category.TIMING)
def unsnapped_kiai(subject: Subject) -> Iterator[Found]:
    """Kiai begins and ends on the beat.

    A beginning that is 10 ms off a tick or more (taiko: 5 ms) is a warning; beginnings and ends
    that are 1 ms off or more are negligible (Mapset Verifier ``KiaiUnsnap``).
    """
    limit = UNSNAPPED_TAIKO if subject.mode == TAIKO else UNSNAPPED
    for time, on in subject.timing.kiai_changes():
        off = subject.ticks.off(time)
        if abs(off) < NEARLY:
            continue
        what = "begins" if on else "ends"
        tick = subject.ticks.nearest(time)
        yield Found(
            Severity.WARNING if on and abs(off) >= limit else Severity.NEGLIGIBLE,
            f"Kiai {what} {abs(off):.3g} ms {'late' if off > 0 else 'early'}; the nearest tick is"
            f" at {timestamp(tick)}. Let it {what.removesuffix('s')} on a distinct sound.",
            f"kiai {what} at {time:.10g} ms",
            f"the tick at {tick:.10g} ms",
            times=(time,),
            anchor=f"kiai-{'on' if on else 'off'}@{time:.10g}",
            fix=_fix(subject, time, float(int(tick))),
        )


def _fix(subject: Subject, time: float, tick: float) -> Fix | None:
    """The line on its tick, where nothing sounds and no object starts between the two."""
    points = subject.points  # in order of time
    low, high = min(tick, time), max(tick, time)
    first = bisect_left(points, low, key=_time)
    between = points[first : bisect_right(points, high, lo=first, key=_time)]
    # No other line, of that time or up to the tick.
    if len(between) != 1 or between[0].uninherited or tick == time:
        return None
    at = bisect_left(subject.lookups, low)
    if at < len(subject.lookups) and subject.lookups[at] <= high + SAMPLE_LENIENCY + 1:
        return None
    written = format_number(tick - subject.beatmap.time_offset)
    return fields_fix(
        subject.beatmap,
        f"move the line to {timestamp(tick)}",
        between[0].line,
        {TIME: written},
        moves=True,
    )


def _time(point: TimingPoint) -> float:
    return point.time
