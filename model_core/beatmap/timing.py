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

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from .timing_points import TimingPoint
from .timing_tracks import Track, TrackBuilder

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


class Pace(NamedTuple):
    """How fast sliders are that begin at ``start <= time < end``."""

    start: float
    end: float
    velocity: float
    beat_length: float


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
    # A set of 0 sounds as 1 in the newer game and as the map's own set in the older one.
    return (point.sample_set, point.sample_index, point.volume)


def _moments(
    points: Iterable[TimingPoint],
) -> Iterator[tuple[TimingPoint | None, TimingPoint]]:
    """The red line and the line that counts, of lines at one time that follow each other."""
    red: TimingPoint | None = None
    green: TimingPoint | None = None
    for point in points:
        before = green or red
        if before is not None and before.time != point.time:
            yield red, before
            red = green = None
        if not point.uninherited:
            green = point
        elif red is None:
            red = point
    last = green or red
    if last is not None:
        yield red, last


class Timing:
    """Lookups over the timing lines of one map; every ``t`` is in ms."""

    def __init__(self, points: Iterable[TimingPoint]) -> None:
        tempo, velocities = TrackBuilder(), TrackBuilder(_velocity)
        samples, effects = TrackBuilder(_sample), TrackBuilder(_kiai)
        self._winners: list[TimingPoint] = []
        for red, winner in _moments(points):
            if red is not None:
                tempo.take(red)
            velocities.take(winner)
            samples.take(winner)
            effects.take(winner)
            self._winners.append(winner)
        self._tempo, self._velocities = tempo.track(), velocities.track()
        self._samples, self._effects = samples.track(), effects.track()
        self.red_lines: tuple[TimingPoint, ...] = tuple(self._tempo.points)

    @cached_property
    def _scrolls(self) -> Track:
        # Nothing asks for it in half of the modes.
        scrolls = TrackBuilder(_scroll)
        for winner in self._winners:
            scrolls.take(winner)
        return scrolls.track()

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

    def pace_at(self, t: float) -> Pace:
        """Slider velocity and beat length at ``t``, and how long they stay as they are."""
        velocity, tempo = self._velocities.span_at(t), self._tempo.span_at(t)
        return Pace(
            max(velocity[0], tempo[0]),
            min(velocity[1], tempo[1]),
            self.slider_velocity_at(t),
            self.beat_length_at(t),
        )

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
        start, beat = red.time, red.milliseconds_per_beat
        for divisor in divisors:
            step = beat / divisor
            tick = start + round((t - start) / step) * step
            off = abs(tick - t)
            if off < distance - 1e-9:
                best, distance = tick, off
        return best
