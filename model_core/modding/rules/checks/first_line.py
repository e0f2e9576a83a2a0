"""The first timing line, and what stands before it."""

from __future__ import annotations

from collections.abc import Iterator

from ..findings import Category, Severity
from ..fixing import line_fix
from ..registry import Found, rule
from ..subject import Subject


@rule("no-red-line", Category.TIMING)
def no_red_line(subject: Subject) -> Iterator[Found]:
    """A map has a red line (Mapset Verifier ``FirstLine``: "There are no timing lines")."""
    if not subject.timing.red_lines:
        yield Found(
            Severity.PROBLEM,
            "The map has no red line, so that it has no tempo and no beats to snap to. Time the"
            " song first.",
            "no red line",
            "a red line on the first beat",
            times=(),
            anchor="map",
        )


@rule("first-line-green", Category.TIMING)
def first_line_green(subject: Subject) -> Iterator[Found]:
    """The first timing line is red (Mapset Verifier ``FirstLine``)."""
    points = subject.points
    if not points or points[0].uninherited or not subject.timing.red_lines:
        return
    red = subject.timing.red_lines[0]
    early = [point for point in points if not point.uninherited and point.time < red.time]
    if not early:
        return
    fix = None
    # Sounds before the first line are those of the first line, too.
    if not subject.objects or subject.objects[0].time >= red.time:
        fix = line_fix(
            subject.beatmap,
            "take the green lines before the first red line out",
            delete=[point.line for point in early],
        )
    yield Found(
        Severity.PROBLEM,
        "The first timing line is green: it changes a timing that does not exist yet, and the"
        " editor cannot make such a map. Take it out, or put the first red line before it.",
        f"a green line at {early[0].time:.10g} ms",
        f"no green line before the red one at {red.time:.10g} ms",
        times=(early[0].time,),
        anchor="first line",
        fix=fix,
    )


@rule("first-line-kiai", Category.TIMING)
def first_line_kiai(subject: Subject) -> Iterator[Found]:
    """The first timing line does not switch kiai on (Mapset Verifier ``FirstLine``).

    The editor does not let it, as kiai would begin with the map instead of at a moment.
    """
    if subject.points and subject.points[0].kiai:
        first = subject.points[0]
        yield Found(
            Severity.PROBLEM,
            "The first timing line switches kiai on, so that the effect begins with the map and"
            " not at a moment of the song. Start kiai with a green line of its own.",
            "kiai on the first line",
            "no kiai on the first line",
            times=(first.time,),
            anchor="first line",
        )


@rule("object-before-first-line", Category.TIMING)
def object_before_first_line(subject: Subject) -> Iterator[Found]:
    """Every object starts at or after the first red line, from where on the map is timed.

    A warning, as the game counts the first line's beats backwards as well; there are ranked maps
    that rely on it.
    """
    if not subject.timing.red_lines:
        return
    first = subject.timing.red_lines[0].time
    for each in subject.objects:
        if each.time >= first:
            return
        yield Found(
            Severity.WARNING,
            f"The {each.name} starts before the first red line, where the map has no beats yet."
            " Move the first red line some whole bars back.",
            f"{each.name} at {each.time:.10g} ms",
            f"no object before {first:.10g} ms",
            (each,),
        )
