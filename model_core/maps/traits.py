"""What a map is like in numbers that models are told: shares of holds and of speed changes.

The rules are those of the published models' training data, seen in their reference values: a
share of objects for holds; for scroll speeds, changes from line to line (the last of several at
one time counts, tempo does not) for each time at which objects start.
"""

from __future__ import annotations

from itertools import pairwise

from model_core.beatmap import Beatmap
from model_core.beatmap.columns import key_count
from model_core.beatmap.new_objects import ObjectKind
from model_core.tokens.reference_timing import ReferenceTiming, line_velocity

__all__ = ["hold_note_ratio", "is_hitsounded", "keys_of", "scroll_speed_ratio"]

MANIA = 3
_ADDITIONS = 0b1110  # whistle, finish, clap; the first bit is what every object sounds like
_SAME_SPEED = 1e-3


def hold_note_ratio(beatmap: Beatmap) -> float:
    """The share of objects that are holds, 0 to 1; 0 without objects."""
    objects = beatmap.hit_objects
    if not objects:
        return 0.0
    return sum(item.kind is ObjectKind.HOLD for item in objects) / len(objects)


def scroll_speed_ratio(beatmap: Beatmap) -> float:
    """Changes of slider velocity for each time at which objects start; 0 without objects.

    Above 1 where lines change more often than objects start.
    """
    times = {item.time for item in beatmap.hit_objects}
    if not times:
        return 0.0
    lines = ReferenceTiming(beatmap.timing_points).lines
    speeds = [
        line_velocity(line)
        for index, line in enumerate(lines)
        if index + 1 == len(lines) or lines[index + 1].time != line.time
    ]
    changes = sum(abs(after - before) > _SAME_SPEED for before, after in pairwise(speeds))
    return changes / len(times)


def is_hitsounded(beatmap: Beatmap, *, as_reference: bool = False) -> bool:
    """Whether some object has a sound of its own; a map without objects counts as such.

    ``as_reference``: any number in the hitsound field counts, also the bit that says only
    "normal", but none at a slider's nodes; no objects are no sounds.
    """
    objects = beatmap.hit_objects
    if as_reference:
        return any(item.hit_sound != 0 for item in objects)
    if not objects:
        return True
    return any(
        (item.hit_sound | node) & _ADDITIONS for item in objects for node in (0, *item.node_sounds)
    )


def keys_of(beatmap: Beatmap) -> int | None:
    """How many columns a map of mania has; None in other modes."""
    return key_count(beatmap.circle_size) if beatmap.mode == MANIA else None
