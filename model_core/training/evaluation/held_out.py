"""Held-out songs: composed, rendered and mapped from seeds that no training ever sees."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from itertools import count as counting
from itertools import islice
from pathlib import Path

import numpy as np

from model_core.audio.decode import Audio, normalise
from model_core.beatmap import parse
from model_core.training.corpus import (
    HELD_OUT,
    MapEntry,
    SongEntry,
    make_song,
    map_of,
    read_song,
    write_song,
)
from model_core.training.evaluation.bench import Piece
from model_core.training.mapper import LEVELS, STYLES
from model_core.training.songs import SongPlan, compose

__all__ = ["HeldOut"]

_KEYS = (4, 7, 4, 5)
_SEARCHED = 40  # songs that are composed to find one of a kind, at most


class HeldOut:
    """Songs of the seeds from ``first_seed`` on, in order.

    folder: where rendered songs are kept and found again; None keeps them in memory alone. The
    name of a file tells the song's notes and tempo apart, so that a new composer's songs are
    rendered anew; a new renderer's are not: empty the folder then.
    """

    def __init__(self, first_seed: int = HELD_OUT, folder: Path | None = None) -> None:
        self._first = first_seed
        self._folder = folder
        self._plans: dict[int, SongPlan] = {}
        self._songs: dict[int, SongEntry] = {}

    def maps(self, mode: int, count: int) -> Iterator[Piece]:
        """Styles and levels in turn; every level from Easy to Extra comes as often."""
        for number in range(count):
            yield self._mapped(number, self._first + number, mode)

    def steady(self, count: int) -> Iterator[Piece]:
        """Songs with one red line."""
        return self._those(lambda plan: len(plan.tempos) == 1, count)

    def changing(self, count: int) -> Iterator[Piece]:
        """Songs whose tempo or metre changes, or drifts."""
        return self._those(lambda plan: len(plan.tempos) > 1, count)

    def conditioned(self, count: int, mappers: tuple[int, ...]) -> Iterator[Piece]:
        """Maps by each of ``mappers`` in turn, on Hard and above, where styles differ."""
        known = [style.mapper_id for style in STYLES if style.mapper_id in mappers]
        for number in range(count if known else 0):
            seed = self._first + number
            level = 0.35 + 0.6 * ((number // len(known)) % 4 + 0.5) / 4
            entry = map_of(
                self.plan(seed), style=known[number % len(known)], level=level, seed=seed
            )
            yield self._piece(number, seed, entry, f"style {entry.style}")

    def plan(self, seed: int) -> SongPlan:
        """A song as it was composed."""
        if seed not in self._plans:
            self._plans[seed] = compose(seed)
        return self._plans[seed]

    def audio(self, seed: int) -> Audio:
        """A song as a request hears it."""
        samples = self._song(seed).samples.astype(np.float32) / 32768.0
        return Audio(normalise(samples), f"synthetic {seed}")

    def _those(self, wanted: Callable[[SongPlan], bool], count: int) -> Iterator[Piece]:
        seeds = islice(counting(self._first), count * _SEARCHED)
        found = (seed for seed in seeds if wanted(self.plan(seed)))
        for number, seed in enumerate(islice(found, count)):
            yield self._mapped(number, seed, 0)

    def _mapped(self, number: int, seed: int, mode: int) -> Piece:
        rng = np.random.default_rng([seed, 6, mode])
        level = number % len(LEVELS)
        style = STYLES[int(rng.integers(len(STYLES)))].mapper_id
        entry = map_of(
            self.plan(seed),
            style=style,
            level=float((level + rng.random()) / len(LEVELS)),
            mode=mode,
            seed=seed,
            keys=_KEYS[number % len(_KEYS)] if mode == 3 else None,
        )
        return self._piece(number, seed, entry, LEVELS[level])

    def _piece(self, number: int, seed: int, entry: MapEntry, level: str) -> Piece:
        plan = self.plan(seed)
        return Piece(
            name=f"song {seed}",
            number=number,
            seed=seed,
            audio=self.audio(seed),
            beatmap=parse(entry.data),
            level=level,
            entry=entry,
            drifting=plan.drifting,
        )

    def _song(self, seed: int) -> SongEntry:
        if seed not in self._songs:
            self._songs[seed] = self._rendered(seed)
        return self._songs[seed]

    def _rendered(self, seed: int) -> SongEntry:
        if self._folder is None:
            return make_song(seed)
        plan = self.plan(seed)
        told = repr((plan.notes, plan.tempos)).encode("utf-8")
        name = f"{seed}-{hashlib.sha256(told).hexdigest()[:12]}"
        path = self._folder / f"{name}.npz"
        if path.exists():
            return read_song(path)
        self._folder.mkdir(parents=True, exist_ok=True)
        made = make_song(seed)
        song = SongEntry(name, made.samples, made.notes)
        write_song(song, self._folder)
        return song
