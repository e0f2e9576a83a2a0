"""Red lines that disagree between the difficulties of a set."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from model_core.beatmap import Beatmap, TimingPoint
from model_core.beatmap.timing_points import OMIT_BARLINE

from ..findings import Category, Severity, timestamp
from ..mapset import Difficulty, Mapset
from ..registry import Found, set_rule
from ..subject import TAIKO

#: Red lines this near to each other (ms) are meant to be one.
SAME_LINE = 1.0
#: Beat lengths this near to each other (ms) are one tempo, and times exactly equal.
SAME_TEMPO = 0.01


@set_rule("inconsistent-red-lines", Category.TIMING)
def inconsistent_red_lines(mapset: Mapset) -> Iterator[Found]:
    """All difficulties have the same red lines, as all are mapped to one song.

    One that is missing or added, or has another tempo or meter, is a problem; one whose time
    differs by a fraction of a millisecond is negligible (lazer
    ``CheckInconsistentTimingControlPoints``, Mapset Verifier ``InconsistentLines``).
    """
    usual, others = mapset.outliers(_signature)
    reference = next(
        (each for each in mapset.difficulties if _signature(each.beatmap) == usual), None
    )
    if reference is None:
        return
    ours = reference.subject.timing.red_lines
    for other in (each for each, _ in others):
        theirs = other.subject.timing.red_lines
        for red in ours:
            near = _near(theirs, red.time)
            if near is None:
                yield _found(
                    other,
                    red.time,
                    "missing",
                    f"There is no red line here, but [{reference.title}] has one. Copy its timing.",
                    "no red line",
                    f"a red line as in [{reference.title}]",
                )
            else:
                yield from _differences(other, reference, near, red)
        for red in theirs:
            if _near(ours, red.time) is None:
                yield _found(
                    other,
                    red.time,
                    "added",
                    f"There is a red line here that [{reference.title}] does not have. Take it"
                    " out, or give it to all difficulties.",
                    "a red line",
                    f"none, as in [{reference.title}]",
                )


def _differences(
    other: Difficulty, reference: Difficulty, own: TimingPoint, wanted: TimingPoint
) -> Iterator[Found]:
    if abs(own.milliseconds_per_beat - wanted.milliseconds_per_beat) > SAME_TEMPO:
        tempo = f"{60_000 / own.milliseconds_per_beat:.3f} BPM"
        meant = f"{60_000 / wanted.milliseconds_per_beat:.3f} BPM"
        yield _found(
            other,
            own.time,
            "tempo",
            f"The tempo is {tempo} here, but {meant} in [{reference.title}]. Copy its timing.",
            tempo,
            meant,
        )
    if own.meter != wanted.meter:
        yield _found(
            other,
            own.time,
            "meter",
            f"A bar has {own.meter} beats here, but {wanted.meter} in [{reference.title}]. Give"
            " both the same meter.",
            f"{own.meter} beats",
            f"{wanted.meter} beats",
        )
    if own.time != wanted.time:
        yield _found(
            other,
            own.time,
            "fraction",
            f"The red line differs by {abs(own.time - wanted.time):.3g} ms from that of"
            f" [{reference.title}]. It cannot be heard; copy its timing to be exact.",
            f"{own.time:.10g} ms",
            f"{wanted.time:.10g} ms",
            Severity.NEGLIGIBLE,
        )


def _found(
    other: Difficulty,
    time: float,
    part: str,
    message: str,
    found: str,
    expected: str,
    severity: Severity = Severity.PROBLEM,
) -> Found:
    return Found(
        severity,
        f"[{other.title}] at {timestamp(time)}: {message}",
        found,
        expected,
        times=(time,),
        anchor=f"red@{time:.10g}",
        part=part,
        file=other.file,
    )


def _signature(beatmap: Beatmap) -> str:
    return ";".join(
        f"{red.time},{red.milliseconds_per_beat},{red.meter}" for red in beatmap.timing.red_lines
    )


def _near(lines: Sequence[TimingPoint], time: float) -> TimingPoint | None:
    """The red line nearest to ``time``, if it is near enough to be the same."""
    at = bisect_left(lines, time, key=lambda line: line.time)
    near = [line for line in lines[max(0, at - 1) : at + 1] if abs(line.time - time) < SAME_LINE]
    return min(near, key=lambda line: abs(line.time - time), default=None)


@set_rule("inconsistent-bar-lines", Category.TIMING)
def inconsistent_bar_lines(mapset: Mapset) -> Iterator[Found]:
    """All taiko difficulties leave out the same bar lines.

    Lazer ``CheckTaikoInconsistentSkipBarLine``, Mapset Verifier ``InconsistentBarLines``: problem.
    """
    taiko = [each for each in mapset.difficulties if each.subject.mode == TAIKO]
    for other in taiko[1:]:
        theirs = {red.time: red for red in other.subject.timing.red_lines}
        for red in taiko[0].subject.timing.red_lines:
            own = theirs.get(red.time)
            if own is None or not (own.effects ^ red.effects) & OMIT_BARLINE:
                continue
            left = "left out" if own.effects & OMIT_BARLINE else "drawn"
            meant = "left out" if red.effects & OMIT_BARLINE else "drawn"
            yield _found(
                other,
                red.time,
                "",
                f"The bar line is {left} here, but {meant} in [{taiko[0].title}]. Let all taiko"
                " difficulties do the same.",
                left,
                meant,
            )
