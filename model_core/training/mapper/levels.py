"""Difficulty: how fine a rhythm is followed, how fast the cursor moves, which stars are aimed at.

A level is a number from 0 to 1. Six names divide it, and everything else grows smoothly with it.
Limits of rhythm are milliseconds, so that a level asks the same of a player at every tempo: a
place in the bar belongs to the finest grid that it lies on, and that grid has to be wide enough.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model_core.training.songs import TICKS_PER_BEAT, SongPlan

LEVELS = ("Easy", "Normal", "Hard", "Insane", "Expert", "Extra")
EASY, NORMAL, HARD, INSANE, EXPERT, EXTRA = range(len(LEVELS))

_AT = tuple(number / len(LEVELS) for number in range(len(LEVELS) + 1))
_MELODY_MS = (540, 325, 195, 125, 88, 72, 58)
_DRUMS_MS = (1080, 640, 400, 230, 130, 88, 66)
_CYMBALS_MS = (9999, 9999, 900, 420, 230, 150, 110)
_ARPEGGIO_MS = (9999, 9999, 9999, 9999, 200, 110, 80)
_SLIDER_MS = (300, 250, 180, 130, 115, 100, 90)
_SPEED = (0.14, 0.25, 0.54, 0.78, 1.2, 1.75, 2.4)
_REACH = (260, 250, 205, 220, 245, 275, 310)
_RECOVERY_MS = (1200, 800, 560, 400, 300, 260, 240)
_FEWEST_STARS, _MOST_STARS = 1.15, 7.0


@dataclass(frozen=True, slots=True)
class Level:
    """One difficulty.

    Attributes:
        value: 0 (Easy) to 1 (Extra).
        index: of its name in ``LEVELS``.
        melody_ms: the finest grid on which a tune is followed.
        drums_ms: the same for drums under a tune; where no tune is in front they are followed
            as finely as one.
        cymbals_ms: the same for hats and rides.
        arpeggio_ms: the same for arpeggios.
        slider_ms: the shortest slider on a held note.
        recovery_ms: the least time after a spinner.
        speed: osu! pixels a millisecond between objects, before the map is fitted to its stars.
        reach: how far two objects usually lie apart at most, in osu! pixels.
        stars: the star rating aimed at.
    """

    value: float
    index: int
    name: str
    melody_ms: float
    drums_ms: float
    cymbals_ms: float
    arpeggio_ms: float
    slider_ms: float
    recovery_ms: float
    speed: float
    reach: float
    stars: float


def level_of(value: float) -> Level:
    """The level at ``value``, 0 (Easy) to 1 (Extra)."""
    index = min(len(LEVELS) - 1, max(0, int(value * len(LEVELS))))

    def at(row: tuple[float, ...]) -> float:
        return float(np.interp(value, _AT, row))

    return Level(
        value=value,
        index=index,
        name=LEVELS[index],
        melody_ms=at(_MELODY_MS),
        drums_ms=at(_DRUMS_MS),
        cymbals_ms=at(_CYMBALS_MS),
        arpeggio_ms=at(_ARPEGGIO_MS),
        slider_ms=at(_SLIDER_MS),
        recovery_ms=at(_RECOVERY_MS),
        speed=at(_SPEED),
        reach=at(_REACH),
        stars=_FEWEST_STARS + (_MOST_STARS - _FEWEST_STARS) * value,
    )


def grid_at(plan: SongPlan, tick: int) -> int:
    """Ticks of the coarsest usual grid that has a line at ``tick``.

    A bar's first beat belongs to the grid of bars, every second beat to that of two beats, and so
    on down to single ticks. In swung songs the last third of a beat stands for its half.
    """
    tempo = plan.tempo_at(tick)
    bar = tempo.meter * TICKS_PER_BEAT
    place = (tick - tempo.tick) % bar
    if place == 0:
        return bar
    inner = place % TICKS_PER_BEAT
    if inner == 0:
        return 48 if place % 48 == 0 else TICKS_PER_BEAT
    if plan.triplets and inner == 16:
        return 12
    for step in (12, 8, 6, 4, 3, 2):
        if inner % step == 0:
            return step
    return 1


def step_for(tick_ms: float, least_ms: float, triplets: bool) -> int:
    """The finest usual grid, in ticks, whose lines lie at least ``least_ms`` apart.

    Two beats where no other is wide enough.
    """
    for step in (8, 24) if triplets else (3, 6, 12, 24):
        if step * tick_ms >= least_ms:
            return step
    return 48
