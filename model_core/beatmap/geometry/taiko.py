"""What is drummed in taiko: hits, drum rolls and swells.

The algorithms are the game's ``TaikoBeatmapConverter`` (for maps made for taiko) and
``DrumRoll``. Whistle or clap makes a hit a rim hit, finish makes it strong.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ..beatmap import Beatmap
from ..hit_objects import HitObject
from ..new_objects import CLAP, FINISH, WHISTLE, ObjectKind
from ..numbers import to_single
from .rules import BASE_SCORING_DISTANCE, adjusted_beat_length, difficulty_range
from .slider_events import MAX_MAP_PARTS, NO_LENGTH

#: Taiko runs this much faster than osu!standard (a single-precision number in the game).
VELOCITY_MULTIPLIER = to_single(1.4)
#: Hits per second of a swell at overall difficulty 0, 5 and 10, and a factor on them.
SWELL_HITS, SWELL_MULTIPLIER = (3.0, 5.0, 7.5), to_single(1.65)
#: The longest beat length, in hundredths, that the mode allows.
SLOWEST = 10_000.0
#: A drum roll with more ticks than this belongs to no map; the rest is left out.
MAX_TICKS = 100_000


class TaikoKind(Enum):
    """What is drummed."""

    CENTRE = "centre"
    RIM = "rim"
    DRUM_ROLL = "drum roll"
    SWELL = "swell"


@dataclass(frozen=True, slots=True)
class TaikoObject:
    """One object. Times in ms; ``ticks`` are the times of a drum roll's ticks, and
    ``required_hits`` the hits that complete a swell."""

    kind: TaikoKind
    time: float
    end_time: float
    strong: bool
    ticks: tuple[float, ...] = ()
    required_hits: int = 0


def taiko_objects(beatmap: Beatmap) -> tuple[TaikoObject, ...]:
    """What each object of a taiko map is, parallel to ``beatmap.hit_objects``."""
    made: list[TaikoObject] = []
    left = MAX_MAP_PARTS
    for item in beatmap.hit_objects:
        made.append(_object(beatmap, item, left > 0))
        left -= len(made[-1].ticks)
    return tuple(made)


def max_combo(beatmap: Beatmap) -> int:
    """The longest combo of a taiko map: its hits."""
    return sum(item.kind is ObjectKind.CIRCLE for item in beatmap.hit_objects)


def _object(beatmap: Beatmap, item: HitObject, with_ticks: bool) -> TaikoObject:
    strong = bool(item.hit_sound & FINISH)
    if item.kind is ObjectKind.CIRCLE:
        rim = bool(item.hit_sound & (WHISTLE | CLAP))
        return TaikoObject(TaikoKind.RIM if rim else TaikoKind.CENTRE, item.time, item.time, strong)
    if item.kind is ObjectKind.SLIDER:
        end = item.time + _roll_duration(beatmap, item)
        ticks = _roll_ticks(beatmap, item.time, end) if with_ticks else ()
        return TaikoObject(TaikoKind.DRUM_ROLL, item.time, end, strong, ticks)
    rate = difficulty_range(beatmap.overall_difficulty, *SWELL_HITS) * SWELL_MULTIPLIER
    hits = int(max(1.0, (item.end_time - item.time) / 1000.0 * rate))
    return TaikoObject(TaikoKind.SWELL, item.time, item.end_time, False, (), hits)


def _roll_duration(beatmap: Beatmap, item: HitObject) -> int:
    """Whole ms. The length as written counts, not the drawn one; without one it is nothing."""
    written = item.length or 0.0
    # As everywhere, a slider whose path is a point has one slide.
    slides = 1 if item.end_time - item.time < NO_LENGTH else item.slides
    distance = written * VELOCITY_MULTIPLIER
    distance *= slides
    beat_length = adjusted_beat_length(
        beatmap.timing.beat_length_at(item.time),
        beatmap.timing.slider_velocity_at(item.time),
        SLOWEST,
    )
    multiplier = beatmap.slider_multiplier * VELOCITY_MULTIPLIER
    # Not simplified: the rounding decides about whole ms.
    point_distance = BASE_SCORING_DISTANCE * multiplier / beatmap.slider_tick_rate
    velocity = point_distance * beatmap.slider_tick_rate
    return int(distance / velocity * beat_length)


def _roll_ticks(beatmap: Beatmap, start: float, end: float) -> tuple[float, ...]:
    per_beat = 3 if beatmap.slider_tick_rate == 3 else 4
    step = beatmap.timing.beat_length_at(start) / per_beat
    ticks: list[float] = []
    time = start
    while time < end + step / 2.0 and len(ticks) < MAX_TICKS:
        ticks.append(time)
        time += step
    return tuple(ticks)
