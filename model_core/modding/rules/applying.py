"""Making chosen suggested edits, all in one patch."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from model_core.beatmap import Beatmap, Patch, parse
from model_core.beatmap.timing import TICK_DIVISORS

from .checking import check
from .fixing import combined
from .levels import Level


@dataclass(frozen=True, slots=True)
class Fixed:
    """What came of chosen edits.

    patch: from the map they were chosen for to ``beatmap``. made: the keys of the findings whose
    edits are in it. left: of those that are found still; they have no edit, or none any more.
    """

    patch: Patch
    beatmap: Beatmap
    made: tuple[str, ...]
    left: tuple[str, ...]


def fix_findings(
    beatmap: Beatmap,
    keys: Collection[str],
    *,
    level: Level | None = None,
    stars: float | None = None,
    divisors: Sequence[int] = TICK_DIVISORS,
) -> Fixed:
    """Makes the suggested edits of the findings that are named by ``keys``.

    Edits of one line are made one after the other: the map is checked again between them, so that
    each edit is made for the map as it then is. A key that names no finding of the map is passed
    over; it is gone. level, stars, divisors: what the map was checked with.
    """
    wanted = set(keys)
    # A key begins with its rule's name.
    rules = {key.partition("/")[0] for key in wanted}
    current = beatmap
    made: dict[str, None] = {}
    while True:
        found = check(current, level=level, stars=stars, divisors=divisors, rules=rules)
        findings = [each for each in found if each.key in wanted]
        # A finding that comes back has an edit that does not help; once is enough.
        able = [each for each in findings if each.fix is not None and each.key not in made]
        if not able:
            break
        # What moves is known by another name afterwards; so its other edits come first.
        able.sort(key=lambda each: each.fix is not None and each.fix.moves)
        patch, left = combined(current, [each.fix for each in able if each.fix is not None])
        unmade = frozenset(left)
        made.update((each.key, None) for each in able if each.fix not in unmade)
        current = parse(patch.apply(current.to_bytes()))
    return Fixed(
        Patch.from_bytes(beatmap.to_bytes(), current.to_bytes()),
        current,
        tuple(made),
        tuple(each.key for each in findings),
    )
