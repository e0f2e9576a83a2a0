"""Objects that are played at one time."""

from __future__ import annotations

from collections.abc import Iterator

from model_core.beatmap import ObjectKind

from ..findings import Category, Severity
from ..fixing import line_fix
from ..registry import Found, rule
from ..subject import MANIA, Placed, Subject

#: Objects nearer than the first number of ms are at one time; nearer than the second, almost.
CONCURRENT, ALMOST = 2.0, 10.0


def neighbours(objects: tuple[Placed, ...]) -> Iterator[tuple[Placed, Placed, float]]:
    """Each object with the one before it that ends last, and the ms between the two.

    What overlaps an earlier object overlaps that one, so that one pair an object is enough.
    """
    last: Placed | None = None
    for each in objects:
        if last is not None:
            yield last, each, each.time - last.end
        if last is None or each.end >= last.end:
            last = each


def is_duplicate(first: Placed, second: Placed) -> bool:
    """Whether two objects are the same thing at the same place and time."""
    return (
        first.kind is second.kind
        and first.time == second.time
        and first.end == second.end
        and (
            first.column is not None
            or (first.item.x, first.item.y) == (second.item.x, second.item.y)
        )
    )


@rule("concurrent-objects", Category.COMPOSE)
def concurrent_objects(subject: Subject) -> Iterator[Found]:
    """No two objects are played at one time, in mania none of one column.

    The next object starts more than 2 ms after the end of the one before it, a leniency so that
    objects on one tick always count (lazer ``CheckConcurrentObjects`` and
    ``CheckManiaConcurrentObjects``; Mapset Verifier ``Concurrent``). A second copy of an object
    is a rule of its own.
    """
    where = " in one column" if subject.mode == MANIA else ""
    for objects in subject.columns:
        for before, each, gap in neighbours(objects):
            if gap > CONCURRENT or is_duplicate(before, each):
                continue
            yield Found(
                Severity.PROBLEM,
                f"The {each.name} starts while the {before.name} before it lasts or ends: the two"
                f" are at one time{where}, and only one of them can be played. Move one, or take"
                " it out.",
                f"starts {gap:.4g} ms after the end of the {before.name}",
                f"more than {CONCURRENT:.0f} ms between them{where}",
                (before, each),
                (each.time,),
            )


@rule("almost-concurrent-objects", Category.COMPOSE)
def almost_concurrent_objects(subject: Subject) -> Iterator[Found]:
    """Objects less than 10 ms apart are a problem, as they can hardly be told apart.

    Lazer ``CheckConcurrentObjects``: more than the 2 ms of concurrent ones, less than 10 ms.
    """
    where = " in one column" if subject.mode == MANIA else ""
    for objects in subject.columns:
        for before, each, gap in neighbours(objects):
            if CONCURRENT < gap < ALMOST:
                yield Found(
                    Severity.PROBLEM,
                    f"The {each.name} starts only {gap:.4g} ms after the {before.name} before it"
                    f" ends{where}. Nobody can play them one after the other; move one, or end"
                    " the one before it earlier.",
                    f"{gap:.4g} ms between them",
                    f"{ALMOST:.0f} ms or more{where}",
                    (before, each),
                    (each.time,),
                )


@rule("duplicate-objects", Category.COMPOSE)
def duplicate_objects(subject: Subject) -> Iterator[Found]:
    """No object stands twice at the same time and place, in mania in the same column.

    The same as concurrent objects in lazer and Mapset Verifier (mania: "stacked notes"); told by
    itself because the second one can simply be taken out.
    """
    for copies in _copies(subject):
        first, spare = copies[0], copies[1:]
        fix = None
        if first.kind is not ObjectKind.SLIDER:
            fix = line_fix(
                subject.beatmap,
                f"keep one {first.name}",
                delete=[each.item.line for each in spare],
            )
        yield Found(
            Severity.PROBLEM,
            f"This {first.name} stands here {len(copies)} times, at the same time and place. Only"
            " one of them can be hit; keep one.",
            f"{len(copies)} of one {first.name}",
            "one",
            copies,
            anchor=first.ref.anchor,
            fix=fix,
        )


def _copies(subject: Subject) -> Iterator[tuple[Placed, ...]]:
    """Objects of one kind at one time and place, where there are several."""
    places: dict[object, list[Placed]] = {}
    for each in subject.objects:
        place = (each.item.x, each.item.y) if each.column is None else each.column
        places.setdefault((each.kind, each.time, each.end, place), []).append(each)
    for copies in places.values():
        if len(copies) > 1:
            yield tuple(copies)
