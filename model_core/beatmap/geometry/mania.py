"""What is played in mania: notes and holds, each in a column.

For maps made for mania, as the game's ``ManiaBeatmapConverter`` reads them. The column
follows from x; only spinners, which some old maps have, are put into a column by chance, and
by the same chance for everyone. Odd numbers of columns above ten are kept, as the old client
keeps them; the new one leaves one out (docs/agreement.md).
"""

from __future__ import annotations

from dataclasses import dataclass

from ..beatmap import Beatmap
from ..columns import column_of
from ..hit_objects import HitObject
from ..new_objects import FINISH, ObjectKind
from ..numbers import to_single
from .legacy_random import LegacyRandom

#: A spinner shorter than this many ms is a note; one with finish on seven keys and a special
#: one takes the special key up to the second number.
SPINNER_HOLD, SPECIAL_SPINNER = 100.0, 1000.0
SPECIAL_COLUMNS = 8


@dataclass(frozen=True, slots=True)
class ManiaObject:
    """A note, or a hold if ``end_time`` is later than ``time`` (ms). Columns count from 0."""

    column: int
    time: float
    end_time: float


def mania_objects(beatmap: Beatmap) -> tuple[ManiaObject, ...]:
    """What each object of a mania map is, parallel to ``beatmap.hit_objects``."""
    columns = beatmap.key_count
    random = LegacyRandom(_seed(beatmap))
    items = beatmap.hit_objects
    made: dict[int, ManiaObject] = {}
    for index in sorted(range(len(items)), key=lambda index: items[index].time):
        item = items[index]
        if item.kind is ObjectKind.SPINNER:
            made[index] = _spinner(item, columns, random)
        else:
            made[index] = ManiaObject(column_of(item.x, columns), item.time, item.end_time)
    return tuple(made[index] for index in range(len(items)))


def _seed(beatmap: Beatmap) -> int:
    return (
        round(to_single(to_single(beatmap.hp_drain_rate) + to_single(beatmap.circle_size))) * 20
        + int(to_single(beatmap.overall_difficulty) * 41.2)
        + round(to_single(beatmap.approach_rate))
    )


def _spinner(item: HitObject, columns: int, random: LegacyRandom) -> ManiaObject:
    duration = int(item.end_time) - item.time
    if columns == SPECIAL_COLUMNS and item.hit_sound & FINISH and duration < SPECIAL_SPINNER:
        column = 0
    else:
        column = random.between(1 if columns == SPECIAL_COLUMNS else 0, columns)
    end = float(int(item.end_time)) if duration >= SPINNER_HOLD else item.time
    return ManiaObject(column, item.time, end)
