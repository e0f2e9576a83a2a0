"""Whether a set has difficulties for beginners."""

from __future__ import annotations

from collections.abc import Iterator

from ..findings import Category, Severity
from ..levels import Level
from ..mapset import Difficulty, Mapset
from ..registry import Found, set_rule
from ..subject import MANIA

#: Drain times (ms) under which the lowest difficulty is at most a Normal, a Hard, an Insane.
DRAINS, MANIA_DRAINS = (150_000, 195_000, 240_000), (120_000, 165_000, 210_000)
ALLOWED = (Level.NORMAL, Level.HARD, Level.INSANE)


@set_rule("missing-low-difficulty", Category.SPREAD)
def missing_low_difficulty(mapset: Mapset) -> Iterator[Found]:
    """A short song has a difficulty for newer players, in every mode and number of keys.

    Where a difficulty is drained less than 2:30 the lowest is at most a Normal, under 3:15 a Hard,
    under 4:00 an Insane; in mania under 2:00, 2:45 and 3:30 (Mapset Verifier ``LowestDiff``, from
    the ranking criteria). Told for information: more difficulties may be on their way.
    """
    groups: dict[tuple[int, int], list[Difficulty]] = {}
    for each in mapset.difficulties:
        keys = each.beatmap.key_count if each.subject.mode == MANIA else 0
        groups.setdefault((each.subject.mode, keys), []).append(each)
    for (mode, _), members in groups.items():
        known = [each for each in members if each.subject.level is not None]
        if not known:
            continue
        lowest = min(known, key=lambda each: (each.subject.level or 0, each.subject.stars or 0.0))
        shortest = min(known, key=lambda each: each.subject.drain)
        drain = shortest.subject.drain
        for limit, allowed in zip(MANIA_DRAINS if mode == MANIA else DRAINS, ALLOWED, strict=True):
            level = lowest.subject.level
            if drain < limit and level is not None and level > allowed:
                yield Found(
                    Severity.INFO,
                    f"[{lowest.title}] is the lowest difficulty and counts as {level.title}, but"
                    f" [{shortest.title}] is drained only {_minutes(drain)}: under"
                    f" {_minutes(limit)} the ranking criteria ask for a {allowed.title} or"
                    " easier.",
                    level.title,
                    f"{allowed.title} or easier",
                    times=(),
                    anchor="lowest",
                    file=lowest.file,
                )
                break


def _minutes(milliseconds: float) -> str:
    seconds = int(milliseconds // 1000)
    return f"{seconds // 60}:{seconds % 60:02}"
