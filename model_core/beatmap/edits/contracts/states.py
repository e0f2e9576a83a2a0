"""What timing lines say at a moment beside the tempo, property by property."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ...timing import Timing
from ...timing_points import TimingPoint

State = float | int | bool | str


def _velocity(timing: Timing, t: float) -> State:
    point = timing.velocity_point_at(t)
    return 1.0 if point is None else point.slider_velocity


def _ticks(timing: Timing, t: float) -> State:
    point = timing.velocity_point_at(t)
    return True if point is None else point.ticks


def _scroll(timing: Timing, t: float) -> State:
    return timing.scroll_speed_at(t)


def _sounds(timing: Timing, t: float) -> TimingPoint | None:
    return timing.sample_point_at(t)


def _sample_set(timing: Timing, t: float) -> State:
    point = _sounds(timing, t)
    return 1 if point is None else point.sample_set


def _sample_index(timing: Timing, t: float) -> State:
    point = _sounds(timing, t)
    return 0 if point is None else point.sample_index


def _volume(timing: Timing, t: float) -> State:
    point = _sounds(timing, t)
    return 100 if point is None else point.volume


def _kiai(timing: Timing, t: float) -> State:
    return timing.kiai_at(t)


#: Every property that a timing line sets but the tempo, by name.
STATES: tuple[tuple[str, Callable[[Timing, float], State]], ...] = (
    ("slider velocity", _velocity),
    ("slider ticks", _ticks),
    ("scroll speed", _scroll),
    ("sample set", _sample_set),
    ("sample index", _sample_index),
    ("volume", _volume),
    ("kiai", _kiai),
)


def first_difference(
    old: Timing, new: Timing, moments: Iterable[float]
) -> tuple[float, str, State, State] | None:
    """The first moment at which a property differs: moment, property, before, after."""
    for moment in moments:
        for name, value in STATES:
            was, now = value(old, moment), value(new, moment)
            if was != now:
                return moment, name, was, now
    return None
