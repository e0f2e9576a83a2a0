"""Notes in ticks while a song is being written, and the key they are written in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from model_core.training.songs.plan import Part

__all__ = ["PROGRESSIONS", "Draft", "DraftNote", "Scale", "choose_scale"]

MAJOR = (0, 2, 4, 5, 7, 9, 11)
MINOR = (0, 2, 3, 5, 7, 8, 10)
HARMONIC = (0, 2, 3, 5, 7, 8, 11)
DORIAN = (0, 2, 3, 5, 7, 9, 10)
PHRYGIAN = (0, 1, 3, 5, 7, 8, 10)
MIXOLYDIAN = (0, 2, 4, 5, 7, 9, 10)
_SCALES = (MAJOR, MINOR, HARMONIC, DORIAN, PHRYGIAN, MIXOLYDIAN)
_SCALE_WEIGHTS = (0.38, 0.32, 0.09, 0.1, 0.05, 0.06)
PROGRESSIONS = (
    (0, 4, 5, 3), (5, 3, 0, 4), (0, 5, 3, 4), (3, 4, 5, 5), (0, 3, 0, 4), (5, 4, 3, 4),
    (0, 2, 3, 4), (3, 4, 2, 5), (0, 6, 5, 4), (0, 0, 3, 4), (1, 4, 0, 0), (0, 5, 1, 4),
    (3, 0, 4, 5), (0, 4, 5, 2, 3, 0, 3, 4), (5, 5, 3, 4), (0, 0, 0, 0), (0, 0, 5, 5),
)  # fmt: skip


class DraftNote(NamedTuple):
    """A note before it has a time; the fields are those of ``plan.Note``."""

    part: Part
    tick: int
    ticks: int
    pitch: int
    velocity: float
    held: bool = False


@dataclass(slots=True)
class Draft:
    """What has been written so far, in any order."""

    notes: list[DraftNote] = field(default_factory=list)

    def add(
        self, part: Part, tick: int, ticks: int, pitch: int, velocity: float, held: bool = False
    ) -> None:
        """Write a note of at least one tick."""
        self.notes.append(DraftNote(part, tick, max(1, ticks), pitch, velocity, held))


@dataclass(frozen=True, slots=True)
class Scale:
    """A key; degrees count upward from the tonic and may be negative."""

    tonic: int
    steps: tuple[int, ...]

    def pitch(self, degree: int) -> int:
        """MIDI pitch of a scale degree."""
        octave, step = divmod(degree, len(self.steps))
        return self.tonic + 12 * octave + self.steps[step]

    def moved(self, semitones: int) -> Scale:
        """The same scale on another tonic."""
        return Scale(self.tonic + semitones, self.steps)


def choose_scale(rng: np.random.Generator) -> Scale:
    """A random key with its tonic between G3 and F#4."""
    steps = _SCALES[int(rng.choice(len(_SCALES), p=_SCALE_WEIGHTS))]
    return Scale(55 + int(rng.integers(0, 12)), steps)
