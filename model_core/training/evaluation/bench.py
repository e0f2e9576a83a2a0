"""What figures are measured on: songs with maps, of our own that are held out, or of mapsets.

A figure asks the bench for the pieces that it needs and never knows where they come from. Every
song is composed and rendered once and shared by all figures, and so is what the encoder heard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from model_core.audio.decode import Audio
from model_core.beatmap import Beatmap
from model_core.errors import DegenerateOutput, EditRefused, InputError
from model_core.model import Model
from model_core.training.corpus import MapEntry

__all__ = ["REFUSALS", "Bench", "Piece", "Source", "excerpt", "quiet"]

#: What a request may answer instead of a result, for one song; all else ends the evaluation.
REFUSALS = (DegenerateOutput, EditRefused, InputError)


@dataclass(frozen=True, slots=True)
class Piece:
    """A song with one map.

    ``number`` counts the pieces of a figure from 0 and ``seed`` decides what is drawn for it.
    ``level``: a name for groups of pieces. ``entry``: what is known of the map beside its file;
    ``drifting``: whether the song's tempo wanders all the time.
    """

    name: str
    number: int
    seed: int
    audio: Audio = field(repr=False)
    beatmap: Beatmap = field(repr=False)
    level: str = ""
    entry: MapEntry | None = field(default=None, repr=False)
    drifting: bool = False

    def rng(self, salt: int) -> np.random.Generator:
        """A generator of this piece's own, another one for each ``salt``."""
        return np.random.default_rng([self.seed, salt])


class Source(Protocol):
    """Where pieces come from."""

    def maps(self, mode: int, count: int) -> Iterator[Piece]:
        """Up to ``count`` songs with a map of ``mode`` each, easy and hard ones in turn."""
        ...

    def steady(self, count: int) -> Iterator[Piece]:
        """Up to ``count`` songs of one tempo."""
        ...

    def changing(self, count: int) -> Iterator[Piece]:
        """Up to ``count`` songs with more than one."""
        ...

    def conditioned(self, count: int, mappers: tuple[int, ...]) -> Iterator[Piece]:
        """Maps by ``mappers`` in turn, whose descriptors are known; none where nothing is known."""
        ...


def quiet(_text: str) -> None:
    """Says nothing."""


@dataclass(slots=True)
class Bench:
    """A model, what it is measured on, and how much of it.

    count: songs of a figure. checkpoint: the name that a process of its own can load it by.
    told: hears of every piece that is done. shared: what one figure leaves for another.
    """

    model: Model
    source: Source
    count: int
    seed: int = 0
    checkpoint: str = "starter"
    told: Callable[[int, int], None] = lambda done, count: None
    shared: dict[str, object] = field(default_factory=dict)


def excerpt(
    beatmap: Beatmap, length_ms: float, rng: np.random.Generator | None = None
) -> tuple[int, int]:
    """A range that begins at an object: drawn, or without ``rng`` the one with most objects."""
    times = np.asarray(sorted(item.time for item in beatmap.hit_objects))
    if not len(times):
        raise InputError("The map has no objects.")
    possible = times[times <= times[-1] - length_ms]
    if not len(possible):
        possible = times[:1]
    if rng is None:
        inside = np.searchsorted(times, possible + length_ms) - np.searchsorted(times, possible)
        first = int(possible[int(inside.argmax())])
    else:
        first = int(possible[int(rng.integers(len(possible)))])
    return first, int(first + length_ms)
