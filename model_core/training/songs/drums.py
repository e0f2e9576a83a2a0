"""Drum parts: a groove through a section, with its variations, fills, chops and rolls."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model_core.training.songs.genres import Genre
from model_core.training.songs.grooves import Stroke, strokes
from model_core.training.songs.plan import TICKS_PER_BEAT, Part
from model_core.training.songs.score import Draft

__all__ = ["DrumPart", "write_build", "write_drums"]

BEAT = TICKS_PER_BEAT
_FASTEST_MS = 42.0
_CYMBALS = (Part.HAT, Part.RIDE)


@dataclass(frozen=True, slots=True)
class DrumPart:
    """What a section's drums do: their groove, how many beats of fill end it, whether a crash
    opens it, which strokes are left out (``thin``: "", "snare", "cymbals", "kick"), how fast the
    beat is (ms)."""

    groove: str
    fill_beats: int
    crash: bool
    thin: str
    beat_ms: float


def write_drums(
    rng: np.random.Generator,
    draft: Draft,
    genre: Genre,
    part: DrumPart,
    first: int,
    end: int,
    meter: int,
) -> None:
    """The drums of bars ``[first, end)``."""
    bar = meter * BEAT
    fill_start = end - part.fill_beats * BEAT
    base = strokes(part.groove, genre.beats, meter)
    if genre.beats == 4 and genre.triplets is False and part.beat_ms > 900:
        base = _doubled(base, bar)
    extra = float(rng.uniform(0, 0.08))
    left_out = {"snare": (Part.SNARE, Part.CLAP), "cymbals": _CYMBALS, "kick": (Part.KICK,)}.get(
        part.thin, ()
    )
    grid = BEAT // (3 if genre.triplets else 2)
    crash_every = 4 if rng.random() < 0.3 else 0
    for number, tick in enumerate(range(first, end, bar)):
        played = base
        if genre.chopped and rng.random() < 0.75:
            played = _chopped(rng, base, bar, part.beat_ms)
        if crash_every and number and number % crash_every == 0:
            draft.add(Part.CRASH, tick, BEAT * 2, 0, 0.7)
        for drum, at, loud in played:
            if tick + at < fill_start and drum not in left_out:
                if drum is Part.CRASH and part.crash and number == 0 and at == 0:
                    continue
                draft.add(drum, tick + at, BEAT // 4, 0, loud)
        if rng.random() < extra * meter and Part.KICK not in left_out:
            at = int(rng.integers(0, bar // grid)) * grid
            taken = any(drum is Part.KICK and when == at for drum, when, _ in played)
            if tick + at < fill_start and not taken:
                draft.add(Part.KICK, tick + at, BEAT // 4, 0, 0.8)
    if part.fill_beats:
        _fill(rng, draft, genre, fill_start, part.fill_beats, part.beat_ms)
    if part.crash:
        draft.add(Part.CRASH, first, BEAT * 4, 0, 0.95)


def _doubled(base: tuple[Stroke, ...], bar: int) -> tuple[Stroke, ...]:
    """At a very slow tempo the cymbals play twice as often."""
    more = [
        (drum, at + BEAT // 4, 0.5)
        for drum, at, _ in base
        if drum in _CYMBALS and at % (BEAT // 2) == 0 and at + BEAT // 4 < bar
    ]
    taken = {(drum, at) for drum, at, _ in base}
    return base + tuple(stroke for stroke in more if stroke[:2] not in taken)


def _chopped(
    rng: np.random.Generator, base: tuple[Stroke, ...], bar: int, beat_ms: float
) -> tuple[Stroke, ...]:
    """A break cut into half beats, which change places, stutter, or become rolls."""
    size = BEAT // 2
    slices = bar // size
    order = list(range(slices))
    for place in range(1, slices):
        draw = rng.random()
        if draw < 0.3:
            order[place] = int(rng.integers(slices))
        elif draw < 0.4:
            order[place] = order[place - 1]
    found: dict[tuple[Part, int], float] = {}
    for place, source in enumerate(order):
        if place and rng.random() < 0.1:
            step = BEAT // int(rng.choice([4, 6, 8]))
            if beat_ms * step / BEAT >= _FASTEST_MS:
                drum = Part.SNARE if rng.random() < 0.75 else Part.KICK
                for index in range(size // step):
                    found[drum, place * size + index * step] = 0.6 + 0.3 * index * step / size
                continue
        for drum, at, loud in base:
            if source * size <= at < (source + 1) * size:
                found[drum, at + (place - source) * size] = loud
    return tuple((drum, at, loud) for (drum, at), loud in found.items())


def _fill(
    rng: np.random.Generator, draft: Draft, genre: Genre, start: int, beats: int, beat_ms: float
) -> None:
    """The bar's last beats: a run over the drums, a roll, hits, or nearly nothing."""
    divisions = [n for n in genre.fills if beat_ms / n >= _FASTEST_MS] or [1]
    step = BEAT // divisions[int(rng.integers(len(divisions)))]
    count = beats * BEAT // step
    shape = str(
        rng.choice(["toms", "roll", "mixed", "hits", "silence"], p=[0.3, 0.25, 0.2, 0.17, 0.08])
    )
    gaps = bool(rng.random() < 0.4)
    for index in range(count):
        at, place = start + index * step, index / max(1, count)
        if shape == "silence":
            if index == 0:
                draft.add(Part.KICK, at, step, 0, 1.0)
            continue
        if shape == "hits":
            if at % (BEAT // 2) == 0:
                draft.add(Part.KICK, at, step, 0, 0.95)
                draft.add(Part.SNARE, at, step, 0, 1.0)
            continue
        if gaps and index % 4 == 3 and index + 1 < count:
            continue
        if shape == "roll" or place < 0.25:
            draft.add(Part.SNARE, at, step, 0, 0.6 + 0.4 * place)
        elif shape == "toms":
            draft.add(Part.TOM, at, step, int(12 - 16 * place), 0.95)
        else:
            drum = (Part.SNARE, Part.TOM, Part.KICK)[int(rng.integers(3))]
            draft.add(drum, at, step, int(8 - 12 * place) if drum is Part.TOM else 0, 0.9)
        if at % BEAT == 0 and shape != "mixed" and genre.live:
            draft.add(Part.KICK, at, step, 0, 0.8)


def write_build(
    rng: np.random.Generator,
    draft: Draft,
    genre: Genre,
    first: int,
    end: int,
    meter: int,
    beat_ms: float,
) -> None:
    """A build-up: a snare or clap roll that doubles its pace, and a riser over all of it."""
    drum = Part.SNARE if rng.random() < 0.7 else Part.CLAP
    gap = BEAT if rng.random() < 0.4 else 0
    stop = end - gap
    length = stop - first
    kicks = bool(rng.random() < 0.5)
    finest = BEAT // (6 if genre.triplets else 8)
    while finest * beat_ms / BEAT < _FASTEST_MS + 14:
        finest *= 2
    tick = first
    while tick < stop:
        place = (tick - first) / length
        step = BEAT if place < 0.4 else BEAT // 2 if place < 0.7 else BEAT // 4
        if genre.triplets and step == BEAT // 4:
            step = BEAT // 3
        if place >= 0.875:
            step = BEAT // (6 if genre.triplets else 8)
        step = max(step, finest)
        draft.add(drum, tick, step, 0, 0.45 + 0.5 * place)
        if kicks and tick % BEAT == 0 and place < 0.75:
            draft.add(Part.KICK, tick, step, 0, 0.9)
        tick += step
    draft.add(Part.RISER, first, length, 0, 0.8)
