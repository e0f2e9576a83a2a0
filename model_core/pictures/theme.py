"""Colours and sizes of the pictures: dark, as the editors are."""

from __future__ import annotations

from collections.abc import Sequence

BACKGROUND = "#14151f"
PANEL = "#1d1f2d"
FIELD = "#222536"
GRID = "#2b2f44"
RULE = "#3a3f58"
TEXT = "#eceef8"
SOFT_TEXT = "#a9aec6"
FAINT = "#6f7592"
WHITE = "#ffffff"

REMOVED = "#ff5468"
ADDED = "#4fe08b"
SOUNDS = "#ffb52e"
KIAI = "#ff9d3c"
BREAK = "#8890ad"
BOOKMARK = "#4aa8ff"
PREVIEW = "#ffe14d"
TEMPO = "#ff5468"
VELOCITY = "#7ee0a0"
WAVE_PEAK, WAVE_BODY = "#3c5a8c", "#6f9be0"

#: Colours of beat lines by divisor, those of the game's editor (lazer: BindableBeatDivisor).
DIVISORS = {
    1: "#ffffff",
    2: "#ed1121",
    3: "#8866ee",
    4: "#66ccff",
    6: "#cca633",
    8: "#ffcc22",
    12: "#b08c1a",
    16: "#6644cc",
}
OTHER_DIVISOR = "#7a8099"

#: What the game takes where a map has no colours of its own.
COMBOS = ((255, 192, 0), (0, 202, 0), (18, 124, 255), (242, 24, 57))

CENTRE, RIM, ROLL, SWELL = "#eb452c", "#438eac", "#fcb806", "#9a7fe8"
BANANA, HYPERDASH = "#ffe14d", "#ff3b3b"

#: Sample sets: (none), normal, soft, drum.
SETS = ("#a9aec6", "#c9cee6", "#5cd6e8", "#ff8f5c")
SET_NAMES = ("", "normal", "soft", "drum")

TITLE, SUBTITLE, CAPTION, SMALL = 21.0, 13.0, 12.0, 10.5


def mixed(colour: str, other: str, share: float) -> str:
    """``share`` of the colour, the rest of the other."""
    parts = []
    for at in (1, 3, 5):
        mine, theirs = int(colour[at : at + 2], 16), int(other[at : at + 2], 16)
        parts.append(round(mine * share + theirs * (1 - share)))
    return "#{:02x}{:02x}{:02x}".format(*parts)


def combo_colour(colours: Sequence[tuple[int, int, int]], number: int) -> str:
    """The colour of a combo by its number, light enough to be seen on the field."""
    palette = colours or COMBOS
    red, green, blue = palette[number % len(palette)]
    colour = f"#{red:02x}{green:02x}{blue:02x}"
    light = 0.299 * red + 0.587 * green + 0.114 * blue
    return colour if light > 70 else mixed(colour, WHITE, 0.72)


def ink_on(colour: str) -> str:
    """Black or white, whichever can be read on the colour."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#15161f" if 0.299 * red + 0.587 * green + 0.114 * blue > 165 else WHITE
