"""Difficulty levels: which onsets become objects, and how large and how far apart they are.

Five levels, from Easy to Extra. A level's rhythm is the same in every style, so that it can be
heard from the music alone; spacing grows a little within a level.
"""

from __future__ import annotations

from dataclasses import dataclass

from model_core.training.songs import TICKS_PER_BEAT

_FAST_BEAT_MS = 400.0  # above 150 BPM, every beat is too much for an easy map


@dataclass(frozen=True, slots=True)
class Level:
    """One difficulty.

    ``melody`` and ``drums`` are the ticks between the places where a melody note (or a tom) and
    a kick or snare may become an object, ``hats`` the same for hi-hats (0: never); in swung
    songs quarters become thirds. Sliders last
    ``slider_snap`` ticks or a multiple, and leave ``gap`` ticks before the next object. ``spread``
    is the distance between objects in units of what a slider travels in the same time,
    ``stream`` the same for notes a quarter of a beat apart; ``reach`` limits it in osu! pixels.
    """

    index: int
    name: str
    melody: int
    drums: int
    hats: int
    slider_snap: int
    slider_min: int
    gap: int
    spread: float
    stream: float
    reach: float
    circle_size: float
    approach_rate: float
    overall_difficulty: float
    hp_drain_rate: float
    slider_multiplier: float
    combo_bars: int


LEVELS: tuple[Level, ...] = (
    Level(0, "Easy", 24, 48, 0, 24, 24, 24, 0.85, 0.85, 170, 2.8, 3.0, 2.0, 2.0, 1.0, 2),
    Level(1, "Normal", 24, 24, 0, 12, 12, 12, 0.95, 0.95, 190, 3.2, 5.0, 4.0, 4.0, 1.2, 2),
    Level(2, "Hard", 12, 24, 0, 12, 12, 12, 1.15, 1.0, 220, 3.6, 7.0, 6.0, 5.0, 1.4, 1),
    Level(3, "Insane", 6, 12, 0, 6, 12, 6, 1.5, 0.9, 270, 4.0, 8.8, 8.0, 5.5, 1.7, 1),
    Level(4, "Extra", 6, 6, 12, 6, 12, 6, 1.95, 1.15, 340, 4.2, 9.4, 9.0, 6.0, 1.9, 1),
)


def level_of(value: float) -> Level:
    """The level that holds ``value`` in [0, 1]: five equal parts."""
    return LEVELS[min(len(LEVELS) - 1, max(0, int(value * len(LEVELS))))]


def allows(step: int, tick_in_bar: int, triplets: bool) -> bool:
    """Whether a grid of ``step`` ticks has a line at ``tick_in_bar``.

    In swung songs the halves of a beat become its last third, and quarters its thirds.
    """
    if triplets and step == 12:
        return tick_in_bar % TICKS_PER_BEAT in (0, 16)
    if triplets and step == 6:
        return tick_in_bar % 8 == 0
    return tick_in_bar % step == 0


def melody_step(level: Level, beat_length: float) -> int:
    """The level's melody grid at a tempo."""
    return 48 if level.index == 0 and beat_length < _FAST_BEAT_MS else level.melody
