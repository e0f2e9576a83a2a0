"""Eight mapping styles, the mapper ids of the starter's vocabulary.

A style decides how the cursor moves, how sliders are shaped, what is heard, and a few habits of
rhythm. Nothing in it is copied from a person: the numbers are chosen to tell the styles apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

WHISTLE, FINISH, CLAP = 2, 4, 8
NORMAL_SET, SOFT_SET, DRUM_SET = 1, 2, 3


class Turn(StrEnum):
    """How the direction of movement changes from one object to the next."""

    FLOW = "flow"
    ZIGZAG = "zigzag"
    SQUARE = "square"
    TRIANGLE = "triangle"
    LINEAR = "linear"
    GRID = "grid"
    WIDE = "wide"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class Style:
    """One mapper. ``curves`` are the slider shapes taken in turn, of L, P, B and R (a broken
    line with a red anchor). ``long_sliders_only``: half-beat holds stay circles on the upper
    levels. ``kick_sliders``: pairs of quarter notes become one short slider there. ``bounce``:
    pairs of half-beat notes become one repeating slider on Normal. ``stacks``: quarter notes
    stay in place on Insane."""

    mapper_id: int
    turn: Turn
    spread: float
    curves: str
    sample_set: int
    addition_set: int
    snare: int
    crash: int
    volume: int
    multiplier_change: float
    chorus_velocity: float
    quiet_velocity: float
    long_sliders_only: bool
    kick_sliders: bool
    bounce: bool
    stacks: bool
    descriptors: tuple[str, ...]


STYLES: tuple[Style, ...] = (
    Style(1, Turn.FLOW, 1.0, "PPLP", SOFT_SET, SOFT_SET, CLAP, FINISH, 60, 0.0, 1.1, 0.8,
          False, False, False, False, ("style/clean", "streams/flow aim")),
    Style(2, Turn.ZIGZAG, 1.15, "LLPL", NORMAL_SET, NORMAL_SET, CLAP, FINISH, 70, 0.1, 1.0, 1.0,
          False, False, True, False, ("skillset/jumps", "jumps/sharp")),
    Style(3, Turn.SQUARE, 1.0, "LPL", SOFT_SET, DRUM_SET, WHISTLE, FINISH, 55, 0.0, 1.2, 0.8,
          False, False, False, True, ("style/geometric",)),
    Style(4, Turn.TRIANGLE, 1.05, "PLB", DRUM_SET, DRUM_SET, CLAP, FINISH, 65, 0.1, 1.1, 0.9,
          True, False, True, False, ("style/geometric", "style/symmetrical")),
    Style(5, Turn.LINEAR, 0.9, "LBL", SOFT_SET, NORMAL_SET, CLAP, FINISH, 50, -0.1, 1.0, 1.0,
          False, False, False, False, ("style/distance snap", "expression/simple")),
    Style(6, Turn.GRID, 1.0, "LRP", NORMAL_SET, SOFT_SET, WHISTLE, FINISH, 75, 0.0, 1.1, 0.8,
          True, False, False, True, ("style/grid snap",)),
    Style(7, Turn.WIDE, 1.1, "BPRB", SOFT_SET, SOFT_SET, WHISTLE, FINISH, 60, 0.1, 1.25, 0.75,
          False, True, True, False, ("skillset/tech", "tech/slider tech")),
    Style(8, Turn.FREE, 0.95, "BPB", DRUM_SET, SOFT_SET, CLAP, FINISH, 70, -0.1, 1.1, 0.9,
          False, True, False, False, ("style/freeform",)),
)  # fmt: skip


def style_of(mapper_id: int) -> Style:
    """The style with a mapper id, 1 to 8."""
    if not 1 <= mapper_id <= len(STYLES):
        raise ValueError(f"There is no style {mapper_id}; styles are 1 to {len(STYLES)}.")
    return STYLES[mapper_id - 1]
