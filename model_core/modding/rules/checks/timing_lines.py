"""Timing lines that stand at one time."""

from __future__ import annotations

from collections.abc import Iterator

from model_core.beatmap import TimingPoint

from ..findings import Category, Severity
from ..fixing import line_fix
from ..registry import Found, rule
from ..subject import Subject


def _by_time(subject: Subject, uninherited: bool) -> dict[float, list[TimingPoint]]:
    times: dict[float, list[TimingPoint]] = {}
    for point in subject.points:
        if point.uninherited == uninherited:
            times.setdefault(point.time, []).append(point)
    return times


@rule("concurrent-lines", Category.TIMING)
def concurrent_lines(subject: Subject) -> Iterator[Found]:
    """No two red lines and no two green lines stand at one time.

    Which one counts depends on the order in which the game happens to read them (Mapset Verifier
    ``ConcurrentLines``, a problem).
    """
    for uninherited, colour in ((True, "red"), (False, "green")):
        for time, points in _by_time(subject, uninherited).items():
            if len(points) == 1:
                continue
            # Of several greens the last one counts, of several reds the first.
            spare = points[1:] if uninherited else points[:-1]
            kept = points[0] if uninherited else points[-1]
            alike = all(same_meaning(kept, point) for point in spare)
            fix = None
            # Clients disagree which red line counts, so that taking one out may change the map.
            if (alike or not uninherited) and subject.lines_in_order:
                fix = line_fix(
                    subject.beatmap,
                    f"keep the {colour} line that counts",
                    delete=[point.line for point in spare],
                )
            yield Found(
                Severity.PROBLEM,
                f"{len(points)} {colour} lines stand at one time. Which one counts depends on the"
                " order in which the game reads them; keep one.",
                f"{len(points)} {colour} lines",
                f"one {colour} line",
                times=(time,),
                anchor=f"{colour}@{time:.10g}",
                fix=fix,
            )


def same_meaning(first: TimingPoint, second: TimingPoint) -> bool:
    """Whether two lines of one kind at one time say the same."""

    def meaning(point: TimingPoint) -> tuple[object, ...]:
        return (
            point.milliseconds_per_beat if point.uninherited else point.scroll_speed,
            point.ticks,
            point.meter,
            point.sample_set,
            point.sample_index,
            point.volume,
            point.effects,
        )

    return meaning(first) == meaning(second)


@rule("conflicting-lines", Category.TIMING)
def conflicting_lines(subject: Subject) -> Iterator[Found]:
    """A red and a green line at one time agree on kiai, volume, sample set and custom index.

    The green one counts, so that what the red one says is heard and seen nowhere (Mapset Verifier
    ``ConcurrentLines``: "Conflicting line settings", minor).
    """
    greens = _by_time(subject, False)
    for time, reds in _by_time(subject, True).items():
        if time not in greens:
            continue
        red, green = reds[0], greens[time][-1]
        names = {
            "kiai": (red.kiai, green.kiai),
            "volume": (red.volume, green.volume),
            "sample set": (red.sample_set, green.sample_set),
            "custom index": (red.sample_index, green.sample_index),
        }
        differ = [name for name, (first, second) in names.items() if first != second]
        if differ:
            what = " and ".join(differ)
            yield Found(
                Severity.NEGLIGIBLE,
                f"The red and the green line at this time disagree on {what}. The green one"
                " counts; give both the same, so that nobody has to guess.",
                ", ".join(f"{name} {names[name][0]} and {names[name][1]}" for name in differ),
                f"one {what}",
                times=(time,),
                anchor=f"lines@{time:.10g}",
            )
