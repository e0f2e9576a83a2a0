"""Objects that miss a timing line by a few milliseconds."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from model_core.beatmap import ObjectKind

from ..findings import Category, Severity
from ..registry import Found, rule
from ..subject import CATCH, STANDARD, TAIKO, Placed, Subject

#: An object and a line this near to each other (ms) are meant to be together.
NEAR = 5.0
#: Objects further off the beat than this (ms) are unsnapped, which is another rule.
SNAPPED = 1.0
#: Velocities that differ by less than this (beats a minute times the multiplier) are one.
SAME_SPEED = 1.0


@rule("missed-velocity-line", Category.TIMING, (STANDARD, TAIKO, CATCH))
def missed_velocity_line(subject: Subject) -> Iterator[Found]:
    """No slider starts a few milliseconds before a line that would change its velocity.

    5 ms or less, where the velocity (the multiplier times the tempo) changes by more than 1. In
    taiko, all objects scroll by it, and a line before the object counts as well (Mapset Verifier
    ``BeforeLine``, a warning). Mania scrolls all at once, so that nothing can miss a line.
    """
    times = sorted({point.time for point in subject.points})
    for each in subject.objects:
        if subject.mode != TAIKO and each.kind is not ObjectKind.SLIDER:
            continue
        if abs(subject.ticks.off(each.time)) > SNAPPED:
            continue
        following = bisect_right(times, each.time)
        if following < len(times) and times[following] - each.time <= NEAR:
            yield from _found(subject, each.time, times[following], following, times, each)
        if subject.mode == TAIKO:
            before = bisect_left(times, each.time) - 1
            if before >= 0 and each.time - times[before] <= NEAR:
                yield from _found(subject, each.time, times[before], before, times, each)


def _speed(subject: Subject, time: float) -> float:
    timing = subject.timing
    return timing.scroll_speed_at(time) * 60_000 / timing.beat_length_at(time)


def _found(
    subject: Subject, time: float, line: float, index: int, times: list[float], each: Placed
) -> Iterator[Found]:
    earlier = times[index - 1] if index else line - 1
    if abs(_speed(subject, line) - _speed(subject, earlier)) <= SAME_SPEED:
        return
    side = "before" if time < line else "after"
    yield Found(
        Severity.WARNING,
        f"The {each.name} starts {abs(line - time):.3g} ms {side} a line that changes the slider"
        " velocity. They are meant to be together; put both on the same millisecond.",
        f"{abs(line - time):.3g} ms {side} the line",
        "both at one time",
        (each,),
        part=side,
    )
