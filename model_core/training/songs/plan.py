"""What a composed song is: notes, tempo and form, before any sound is made.

Positions are counted in ticks, 24 to a beat, from the first downbeat; so halves, thirds, quarters,
sixths, eighths and twelfths of a beat are all whole numbers. A :class:`Tempo` turns ticks into
milliseconds. Its start is a whole millisecond, as an editor would store it. Notes of a pick-up
stand before the first downbeat and have negative ticks. A note's ``onset_ms`` is its tick's time,
or, where people play, a few milliseconds off it.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

TICKS_PER_BEAT = 24


class Part(StrEnum):
    """Who plays a note."""

    KICK = "kick"
    SNARE = "snare"
    HAT = "hat"
    CRASH = "crash"
    TOM = "tom"
    BASS = "bass"
    CHORD = "chord"
    LEAD = "lead"
    RISER = "riser"
    RIDE = "ride"
    CLAP = "clap"
    ARP = "arp"
    VOCAL = "vocal"


class SectionKind(StrEnum):
    """The role of a stretch of bars in the song's form."""

    INTRO = "intro"
    VERSE = "verse"
    CHORUS = "chorus"
    BREAK = "break"
    OUTRO = "outro"
    BUILD = "build"


@dataclass(frozen=True, slots=True)
class Tempo:
    """From ``tick`` on, beats last ``beat_length`` ms; ``meter`` beats make a bar."""

    tick: int
    start_ms: int
    beat_length: float
    meter: int

    @property
    def bpm(self) -> float:
        """Beats per minute."""
        return 60000.0 / self.beat_length


@dataclass(frozen=True, slots=True)
class Section:
    """Bars with one role; ``[first_tick, end_tick)``.

    ``has_lead``: a melody (``LEAD`` or ``VOCAL`` notes) is in front. ``energy`` in [0, 1] is how
    loud and dense the section sounds beside the song's others. ``kiai``: it is a climax.
    """

    kind: SectionKind
    first_tick: int
    end_tick: int
    has_lead: bool
    has_drums: bool
    energy: float = 0.5
    kiai: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """One sounding note. ``held`` marks notes that sustain audibly until they end."""

    part: Part
    tick: int
    ticks: int
    pitch: int
    velocity: float
    onset_ms: float
    duration_ms: float
    held: bool = False


@dataclass(frozen=True)
class SongPlan:
    """A whole song. ``notes`` are ordered by tick, then by part.

    ``jitter_ms``: standard deviation of how far onsets stand from their ticks, 0 where a machine
    plays. ``fade_in_ms``, ``fade_out_ms``: how long the whole mix comes and goes. ``drifting``:
    the tempo wanders, with a :class:`Tempo` for each bar or two. ``electronic``: mixed like club
    music (pumping, dense) rather than like a band.
    """

    seed: int
    genre: str
    title: str
    artist: str
    tempos: tuple[Tempo, ...]
    sections: tuple[Section, ...]
    notes: tuple[Note, ...]
    triplets: bool
    lead_voice: str
    chord_voice: str
    bass_voice: str
    kit: str
    length_ms: float
    arp_voice: str = "pluck"
    vocal_voice: str = "alto"
    jitter_ms: float = 0.0
    fade_in_ms: float = 0.0
    fade_out_ms: float = 0.0
    drifting: bool = False
    electronic: bool = False

    @cached_property
    def _tempo_ticks(self) -> tuple[int, ...]:
        return tuple(tempo.tick for tempo in self.tempos)

    @property
    def bpm(self) -> float:
        """Tempo at the beginning."""
        return self.tempos[0].bpm

    @property
    def grid(self) -> int:
        """Ticks between the finest written notes: a quarter of a beat, or a third."""
        return TICKS_PER_BEAT // (3 if self.triplets else 4)

    def tempo_at(self, tick: int) -> Tempo:
        """The tempo in force at ``tick``; the first one applies before it."""
        return self.tempos[max(0, bisect_right(self._tempo_ticks, tick) - 1)]

    def section_at(self, tick: int) -> Section:
        """The section that holds ``tick``; the last one after the end."""
        for section in self.sections:
            if tick < section.end_tick:
                return section
        return self.sections[-1]

    def milliseconds(self, tick: float) -> float:
        """Exact time of a tick."""
        return tick_time(self.tempos, tick)


def tick_time(tempos: tuple[Tempo, ...], tick: float) -> float:
    """Milliseconds at ``tick`` under ``tempos`` (ascending, at least one)."""
    active = tempos[0]
    for tempo in tempos[1:]:
        if tempo.tick > tick:
            break
        active = tempo
    return active.start_ms + (tick - active.tick) * active.beat_length / TICKS_PER_BEAT
