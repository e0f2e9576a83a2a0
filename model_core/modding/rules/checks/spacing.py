"""How far apart objects of low difficulties are."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from itertools import pairwise

from model_core.beatmap import ObjectKind
from model_core.beatmap.geometry.rules import circle_scale, preempt

from ..findings import Category, Severity
from ..levels import Level
from ..registry import Found, rule
from ..subject import STANDARD, Placed, Subject
from .offscreen import RADIUS

#: Closer in time than this (ms), objects overlap; up to the second, better so; and apart by more
#: than the third, they do not.
OVERLAP, RATHER_OVERLAP, NO_OVERLAP = 150.0, 175.0, 250.0
#: Borders that cross by less than this many pixels only touch.
TOUCHING = 5.0
#: What is further apart than this (ms) belongs to no common pattern.
PATTERN = 600.0
#: What is nearer than this (osu! pixels) is stacked.
STACKED = 12.0
#: Spacings are compared for so long (ms), and where times differ by no more than the second.
MEMORY, SIMILAR = 4000.0, 16.0
#: By how many pixels, and then by which share of it, a distance may differ.
WARNING, PROBLEM = (10.0, 0.15), (20.0, 0.30)
#: No Easy has more objects than this within the memory.
MAX_COMPARED = 256
#: Milliseconds a circle takes to appear, at most.
FADE_IN = 400.0


@rule("low-difficulty-overlap", Category.SPREAD, (STANDARD,))
def low_difficulty_overlap(subject: Subject) -> Iterator[Found]:
    """In an Easy, objects close in time overlap, and others do not.

    Less than 150 ms apart they have to overlap, less than 175 ms they should, unless the first is
    a slider, whose end is lenient; more than 250 ms apart they do not. Less than 5 pixels of
    overlap are none. Looked at while both are on the screen (lazer ``CheckLowDiffOverlaps``).
    """
    if not subject.at_most(Level.EASY):
        return
    diameter = 2 * (RADIUS * circle_scale(subject.beatmap.circle_size) - TOUCHING)
    time_preempt = preempt(subject.beatmap.approach_rate)
    visible = time_preempt + FADE_IN * min(1.0, time_preempt / 450.0)
    for first, second in _pairs(subject):
        gap = second.time - first.end
        if gap >= visible:
            continue
        overlap = _distance(subject, first, second) < diameter
        expected = None
        severity = Severity.PROBLEM
        if not overlap and first.kind is not ObjectKind.SLIDER and gap < RATHER_OVERLAP:
            severity = Severity.PROBLEM if gap < OVERLAP else Severity.WARNING
            expected = "overlap" if gap < OVERLAP else "rather overlap"
            why = "so close in time that new players read them as one only if they overlap"
        elif overlap and gap > NO_OVERLAP:
            expected = "not overlap"
            why = "so far apart in time that an overlap makes them hard to read"
        if expected is not None:
            yield Found(
                severity,
                f"These are {gap:.0f} ms apart, {why}. They should {expected}.",
                "they overlap" if overlap else "they do not overlap",
                f"they {expected}",
                (first, second),
            )


@rule("uneven-spacing", Category.SPREAD, (STANDARD,))
def uneven_spacing(subject: Subject) -> Iterator[Found]:
    """In an Easy or Normal, distance follows time: equal gaps in time are equal in space.

    A gap is compared with the mean speed of those before it, back to the first that is more than
    16 ms shorter or longer, or 4 s ago. Gaps over 600 ms and distances under 12 pixels are left
    out. A difference of more than 20 pixels and 30 % of the distance is a problem, of more than
    10 pixels and 15 % a warning; such a gap is not compared with later ones (lazer
    ``CheckTimeDistanceEquality``).
    """
    if not subject.at_most(Level.NORMAL):
        return
    seen: deque[tuple[float, float, float]] = deque(maxlen=MAX_COMPARED)
    for first, second in _pairs(subject):
        gap = second.time - first.end
        if gap > PATTERN:
            continue
        distance = _distance(subject, first, second)
        if distance < STACKED:
            continue
        expected = _expected(seen, second.time, gap)
        severity = _severity(abs(expected - distance), distance) if expected else None
        if severity is None:
            seen.append((second.time, gap, distance))
            continue
        yield Found(
            severity,
            f"The distance to the object before is {distance:.0f} pixels, but {expected:.0f} would"
            " follow from those before it, in as much time. Beginners read time from distance;"
            " use distance snap, or change the spacing more slowly.",
            f"{distance:.0f} pixels",
            f"about {expected:.0f} pixels",
            (first, second),
            (second.time,),
        )


def _expected(seen: deque[tuple[float, float, float]], now: float, gap: float) -> float:
    """The distance that goes with a gap, by what was seen last; 0 where nothing compares."""
    speeds = []
    for time, other, distance in reversed(seen):
        if now - time > MEMORY or abs(gap - other) > SIMILAR:
            break
        speeds.append(distance / max(other, 1.0))
    return sum(speeds) / len(speeds) * gap if speeds else 0.0


def _severity(difference: float, distance: float) -> Severity | None:
    for severity, (pixels, share) in (
        (Severity.PROBLEM, PROBLEM),
        (Severity.WARNING, WARNING),
    ):
        if (difference - pixels) / distance > share:
            return severity
    return None


def _pairs(subject: Subject) -> Iterator[tuple[Placed, Placed]]:
    """Objects that follow each other, none of them a spinner (or another mode's hold)."""
    lying = (ObjectKind.CIRCLE, ObjectKind.SLIDER)
    for first, second in pairwise(subject.objects):
        if first.kind in lying and second.kind in lying:
            yield first, second


def _distance(subject: Subject, first: Placed, second: Placed) -> float:
    """From the end of one object to the start of the next, as they are drawn."""
    return math.dist(subject.stacked_end(first), subject.stacked[second.index])
