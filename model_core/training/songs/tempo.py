"""Tempo: what a mapper's red lines say, and how far from the grid people play.

A steady song has one tempo. Some change it, and perhaps the metre, where a section begins; some
hurry through a build-up or slow down at their end; and some wander, as bands without a click do.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from model_core.training.songs.form import Passage
from model_core.training.songs.genres import Genre
from model_core.training.songs.plan import TICKS_PER_BEAT, SectionKind, Tempo

__all__ = ["BPM_RANGE", "choose_bpm", "choose_tempos", "jitter", "onset_times"]

BPM_RANGE = (50.0, 260.0)
_MAX_JITTER_MS = 12.0


def choose_bpm(rng: np.random.Generator, genre: Genre) -> float:
    """A tempo in the genre's range: mostly whole, sometimes with two decimals."""
    bpm = float(rng.uniform(*genre.bpm))
    return float(round(bpm)) if rng.random() < 0.75 else round(bpm, 2)


def choose_tempos(
    rng: np.random.Generator, genre: Genre, bpm: float, start_ms: int, form: list[Passage]
) -> tuple[tuple[Tempo, ...], list[Passage], bool]:
    """Tempos on bar lines, the form with the metres that go with them, and whether it drifts."""
    draw = rng.random()
    drifts = genre.live and draw < 0.14
    if not drifts and draw > 0.86:
        return (*_changes(rng, bpm, start_ms, form), False)
    if drifts:
        return _drift(rng, bpm, start_ms, form), form, True
    return (Tempo(0, start_ms, 60000.0 / bpm, form[0].meter),), form, False


def _changes(
    rng: np.random.Generator, bpm: float, start_ms: int, form: list[Passage]
) -> tuple[tuple[Tempo, ...], list[Passage]]:
    """One to three new tempos at sections' starts; or a build-up or an end that changes by bars."""
    wanted: list[tuple[int, float, int]] = []  # bar lines as (tick, bpm, metre)
    places = set(
        map(int, rng.choice(np.arange(1, max(2, len(form))), size=min(len(form) - 1, int(
            rng.choice([1, 1, 1, 2, 3]))), replace=False))
    ) if len(form) > 1 else set()  # fmt: skip
    slows = rng.random() < 0.3
    new_metre = rng.random() < 0.35
    current, meter, tick = bpm, form[0].meter, 0
    wanted.append((0, current, meter))
    changed: list[Passage] = []
    for index, passage in enumerate(form):
        if index in places:
            factor = float(
                rng.choice([0.5, 2 / 3, 0.75, 0.8, 0.9, 0.95, 1.05, 1.1, 1.25, 4 / 3, 2])
            )
            if index < len(form) // 2 and factor < 0.75:
                factor = 1.2  # half a song at half the tempo would be very long
            current = float(round(np.clip(bpm * factor, *BPM_RANGE)))
            if new_metre:
                meter = int(rng.choice([m for m in (3, 4, 5, 6, 7) if m != meter]))
            wanted.append((tick, current, meter))
        speeding = passage.kind is SectionKind.BUILD and rng.random() < 0.4
        slowing = passage.kind is SectionKind.OUTRO and slows
        if (speeding or slowing) and passage.bars > 1:
            ratio = float(rng.uniform(1.03, 1.12)) if speeding else float(rng.uniform(0.88, 0.97))
            for bar in range(1, passage.bars):
                current = float(np.clip(round(current * ratio, 1), *BPM_RANGE))
                wanted.append((tick + bar * meter * TICKS_PER_BEAT, current, meter))
        changed.append(replace(passage, meter=meter))
        tick += passage.bars * meter * TICKS_PER_BEAT
    return _tempos(start_ms, wanted), changed


def _drift(
    rng: np.random.Generator, bpm: float, start_ms: int, form: list[Passage]
) -> tuple[Tempo, ...]:
    """A tempo for every bar, or every second one, that wanders around ``bpm``."""
    every = int(rng.choice([1, 1, 2]))
    width = float(rng.uniform(0.002, 0.012))
    bars = sum(passage.bars for passage in form)
    bar_ticks = form[0].meter * TICKS_PER_BEAT
    wanted: list[tuple[int, float, int]] = []
    away = 0.0
    for bar in range(0, bars, every):
        away = 0.85 * away + float(rng.normal(0, width))
        current = float(np.clip(round(bpm * (1 + away), 2), *BPM_RANGE))
        wanted.append((bar * bar_ticks, current, form[0].meter))
    return _tempos(start_ms, wanted)


def _tempos(start_ms: int, wanted: list[tuple[int, float, int]]) -> tuple[Tempo, ...]:
    tempos: list[Tempo] = []
    for tick, bpm, meter in wanted:
        beat_length = 60000.0 / bpm
        if not tempos:
            tempos.append(Tempo(tick, start_ms, beat_length, meter))
            continue
        before = tempos[-1]
        if tick == before.tick:
            tempos[-1] = Tempo(tick, before.start_ms, beat_length, meter)
        elif (beat_length, meter) != (before.beat_length, before.meter):
            passed = (tick - before.tick) * before.beat_length / TICKS_PER_BEAT
            tempos.append(Tempo(tick, round(before.start_ms + passed), beat_length, meter))
    return tuple(tempos)


def onset_times(tempos: tuple[Tempo, ...], ticks: NDArray[np.int64]) -> NDArray[np.float64]:
    """``plan.tick_time`` of many ticks at once: milliseconds, of the shape of ``ticks``."""
    starts = np.array([tempo.tick for tempo in tempos])
    index = np.maximum(0, np.searchsorted(starts, ticks, side="right") - 1)
    times = np.array([tempo.start_ms for tempo in tempos], dtype=np.float64)
    lengths = np.array([tempo.beat_length for tempo in tempos])
    found = times[index] + (ticks - starts[index]) * lengths[index] / TICKS_PER_BEAT
    return np.asarray(found, dtype=np.float64)


def jitter(
    rng: np.random.Generator, ticks: NDArray[np.int64], players: NDArray[np.int64], spread: float
) -> NDArray[np.float64]:
    """Milliseconds by which each note is early or late, with mean zero.

    A player's notes at one tick (a chord, a kick with a hat) move together; ``players`` numbers
    them. Drummers (player 0) are the steadiest.
    """
    if spread <= 0 or not len(ticks):
        return np.zeros(len(ticks))
    keys = ticks * 16 + players
    unique, index = np.unique(keys, return_inverse=True)
    drawn = rng.normal(0, spread, len(unique)) * np.where(unique % 16 == 0, 0.7, 1.0)
    drawn = np.clip(drawn, -_MAX_JITTER_MS, _MAX_JITTER_MS)
    return np.asarray((drawn - drawn.mean())[index], dtype=np.float64)
