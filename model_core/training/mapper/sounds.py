"""Hitsounds: what sounds at a tick decides what a hit there sounds like."""

from __future__ import annotations

from model_core.beatmap.new_objects import Sound
from model_core.training.mapper.styles import Style
from model_core.training.songs import Part, SectionKind, SongPlan

_SECTION_VOLUME = {
    SectionKind.INTRO: -15,
    SectionKind.VERSE: 0,
    SectionKind.CHORUS: 15,
    SectionKind.BREAK: -20,
    SectionKind.OUTRO: -10,
}


class Drummer:
    """Answers the sound for a tick of one song in one style."""

    def __init__(self, plan: SongPlan, style: Style) -> None:
        self._plan = plan
        self._style = style
        self._additions: dict[int, int] = {}
        for note in plan.notes:
            if note.part is Part.SNARE:
                self._add(note.tick, style.snare)
            elif note.part is Part.CRASH:
                self._add(note.tick, style.crash)

    def _add(self, tick: int, bits: int) -> None:
        self._additions[tick] = self._additions.get(tick, 0) | bits

    def volume(self, tick: int) -> int:
        """Volume in per cent: the style's, changed by the section."""
        section = self._plan.section_at(tick)
        return max(10, min(100, self._style.volume + _SECTION_VOLUME[section.kind]))

    def at(self, tick: int, volume: int) -> Sound:
        """The sound of a hit at a tick."""
        style = self._style
        return Sound(
            additions=self._additions.get(tick, 0),
            sample_set=style.sample_set,
            addition_set=style.addition_set,
            volume=volume,
        )

    def body(self, volume: int) -> Sound:
        """The sound of a slider's body."""
        return Sound(0, self._style.sample_set, self._style.addition_set, volume)
