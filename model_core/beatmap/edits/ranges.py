"""What a remap of a range replaces, and where its new objects may stand."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..beatmap import Beatmap
from ..hit_objects import HitObject
from ..timing import SAMPLE_LENIENCY


@dataclass(frozen=True, slots=True)
class FreeRange:
    """Generated objects may start and end within ``first_ms <= t <= last_ms``.

    ``following_ms`` is the start of the first object after the range that stays (infinite if
    there is none); ``sounds_until_ms`` is the last moment at which an object from before the
    range looks up its sounds (minus infinity if there is none).
    """

    first_ms: int
    last_ms: int
    following_ms: float = math.inf
    sounds_until_ms: float = -math.inf

    @property
    def empty(self) -> bool:
        """Whether nothing fits at all."""
        return self.first_ms > self.last_ms


def replaced_objects(beatmap: Beatmap, start_ms: int, end_ms: int) -> tuple[HitObject, ...]:
    """The objects that start within the range, ends included; in file order."""
    return tuple(item for item in beatmap.hit_objects if start_ms <= item.time <= end_ms)


def free_range(beatmap: Beatmap, start_ms: int, end_ms: int) -> FreeRange:
    """Where generated objects may start and end.

    An object that starts before the range and reaches into it keeps its place: nothing
    stands before its end. The range stretches to the latest end of what it replaces, and
    always ends before the next object that stays.
    """
    first, last = start_ms, float(end_ms)
    following, sounds_until = math.inf, -math.inf
    for item in beatmap.hit_objects:
        if item.time < start_ms:
            if item.end_time >= start_ms:
                first = max(first, math.floor(item.end_time) + 1)
            # A millisecond more than the lookups: the game looks bodies up that much later.
            sounds_until = max(sounds_until, item.end_time + SAMPLE_LENIENCY + 1)
        elif item.time <= end_ms:
            last = max(last, item.end_time)
        else:
            following = min(following, item.time)
    if math.isfinite(following):
        # Ends are planned to the whole ms and may fall half of one later.
        last = min(last, math.ceil(following - 0.5) - 1)
    return FreeRange(first, math.floor(last), following, sounds_until)
