"""What the timing lines say at a moment: tempo, slider velocity, sounds, kiai.

The rules are the game's. A green line overrides a red one at the same time whatever their
order in the file; of several greens at one time the last counts, of several reds the first.
Before the first line, tempo and sounds are those of the first line, slider velocity is 1 and
kiai is off. Lines need not be sorted; as in the game, a line that changes nothing *when it is
read* does not exist, which matters only in unsorted files.

Sounds are looked up late: a line up to 5 ms after a node still applies to it
(:data:`SAMPLE_LENIENCY`), and the body of an object one ms later than that.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .timing_points import TimingPoint

#: A node's sound is looked up this many ms after it, a body's one ms later still.
SAMPLE_LENIENCY = 5.0
DEFAULT_BEAT_LENGTH = 1000.0
TICK_DIVISORS = (1, 2, 3, 4, 6, 8, 12, 16)


@dataclass(frozen=True, slots=True)
class SampleState:
    """Set (1 normal, 2 soft, 3 drum), custom index (0: the skin's) and volume 0..100."""

    sample_set: int
    index: int
    volume: int


class _Track:
    """One property's lines, sorted by time, at most one at a time."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.points: list[TimingPoint] = []

    def at(self, time: float) -> TimingPoint | None:
        """The line in effect at ``time``; ``None`` before the first."""
        index = bisect_right(self.times, time)
        return self.points[index - 1] if index else None

    def put(self, point: TimingPoint) -> None:
        index = bisect_left(self.times, point.time)
        if index < len(self.times) and self.times[index] == point.time:
            self.points[index] = point
        else:
            self.times.insert(index, point.time)
            self.points.insert(index, point)


def _velocity(point: TimingPoint | None) -> tuple[float, bool]:
    return (1.0, True) if point is None else (point.slider_velocity, point.ticks)


def _scroll(point: TimingPoint | None) -> tuple[float, bool]:
    # The game keeps both in one place: a line that changes neither does not exist.
    return (1.0, False) if point is None else (point.scroll_speed, point.kiai)


def _kiai(point: TimingPoint | None) -> bool:
    return point is not None and point.kiai


def _sample(point: TimingPoint | None) -> tuple[int, int, int] | None:
    if point is None:
        return None
    return (point.sample_set, point.sample_index, point.volume)


class Timing:
    """Lookups over the timing lines of one map; every ``t`` is in ms."""

    def __init__(self, points: Iterable[TimingPoint]) -> None:
        self._tempo, self._velocities = _Track(), _Track()
        self._samples, self._effects = _Track(), _Track()
        self._scrolls = _Track()
        pending: list[TimingPoint] = []
        for point in points:
            if pending and pending[0].time != point.time:
                self._flush(pending)
                pending = []
            pending.append(point)
        if pending:
            self._flush(pending)
        self.red_lines: tuple[TimingPoint, ...] = tuple(self._tempo.points)

    def _flush(self, pending: Sequence[TimingPoint]) -> None:
        """Takes over lines of one time that follow each other in the file."""
        reds = [point for point in pending if point.uninherited]
        greens = [point for point in pending if not point.uninherited]
        if reds:
            self._tempo.put(reds[0])
        winner = greens[-1] if greens else reds[0]
        self._put_unless_same(self._velocities, winner, _velocity)
        self._put_unless_same(self._scrolls, winner, _scroll)
        self._put_unless_same(self._effects, winner, _kiai)
        self._put_unless_same(self._samples, winner, _sample)

    @staticmethod
    def _put_unless_same(
        track: _Track, point: TimingPoint, value: Callable[[TimingPoint | None], object]
    ) -> None:
        if value(track.at(point.time)) != value(point):
            track.put(point)

    def red_line_at(self, t: float) -> TimingPoint | None:
        """The red line in effect; the first one applies before itself. ``None``: no red line."""
        point = self._tempo.at(t)
        if point is None and self.red_lines:
            return self.red_lines[0]
        return point

    def beat_length_at(self, t: float) -> float:
        """Milliseconds per beat, within 6..60000; 1000 in a map without red lines."""
        point = self.red_line_at(t)
        return DEFAULT_BEAT_LENGTH if point is None else point.milliseconds_per_beat

    def meter_at(self, t: float) -> int:
        """Beats in a bar."""
        point = self.red_line_at(t)
        return 4 if point is None else point.meter

    def slider_velocity_at(self, t: float) -> float:
        """The slider-velocity multiplier, 0.1..10."""
        return _velocity(self._velocities.at(t))[0]

    def velocity_point_at(self, t: float) -> TimingPoint | None:
        """The line that sets the slider velocity at ``t``; ``None``: the game's default of 1."""
        return self._velocities.at(t)

    def scroll_speed_at(self, t: float) -> float:
        """How fast objects of taiko and mania scroll, as a multiplier, 0.01..10."""
        return _scroll(self._scrolls.at(t))[0]

    def scroll_point_at(self, t: float) -> TimingPoint | None:
        """The line that sets the scroll speed at ``t``; ``None``: the game's default of 1."""
        return self._scrolls.at(t)

    @property
    def velocity_lines(self) -> tuple[TimingPoint, ...]:
        """The lines that change the slider velocity, in order of time, one at a time."""
        return tuple(self._velocities.points)

    @property
    def scroll_lines(self) -> tuple[TimingPoint, ...]:
        """The lines that change the scroll speed or kiai, in order of time."""
        return tuple(self._scrolls.points)

    @property
    def sample_lines(self) -> tuple[TimingPoint, ...]:
        """The lines that change the sounds, in order of time."""
        return tuple(self._samples.points)

    @property
    def kiai_lines(self) -> tuple[TimingPoint, ...]:
        """The lines that switch kiai, in order of time."""
        return tuple(self._effects.points)

    def kiai_at(self, t: float) -> bool:
        """Whether kiai time is on."""
        return _kiai(self._effects.at(t))

    def kiai_changes(self) -> tuple[tuple[float, bool], ...]:
        """Every moment at which kiai switches, with the state from then on."""
        changes: list[tuple[float, bool]] = []
        state = False
        for point in self._effects.points:
            if point.kiai != state:
                state = point.kiai
                changes.append((point.time, state))
        return tuple(changes)

    def sample_point_at(self, t: float) -> TimingPoint | None:
        """The line that sets the sounds at exactly ``t`` (no leniency); ``None``: no lines."""
        point = self._samples.at(t)
        if point is None and self._samples.points:
            return self._samples.points[0]
        return point

    def sample_at(self, t: float) -> SampleState:
        """Set, index and volume at exactly ``t``; add :data:`SAMPLE_LENIENCY` for a node."""
        point = self.sample_point_at(t)
        if point is None:
            return SampleState(1, 0, 100)
        return SampleState(point.sample_set or 1, point.sample_index, point.volume)

    def nearest_tick(self, t: float, divisors: Sequence[int] = TICK_DIVISORS) -> float:
        """The time of the beat-snap tick nearest to ``t``, earlier on ties; ``t`` if no tempo."""
        red = self.red_line_at(t)
        if red is None:
            return t
        best = t
        distance = float("inf")
        for divisor in divisors:
            step = red.milliseconds_per_beat / divisor
            tick = red.time + round((t - red.time) / step) * step
            if abs(tick - t) < distance - 1e-9:
                best, distance = tick, abs(tick - t)
        return best
