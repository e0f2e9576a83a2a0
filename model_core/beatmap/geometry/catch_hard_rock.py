"""What hard rock does to catch: fruits step aside, further the slower they follow each other.

The algorithm is the game's ``CatchBeatmapProcessor``, oversights of the old client included:
they are why a map plays as it does.
"""

from __future__ import annotations

from .legacy_random import LegacyRandom

#: Hard rock makes circles, and the catcher, smaller by this.
CIRCLE_SIZE_FACTOR, MAX_CIRCLE_SIZE = 1.3, 10.0
#: Fruits further apart than this many ms do not move.
LONGEST_WAIT = 1000
#: Fruits straight under each other step aside by up to this many pixels.
MAX_STEP = 20


class HardRock:
    """Moves the fruits of one map; ask in order of time. ``width`` of the playfield."""

    def __init__(self, random: LegacyRandom, width: float) -> None:
        self._random = random
        self._width = width
        self._x: float | None = None
        self._time = 0.0

    def stream(self, last_point_x: float, time: float) -> None:
        """Notes a juice stream: by its start time and its last control point, not its end."""
        self._x, self._time = last_point_x, time

    def fruit(self, x: float, time: float) -> float:
        """Where a fruit at ``x`` falls."""
        # A fruit on the left edge counts as none.
        if self._x is None or self._x == 0:
            self._x, self._time = x, time
            return x
        gap, wait = x - self._x, int(time - self._time)
        if wait > LONGEST_WAIT:
            self._x, self._time = x, time
            return x
        if gap == 0:
            # The place and time of the fruit before stay those to compare with.
            return self._step_aside(x, max(0.0, wait / 4.0))
        if abs(gap) < int(wait / 3):
            moved = x + gap
            if moved < self._width if gap > 0 else moved > 0:
                x = moved
        self._x, self._time = x, time
        return x

    def _step_aside(self, x: float, limit: float) -> float:
        right = self._random.next_bool()
        step = float(min(MAX_STEP, int(self._random.next_float() * limit)))
        if right:
            return x + step if x + step <= self._width else x - step
        return x - step if x - step >= 0 else x + step
