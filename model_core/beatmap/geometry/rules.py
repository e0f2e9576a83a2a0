"""What a map's difficulty settings mean on the playfield: speeds, sizes and lead times.

Sources in the game: ``LegacyRulesetExtensions`` (beat lengths, scales),
``IBeatmapDifficultyInfo.DifficultyRange``.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..beatmap import Beatmap
from ..numbers import to_single

#: Pixels per beat at a slider multiplier and velocity of 1.
BASE_SCORING_DISTANCE = 100.0
#: Before this version ticks keep their distance in time, not in pixels, at any velocity.
TICKS_BY_DISTANCE_VERSION = 8
#: Old clients drew the playfield a little too small; circles are larger by this since.
ROUNDING_ALLOWANCE = 1.00041
#: An object appears this many ms before its time at approach rates 0, 5 and 10.
PREEMPT = (1800.0, 1200.0, 450.0)


@dataclass(frozen=True, slots=True)
class SliderSpeed:
    """How a slider runs. ``velocity`` in pixels per ms; ``tick_distance`` in pixels."""

    velocity: float
    tick_distance: float
    ticks: bool


def difficulty_range(value: float, low: float, middle: float, high: float) -> float:
    """The setting's value between its values at 0, 5 and 10, linear on either side of 5."""
    # Settings are single numbers in the game: 9.4 is a little more than 9.4, and so is a
    # lead time of 540 ms, which is then cut to whole ms.
    value = to_single(value)
    if value > 5:
        return middle + (high - middle) * (value - 5) / 5
    if value < 5:
        return middle - (middle - low) * (5 - value) / 5
    return middle


def preempt(approach_rate: float) -> int:
    """Milliseconds an object is seen before its time, whole as in the game."""
    return int(difficulty_range(approach_rate, *PREEMPT))


def circle_scale(circle_size: float, allowance: bool = True) -> float:
    """Scale of circles, 1 at a radius of 64 pixels; ``allowance`` as osu!standard has it."""
    scale = (1.0 - 0.7 * (to_single(circle_size) - 5.0) / 5.0) / 2.0
    return to_single(scale * (ROUNDING_ALLOWANCE if allowance else 1.0))


def adjusted_beat_length(beat_length: float, velocity: float, slowest: float = 1000.0) -> float:
    """Beat length in ms divided by the slider velocity, with the game's rounding.

    ``slowest`` is the longest beat length, in hundredths, that the mode allows: 1000 in
    osu!standard and catch, 10000 in taiko and mania.
    """
    percent = to_single(100.0 / velocity) if velocity > 0 else 100.0
    return beat_length * min(slowest, max(10.0, percent)) / 100.0


def slider_speed(beatmap: Beatmap, time: float) -> SliderSpeed:
    """The speed and ticks of a slider that begins at ``time`` ms (osu!standard and catch)."""
    timing = beatmap.timing
    beat_length = timing.beat_length_at(time)
    slider_velocity = timing.slider_velocity_at(time)
    adjusted = adjusted_beat_length(beat_length, slider_velocity)
    velocity = BASE_SCORING_DISTANCE * beatmap.slider_multiplier / adjusted
    # Not simplified: the rounding decides whether a tick falls on the end of a slider.
    distance = velocity * beat_length / beatmap.slider_tick_rate
    if beatmap.version < TICKS_BY_DISTANCE_VERSION:
        distance *= 1.0 / slider_velocity
    line = timing.velocity_point_at(time)
    return SliderSpeed(velocity, distance, line is None or line.ticks)
