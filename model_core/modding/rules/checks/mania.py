"""Holds, columns and chords of mania."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from model_core.beatmap import ObjectKind

from ..findings import Category, Severity
from ..levels import Level
from ..registry import Found, rule
from ..subject import MANIA, Subject
from .short_objects import NO_LENGTH

#: A hold shorter than this (ms) is a problem, than the second is a warning.
SHORTEST_HOLD, SHORT_HOLD = 20.0, 30.0
#: A column with this share of the mean or less (or this or more) is a problem, and a warning.
FAR_BELOW, BELOW, ABOVE, FAR_ABOVE = 0.65, 0.8, 1.2, 1.35
#: Fewer objects a column than this are too few to tell anything from their share.
FEW_OBJECTS = 10
#: The most notes at once by level, with up to six columns and with more.
CHORDS = {
    Level.EASY: (2, 2),
    Level.NORMAL: (2, 3),
    Level.HARD: (3, 4),
    Level.INSANE: (6, 6),
}
MANY_KEYS = 7


@rule("short-hold", Category.COMPOSE, (MANIA,))
def short_hold(subject: Subject) -> Iterator[Found]:
    """A hold note lasts 30 ms or more (1/12 at 180 BPM).

    Less is a warning, less than 20 ms a problem: nobody can release it in time (Mapset Verifier
    ``SliderLength`` for mania, and the ManiaCheck plugin that it comes from).
    """
    for each in subject.objects:
        if each.kind is ObjectKind.HOLD and NO_LENGTH <= each.duration < SHORT_HOLD:
            yield Found(
                Severity.PROBLEM if each.duration < SHORTEST_HOLD else Severity.WARNING,
                f"The hold note lasts {each.duration:.0f} ms, too short to be released in time."
                f" Make it {SHORT_HOLD:.0f} ms or longer, or a note.",
                f"{each.duration:.0f} ms",
                f"{SHORT_HOLD:.0f} ms or more",
                (each,),
            )


@rule("uneven-columns", Category.COMPOSE, (MANIA,))
def uneven_columns(subject: Subject) -> Iterator[Found]:
    """All columns are used, and about equally.

    An empty column is a problem; one that has 35 % more or less than the mean or beyond is a
    problem, 20 % a warning (Mapset Verifier ``ColumnDistribution``). Shares are looked at from a
    mean of 10 objects on.
    """
    columns = subject.columns
    mean = len(subject.objects) / len(columns)
    if not subject.objects:
        return
    for number, objects in enumerate(columns, start=1):
        share = len(objects) / mean
        if objects and (mean < FEW_OBJECTS or BELOW < share < ABOVE):
            continue
        far = not FAR_BELOW < share < FAR_ABOVE
        what = f"{len(objects)} objects, {share:.0%} of the mean" if objects else "no object"
        yield Found(
            Severity.PROBLEM if far else Severity.WARNING,
            f"Column {number} has {what}. Hands that are used so unevenly tire; spread the notes"
            " over all columns.",
            what,
            f"about {mean:.0f} objects",
            times=(),
            anchor=f"column {number}",
        )


@rule("large-chord", Category.SPREAD, (MANIA,))
def large_chord(subject: Subject) -> Iterator[Found]:
    """Chords of low difficulties are small, for hands and keyboards.

    At most 2 notes in an Easy, 2 in a Normal (3 from seven columns on), 3 in a Hard (4), 6 in an
    Insane (Mapset Verifier ``MaxChordSize``, from the guidelines of the ranking criteria: a
    warning).
    """
    if subject.level not in CHORDS:
        return
    most = CHORDS[subject.level][subject.beatmap.key_count >= MANY_KEYS]
    for _, group in groupby(subject.objects, key=lambda each: each.time):
        # A note twice in one column is pressed once.
        chord = tuple({each.column: each for each in group}.values())
        if len(chord) > most:
            yield Found(
                Severity.WARNING,
                f"{len(chord)} notes at once are many for {_article(subject.level)}; the"
                f" guidelines say {most} at most. Take some out.",
                f"{len(chord)} notes",
                f"{most} notes or fewer",
                chord,
            )


def _article(level: Level) -> str:
    return f"{'an' if level.title[0] in 'EI' else 'a'} {level.title}"
