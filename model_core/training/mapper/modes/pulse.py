"""Which sounds a map follows, for modes in which every stroke is an object of its own.

In taiko and mania drums are as much in front as a tune is: a tune's note, a drum or a crash is
followed on the level's grid, hats and rides on a coarser one, arpeggios and bass lines where
nothing else is played. The grids are milliseconds, as in osu!standard.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from model_core.training.mapper.accents import Accent
from model_core.training.mapper.levels import grid_at
from model_core.training.songs import TICKS_PER_BEAT, Part, SongPlan

_NARROW = 0.7  # of the grid: where thirds and quarters meet, the later one is left out
_SPINNER_REST = TICKS_PER_BEAT
_AT = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True, slots=True)
class Grids:
    """How fine a level follows, in ms: strokes (tune, drums, crashes), cymbals, and the rest."""

    strokes: float
    cymbals: float
    rest: float

    @classmethod
    def at(
        cls,
        level: float,
        strokes: tuple[float, ...],
        cymbals: tuple[float, ...],
        rest: tuple[float, ...],
    ) -> Grids:
        """Between six stations of a level from 0 to 1."""
        values = (float(np.interp(level, _AT, row)) for row in (strokes, cymbals, rest))
        return cls(*values)


def followed(plan: SongPlan, heard: Mapping[int, Accent], grids: Grids) -> Iterator[Accent]:
    """The accents that are followed, in order; no two nearer than most of the grid."""
    last_ms = -1e9
    for tick, accent in heard.items():
        now = plan.milliseconds(tick)
        if now < plan.milliseconds(0) or now - last_ms < _NARROW * grids.strokes:
            continue
        if not _wanted(plan, accent, grids):
            continue
        last_ms = now
        yield accent


def _wanted(plan: SongPlan, accent: Accent, grids: Grids) -> bool:
    width = grid_at(plan, accent.tick) * tick_ms(plan, accent.tick) + 0.01
    if (accent.melody is not None or accent.drum or accent.crash) and width >= grids.strokes:
        return True
    if accent.cymbal and width >= grids.cymbals:
        return True
    section = plan.section_at(accent.tick)
    if section.has_lead or section.has_drums:
        return False
    return bool(accent.parts & {Part.ARP, Part.CHORD}) and width >= grids.rest


def swell_end(plan: SongPlan, accent: Accent, least_ms: float) -> int | None:
    """The tick at which a swell on a rising noise ends; None where there is none."""
    if not accent.rise:
        return None
    end = accent.tick + accent.rise - _SPINNER_REST
    if plan.milliseconds(end) - plan.milliseconds(accent.tick) < least_ms:
        return None
    return end


def tick_ms(plan: SongPlan, tick: int) -> float:
    """Milliseconds of a tick."""
    return plan.tempo_at(tick).beat_length / TICKS_PER_BEAT
