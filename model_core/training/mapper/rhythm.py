"""Rhythm: which sounds become objects, and of which sort.

The rule is the same for every song and is meant to be heard: a melody note on the level's melody
grid, or a kick or snare on its drum grid (on Extra a hi-hat on half beats too), is an object
unless a slider before it covers it. A held note is a slider for as long as it sounds, rounded
down to the level's grid. A rising noise is a spinner. Where nothing of this sounds there is
nothing to click.
"""

from __future__ import annotations

from dataclasses import dataclass

from model_core.training.mapper.accents import Accent, accents
from model_core.training.mapper.levels import Level, allows, melody_step
from model_core.training.mapper.styles import Style
from model_core.training.songs import TICKS_PER_BEAT, Note, Part, SongPlan

__all__ = ["Accent", "Beat", "accents", "rhythm", "tick_in_bar"]

MAX_SLIDER_TICKS = 4 * TICKS_PER_BEAT
_SHORTEST_SPINNER_MS = 700.0
_SPINNER_REST = TICKS_PER_BEAT


@dataclass(frozen=True, slots=True)
class Beat:
    """An object's place in time. Circles end where they begin; ``slides`` is 0 for spinners."""

    tick: int
    end_tick: int
    slides: int = 1

    @property
    def is_spinner(self) -> bool:
        """A spinner."""
        return self.slides == 0

    @property
    def is_slider(self) -> bool:
        """A slider."""
        return self.slides > 0 and self.end_tick > self.tick


def rhythm(plan: SongPlan, level: Level, style: Style) -> list[Beat]:
    """The objects of a song in time order; none begins before another has ended."""
    melody = {note.tick: note for note in plan.notes if note.part is Part.TOM}
    melody.update({note.tick: note for note in plan.notes if note.part is Part.LEAD})
    drums = {note.tick for note in plan.notes if note.part in (Part.KICK, Part.SNARE)}
    hats = {note.tick for note in plan.notes if note.part is Part.HAT and level.hats}
    spinners = {note.tick: note for note in plan.notes if note.part is Part.RISER}
    beats: list[Beat] = []
    free = 0
    for tick in sorted(melody.keys() | drums | hats | spinners.keys()):
        if tick < free:
            continue
        if tick in spinners:
            note = spinners[tick]
            end = tick + note.ticks - _SPINNER_REST
            if plan.milliseconds(end) - note.onset_ms >= _SHORTEST_SPINNER_MS:
                beats.append(Beat(tick, end, slides=0))
                free = tick + note.ticks
                continue
        beat_length = plan.tempo_at(tick).beat_length
        place = tick_in_bar(plan, tick)
        on_melody = tick in melody and allows(melody_step(level, beat_length), place, plan.triplets)
        on_drums = tick in drums and allows(level.drums, place, plan.triplets)
        on_hats = tick in hats and allows(level.hats, place, plan.triplets)
        if not (on_melody or on_drums or on_hats):
            continue
        beat = _object(plan, level, style, tick, melody if on_melody else {})
        beats.append(beat)
        free = beat.end_tick + (_gap(level, plan.triplets) if beat.is_slider else 1)
    return beats


def tick_in_bar(plan: SongPlan, tick: int) -> int:
    """Ticks since the last bar line."""
    tempo = plan.tempo_at(tick)
    return (tick - tempo.tick) % (tempo.meter * TICKS_PER_BEAT)


def _gap(level: Level, triplets: bool) -> int:
    if not triplets:
        return level.gap
    return {6: 8, 12: 8}.get(level.gap, level.gap)


def _object(plan: SongPlan, level: Level, style: Style, tick: int, melody: dict[int, Note]) -> Beat:
    """The object at a tick that certainly has one; ``melody`` is empty for drum strokes."""
    note = melody.get(tick)
    if note is None:
        return Beat(tick, tick)
    if note.held:
        ticks = _slider_ticks(level, style, note.ticks, plan.triplets)
        return Beat(tick, tick + ticks)
    if plan.triplets:
        return Beat(tick, tick)
    if level.index == 2 and tick + 6 in melody and tick + 12 in melody:
        return Beat(tick, tick + 12, slides=2)
    if level.index == 1 and style.bounce and tick + 12 in melody and tick + 24 in melody:
        return Beat(tick, tick + 24, slides=2)
    alone = tick - 6 not in melody and tick + 12 not in melody
    if level.index >= 3 and style.kick_sliders and alone and tick + 6 in melody:
        return Beat(tick, tick + 6)
    return Beat(tick, tick)


def _slider_ticks(level: Level, style: Style, held: int, triplets: bool) -> int:
    """Length of the slider on a note held for ``held`` ticks; 0 where it stays a circle."""
    shortest = level.slider_min
    if style.long_sliders_only and level.index >= 3:
        shortest = TICKS_PER_BEAT
    snap = level.slider_snap
    if triplets:
        snap = 8 if snap < TICKS_PER_BEAT else snap
        shortest = max(shortest, 16)
    elif held >= 2 * TICKS_PER_BEAT:
        snap = TICKS_PER_BEAT
    elif held >= TICKS_PER_BEAT:
        snap = max(snap, 12)
    ticks = min(held, MAX_SLIDER_TICKS) // snap * snap
    return ticks if ticks >= shortest else 0
