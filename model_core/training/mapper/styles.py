"""Twelve mapping styles, the mapper ids of the starter's vocabulary.

A style decides how the cursor moves, how sliders are shaped, what is heard, how long combos are,
and a few habits of rhythm. Nothing in it is copied from a person: the numbers are chosen to tell
the styles apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from model_core.beatmap.new_objects import CLAP, DRUM, FINISH, NORMAL, SOFT, WHISTLE


class Turn(StrEnum):
    """How the direction of movement changes from one object to the next."""

    FLOW = "flow"
    SHARP = "sharp"
    SQUARE = "square"
    TRIANGLE = "triangle"
    LINEAR = "linear"
    BACK = "back"
    WIDE = "wide"
    FREE = "free"


class Whistle(StrEnum):
    """What is heard as a whistle."""

    NEVER = "never"
    PHRASES = "phrases"
    RIDES = "rides"
    CHORDS = "chords"


@dataclass(frozen=True, slots=True)
class Style:
    """One mapper.

    Attributes:
        mapper_id: 1 to 12.
        turn: how the direction changes.
        curves: slider shapes taken in turn: L straight, P arc, B curve, S double curve, R one red
            anchor, M two.
        sample_set, addition_set: of every sound outside kiai.
        kiai_set: sample set in kiai.
        snare, crash: additions of a snare or clap, and of a crash.
        whistle: what else is heard.
        volume: per cent at middling energy, a multiple of 5.
        multiplier_change: added to the level's slider multiplier.
        kiai_velocity, quiet_velocity: slider velocities in kiai and in quiet sections.
        combo_beats: length of a combo in beats from Hard on; twice that below.
        phrase_combos: phrases of the melody begin combos too.
        drums: factor on the width of the grid on which drums are followed under a tune.
        emphasis: how much further a strong sound is jumped to than a weak one.
        after_slider: factor on the distance after a slider.
        long_sliders_only: short held notes stay circles on the upper levels.
        kick_sliders: lone pairs of quarter notes are one short slider on the upper levels.
        bounce: three quarter notes that stand alone are one repeating slider on the upper levels.
        pairs: two melody notes half a beat apart on every second beat are one slider from Hard on.
        descriptors: what osu! users would call it.
    """

    mapper_id: int
    turn: Turn
    curves: str
    sample_set: int
    addition_set: int
    kiai_set: int
    snare: int
    crash: int
    whistle: Whistle
    volume: int
    multiplier_change: float
    kiai_velocity: float
    quiet_velocity: float
    combo_beats: int
    phrase_combos: bool
    drums: float
    emphasis: float
    after_slider: float
    long_sliders_only: bool = False
    kick_sliders: bool = False
    bounce: bool = False
    pairs: bool = False
    descriptors: tuple[str, ...] = ()


STYLES: tuple[Style, ...] = (
    Style(1, Turn.FLOW, "PPLP", SOFT, SOFT, SOFT, CLAP, FINISH, Whistle.PHRASES, 60,
          0.0, 1.1, 0.8, 4, False, 1.0, 0.2, 0.9, pairs=True,
          descriptors=("style/clean", "streams/flow aim")),
    Style(2, Turn.SHARP, "LLPL", NORMAL, NORMAL, NORMAL, CLAP, FINISH, Whistle.NEVER, 70,
          0.1, 1.0, 1.0, 2, False, 1.0, 0.5, 1.1, bounce=True,
          descriptors=("skillset/jumps", "jumps/sharp")),
    Style(3, Turn.SQUARE, "LPL", SOFT, DRUM, SOFT, WHISTLE, FINISH, Whistle.NEVER, 55,
          0.0, 1.2, 0.8, 4, False, 1.0, 0.0, 1.0,
          descriptors=("style/geometric", "jumps/squares")),
    Style(4, Turn.TRIANGLE, "PLB", DRUM, DRUM, DRUM, CLAP, FINISH, Whistle.RIDES, 65,
          0.1, 1.1, 0.9, 3, False, 1.0, 0.0, 1.0, long_sliders_only=True,
          descriptors=("style/geometric", "jumps/triangles")),
    Style(5, Turn.LINEAR, "LBL", SOFT, NORMAL, SOFT, CLAP, FINISH, Whistle.NEVER, 50,
          -0.1, 1.0, 1.0, 8, False, 1.0, 0.0, 1.0, pairs=True,
          descriptors=("style/distance snap", "jumps/linear")),
    Style(6, Turn.BACK, "LRP", NORMAL, SOFT, DRUM, WHISTLE, FINISH, Whistle.NEVER, 75,
          0.0, 1.1, 0.8, 4, True, 1.0, 0.3, 0.7, long_sliders_only=True,
          descriptors=("jumps/back and forth",)),
    Style(7, Turn.WIDE, "BPRS", SOFT, SOFT, NORMAL, CLAP | WHISTLE, FINISH, Whistle.PHRASES, 60,
          0.2, 1.3, 0.75, 2, True, 1.0, 0.4, 1.2, kick_sliders=True, pairs=True,
          descriptors=("skillset/tech", "jumps/wide")),
    Style(8, Turn.FREE, "BSB", DRUM, SOFT, DRUM, CLAP, FINISH | WHISTLE, Whistle.CHORDS, 70,
          -0.1, 1.1, 0.9, 4, True, 1.0, 0.3, 0.8, kick_sliders=True,
          descriptors=("style/freeform",)),
    Style(9, Turn.FLOW, "BPSP", DRUM, NORMAL, NORMAL, CLAP, FINISH, Whistle.NEVER, 65,
          0.2, 1.2, 1.0, 8, False, 0.6, 0.2, 0.8,
          descriptors=("skillset/streams", "streams/flow aim")),
    Style(10, Turn.WIDE, "LPPL", NORMAL, DRUM, NORMAL, WHISTLE, FINISH | CLAP, Whistle.RIDES, 80,
          0.0, 1.0, 0.85, 2, False, 0.75, 0.5, 1.0, bounce=True,
          descriptors=("skillset/jumps", "jumps/wide")),
    Style(11, Turn.FREE, "MRSM", SOFT, NORMAL, DRUM, WHISTLE, FINISH, Whistle.CHORDS, 45,
          -0.15, 1.25, 0.7, 3, True, 1.3, 0.1, 1.3, kick_sliders=True, pairs=True,
          descriptors=("style/avant-garde", "sliders/complex slidershapes")),
    Style(12, Turn.SHARP, "PRPB", DRUM, DRUM, SOFT, FINISH, CLAP, Whistle.PHRASES, 55,
          0.1, 1.15, 0.9, 8, True, 1.3, 0.4, 0.7, pairs=True,
          descriptors=("expression/old-style revival", "jumps/sharp")),
)  # fmt: skip


def style_of(mapper_id: int) -> Style:
    """The style with a mapper id, 1 to 12."""
    if not 1 <= mapper_id <= len(STYLES):
        raise ValueError(f"There is no style {mapper_id}; styles are 1 to {len(STYLES)}.")
    return STYLES[mapper_id - 1]
