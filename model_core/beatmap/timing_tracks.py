"""One property of the timing lines, ordered by time: which line sets it at a moment.

The game takes timing lines in the order of the file. One that would not change anything at
its time *when it is read* is left out, so the order matters in files that are not sorted.
Building is quick in any order: lines are kept in short blocks, not in one long list.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable

from .timing_points import TimingPoint

#: A block of twice as many lines is cut in halves.
BLOCK = 256


class Track:
    """Lines sorted by time, at most one at a time."""

    def __init__(self, times: list[float], points: list[TimingPoint]) -> None:
        self.times, self.points = times, points

    def at(self, time: float) -> TimingPoint | None:
        """The line in effect at ``time``; ``None`` before the first."""
        index = bisect_right(self.times, time)
        return self.points[index - 1] if index else None

    def span_at(self, time: float) -> tuple[float, float]:
        """From when until before when the line in effect at ``time`` stays so."""
        index = bisect_right(self.times, time)
        start = self.times[index - 1] if index else float("-inf")
        return start, self.times[index] if index < len(self.times) else float("inf")


class TrackBuilder:
    """Takes lines in the order of the file.

    ``value`` is what a line sets, or without a line (``None``) what is there to begin with;
    a line that sets what is in effect at its time is not taken.
    """

    def __init__(self, value: Callable[[TimingPoint | None], object] | None = None) -> None:
        self._value = value
        self._before: object = None if value is None else value(None)
        # Blocks of times, lines and what they set; and the first time of every block.
        self._starts: list[float] = []
        self._times: list[list[float]] = []
        self._points: list[list[TimingPoint]] = []
        self._values: list[list[object]] = []
        self._last_time, self._last_value = float("-inf"), self._before

    def take(self, point: TimingPoint) -> None:
        """Adds a line, in place of one at the same time."""
        time = point.time
        value = None if self._value is None else self._value(point)
        if time <= self._last_time:
            self._take_early(point, value)
            return
        if self._value is not None and value == self._last_value:
            return
        self._last_time, self._last_value = time, value
        if not self._times or len(self._times[-1]) >= BLOCK:
            self._starts.append(time)
            self._times.append([])
            self._points.append([])
            self._values.append([])
        self._times[-1].append(time)
        self._points[-1].append(point)
        self._values[-1].append(value)

    def _take_early(self, point: TimingPoint, value: object) -> None:
        time = point.time
        block = bisect_right(self._starts, time) - 1
        if block < 0:
            block = 0
        times, values = self._times[block], self._values[block]
        index = bisect_left(times, time)
        same = times[index] == time if index < len(times) else False
        if self._value is not None:
            before = index if same else index - 1
            if value == (values[before] if before >= 0 else self._before):
                return
        if same:
            self._points[block][index] = point
            values[index] = value
        else:
            times.insert(index, time)
            self._points[block].insert(index, point)
            values.insert(index, value)
            self._starts[block] = times[0]
            if len(times) > 2 * BLOCK:
                self._halve(block)
        if time == self._last_time:
            self._last_value = value

    def _halve(self, block: int) -> None:
        for part in (self._times, self._points, self._values):
            whole = part[block]
            part[block : block + 1] = [whole[:BLOCK], whole[BLOCK:]]  # type: ignore[list-item]
        self._starts.insert(block + 1, self._times[block + 1][0])

    def track(self) -> Track:
        """What was taken."""
        return Track(
            [time for block in self._times for time in block],
            [point for block in self._points for point in block],
        )
