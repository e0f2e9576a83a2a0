"""Break lines that the editor would not write."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterator

from model_core.beatmap.breaks import GAP_AFTER, GAP_BEFORE, MIN_BREAK, BreakPeriod
from model_core.beatmap.numbers import format_number

from ..findings import Category, Fix, Severity
from ..fixing import fields_fix, line_fix
from ..registry import Found, rule
from ..subject import Subject

#: Breaks may be off by this many ms.
LENIENCY = 1.0
START_FIELD, END_FIELD = 1, 2


@rule("short-break", Category.EVENTS)
def short_break(subject: Subject) -> Iterator[Found]:
    """A break lasts 650 ms or more, as shorter ones do nothing (lazer ``CheckBreaks``, warning)."""
    for period in subject.beatmap.breaks:
        length = period.end - period.start
        if length < MIN_BREAK:
            yield Found(
                Severity.WARNING,
                f"The break lasts {length:.0f} ms. Breaks under {MIN_BREAK:.0f} ms do nothing;"
                " take it out.",
                f"{length:.0f} ms",
                f"{MIN_BREAK:.0f} ms or more",
                times=(period.start,),
                anchor=f"break@{period.start:.10g}",
                fix=_without(subject, period),
            )


@rule("break-near-object", Category.EVENTS)
def break_near_object(subject: Subject) -> Iterator[Found]:
    """A break begins 200 ms after an object's end or later, and ends 450 ms before the next.

    1 ms less is forgiven (lazer ``CheckBreaks``, a problem: the editor cannot make such a break).
    An object within the break counts as well: it is near both ends.
    """
    for period in subject.beatmap.breaks:
        before, after = _around(subject, period)
        early = before is not None and period.start - before < GAP_BEFORE - LENIENCY
        late = after is not None and after - period.end < GAP_AFTER - LENIENCY
        if not early and not late:
            continue
        parts = []
        if early and before is not None:
            parts.append(f"begins {period.start - before:.0f} ms after the end of an object")
        if late and after is not None:
            parts.append(f"ends {after - period.end:.0f} ms before the next object")
        inside = early and before is not None and before > period.start
        what = "has an object in it" if inside else " and ".join(parts)
        yield Found(
            Severity.PROBLEM,
            f"The break {what}. A break begins {GAP_BEFORE:.0f} ms after an object and ends"
            f" {GAP_AFTER:.0f} ms before the next; the editor makes it so when the map is saved.",
            what,
            f"{GAP_BEFORE:.0f} ms after an object, {GAP_AFTER:.0f} ms before the next",
            times=(period.start,),
            anchor=f"break@{period.start:.10g}",
            fix=_fitted(subject, period, before, after),
        )


def _around(subject: Subject, period: BreakPeriod) -> tuple[float | None, float | None]:
    """When all is over that starts before the break's end, and when the next object starts.

    With an object in the break, the former is later than the break's start.
    """
    first = bisect_left(subject.starts, period.end)
    before = subject.latest_ends[first - 1] if first else None
    after = subject.starts[first] if first < len(subject.starts) else None
    return before, after


def _without(subject: Subject, period: BreakPeriod) -> Fix | None:
    return line_fix(subject.beatmap, "take the break out", delete=[period.line])


def _fitted(
    subject: Subject, period: BreakPeriod, before: float | None, after: float | None
) -> Fix | None:
    """The break shortened until it fits, or taken out where nothing is left of it."""
    start, end = period.start, period.end
    if before is not None:
        start = max(start, float(math.ceil(before + GAP_BEFORE)))
    if after is not None:
        end = min(end, float(math.floor(after - GAP_AFTER)))
    if end - start < MIN_BREAK:
        return _without(subject, period)
    offset = subject.beatmap.time_offset
    changes = {START_FIELD: start, END_FIELD: end}
    texts = {field: format_number(time - offset) for field, time in changes.items()}
    return fields_fix(subject.beatmap, "fit the break between its objects", period.line, texts)
