"""Chords, bass and arpeggios: what is played under the melody of a section."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model_core.training.songs.plan import TICKS_PER_BEAT, Part
from model_core.training.songs.score import Draft, Scale

__all__ = ["BASSES", "COMPS", "Accompaniment", "write_arpeggio", "write_bass", "write_chords"]

BEAT = TICKS_PER_BEAT
_STRUMS = ("x...x.x.", "x.x.x.x.", "x..x..x.", "x...xxx.")
_SYNC = ("x..x..x.x..x..x.", "x.....x...x.....", "x..x..x.........", "x...x..x..x.x...")
_MONTUNO = ("x.xx.x.xx.x.x.x.", "x..x..x.x..x..x.")
_GALLOPS = ("x.xxx.xxx.xxx.xx", "xxxxxxxxxxxxxxxx", "x.xxx.xxx...x...")
_SHAPES = (
    (0, 2, 4, 7), (7, 4, 2, 0), (0, 4, 7, 4), (0, 2, 4, 2), (0, 7, 4, 7, 2, 7),
    (0, 4, 2, 7, 4, 9),
)  # fmt: skip
COMPS = (
    "pad", "stab", "offbeat", "strum", "power", "gallop", "tremolo", "quarter", "broken",
    "waltz", "swing", "gate", "chiparp", "montuno",
)  # fmt: skip
BASSES = (
    "roots", "eighths", "sync", "long", "off", "octaves", "walk", "rolling", "follow", "tumbao",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Accompaniment:
    """How a section is accompanied: chord roots one a bar, repeating, and the ways to play."""

    chords: tuple[int, ...]
    comp: str
    bass: str
    strum: int
    seventh: bool
    triplets: bool


def write_chords(
    draft: Draft, how: Accompaniment, scale: Scale, first: int, end: int, meter: int, loud: float
) -> None:
    """The chords of bars ``[first, end)`` as ``CHORD`` notes."""
    bar = meter * BEAT
    for number, tick in enumerate(range(first, end, bar)):
        root = how.chords[number % len(how.chords)]
        for at, ticks, tones in _comping(how, bar, meter):
            for tone in tones:
                pitch = scale.pitch(root + tone - 7)
                if how.comp in ("power", "gallop", "tremolo"):
                    pitch = scale.pitch(root - 14) + (0 if tone == 0 else 7 if tone == 4 else 12)
                while pitch > 72:
                    pitch -= 12
                draft.add(Part.CHORD, tick + at, ticks, pitch, loud)


def _comping(how: Accompaniment, bar: int, meter: int) -> list[tuple[int, int, tuple[int, ...]]]:
    """One bar of chords as (tick in the bar, ticks, thirds and fifths over the root)."""
    tones = (0, 2, 4, 6) if how.seventh else (0, 2, 4)
    half, quarter = BEAT // 2, BEAT // 4
    beats = range(0, bar, BEAT)
    comp = how.comp
    if comp == "offbeat":
        return [(beat + (16 if how.triplets else half), quarter, tones) for beat in beats]
    if comp == "quarter":
        return [(beat, BEAT - 4, tones) for beat in beats]
    if comp == "waltz":
        return [(0, BEAT, (0,))] + [(beat, BEAT - 6, tones) for beat in beats if beat]
    if comp == "broken":
        order = (0, 4, 2, 4) if not how.triplets else (0, 2, 4)
        step = BEAT // 3 if how.triplets else half
        return [(at, 2 * step, (order[(at // step) % len(order)],)) for at in range(0, bar, step)]
    if comp == "swing":
        return [
            (at, half, tones) for at in ((0, 40, 64) if how.strum % 2 else (16, 64)) if at < bar
        ]
    if comp in ("power", "gallop", "tremolo"):
        fifth = (0, 4, 7) if how.strum % 2 else (0, 4)
        if comp == "tremolo":
            return [(at, quarter, fifth) for at in range(0, bar, quarter)]
        if comp == "gallop":
            rhythm, step = _GALLOPS[how.strum % len(_GALLOPS)], quarter
        elif how.strum >= 2:
            return [(0, bar - 2, fifth)]
        else:
            rhythm, step = "x", half
        return _struck(rhythm, step, bar, fifth)
    if comp == "strum":
        step = BEAT // 3 if how.triplets else half
        return _struck(_STRUMS[how.strum % len(_STRUMS)], step, bar, tones)
    if comp == "stab":
        return _struck(_SYNC[how.strum % len(_SYNC)], quarter, bar, tones)
    if comp == "montuno":
        return _struck(_MONTUNO[how.strum % len(_MONTUNO)], quarter, bar, tones)
    if comp == "gate":
        step = quarter if how.strum % 2 else half
        return [(at, step - 2, tones) for at in range(0, bar, step)]
    if comp == "chiparp":
        step = BEAT // 6
        return [(at, step, (tones[(at // step) % 3],)) for at in range(0, bar, step)]
    return [(0, bar - 2, tones)]


def _struck(
    rhythm: str, step: int, bar: int, tones: tuple[int, ...]
) -> list[tuple[int, int, tuple[int, ...]]]:
    hits = [at for at in range(0, bar, step) if rhythm[(at // step) % len(rhythm)] == "x"]
    ends = [*hits[1:], bar]
    return [(at, min(end - at, 2 * BEAT) - 1, tones) for at, end in zip(hits, ends, strict=True)]


def write_bass(
    rng: np.random.Generator,
    draft: Draft,
    how: Accompaniment,
    scale: Scale,
    first: int,
    end: int,
    meter: int,
    kicks: Sequence[int],
) -> None:
    """The bass line of bars ``[first, end)``; ``follow`` plays at the bass drum's ``kicks``."""
    bar = meter * BEAT
    for number, tick in enumerate(range(first, end, bar)):
        root = how.chords[number % len(how.chords)]
        following = how.chords[(number + 1) % len(how.chords)]
        low = scale.pitch(root - 14)
        while low > 47:
            low -= 12
        while low < 28:
            low += 12
        for at, ticks, step in _bass_line(rng, how, bar, tick, kicks, root, following):
            pitch = low + 12 * step if how.bass != "walk" else low + step
            draft.add(Part.BASS, tick + at, ticks, pitch, 0.8)


def _bass_line(
    rng: np.random.Generator,
    how: Accompaniment,
    bar: int,
    tick: int,
    kicks: Sequence[int],
    root: int,
    following: int,
) -> list[tuple[int, int, int]]:
    """One bar as (tick in the bar, ticks, octaves above the root; semitones for ``walk``)."""
    half, quarter = BEAT // 2, BEAT // 4
    last = BEAT // 3 * 2 if how.triplets else half
    kind = how.bass
    if kind == "long":
        return [(0, bar - 2, 0)]
    if kind == "eighths":
        return [(at, half - 1, 0) for at in range(0, bar, half)]
    if kind == "off":
        return [(at + half, half - 2, 0) for at in range(0, bar, BEAT)]
    if kind == "octaves":
        return [(at, half - 2, at // half % 2) for at in range(0, bar, half)]
    if kind == "rolling":
        return [(at, quarter - 1, 0) for at in range(0, bar, quarter) if at % BEAT]
    if kind == "follow":
        hits = [kick - tick for kick in kicks if tick <= kick < tick + bar]
        return [(at, quarter, 0) for at in hits] or [(0, bar - 2, 0)]
    if kind in ("sync", "tumbao"):
        rhythm = "......x.....x..." if kind == "tumbao" else _SYNC[how.strum % len(_SYNC)]
        hits = [at for at in range(0, bar, quarter) if rhythm[at // quarter % 16] == "x"]
        return [(at, BEAT - 2 if kind == "tumbao" else half, 0) for at in hits]
    if kind == "walk":
        steps = [0, *(int(rng.choice([3, 4, 5, 7, 9, 12])) for _ in range(bar // BEAT - 1))]
        if following != root and len(steps) > 2:
            steps[-1] = int(rng.choice([-1, 1, 5, 7]))
        return [(beat * BEAT, BEAT - 2, step) for beat, step in enumerate(steps)]
    line = [(at, BEAT - 3, 0) for at in range(0, bar, BEAT)]
    if how.strum % 2:
        line.append((bar - BEAT + last, BEAT - last - 1, 0))
    return line


def write_arpeggio(
    rng: np.random.Generator,
    draft: Draft,
    how: Accompaniment,
    scale: Scale,
    span: tuple[int, int],
    meter: int,
    step: int,
    loud: float,
) -> None:
    """Chord tones one after the other, every ``step`` ticks, as ``ARP`` notes."""
    shape = _SHAPES[int(rng.integers(len(_SHAPES)))]
    gaps = "x" * 8 if rng.random() < 0.6 else "xx.xx.x."
    bar = meter * BEAT
    first, end = span
    for number, tick in enumerate(range(first, end, bar)):
        root = how.chords[number % len(how.chords)]
        for index, at in enumerate(range(0, bar, step)):
            if gaps[index % 8] == "x":
                pitch = scale.pitch(root + shape[index % len(shape)])
                draft.add(Part.ARP, tick + at, step, pitch, loud)
