"""Hitsounds: what sounds at a tick decides what a hit there sounds like."""

from __future__ import annotations

from collections.abc import Mapping

from model_core.beatmap.new_objects import WHISTLE, Sound
from model_core.training.mapper.accents import Accent, accents, tick_in_bar
from model_core.training.mapper.styles import Style, Whistle
from model_core.training.songs import Part, Section, SectionKind, SongPlan

_STEP = 5
_SPREAD = 50  # per cent of volume between the quietest and the loudest section
_QUIET_DROP = 10


class Drummer:
    """Answers the sound for a tick of one song in one style.

    Args:
        heard: the song's accents, where they are at hand.
        phrases: phrases and bars begin with a whistle in every style, as on easy
            maps, whose objects seldom meet a snare.
    """

    def __init__(
        self,
        plan: SongPlan,
        style: Style,
        heard: Mapping[int, Accent] | None = None,
        *,
        phrases: bool = False,
    ) -> None:
        self._phrases = phrases or style.whistle is Whistle.PHRASES
        self._bars = phrases
        self._plan = plan
        self._style = style
        self._heard = accents(plan) if heard is None else heard
        # Sections by their first tick in which a snare or clap marks the time.
        self._backbeat = {
            plan.section_at(accent.tick).first_tick
            for accent in self._heard.values()
            if accent.snare
        }

    def volume(self, tick: int) -> int:
        """Volume in per cent, in steps of 5: the style's, changed by the section's energy."""
        section = self._plan.section_at(tick)
        change = _SPREAD * (section.energy - 0.5)
        if section.kind is SectionKind.BREAK:
            change -= _QUIET_DROP
        volume = _STEP * round((self._style.volume + change) / _STEP)
        return max(15, min(100, volume))

    def sample_set(self, section: Section) -> int:
        """The sample set of a section: 1 normal, 2 soft, 3 drum."""
        return self._style.kiai_set if section.kiai else self._style.sample_set

    def additions(self, tick: int) -> int:
        """Whistle, finish and clap bits for what sounds at a tick."""
        accent = self._heard.get(tick)
        if accent is None:
            return 0
        bits = 0
        if accent.snare:
            bits |= self._style.snare
        if accent.crash:
            bits |= self._style.crash
        whistle = self._style.whistle
        section = self._plan.section_at(tick)
        opens = (accent.phrase and self._phrases) or (
            self._bars and tick_in_bar(self._plan, tick) == 0
        )
        if section.first_tick not in self._backbeat:
            # no snare marks the time: in every style phrases do, or a bass drum on a bar's first
            downbeat = accent.kick and tick_in_bar(self._plan, tick) == 0
            opens = opens or accent.phrase or (downbeat and not section.has_lead)
        if (
            opens
            or (whistle is Whistle.RIDES and Part.RIDE in accent.parts)
            or (whistle is Whistle.CHORDS and Part.CHORD in accent.parts)
        ):
            bits |= WHISTLE
        return bits

    def at(self, tick: int, volume: int) -> Sound:
        """The sound of a hit at a tick."""
        return self._sound(tick, self.additions(tick), volume)

    def body(self, tick: int, volume: int) -> Sound:
        """The sound of the body of a slider that begins at a tick."""
        return self._sound(tick, 0, volume)

    def _sound(self, tick: int, additions: int, volume: int) -> Sound:
        return Sound(
            additions=additions,
            sample_set=self.sample_set(self._plan.section_at(tick)),
            addition_set=self._style.addition_set,
            volume=volume,
        )
