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
        self._starts: list[float] = []
        self._times: list[list[float]] = []
        self._points: list[list[TimingPoint]] = []
        self._last_time = float("-inf")
        self._last_value: object = None if value is None else value(None)

    def take(self, point: TimingPoint) -> None:
        """Adds a line, in place of one at the same time."""
        time = point.time
        if time <= self._last_time:
            self._take_early(point)
            return
        if self._value is not None:
            value = self._value(point)
            if value == self._last_value:
                return
            self._last_value = value
        self._last_time = time
        if not self._times or len(self._times[-1]) >= BLOCK:
            self._starts.append(time)
            self._times.append([])
            self._points.append([])
        self._times[-1].append(time)
        self._points[-1].append(point)

    def _take_early(self, point: TimingPoint) -> None:
        time = point.time
        block = max(0, bisect_right(self._starts, time) - 1)
        times, points = self._times[block], self._points[block]
        index = bisect_left(times, time)
        same = index < len(times) and times[index] == time
        if self._value is not None:
            before = index if same else index - 1
            active = points[before] if before >= 0 else None
            if self._value(active) == self._value(point):
                return
        if same:
            points[index] = point
        else:
            times.insert(index, time)
            points.insert(index, point)
            self._starts[block] = times[0]
            if len(times) > 2 * BLOCK:
                self._halve(block)
        if time == self._last_time and self._value is not None:
            self._last_value = self._value(point)

    def _halve(self, block: int) -> None:
        times, points = self._times[block], self._points[block]
        self._times[block : block + 1] = [times[:BLOCK], times[BLOCK:]]
        self._points[block : block + 1] = [points[:BLOCK], points[BLOCK:]]
        self._starts.insert(block + 1, times[BLOCK])

    def track(self) -> Track:
        """What was taken."""
        return Track(
            [time for block in self._times for time in block],
            [point for block in self._points for point in block],
        )
