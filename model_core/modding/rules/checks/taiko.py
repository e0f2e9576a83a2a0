"""Finishers, rests and spinners of taiko."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from model_core.beatmap import ObjectKind
from model_core.beatmap.new_objects import FINISH

from ..findings import Category, Severity
from ..levels import Level
from ..registry import Found, rule
from ..subject import TAIKO, Placed, Subject

#: A finisher this near to its neighbour (in beats) or nearer is a problem, by level.
NEAR_FINISHER = {Level.EASY: 1 / 2, Level.NORMAL: 1 / 3, Level.HARD: 1 / 4, Level.INSANE: 1 / 6}
#: … and may be one, in a Hard.
RATHER_NEAR_FINISHER = {Level.HARD: 1 / 3}
#: The rest (in beats) that each level needs, and so many beats without one that are minor, and a
#: warning. Three gaps of a beat in a row are a rest of a Hard, too.
RESTS = {Level.EASY: 3.0, Level.NORMAL: 2.0, Level.HARD: 1.5, Level.INSANE: 1.0}
CHAINS = {
    Level.EASY: (36, 44),
    Level.NORMAL: (36, 44),
    Level.HARD: (36, 44),
    Level.INSANE: (20, 32),
}
#: The gap (in beats) before a spinner, by level.
BEFORE_SPINNER = {
    Level.EASY: 1 / 2,
    Level.NORMAL: 1 / 2,
    Level.HARD: 1 / 2,
    Level.INSANE: 1 / 4,
    Level.EXPERT: 1 / 4,
}
#: Milliseconds that whole milliseconds leave over.
LENIENCY = 3.0
#: Beats of songs this fast or slow are counted as half or twice as long.
SLOW_BEAT, FAST_BEAT = 60_000 / 110, 60_000 / 270


@rule("near-finisher", Category.COMPOSE, (TAIKO,))
def near_finisher(subject: Subject) -> Iterator[Found]:
    """Finishers of low levels stand alone, as two keys are hit at once.

    A neighbour 1/2 of a beat away or nearer in a Kantan, 1/3 in a Futsuu, 1/4 in a Muzukashii and
    1/6 in an Oni is a problem, 1/3 in a Muzukashii a warning (Mapset Verifier
    ``UnrankableFinishers``, from the ranking criteria). What an Oni asks of colours is not looked
    at.
    """
    level = subject.level
    if level not in NEAR_FINISHER:
        return
    objects = subject.objects
    for index, each in enumerate(objects):
        if each.kind is not ObjectKind.CIRCLE or not each.item.hit_sound & FINISH:
            continue
        gaps = []
        if index:
            gaps.append((each.time - objects[index - 1].end, objects[index - 1]))
        if index + 1 < len(objects):
            gaps.append((objects[index + 1].time - each.time, objects[index + 1]))
        if not gaps:
            continue
        gap, other = min(gaps, key=lambda pair: pair[0])
        beat = usual_beat(subject, each.time)
        problem = gap <= NEAR_FINISHER[level] * beat + LENIENCY
        if not problem and not gap <= RATHER_NEAR_FINISHER.get(level, -1.0) * beat + LENIENCY:
            continue
        yield Found(
            Severity.PROBLEM if problem else Severity.WARNING,
            f"The finisher is {gap:.0f} ms from its neighbour, {gap / beat:.2g} of a beat: too"
            f" near for this level. Make it a plain note, or give it room.",
            f"{gap / beat:.2g} of a beat",
            f"more than {NEAR_FINISHER[level]:.2g} of a beat",
            tuple(sorted((each, other), key=lambda one: one.time)),
            (each.time,),
        )


@rule("missing-rest", Category.COMPOSE, (TAIKO,))
def missing_rest(subject: Subject) -> Iterator[Found]:
    """Long chains are broken by rests.

    A rest is a gap of 3 beats in a Kantan, 2 in a Futsuu, 3/2 (or three of 1/1 in a row) in a
    Muzukashii and 1/1 in an Oni. More than 36 beats without one are negligible, more than 44 a
    warning; in an Oni 20 and 32 (Mapset Verifier ``RestMoments``, from the guidelines).
    """
    level = subject.level
    if level not in RESTS or not subject.objects:
        return
    first = last = subject.objects[0]
    whole = 0
    for before, each in pairwise(subject.objects):
        beat = usual_beat(subject, each.time)
        gap = each.time - before.end + LENIENCY
        whole = whole + 1 if gap >= beat else 0
        if gap >= RESTS[level] * beat or (level is Level.HARD and whole >= 3):
            yield from _chain(subject, level, first, last)
            first = each
            whole = 0
        last = each
    yield from _chain(subject, level, first, last)


def _chain(subject: Subject, level: Level, first: Placed, last: Placed) -> Iterator[Found]:
    minor, warning = CHAINS[level]
    beats = int((last.end - first.time + LENIENCY) / usual_beat(subject, first.time))
    if beats <= minor:
        return
    yield Found(
        Severity.WARNING if beats > warning else Severity.NEGLIGIBLE,
        f"{beats} beats go by without a rest of {RESTS[level]:.2g} beats. Players of this level"
        f" tire; rest about every {minor} beats, unless the music gives no pause.",
        f"{beats} beats without a rest",
        f"a rest at least every {minor} beats",
        (first, last),
        (first.time, last.end),
    )


@rule("near-spinner", Category.COMPOSE, (TAIKO,))
def near_spinner(subject: Subject) -> Iterator[Found]:
    """There is a gap before a spinner: 1/2 of a beat, from Oni on 1/4.

    Mapset Verifier ``SpinnerReadability`` (minor).
    """
    level = subject.level
    if level not in BEFORE_SPINNER:
        return
    for before, each in pairwise(subject.objects):
        if each.kind is not ObjectKind.SPINNER:
            continue
        beat = usual_beat(subject, each.time)
        gap = each.time - before.end
        if gap + LENIENCY < BEFORE_SPINNER[level] * beat:
            yield Found(
                Severity.NEGLIGIBLE,
                f"The {each.name} starts {gap:.0f} ms after the {before.name} before it, which may"
                " be hard to read. Start it later.",
                f"{gap:.0f} ms",
                f"{BEFORE_SPINNER[level] * beat:.0f} ms or more",
                (before, each),
                (each.time,),
            )


def usual_beat(subject: Subject, time: float) -> float:
    """A beat in ms as the criteria count it: of songs as fast as most are (110 to 270 BPM)."""
    beat = subject.timing.beat_length_at(time)
    while beat >= SLOW_BEAT * 1.0001:
        beat /= 2
    while beat <= FAST_BEAT:
        beat *= 2
    return beat
