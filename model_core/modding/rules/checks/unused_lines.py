"""Timing lines without which the map would be the same."""

from __future__ import annotations

from collections.abc import Iterator

from model_core.beatmap import TimingPoint
from model_core.beatmap.edits.green_lines import LineState, state_of
from model_core.beatmap.timing_points import KIAI, OMIT_BARLINE

from ..findings import Category, Severity
from ..fixing import line_fix
from ..registry import Found, rule
from ..subject import Subject

#: Beats this near to each other, in ms, are one.
SAME_BEAT = 1.0
#: In the Nightcore mod a cymbal sounds every so many bars, counted from a red line.
CYMBAL_BARS = 4


@rule("unused-green-line", Category.TIMING)
def unused_green_line(subject: Subject) -> Iterator[Found]:
    """A green line changes something of what the line before it says.

    Mapset Verifier ``UnusedLines`` (minor: such a line does no harm). Here only lines count that
    say in every field what is in effect already; those that nothing is placed under are the
    mapper's to judge.
    """
    if not subject.lines_in_order:
        return
    running: LineState | None = None
    for reds, greens in subject.moments:
        if reds:
            running = state_of(reds[0])
        for green in greens:
            state = state_of(green)
            # Before the first line, sounds are those of the first line itself.
            if running is not None and state.same(running) and not green.effects & ~KIAI:
                yield Found(
                    Severity.NEGLIGIBLE,
                    "This green line changes nothing: slider velocity, sounds, volume and kiai"
                    " are the same without it. It does no harm and can be taken out.",
                    "a green line that says what is in effect already",
                    "no line here",
                    times=(green.time,),
                    anchor=f"green@{green.time:.10g}",
                    fix=line_fix(subject.beatmap, "take the green line out", delete=[green.line]),
                )
            running = state


@rule("unused-red-line", Category.TIMING)
def unused_red_line(subject: Subject) -> Iterator[Found]:
    """A red line changes the tempo, the meter or where bars begin.

    Mapset Verifier ``UnusedLines``: with the tempo and meter of the red line before it, a whole
    number of bars behind it (1 ms leniency), it changes nothing that a green line could not, and
    its rounding may shift the beats: a problem. A warning where it only leaves out a bar line or
    restarts the cymbals of the Nightcore mod, which come every four bars; in taiko and mania,
    where bar lines are seen, lines that leave one out are not told.
    """
    before: TimingPoint | None = None
    for red in subject.timing.red_lines:
        last, before = before, red
        if last is None or not _same_beats(last, red, last.meter):
            continue
        barline = bool(red.effects & OMIT_BARLINE or last.effects & OMIT_BARLINE)
        if barline and subject.mode in (1, 3):
            continue
        cymbals = not _same_beats(last, red, CYMBAL_BARS * last.meter)
        only = [
            text
            for text, so in (
                ("leaves out a bar line", barline),
                ("restarts the cymbals of the Nightcore mod", cymbals),
            )
            if so
        ]
        if only:
            message = (
                f"This red line only {' and '.join(only)}; tempo, meter and bars go on as before."
                " Make sure that this is meant, or take it out."
            )
        else:
            message = (
                "This red line goes on with the tempo, meter and bars of the one before it."
                " Rounding may shift the beats behind it; take it out, and let a green line say"
                " what else it changes."
            )
        yield Found(
            Severity.WARNING if only else Severity.PROBLEM,
            message,
            "a red line that changes no beat",
            "no red line here",
            times=(red.time,),
            anchor=f"red@{red.time:.10g}",
        )


def _same_beats(first: TimingPoint, second: TimingPoint, beats: int) -> bool:
    """Whether the second line stands a multiple of ``beats`` behind the first, in its tempo."""
    beat = first.milliseconds_per_beat
    if beat != second.milliseconds_per_beat or first.meter != second.meter:
        return False
    off = (second.time - first.time) % (beats * beat)
    return min(off, beats * beat - off) <= SAME_BEAT
