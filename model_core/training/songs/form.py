"""Form: which sections a song has, how long they are, and what plays in each."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from model_core.training.songs.genres import Genre
from model_core.training.songs.plan import SectionKind

__all__ = ["Passage", "choose_form"]

_ENERGY = {
    SectionKind.INTRO: 0.35, SectionKind.VERSE: 0.5, SectionKind.BUILD: 0.6,
    SectionKind.CHORUS: 0.85, SectionKind.BREAK: 0.2, SectionKind.OUTRO: 0.4,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Passage:
    """A section before it has a place: its bars, and the parts that play in it."""

    kind: SectionKind
    bars: int
    lead: bool
    drums: bool
    bass: bool
    energy: float
    kiai: bool = False
    meter: int = 4


def choose_form(
    rng: np.random.Generator, genre: Genre, beat_length: float, seconds: float
) -> list[Passage]:
    """Passages of about ``seconds`` in all, in the genre's metre.

    Every passage but a break has a melody or drums, so that there is something to follow.
    """
    bar = beat_length * genre.beats / 1000.0
    about = min(10.0, seconds / 4.5)  # seconds a section lasts
    unit = min((1, 2, 4, 8, 16), key=lambda bars: abs(np.log(bars * bar / about)))
    kinds = {"club": _club, "piece": _piece}.get(genre.form, _song)(rng, unit, 0.95 * seconds / bar)
    without_drums = not genre.verse or (genre.form == "piece" and rng.random() < 0.5)
    without_bass = not genre.bass or rng.random() < 0.05
    instrumental = rng.random() < 0.04
    if not without_drums and genre.form == "song" and rng.random() < 0.04:
        without_drums = True
    kiai = rng.random() < 0.93
    passages = [
        _passage(rng, genre, kind, bars, without_drums, without_bass, instrumental, kiai)
        for kind, bars in kinds
    ]
    if not any(passage.lead or passage.drums for passage in passages[:1]):
        passages[0] = replace(passages[0], lead=True)
    return passages


def _song(rng: np.random.Generator, unit: int, bars: float) -> list[tuple[SectionKind, int]]:
    half = max(1, unit // 2)
    form: list[tuple[SectionKind, int]] = []
    if rng.random() < 0.9:
        form.append((SectionKind.INTRO, half if rng.random() < 0.8 else unit))
    cycle = [SectionKind.VERSE, SectionKind.CHORUS]
    if rng.random() < 0.25:
        cycle.reverse()
    builds = rng.random() < 0.3
    index = 0
    while sum(length for _, length in form) + unit < bars or index < 2:
        kind = cycle[index % 2]
        if kind is SectionKind.CHORUS and builds and half >= 2:
            form.append((SectionKind.BUILD, max(1, half // 2)))
        form.append((kind, unit))
        index += 1
        room = sum(length for _, length in form) + unit < bars
        if index >= 2 and rng.random() < 0.3 and room:
            form.append((SectionKind.BREAK, half))
    form.append((SectionKind.OUTRO, half))
    return form


def _club(rng: np.random.Generator, unit: int, bars: float) -> list[tuple[SectionKind, int]]:
    half = max(1, unit // 2)
    form = [(SectionKind.INTRO, half)] if rng.random() < 0.85 else []
    form.append((SectionKind.VERSE, unit))
    while True:
        if rng.random() < 0.5:
            form.append((SectionKind.BREAK, half))
        if rng.random() < 0.8:
            form.append((SectionKind.BUILD, half))
        form.append((SectionKind.CHORUS, unit))
        if sum(length for _, length in form) + 2 * unit >= bars:
            break
        if rng.random() < 0.6:
            form.append((SectionKind.VERSE, unit))
        else:
            form.append((SectionKind.CHORUS, unit))
    if rng.random() < 0.8:
        form.append((SectionKind.OUTRO, half))
    return form


def _piece(rng: np.random.Generator, unit: int, bars: float) -> list[tuple[SectionKind, int]]:
    half = max(1, unit // 2)
    form = [(SectionKind.INTRO, half)] if rng.random() < 0.6 else []
    kinds = [SectionKind.VERSE, SectionKind.VERSE, SectionKind.CHORUS]
    index = 0
    while sum(length for _, length in form) + unit < bars or index < 2:
        form.append((kinds[index % 3], unit))
        index += 1
    form.append((SectionKind.OUTRO, half))
    return form


def _passage(
    rng: np.random.Generator,
    genre: Genre,
    kind: SectionKind,
    bars: int,
    without_drums: bool,
    without_bass: bool,
    instrumental: bool,
    kiai: bool,
) -> Passage:
    chorus = kind is SectionKind.CHORUS
    lead_chance = {
        SectionKind.INTRO: 0.4, SectionKind.VERSE: 0.82, SectionKind.BUILD: 0.45,
        SectionKind.CHORUS: 0.97, SectionKind.BREAK: 0.0, SectionKind.OUTRO: 0.6,
    }[kind]  # fmt: skip
    drum_chance = {
        SectionKind.INTRO: 0.75, SectionKind.VERSE: 0.92, SectionKind.BUILD: 1.0,
        SectionKind.CHORUS: 1.0, SectionKind.BREAK: 0.0, SectionKind.OUTRO: 0.85,
    }[kind]  # fmt: skip
    lead = bool(rng.random() < lead_chance) and not instrumental
    drums = bool(rng.random() < drum_chance) and not without_drums
    if kind is SectionKind.BREAK:
        lead = drums = False
    elif not lead and not drums:
        drums = not without_drums
        lead = without_drums
    bass = kind is not SectionKind.BREAK and not without_bass
    if kind in (SectionKind.INTRO, SectionKind.BUILD, SectionKind.VERSE):
        bass = bass and bool(rng.random() < (0.88 if kind is SectionKind.VERSE else 0.6))
    energy = float(np.clip(_ENERGY[kind] + rng.normal(0, 0.07), 0.05, 1.0))
    return Passage(kind, bars, lead, drums, bass, energy, chorus and kiai, genre.beats)
