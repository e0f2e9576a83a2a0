"""Melodies: what is sung or played in front over the bars of a section.

A melody is built from cells of one or two beats. Two bars of rhythm are repeated and answered, as
tunes do, and phrases end in a rest. Notes are of two audible sorts: short ones, and held ones that
sustain until a step of the grid before the next note.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model_core.training.songs.plan import TICKS_PER_BEAT

__all__ = ["MAX_HELD_BEATS", "MelodyNote", "Temper", "melody"]

# 'o' short note, 'H' held note, '.' nothing new; four signs a beat, three in triplets.
_CELLS = ("o...", "o.o.", "o.o.", "o.o.", "H...")
_PAIRS = ("o..o..o.", "o.o.o...", "o...o.o.", "H.....o.", "o..oo.o.", "..o.o.o.", "H..H..o.")
_BUSY = ("oooo", "o.oo", "ooo.", "oo..", "oo.o")
_OFF = ("..o.", "....", "H.o.")
_TRIPLETS = ("o..", "o.o", "H..", "o..")
_TRIPLET_PAIRS = ("o.oo.o", "o.o..o", "H..o.o", "o..o.o", "..oo..")
_TRIPLETS_BUSY = ("ooo", "oo.", "o.o")
_TRIPLETS_OFF = ("...", "..o")
MAX_HELD_BEATS = 4


@dataclass(frozen=True, slots=True)
class MelodyNote:
    """A melody note: ticks from the section's start, scale degree from the tonic."""

    tick: int
    ticks: int
    degree: int
    held: bool


@dataclass(frozen=True, slots=True)
class Temper:
    """How a melody moves: shares of fast beats and of held notes, width of its leaps, and how
    much is left silent between phrases."""

    busy: float
    held: float
    leaps: float
    rests: float
    triplets: bool


def _cell(rng: np.random.Generator, temper: Temper, left: int) -> str:
    """One or two beats of rhythm."""
    triplets = temper.triplets
    beat = 3 if triplets else 4
    draw = rng.random()
    if draw < temper.held:
        length = 2 if left > 1 and rng.random() < 0.45 else 1
        return "H" + "." * (beat * length - 1)
    if draw < temper.held + temper.busy * 0.55:
        fast = _TRIPLETS_BUSY if triplets else _BUSY
        return fast[int(rng.integers(len(fast)))]
    if draw < temper.held + temper.busy * 0.55 + 0.08:
        off = _TRIPLETS_OFF if triplets else _OFF
        return off[int(rng.integers(len(off)))]
    if left > 1 and rng.random() < 0.4:
        pairs = _TRIPLET_PAIRS if triplets else _PAIRS
        return pairs[int(rng.integers(len(pairs)))]
    plain = _TRIPLETS if triplets else _CELLS
    return plain[int(rng.integers(len(plain)))]


def _bar(rng: np.random.Generator, meter: int, temper: Temper) -> str:
    beat = 3 if temper.triplets else 4
    signs = ""
    while len(signs) < meter * beat:
        cell = _cell(rng, temper, meter - len(signs) // beat)
        if not signs and cell[0] == "." and rng.random() < 0.8:
            continue  # most bars begin with a note, so that phrases are easy to follow
        signs += cell
    return signs


def melody(
    rng: np.random.Generator,
    bars: int,
    meter: int,
    temper: Temper,
    chords: tuple[int, ...],
    silent_last_beats: int,
) -> list[MelodyNote]:
    """A melody over ``bars`` bars whose chord roots are ``chords`` (one a bar, repeating).

    Two bars of rhythm are repeated with small changes; the last ``silent_last_beats`` beats are
    left to a drum fill.
    """
    motif = [_bar(rng, meter, temper) for _ in range(2)]
    answer = [motif[0], _bar(rng, meter, temper)]
    step = TICKS_PER_BEAT // (3 if temper.triplets else 4)
    bar_ticks = meter * TICKS_PER_BEAT
    limit = bars * bar_ticks - silent_last_beats * TICKS_PER_BEAT
    onsets: list[tuple[int, bool]] = []
    rests: list[int] = []
    for bar in range(bars):
        pattern = (motif if bar % 4 < 2 else answer)[bar % 2]
        silent = (bar + 1) * bar_ticks
        if bar % 2 and rng.random() < temper.rests:
            silent -= TICKS_PER_BEAT * int(rng.integers(1, max(2, meter // 2 + 1)))
            rests.append(silent)
        for index, sign in enumerate(pattern):
            tick = bar * bar_ticks + index * step
            if sign != "." and tick < min(limit, silent):
                onsets.append((tick, sign == "H"))
    return _pitched(rng, onsets, rests, limit, bar_ticks, step, chords, temper.leaps)


def _pitched(
    rng: np.random.Generator,
    onsets: list[tuple[int, bool]],
    rests: list[int],
    limit: int,
    bar_ticks: int,
    step: int,
    chords: tuple[int, ...],
    leaps: float,
) -> list[MelodyNote]:
    notes: list[MelodyNote] = []
    degree = int(rng.integers(0, 6))
    moves = rng.choice([-2, -1, -1, 0, 1, 1, 2], size=len(onsets))
    far = rng.random(len(onsets)) < leaps
    for index, (tick, is_held) in enumerate(onsets):
        following = onsets[index + 1][0] if index + 1 < len(onsets) else limit
        following = min([following, *(rest for rest in rests if tick < rest)])
        if tick % (2 * TICKS_PER_BEAT) == 0:
            root = chords[(tick // bar_ticks) % len(chords)]
            degree = _nearest_chord_tone(degree, root)
        else:
            degree += int(moves[index]) * (3 if far[index] else 1)
        degree = min(11, max(-3, degree))
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
