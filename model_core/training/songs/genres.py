"""Genres: tempo ranges, drum grooves, voices and how busy the melody is.

Grooves are one bar written on the genre's grid: four steps a beat, or three where the genre
swings. ``x`` is a stroke, ``X`` an accent, ``.`` silence.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Groove:
    """One bar of drums; all strings have the same number of steps."""

    kick: str
    snare: str
    hat: str


@dataclass(frozen=True, slots=True)
class Genre:
    """Ranges and tables from which one song is drawn.

    ``busy`` in [0, 1] says how often the melody moves in quarters of a beat rather than
    halves; ``held`` how often it holds a note.
    """

    name: str
    bpm: tuple[float, float]
    meter: int
    triplets: bool
    verse: tuple[Groove, ...]
    chorus: tuple[Groove, ...]
    leads: tuple[str, ...]
    chords: tuple[str, ...]
    basses: tuple[str, ...]
    kits: tuple[str, ...]
    busy: float
    held: float
    weight: float = 1.0


_ROCK_VERSE = (
    Groove("x.......x.x.....", "....x.......x...", "x.x.x.x.x.x.x.x."),
    Groove("x.....x.x.......", "....x.......x...", "x.x.x.x.x.x.x.x."),
    Groove("x.......x.......", "....x.......x...", "x...x...x...x..."),
)
_ROCK_CHORUS = (
    Groove("x.x.....x.x.....", "....x.......x...", "x.x.x.x.x.x.x.x."),
    Groove("x..x....x.x...x.", "....x.......x...", "x.x.x.x.x.x.x.x."),
)
_FOUR = (
    Groove("x...x...x...x...", "....x.......x...", "..x...x...x...x."),
    Groove("x...x...x...x...", "................", "..x...x...x...x."),
)
_FOUR_CHORUS = (
    Groove("x...x...x...x...", "....x.......x...", "x.x.x.x.x.x.x.x."),
    Groove("x...x...x...x.x.", "....x.......x...", "..x...x...x...x."),
)
_BREAKBEAT = (
    Groove("x.........x.....", "....x.......x...", "x.x.x.x.x.x.x.x."),
    Groove("x.........x.....", "....x..x.x..x...", "x.x.x.x.x.x.x.x."),
)
_HALF_TIME = (
    Groove("x...............", "........x.......", "x...x...x...x..."),
    Groove("x.........x.....", "........x.......", "x.x.x.x.x.x.x.x."),
)
_SWING = (
    Groove("x.....x.....", "...x.....x..", "x..x.xx..x.x"),
    Groove("x.....x..x..", "...x.....x..", "x..x..x..x.."),
)
_SHUFFLE = (
    Groove("x....xx.....", "...x.....x..", "x.xx.xx.xx.x"),
    Groove("x.....x....x", "...x.....x..", "x.xx.xx.xx.x"),
)
_WALTZ = (
    Groove("x...........", "....x...x...", "x...x...x..."),
    Groove("x.......x...", "....x.......", "x.x.x.x.x.x."),
)
_WALTZ_CHORUS = (
    Groove("x.....x.....", "....x...x...", "x.x.x.x.x.x."),
    Groove("x...x.......", "........x...", "x.x.x.x.x.x."),
)

GENRES: tuple[Genre, ...] = (
    Genre(
        "rock", (110, 190), 4, False, _ROCK_VERSE, _ROCK_CHORUS,
        ("guitar", "organ"), ("guitar", "organ"), ("round", "pick"), ("acoustic", "tight"),
        busy=0.25, held=0.35, weight=1.4,
    ),
    Genre(
        "dance", (120, 150), 4, False, _FOUR, _FOUR_CHORUS,
        ("saw", "square"), ("saw", "soft"), ("sub", "saw"), ("electronic", "boom"),
        busy=0.45, held=0.3, weight=1.4,
    ),
    Genre(
        "trance", (132, 175), 4, False, _FOUR, _FOUR_CHORUS,
        ("saw", "bell"), ("soft", "saw"), ("sub", "saw"), ("electronic", "boom"),
        busy=0.6, held=0.25,
    ),
    Genre(
        "chip", (120, 200), 4, False, _ROCK_VERSE, _FOUR_CHORUS,
        ("square", "pulse"), ("pulse", "square"), ("triangle", "pick"), ("chip",),
        busy=0.5, held=0.25,
    ),
    Genre(
        "breakbeat", (160, 185), 4, False, _BREAKBEAT, _BREAKBEAT,
        ("saw", "flute"), ("soft", "organ"), ("sub", "saw"), ("tight", "electronic"),
        busy=0.3, held=0.45,
    ),
    Genre(
        "ballad", (85, 120), 4, False, _HALF_TIME, _ROCK_VERSE,
        ("flute", "organ", "voice"), ("soft", "bell"), ("round", "triangle"), ("acoustic", "boom"),
        busy=0.35, held=0.55,
    ),
    Genre(
        "metal", (170, 220), 4, False, _HALF_TIME, _ROCK_CHORUS,
        ("guitar", "saw"), ("guitar",), ("pick", "saw"), ("tight", "acoustic"),
        busy=0.3, held=0.4,
    ),
    Genre(
        "swing", (110, 180), 4, True, _SWING, _SHUFFLE,
        ("voice", "organ", "flute"), ("organ", "bell"), ("round",), ("acoustic",),
        busy=0.35, held=0.35, weight=0.7,
    ),
    Genre(
        "waltz", (100, 180), 3, False, _WALTZ, _WALTZ_CHORUS,
        ("flute", "voice", "bell"), ("soft", "organ"), ("round", "triangle"), ("acoustic", "boom"),
        busy=0.25, held=0.45, weight=0.7,
    ),
)  # fmt: skip
