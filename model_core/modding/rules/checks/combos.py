"""Combos that are too long."""

from __future__ import annotations

import math
from collections.abc import Iterator

from model_core.beatmap import ObjectKind

from ..findings import Category, Severity
from ..registry import Found, rule
from ..subject import CATCH, STANDARD, Placed, Subject

#: The most fruits in a combo, by level from Cup to Overdose; that much more is a warning.
LONGEST_CATCH = (8, 10, 12, 16, 16, 16)
MUCH_LONGER = 1.5
#: Numbers in circles are hard to read from here on, and colours stop telling phrases apart.
LONGEST_STANDARD = 24


@rule("long-combo", Category.COMPOSE, (STANDARD, CATCH))
def long_combo(subject: Subject) -> Iterator[Found]:
    """Combos are as long as a phrase of the song.

    In catch, where fruits pile up on the plate, at most 8 in a Cup, 10 in a Salad, 12 in a
    Platter and 16 above; heads, repeats and ends of sliders count. More is negligible, more than
    one and a half times as many a warning (Mapset Verifier ``MaxCombo``). For osu!standard the
    criteria name no number; more than 24 objects are told as negligible.
    """
    longest, much = LONGEST_STANDARD, math.inf
    if subject.mode == CATCH:
        if subject.level is None:
            return
        longest = LONGEST_CATCH[subject.level]
        much = longest * MUCH_LONGER
    combo: list[Placed] = []
    for each in subject.objects:
        if subject.beatmap.combos.starts[each.index]:
            yield from _found(combo, subject.mode == CATCH, longest, much)
            combo = []
        if each.kind is not ObjectKind.SPINNER:
            combo.append(each)
    yield from _found(combo, subject.mode == CATCH, longest, much)


def _found(combo: list[Placed], fruits: bool, longest: int, much: float) -> Iterator[Found]:
    count = len(combo)
    if fruits:
        count += sum(each.item.slides for each in combo if each.kind is ObjectKind.SLIDER)
    if count <= longest:
        return
    what = "fruits" if fruits else "objects"
    yield Found(
        Severity.WARNING if count > much else Severity.NEGLIGIBLE,
        f"The combo has {count} {what}. New combos follow the phrases of the song; start one where"
        f" a phrase does, after {longest} {what} at most.",
        f"{count} {what}",
        f"{longest} or fewer",
        (combo[0], combo[-1]) if len(combo) > 1 else (combo[0],),
        # The combo is known by its first object, however it goes on.
        anchor=combo[0].ref.anchor,
    )
