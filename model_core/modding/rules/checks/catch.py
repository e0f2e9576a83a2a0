"""Hyperdashes and spinners of catch."""

from __future__ import annotations

from collections.abc import Iterator

from model_core.beatmap import ObjectKind
from model_core.beatmap.geometry.catch import CatchKind, CatchObject

from ..findings import Category, Severity
from ..levels import Level
from ..registry import Found, rule
from ..subject import CATCH, Placed, Subject

#: The least gap (ms) before and after a spinner, by level from Cup to Overdose.
BEFORE, AFTER = (250, 250, 125, 125, 62, 62), (250, 250, 250, 125, 125, 125)
#: So many hyperdashes in a row are the most, by level.
IN_A_ROW = {Level.HARD: 2, Level.INSANE: 4}


@rule("hyperdash", Category.COMPOSE, (CATCH,))
def hyperdash(subject: Subject) -> Iterator[Found]:
    """Cups and Salads have no hyperdashes; Platters have none on droplets and repeats.

    Mapset Verifier ``HasHyperdash``, from the ranking criteria: a problem.
    """
    if not subject.at_most(Level.HARD):
        return
    for each, parts in _parts(subject):
        hypers = [number for number, part in enumerate(parts) if part.hyper]
        # The last fruit of a slider may lead to the next object by a hyperdash.
        if subject.level is Level.HARD:
            hypers = [number for number in hypers if number < len(parts) - 1]
        for number in hypers:
            where = (
                "" if len(parts) == 1 else f" on a {parts[number].kind.value} of the {each.name}"
            )
            yield Found(
                Severity.PROBLEM,
                f"A hyperdash starts here{where}. Players of this level cannot be asked for one;"
                " move what follows nearer, or give it more time.",
                "a hyperdash",
                "a distance that can be walked or dashed",
                (each,),
                (parts[number].time,),
                part=str(number),
            )


@rule("hyperdashes-in-a-row", Category.COMPOSE, (CATCH,))
def hyperdashes_in_a_row(subject: Subject) -> Iterator[Found]:
    """At most two hyperdashes follow each other in a Platter, four in a Rain.

    Mapset Verifier ``ConsecutiveHyperdash``: a problem. What it asks of their snapping is not
    looked at.
    """
    most = IN_A_ROW.get(subject.level) if subject.level is not None else None
    if most is None:
        return
    row: list[Placed] = []
    count, start = 0, 0.0
    for each, parts in _parts(subject):
        for part in parts:
            if part.hyper:
                row.append(each)
                start = part.time if count == 0 else start
                count += 1
                continue
            yield from _row(row, count, most, start)
            row, count = [], 0
    yield from _row(row, count, most, start)


def _row(row: list[Placed], count: int, most: int, start: float) -> Iterator[Found]:
    if count > most:
        yield Found(
            Severity.PROBLEM,
            f"{count} hyperdashes follow each other; this level has {most} at most. Put a step or"
            " a dash between them.",
            f"{count} in a row",
            f"{most} or fewer",
            tuple(dict.fromkeys(row)),
            (start,),
        )


@rule("near-spinner-catch", Category.COMPOSE, (CATCH,))
def near_spinner_catch(subject: Subject) -> Iterator[Found]:
    """There is a gap before and after a spinner.

    Before: 250 ms in Cups and Salads, 125 in Platters and Rains, 62 above; after: 250 up to
    Platters, 125 above. Spinners may follow each other (lazer ``CheckBananaShowerGap``, Mapset
    Verifier ``SpinnerGap``: a problem).
    """
    if subject.level is None:
        return
    objects = subject.objects
    for index, each in enumerate(objects):
        if each.kind is not ObjectKind.SPINNER:
            continue
        for other, side, least in (
            (objects[index - 1] if index else None, "before", BEFORE[subject.level]),
            (
                objects[index + 1] if index + 1 < len(objects) else None,
                "after",
                AFTER[subject.level],
            ),
        ):
            if other is None or other.kind is ObjectKind.SPINNER:
                continue
            gap = each.time - other.end if side == "before" else other.time - each.end
            if gap < least:
                yield Found(
                    Severity.PROBLEM,
                    f"There are {int(gap)} ms between the {each.name} and the {other.name} {side}"
                    f" it; this level needs {least}, to see it coming and to get back. Make the"
                    f" {each.name} shorter.",
                    f"{int(gap)} ms {side} the {each.name}",
                    f"{least} ms or more",
                    tuple(sorted((each, other), key=lambda one: one.time)),
                    (each.time if side == "before" else each.end,),
                    part=side,
                )


def _parts(subject: Subject) -> Iterator[tuple[Placed, list[CatchObject]]]:
    """The fruits and droplets of each object, in order of time; bananas and tiny ones left out."""
    made = subject.falling
    for each in subject.objects:
        parts = [
            part for part in made[each.index] if part.kind in (CatchKind.FRUIT, CatchKind.DROPLET)
        ]
        if parts:
            yield each, parts
