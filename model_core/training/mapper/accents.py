"""One reading of a song that the mappers of all modes choose from: what sounds at which tick.

``accents(plan)`` is a dictionary from tick to :class:`Accent`, in ascending order of ticks, with
an entry for every tick at which at least one note begins, and for no other. Ticks, not the notes'
own onsets, are a mapper's times: a player may be late, an object stands on the grid.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from model_core.training.songs import TICKS_PER_BEAT, Note, Part, SongPlan

#: Parts that carry a tune in front of the others, the most prominent first.
MELODIC = (Part.VOCAL, Part.LEAD)
_STRENGTH = {
    Part.CRASH: 0.35, Part.SNARE: 0.3, Part.CLAP: 0.3, Part.KICK: 0.25, Part.TOM: 0.25,
    Part.VOCAL: 0.3, Part.LEAD: 0.3, Part.CHORD: 0.1, Part.BASS: 0.1, Part.ARP: 0.1,
    Part.RIDE: 0.08, Part.HAT: 0.05, Part.RISER: 0.0,
}  # fmt: skip
_PHRASE_REST = TICKS_PER_BEAT


@dataclass(frozen=True, slots=True)
class Accent:
    """What begins to sound at one tick.

    Attributes:
        tick: since the first downbeat, 24 to a beat.
        parts: every part that begins here.
        melody: the most prominent melodic part that begins here (``VOCAL`` before ``LEAD``);
            None where no tune begins.
        pitch: MIDI pitch of that melody note; 0 without one.
        ticks: how long that melody note sounds; 0 without one.
        held: ``ticks`` where it sustains audibly until it ends, otherwise 0.
        phrase: it opens a phrase: the first of its section, or after a beat without melody.
        rise: ticks that a rising noise lasts which begins here; otherwise 0.
        strength: 0 to 1, how much stands out here: loud parts together, and the place in the
            bar (downbeat before beat before half beat).
    """

    tick: int
    parts: frozenset[Part]
    melody: Part | None
    pitch: int
    ticks: int
    held: int
    phrase: bool
    rise: int
    strength: float

    @property
    def kick(self) -> bool:
        """A bass drum begins here."""
        return Part.KICK in self.parts

    @property
    def snare(self) -> bool:
        """A snare drum or a clap begins here: the backbeat's sound."""
        return Part.SNARE in self.parts or Part.CLAP in self.parts

    @property
    def tom(self) -> bool:
        """A tom begins here."""
        return Part.TOM in self.parts

    @property
    def crash(self) -> bool:
        """A crash cymbal begins here."""
        return Part.CRASH in self.parts

    @property
    def cymbal(self) -> bool:
        """A hi-hat or a ride cymbal begins here."""
        return Part.HAT in self.parts or Part.RIDE in self.parts

    @property
    def drum(self) -> bool:
        """A drum begins here: kick, snare, clap or tom."""
        return self.kick or self.snare or self.tom


def accents(plan: SongPlan) -> dict[int, Accent]:
    """The song's accents by tick, ascending."""
    sounding: defaultdict[int, list[Note]] = defaultdict(list)
    for note in plan.notes:
        sounding[note.tick].append(note)
    heard: dict[int, Accent] = {}
    melody_end, section = -_PHRASE_REST, None
    for tick in sorted(sounding):
        notes = sounding[tick]
        tune = _tune(notes)
        here = plan.section_at(tick)
        phrase = False
        if tune is not None:
            phrase = here is not section or tick - melody_end >= _PHRASE_REST
            section, melody_end = here, max(melody_end, tick + tune.ticks)
        heard[tick] = Accent(
            tick=tick,
            parts=frozenset(note.part for note in notes),
            melody=None if tune is None else tune.part,
            pitch=0 if tune is None else tune.pitch,
            ticks=0 if tune is None else tune.ticks,
            held=tune.ticks if tune is not None and tune.held else 0,
            phrase=phrase,
            rise=max((note.ticks for note in notes if note.part is Part.RISER), default=0),
            strength=_strength(plan, tick, notes),
        )
    return heard


def tick_in_bar(plan: SongPlan, tick: int) -> int:
    """Ticks since the last bar line."""
    tempo = plan.tempo_at(tick)
    return (tick - tempo.tick) % (tempo.meter * TICKS_PER_BEAT)


def _tune(notes: list[Note]) -> Note | None:
    """The melody note to follow: of the most prominent part, the highest."""
    for part in MELODIC:
        found = [note for note in notes if note.part is part]
        if found:
            return max(found, key=lambda note: (note.pitch, note.ticks))
    return None


def _strength(plan: SongPlan, tick: int, notes: list[Note]) -> float:
    loudest: dict[Part, float] = {}
    for note in notes:
        loudest[note.part] = max(loudest.get(note.part, 0.0), min(1.0, note.velocity))
    sound = sum(_STRENGTH.get(part, 0.1) * loud for part, loud in loudest.items())
    place = tick_in_bar(plan, tick)
    if place == 0:
        metre = 0.25
    elif place % TICKS_PER_BEAT == 0:
        metre = 0.15
    else:
        metre = 0.05 if place % (TICKS_PER_BEAT // 2) == 0 else 0.0
    return float(min(1.0, sound + metre))
