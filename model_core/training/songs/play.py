"""Playing: every note of a plan, dry, on the bus of its part.

Every different note is made once and added wherever it is played.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from model_core.training.songs.kits import Kit
from model_core.training.songs.plan import Note, Part, SongPlan
from model_core.training.songs.vocal import SINGERS, SYLLABLES, sung
from model_core.training.songs.voices import choose_timbre, riser, tone

__all__ = ["BUSES", "play"]

Samples = NDArray[np.float32]
#: The rows of what ``play`` returns.
BUSES = ("drums", "bass", "chords", "arp", "lead", "vocal", "noise")
_BUS_OF = {
    Part.KICK: 0, Part.SNARE: 0, Part.HAT: 0, Part.CRASH: 0, Part.TOM: 0, Part.RIDE: 0,
    Part.CLAP: 0, Part.BASS: 1, Part.CHORD: 2, Part.ARP: 3, Part.LEAD: 4, Part.VOCAL: 5,
    Part.RISER: 6,
}  # fmt: skip
_STRUM_MS = 5.0


def play(plan: SongPlan, sample_rate: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """All notes without any effect: float32 ``[len(BUSES), samples]``."""
    total = int(plan.length_ms * sample_rate / 1000) + 1
    buses = np.zeros((len(BUSES), total), dtype=np.float32)
    kit = Kit(plan.kit, rng, sample_rate)
    timbres = {
        Part.BASS: choose_timbre(rng, plan.bass_voice),
        Part.CHORD: choose_timbre(rng, plan.chord_voice),
        Part.ARP: choose_timbre(rng, plan.arp_voice),
        Part.LEAD: choose_timbre(rng, plan.lead_voice),
    }
    singer = SINGERS[plan.vocal_voice]
    strummed = "guitar" in plan.chord_voice and rng.random() < 0.7
    made: dict[tuple[Part, int, int, int], Samples] = {}
    syllables = rng.integers(0, len(SYLLABLES), 4096)
    chord_tick, string = -1, 0
    for number, note in enumerate(plan.notes):
        bus = _BUS_OF[note.part]
        start = round(note.onset_ms * sample_rate / 1000)
        if bus == 0:
            shot = kit.stroke(note.part, note.pitch, number)
        elif note.part is Part.RISER:
            shot = riser(note.duration_ms / 1000, rng, sample_rate)
        else:
            length = _rounded(note)
            syllable = int(syllables[number % 4096]) if note.part is Part.VOCAL else 0
            key = (note.part, note.pitch, length, syllable)
            cached = made.get(key)
            if cached is None:
                seconds = length / 1000
                if note.part is Part.VOCAL:
                    cached = sung(singer, note.pitch, seconds, syllable, sample_rate)
                else:
                    cached = tone(timbres[note.part], note.pitch, seconds, sample_rate)
                made[key] = cached
            shot = cached
            if strummed and note.part is Part.CHORD:
                string = string + 1 if note.tick == chord_tick else 0
                chord_tick = note.tick
                start += int(string * _STRUM_MS * sample_rate / 1000)
        start = max(0, start)
        end = min(total, start + len(shot))
        if end > start:
            buses[bus, start:end] += np.float32(note.velocity) * shot[: end - start]
    return buses


def _rounded(note: Note) -> int:
    """The note's length in ms, coarser for long ones, so that wandering tempi share notes."""
    grain = 4 if note.duration_ms < 250 else 20
    return max(20, round(note.duration_ms / grain) * grain)
