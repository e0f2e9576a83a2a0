"""Drum grooves: one bar each, written in rows of strokes.

A groove is a text such as ``"K x...x... | S ....x..."``: a row for each drum, all rows one bar
long, each on its own grid (as many signs a bar as it likes). ``x`` is a stroke, ``X`` an accent,
``o`` a ghost stroke, ``.`` silence. The letters are in :data:`DRUMS`.
"""

from __future__ import annotations

from functools import lru_cache

from model_core.training.songs.plan import TICKS_PER_BEAT, Part

DRUMS = {
    "K": Part.KICK, "S": Part.SNARE, "P": Part.CLAP, "H": Part.HAT, "R": Part.RIDE,
    "C": Part.CRASH, "T": Part.TOM,
}  # fmt: skip
_LOUD = {"x": 0.85, "X": 1.0, "o": 0.4}
_8THS = "x.x.x.x.x.x.x.x."
_16THS = "xoxoxoxoxoxoxoxo"
_OFF = "..x...x...x...x."
_BACK = "....X.......X..."

Stroke = tuple[Part, int, float]


@lru_cache(maxsize=1024)
def strokes(groove: str, beats: int, meter: int) -> tuple[Stroke, ...]:
    """A groove of ``beats`` beats as (part, tick in the bar, velocity), fitted to ``meter``.

    A longer bar repeats the groove from its beginning, a shorter one cuts it.
    """
    found: list[Stroke] = []
    for row in groove.split("|"):
        letter, text = row.split()
        per_beat, rest = divmod(len(text), beats)
        if rest or TICKS_PER_BEAT % per_beat:
            raise ValueError(f"The row {row.strip()!r} does not fit {beats} beats.")
        step = TICKS_PER_BEAT // per_beat
        signs = (text * 3)[: per_beat * meter]
        found += [
            (DRUMS[letter], index * step, _LOUD[sign])
            for index, sign in enumerate(signs)
            if sign != "."
        ]
    return tuple(sorted(found, key=lambda stroke: (stroke[1], stroke[0])))


ROCK = (
    f"K X.......x.x..... | S {_BACK} | H {_8THS}",
    f"K X.....x.x....... | S {_BACK} | H {_8THS}",
    f"K X.......x....... | S {_BACK} | H x...x...x...x...",
    f"K X..x....x.x..... | S ....X..o.o..X... | H {_8THS}",
    f"K X.x.......x..x.. | S {_BACK} | T ..............o.  | H {_8THS}",
)
ROCK_LOUD = (
    f"K X.x.....x.x..... | S {_BACK} | R {_8THS}",
    f"K X..x....x.x...x. | S {_BACK} | C x...x...x...x...",
    f"K X.x...x.x.x..... | S {_BACK} | H {_8THS}",
    "K X.x.x.x.x.x.x.x. | S ....X.......X.x. | R x...x...x...x...",
    "K X...x...x...x... | S ..x...x...x...x. | H x...x...x...x...",
)
PUNK = (
    f"K X...x.x.x...x... | S ..X...X...X...X. | H {_8THS}",
    f"K X...x...x.x.x... | S ..X...X...X...X. | R {_8THS}",
    f"K X.....x.x....... | S {_BACK} | C x...x...x...x...",
)
METAL = (
    f"K xxxxxxxxxxxxxxxx | S {_BACK} | R x...x...x...x...",
    f"K X.xxx.xxx.xxx.xx | S {_BACK} | H {_8THS}",
    "K X..x..x.X..x..x. | S ........X....... | C x...x...x...x...",
    "K xxx.xxx.xxx.xxx. | S ........X....... | C x.......x.......",
    f"K X.xx..x.X.xx..x. | S {_BACK} | H x...x...x...x...",
)
BLAST = (
    f"K {_8THS} | S .x.x.x.x.x.x.x.x | R {_8THS}",
    f"K xxxxxxxxxxxxxxxx | S {_8THS} | C x...x...x...x...",
    "K X.x.X.x.X.x.X.x. | S ..X...X...X...X. | R x.x.x.x.x.x.x.x.",
    "K xxxxxxxxxxxxxxxx | S ........X....... | C x.......x.......",
)
DOOM = (
    f"K XxXxXxXx........XxXxXxXx........ | S {_BACK} | C x...x...x...x...",
    "K X.....x.........X.x............. | S ........X....... | R x...x...x...x...",
)
BREAKBEAT = (
    f"K X.........x..... | S {_BACK} | H {_8THS}",
    f"K X.x.......x..... | S ....X..o.o..X..o | H {_8THS}",
    f"K X.x.......xx.... | S ....X..x.x..X..x | R {_8THS}",
    "K X.........x..... | S ....X.o....oX... | H x.xxx.xxx.xxx.xx",
    f"K X.....x...x..... | S {_BACK} | H {_16THS}",
)
AMEN = (
    "K X.x.......xx.... | S ....X..o.o..X..o | R x.x.x.x.x.x.x.x.",
    "K X.x.......x..... | S ....X..o.o....X. | R x.x.x.x.x.x.x.x.",
    "K ..xx......x..... | S ....X..o.o....X. | C ..........x.....",
)
HOUSE = (
    f"K X...X...X...X... | P ....x.......x... | H {_OFF}",
    f"K X...X...X...X... | P ....x.......x... | H {_16THS}",
    "K X...X...X...X..x | S ....x.......x... | H ..x...x...x..xx.",
    f"K X...X...X...X... | H {_OFF} | R ....x.......x...",
)
TRANCE = (
    f"K X...X...X...X... | H {_OFF}",
    "K X...X...X...X... | P ....x.......x... | H oox.oox.oox.oox.",
    "K X...X...X...X... | P ....x.......x... | R ..x...x...x...x.",
)
TECHNO = (
    f"K X...X...X...X... | P ....x.......x..o | H {_OFF} | T ...o..o....o..o.",
    "K X...X...X...X... | H xxXxxxXxxxXxxxXx | S .......o.......o",
)
HARDCORE = (
    f"K X...X...X...X... | R {_OFF}",
    "K X...X...X...X... | S ....x.......x... | H ..x...x...x...x.",
    f"K X...X...X...X.x. | P ....x.......x..x | H {_OFF}",
    "K X.x.X.x.X.x.X.x. | C x...............",
    "K X..x..X..x..X.x. | P ....x.......x... | R x.x.x.x.x.x.x.x.",
    "K xxxxxxxxxxxxxxxx | C x.......x.......",
)
HALF_TIME = (
    "K X............... | S ........X....... | H x...x...x...x...",
    f"K X.........x..... | S ........X....... | H {_8THS}",
    "K X.....x.........  | S ........X......o | H x.x.x.x.x.xxx.x.",
    "K X..x......x..... | P ........X....... | H x.x.x.x.x.x.x.x.",
)
HIP_HOP = (
    f"K X......x..x..... | S {_BACK} | H {_8THS}",
    "K X..x......x..x.. | S ....X.......X..o | H xoxxxoxoxoxxxoxo",
    f"K X.....x..x....x. | P {_BACK} | H x.x.x.x.x.x.x.x.",
    "K X.....x......... | P ........X....... | H x.x.x.x.x.x.x.x.x.x.x.x.xxxxxxxx",
    "K X..x..x......... | P ........X....... | H x..x..x..x..x..xxxxxxxxx",
)
LATIN = (
    "K X..xx..xX..xx..x | S ...x..x....x..x. | H xoxoxoxoxoxoxoxo",
    "K X..x....X..x.... | P ...x..x....x..x. | H x.x.x.x.x.x.x.x.",
    "K X.....x.X.....x. | S x..x..x...x.x... | H xoxoxoxoxoxoxoxo | T ......x.......xx",
    "K X...X...X...X... | S ...x..x....x..x. | H ..x...x...x...x.",
)
SKA = (
    f"K X.......X....... | S {_BACK} | H {_OFF}",
    f"K X...X...X...X... | S ........X....... | H {_OFF}",
    "K ........X....... | S ........X....... | H x.x.x.x.x.x.x.x.",
)
SWING = (
    "K x.....x..... | S ...o.....o.. | R x..x.xx..x.x",
    "K x.....x..x.. | S ...x.....x.. | R x..x.xx..x.x",
    "K o..o..o..o.. | H ...x.....x.. | R x..x.xx..x.x",
    "K x.....x....x | S ..o..xo..o.. | R x..x.xx..x.x",
)
SHUFFLE = (
    "K X....xx..... | S ...X.....X.. | H x.xx.xx.xx.x",
    "K X.....x....x | S ...X.....X.. | H x.xx.xx.xx.x",
    "K X....xx....x | S ..oX.o..oX.o | H x.xx.xx.xx.x",
    "K X.....x..... | S ...X.....X.. | R x..x..x..x..",
)
TWELVE = (
    "K X....xX....x | S ...X.....X.. | H xxxxxxxxxxxx",
    "K X.....x.x... | S ...X.....X.. | R xxxxxxxxxxxx",
)
WALTZ = (
    "K X........... | S ....o...o... | H x...x...x...",
    "K X.......x... | S ....x....... | H x.x.x.x.x.x.",
    "K X.....x..... | S ....X...X... | H x.x.x.x.x.x.",
    "K X...x....... | S ........X... | R x.x.x.x.x.x.",
)
FIVE = (
    "K X.....x.....x....... | S ....X.......X...x... | H x.x.x.x.x.x.x.x.x.x.",
    "K X.....x.....X..x.... | S ....X...........X... | R x.x.x.x.x.x.x.x.x.x.",
    "K X...x.......X....... | S ........X.......X... | H x...x...x...x...x...",
)
SIX = (
    "K X....x | S ...X.. | H xxxxxx",
    "K X......x.x.. | S ......X..... | H xxxxxxxxxxxx",
    "K X...x. | S ...X.. | R x.xx.x",
)
SEVEN = (
    "K X...x.. | S ..X...X | H xxxxxxx",
    "K X.x.x.. | S ..X.X.X | R xxxxxxx",
    "K X.......x..x.. | S ....X.......X. | H x.x.x.x.x.x.x.",
)
MARCH = (
    "K X.......X....... | S ....x.ooo...xoxo",
    "K X...............  | T ........x...x.x.",
)
