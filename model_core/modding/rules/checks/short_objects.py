"""Sliders, spinners and holds that are over too soon."""

from __future__ import annotations

from collections.abc import Iterator

from model_core.beatmap import ObjectKind

from ...words import object_name
from ..findings import Category, Severity
from ..levels import Level
from ..registry import Found, rule
from ..subject import STANDARD, Subject

#: A slide of an Easy takes at least so many ms (240 BPM 1/2), better the second (200 BPM 1/2).
SHORTEST_SLIDE, SHORT_SLIDE = 125.0, 150.0
#: What lasts less than this many ms has no length, but for rounding.
NO_LENGTH = 0.5


@rule("zero-length-object", Category.COMPOSE)
def zero_length_object(subject: Subject) -> Iterator[Found]:
    """Sliders, spinners and holds last at least 0.5 ms (lazer ``CheckZeroLengthObjects``)."""
    for each in subject.objects:
        if each.kind is not ObjectKind.CIRCLE and each.duration < NO_LENGTH:
            yield Found(
                Severity.PROBLEM,
                f"The {each.name} ends when it starts. Nobody can play it as one; make it longer,"
                f" or put a {object_name(ObjectKind.CIRCLE, subject.mode)} in its place.",
                f"lasts {each.duration:.2g} ms",
                f"lasts {NO_LENGTH} ms or more",
                (each,),
            )


@rule("short-slider", Category.SPREAD, (STANDARD,))
def short_slider(subject: Subject) -> Iterator[Found]:
    """A slide of an Easy takes 125 ms or more, and better 150 ms.

    The ranking criteria ask for 1/2 at 180 BPM (167 ms); lazer ``CheckTooShortSliders`` makes
    less than 125 ms a problem, less than 150 ms a warning.
    """
    if not subject.at_most(Level.EASY):
        return
    for each in subject.objects:
        if each.kind is not ObjectKind.SLIDER:
            continue
        span = each.item.span_duration
        if NO_LENGTH / each.item.slides <= span < SHORT_SLIDE:
            yield Found(
                Severity.PROBLEM if span < SHORTEST_SLIDE else Severity.WARNING,
                f"One slide takes {span:.0f} ms, which is short for an Easy: new players cannot"
                " follow it. Make the slider longer or slower, or use a circle.",
                f"{span:.0f} ms a slide",
                "about 167 ms",
                (each,),
            )


@rule("short-spinner", Category.SPREAD, (STANDARD,))
def short_spinner(subject: Subject) -> Iterator[Found]:
    """A spinner is long enough for Auto to score 1000 points on it.

    At OD 5 that takes 450 ms at least and 500 ms for certain; 17 and 20 ms more for each OD
    above, 17 and 21.8 ms less for each below (lazer ``CheckTooShortSpinners``).
    """
    difficulty = subject.beatmap.overall_difficulty - 5
    certain = 500 + difficulty * (20 if difficulty > 0 else 21.8)
    least = 450 + difficulty * 17
    for each in subject.objects:
        if each.kind is not ObjectKind.SPINNER or not NO_LENGTH <= each.duration < certain:
            continue
        can = "cannot" if each.duration < least else "may not be able to"
        yield Found(
            Severity.PROBLEM if each.duration < least else Severity.WARNING,
            f"The spinner lasts {each.duration:.0f} ms; Auto {can} score 1000 points on it. Make"
            f" it {certain:.0f} ms long or longer.",
            f"{each.duration:.0f} ms",
            f"{certain:.0f} ms or more",
            (each,),
        )
