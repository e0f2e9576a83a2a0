"""Chords and melodies: what is sung over the bars of a section.

A melody is built from one-beat cells. Notes are of two audible sorts: short ones, and held ones
that sustain until a quarter of a beat (a third in swung songs) before the next note.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model_core.training.songs.plan import TICKS_PER_BEAT

MAJOR = (0, 2, 4, 5, 7, 9, 11)
MINOR = (0, 2, 3, 5, 7, 8, 10)
PROGRESSIONS = (
    (0, 4, 5, 3),
    (5, 3, 0, 4),
    (0, 5, 3, 4),
    (3, 4, 5, 5),
    (0, 3, 0, 4),
    (5, 4, 3, 4),
    (0, 2, 3, 4),
)
# One beat of melody on the song's grid: 'o' short note, 'H' held note, '.' nothing new.
_CELLS_PLAIN = ("o...", "o.o.", "o.o.", "H...")
_CELLS_BUSY = ("oooo", "o.oo", "ooo.", "oo..")
_CELLS_OFF = ("..o.", "....", "H.o.")
_TRIPLET_PLAIN = ("o..", "o.o", "H..", "o..")
_TRIPLET_BUSY = ("ooo", "oo.", "o.o")
_TRIPLET_OFF = ("...", "..o")
MAX_HELD_BEATS = 4


@dataclass(frozen=True, slots=True)
class MelodyNote:
    """A melody note: ticks from the section's start, scale degree from the tonic."""

    tick: int
    ticks: int
    degree: int
    held: bool


@dataclass(frozen=True, slots=True)
class Scale:
    """A key; degrees count upward from the tonic and may be negative."""

    tonic: int
    steps: tuple[int, ...]

    def pitch(self, degree: int) -> int:
        """MIDI pitch of a scale degree."""
        octave, step = divmod(degree, len(self.steps))
        return self.tonic + 12 * octave + self.steps[step]


def choose_scale(rng: np.random.Generator) -> Scale:
    """A random key with its tonic between C4 and B4."""
    return Scale(60 + int(rng.integers(0, 12)), MAJOR if rng.random() < 0.5 else MINOR)


def _beat_cell(rng: np.random.Generator, triplets: bool, busy: float, held: float) -> str:
    plain, fast, off = (
        (_TRIPLET_PLAIN, _TRIPLET_BUSY, _TRIPLET_OFF)
        if triplets
        else (_CELLS_PLAIN, _CELLS_BUSY, _CELLS_OFF)
    )
    draw = rng.random()
    if draw < held:
        return "H" + "." * (len(plain[0]) - 1)
    if draw < held + busy * 0.5:
        return str(fast[rng.integers(len(fast))])
    if draw < held + busy * 0.5 + 0.1:
        return str(off[rng.integers(len(off))])
    return str(plain[rng.integers(len(plain))])


def _bar_rhythm(
    rng: np.random.Generator, meter: int, triplets: bool, busy: float, held: float
) -> str:
    cells: list[str] = []
    while len(cells) < meter:
        cell = _beat_cell(rng, triplets, busy, held)
        if not cells and cell[0] == ".":
            continue  # a bar begins with a note, so that phrases are easy to follow
        cells.append(cell)
        # a held note often lasts for more than its own beat
        if cell[0] == "H" and len(cells) < meter and rng.random() < 0.45:
            cells.append("." * len(cell))
    return "".join(cells)


def melody(
    rng: np.random.Generator,
    bars: int,
    meter: int,
    triplets: bool,
    busy: float,
    held: float,
    chords: tuple[int, ...],
    silent_last_beats: int,
) -> list[MelodyNote]:
    """A melody over ``bars`` bars whose chord roots are ``chords`` (one a bar, repeating).

    Two bars of rhythm are repeated with small changes; the last ``silent_last_beats`` beats are
    left to a drum fill.
    """
    motif = [_bar_rhythm(rng, meter, triplets, busy, held) for _ in range(2)]
    answer = [motif[0], _bar_rhythm(rng, meter, triplets, busy, held)]
    step = TICKS_PER_BEAT // (3 if triplets else 4)
    bar_ticks = meter * TICKS_PER_BEAT
    end = bars * bar_ticks
    limit = end - silent_last_beats * TICKS_PER_BEAT
    onsets: list[tuple[int, bool]] = []
    for bar in range(bars):
        pattern = (motif if bar % 4 < 2 else answer)[bar % 2]
        for index, sign in enumerate(pattern):
            tick = bar * bar_ticks + index * step
            if sign != "." and tick < limit:
                onsets.append((tick, sign == "H"))
    notes: list[MelodyNote] = []
    degree = int(rng.integers(0, 5))
    moves = np.array([-2, -1, -1, 0, 1, 1, 2])
    for index, (tick, is_held) in enumerate(onsets):
        following = onsets[index + 1][0] if index + 1 < len(onsets) else limit
        if tick % (2 * TICKS_PER_BEAT) == 0:
            root = chords[(tick // bar_ticks) % len(chords)]
            degree = _nearest_chord_tone(degree, root)
        else:
            degree += int(moves[rng.integers(len(moves))])
        degree = min(10, max(-3, degree))
        if is_held:
            ticks = min(following - tick - step, MAX_HELD_BEATS * TICKS_PER_BEAT)
        else:
            ticks = min(step, following - tick)
        sustained = is_held and ticks >= 2 * step
        notes.append(MelodyNote(tick, max(ticks, 4), degree, sustained))
    return notes


def _nearest_chord_tone(degree: int, root: int) -> int:
    tones = [root + third + 7 * octave for octave in (-1, 0, 1) for third in (0, 2, 4)]
    return min(tones, key=lambda tone: (abs(tone - degree), tone))
