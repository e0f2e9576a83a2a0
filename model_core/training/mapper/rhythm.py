"""Rhythm: which sounds become objects, and of which sort.

The rule is the same for every song and is meant to be heard. A melody note on the level's grid is
an object; so is a drum on the level's coarser one for drums, or on the melody's where no tune is
in front; hats, rides and arpeggios join on high levels. A held note is a slider for as long as it
sounds, rounded down to the grid. Notes too fast for the level are covered by a short slider. A
rising noise is a spinner. Where nothing of this sounds there is nothing to click.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from model_core.training.mapper.accents import Accent, accents, tick_in_bar
from model_core.training.mapper.levels import HARD, INSANE, Level, grid_at, step_for
from model_core.training.mapper.styles import Style
from model_core.training.mapper.traits import CIRCLE_ONLY, SLIDER_TECH, SPINNER_HEAVY
from model_core.training.songs import TICKS_PER_BEAT, Part, SongPlan

__all__ = ["Accent", "Beat", "accents", "rhythm", "tick_in_bar"]

MAX_SLIDER_TICKS = 4 * TICKS_PER_BEAT
_SHORTEST_SPINNER_MS = 900.0
_SPINNER_REST = TICKS_PER_BEAT
_HELD_SPINNER_MS = 1100.0
_LEAST_NOTE_GAP = 0.65  # of the melody's grid, where grids of thirds and quarters meet
_LEAST_SLIDER_GAP = 0.75  # of the melody's grid, from a slider's end to the next object
_SHORTEST_COVER_MS = 80.0
_DRIFT = 0.005


@dataclass(frozen=True, slots=True)
class Beat:
    """An object's place in time. Circles end where they begin; ``slides`` is 0 for spinners.

    ``strength`` is that of the sound it begins with; ``covers`` marks a short slider whose end
    or turn lies on a note too fast for the level.
    """

    tick: int
    end_tick: int
    slides: int = 1
    strength: float = 0.0
    covers: bool = False

    @property
    def is_spinner(self) -> bool:
        """A spinner."""
        return self.slides == 0

    @property
    def is_slider(self) -> bool:
        """A slider."""
        return self.slides > 0 and self.end_tick > self.tick


def rhythm(
    plan: SongPlan,
    level: Level,
    style: Style,
    traits: frozenset[str] = frozenset(),
    heard: Mapping[int, Accent] | None = None,
) -> list[Beat]:
    """The objects of a song in time order; none begins before another has ended.

    Args:
        traits: descriptors drawn for the map; three of them touch the rhythm.
        heard: the song's accents, where they are at hand.
    """
    reader = _Reader(plan, level, style, traits, accents(plan) if heard is None else heard)
    return reader.beats()


class _Reader:
    """One pass over a song's accents."""

    def __init__(
        self,
        plan: SongPlan,
        level: Level,
        style: Style,
        traits: frozenset[str],
        heard: Mapping[int, Accent],
    ) -> None:
        self._plan = plan
        self._level = level
        self._style = style
        self._traits = traits
        self._heard = heard

    def beats(self) -> list[Beat]:
        plan, level = self._plan, self._level
        found: list[Beat] = []
        last_ms, least = -1e9, 0.0
        covered = -1  # the tick before which nothing may begin, whatever sounds there
        for tick, accent in self._heard.items():
            if tick < covered:
                continue
            now = plan.milliseconds(tick)
            beat = self._spinner(accent, now)
            if beat is None:
                if now - last_ms < least - 0.01 or not self._followed(accent):
                    continue
                beat = self._object(accent)
            elif now - last_ms < least - 0.01:
                continue
            found.append(beat)
            last_ms = plan.milliseconds(beat.end_tick)
            covered = beat.end_tick + 1
            if beat.is_spinner:
                least = level.recovery_ms
            elif beat.covers:
                least = level.melody_ms * 0.4
            else:
                share = _LEAST_SLIDER_GAP if beat.is_slider else _LEAST_NOTE_GAP
                least = level.melody_ms * share
        return found

    def _spinner(self, accent: Accent, now: float) -> Beat | None:
        if accent.rise:
            end = accent.tick + accent.rise - _SPINNER_REST
            if self._plan.milliseconds(end) - now >= _SHORTEST_SPINNER_MS:
                return Beat(accent.tick, end, 0, accent.strength)
        if SPINNER_HEAVY in self._traits and accent.held >= 2 * TICKS_PER_BEAT:
            end = accent.tick + accent.held // TICKS_PER_BEAT * TICKS_PER_BEAT
            if self._plan.milliseconds(end) - now >= _HELD_SPINNER_MS:
                return Beat(accent.tick, end, 0, accent.strength)
        return None

    def _followed(self, accent: Accent) -> bool:
        level, tick = self._level, accent.tick
        width = grid_at(self._plan, tick) * self._tick_ms(tick) + 0.01
        if accent.melody is not None and width >= level.melody_ms:
            return True
        drums_ms = level.drums_ms * self._style.drums
        if not self._plan.section_at(tick).has_lead:
            drums_ms = level.melody_ms
        if (accent.drum or accent.crash) and width >= drums_ms:
            return True
        if accent.cymbal and width >= level.cymbals_ms:
            return True
        return Part.ARP in accent.parts and width >= level.arpeggio_ms

    def _object(self, accent: Accent) -> Beat:
        """The object at an accent that certainly has one."""
        tick, strength = accent.tick, accent.strength
        circle = Beat(tick, tick, 1, strength)
        if CIRCLE_ONLY in self._traits:
            return circle
        width = grid_at(self._plan, tick) * self._tick_ms(tick) + 0.01
        if accent.melody is None or width < self._level.melody_ms:
            return circle
        if accent.held:
            return Beat(tick, tick + self._held_ticks(accent), 1, strength)
        if self._plan.triplets:
            return circle
        return self._covering(accent) or circle

    def _held_ticks(self, accent: Accent) -> int:
        """Length of the slider on a held note; 0 where it stays a circle."""
        level, triplets = self._level, self._plan.triplets
        held = min(accent.held, self._steady_ticks(accent.tick))
        tick_ms = self._tick_ms(accent.tick)
        snap = step_for(tick_ms, 0.8 * level.melody_ms, triplets)
        if not triplets:
            snap = max(snap, 6)
            if held >= 2 * TICKS_PER_BEAT:
                snap = max(snap, TICKS_PER_BEAT)
            elif held >= TICKS_PER_BEAT:
                snap = max(snap, TICKS_PER_BEAT // 2)
        ticks = min(held, MAX_SLIDER_TICKS) // snap * snap
        shortest = level.slider_ms
        if self._style.long_sliders_only and level.index >= INSANE:
            shortest = max(shortest, TICKS_PER_BEAT * tick_ms)
        return ticks if ticks * tick_ms >= shortest - 0.01 else 0

    def _covering(self, accent: Accent) -> Beat | None:
        """A short slider over notes that are too fast for the level, or over a fast pair."""
        level, tick = self._level, accent.tick
        tick_ms = self._tick_ms(tick)
        step = max(6, step_for(tick_ms, level.melody_ms, False))
        half = step // 2
        if level.index <= HARD:
            if half * tick_ms < _SHORTEST_COVER_MS or not self._tune(tick + half):
                half = 0
            steady = self._steady_ticks(tick) >= step
            if half and steady and self._tune(tick + step) and tick % (2 * step) == 0:
                return Beat(tick, tick + step, 2, accent.strength)
            if half and not self._tune(tick + step):
                return Beat(tick, tick + half, 1, accent.strength, covers=True)
        beat = TICKS_PER_BEAT
        if self._style.pairs and level.index >= HARD and tick_in_bar(self._plan, tick) % 48 == 0:
            apart = self._tune(tick + beat // 2) and not self._tune(tick + beat // 4)
            if apart and beat // 2 * tick_ms >= level.slider_ms:
                return Beat(tick, tick + beat // 2, 1, accent.strength, covers=True)
        if self._style.bounce and level.index >= INSANE and step == 6:
            triple = self._tune(tick + 6) and self._tune(tick + 12)
            if triple and not self._tune(tick - 6) and not self._tune(tick + 18):
                return Beat(tick, tick + 12, 2, accent.strength, covers=True)
        kicks = self._style.kick_sliders or SLIDER_TECH in self._traits
        if level.index >= INSANE and kicks and step == 6 and self._tune(tick + 6):
            alone = not self._tune(tick - 6) and not self._tune(tick + 12)
            fast = SLIDER_TECH in self._traits and tick % 12 == 0 and self._tune(tick + 12)
            if alone or fast:
                return Beat(tick, tick + 6, 1, accent.strength, covers=True)
        return None

    def _steady_ticks(self, tick: int) -> int:
        """Ticks until the tempo changes for all to hear; drift of half a per cent does not count.

        A slider's repeats are equally long, so on both sides of a change one would lie off the
        beat.
        """
        plan, end = self._plan, tick + MAX_SLIDER_TICKS
        length = plan.tempo_at(tick).beat_length
        for tempo in plan.tempos:
            if tick < tempo.tick < end and abs(tempo.beat_length / length - 1) > _DRIFT:
                return tempo.tick - tick
        return end - tick

    def _tune(self, tick: int) -> bool:
        accent = self._heard.get(tick)
        return accent is not None and accent.melody is not None

    def _tick_ms(self, tick: int) -> float:
        return self._plan.tempo_at(tick).beat_length / TICKS_PER_BEAT
