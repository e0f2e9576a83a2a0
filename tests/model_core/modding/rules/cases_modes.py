"""Maps that just break, and just keep, the rules of taiko, catch and mania."""

from __future__ import annotations

from model_core.modding.rules import Level, Severity

from .cases_objects import holds
from .maps import Case, Cases, circles, osu

PROBLEM, WARNING, MINOR = Severity.PROBLEM, Severity.WARNING, Severity.NEGLIGIBLE


def mania(*spans: tuple[int, int, int], keys: int = 4) -> bytes:
    """A mania map of (start, end, column)."""
    return osu(holds(*spans), mode=3, difficulty=f"CircleSize:{keys}")


def columns(*counts: int) -> bytes:
    """Four columns with so many notes."""
    spans, time = [], 1000
    for column, count in enumerate(counts):
        for _ in range(count):
            spans.append((time, time, column))
            time += 125
    return mania(*spans)


def chord(size: int, keys: int = 4) -> bytes:
    """So many notes at once."""
    width = 512 / keys
    rows = [f"{int(width * (i + 0.5))},192,1000,1,0,0:0:0:0:" for i in range(size)]
    return osu("\n".join(rows), mode=3, difficulty=f"CircleSize:{keys}")


def finisher(*gaps: int) -> bytes:
    """A finisher at 2000 ms and plain notes so many ms from it."""
    rows = [(2000, 4), *((2000 + gap, 0) for gap in gaps)]
    return osu("\n".join(circles([time], sound=sound) for time, sound in sorted(rows)), mode=1)


def chain(beats: int, gap: int = 500) -> bytes:
    """Notes without a rest over so many beats of 500 ms."""
    return osu(circles(range(1000, 1001 + beats * 500, gap)), mode=1)


def before_spinner(gap: int, mode: int, end: int = 4000, after: int = 9000) -> bytes:
    """A circle, a spinner from 2000 ms, and a circle."""
    return osu(
        f"{circles([2000 - gap])}\n256,192,2000,12,0,{end},0:0:0:0:\n{circles([end + after])}",
        mode=mode,
    )


def fruits(*places: tuple[int, int]) -> bytes:
    """Catch's fruits at (time, x)."""
    return osu("\n".join(circles([time], x) for time, x in places), mode=2)


#: 200 ms and all of the playfield: nobody walks that.
HYPER = ((1000, 0), (1200, 512))
DASH = ((1000, 0), (2000, 512))


def zigzag(count: int) -> bytes:
    """So many hyperdashes in a row, then a fruit that can be walked to."""
    places = [(1000 + 200 * i, 512 * (i % 2)) for i in range(count + 1)]
    last, x = places[-1]
    return fruits(*places, (last + 2000, x))


CASES: Cases = {
    "short-hold": (
        Case(mania((1000, 1019, 0)), PROBLEM),
        Case(mania((1000, 1020, 0)), WARNING),
        Case(mania((1000, 1029, 0)), WARNING),
        Case(mania((1000, 1030, 0))),
    ),
    "uneven-columns": (
        Case(columns(2, 2, 2, 0), PROBLEM),
        Case(columns(2, 2, 2, 1)),
        # A mean of 20.
        Case(columns(20, 20, 24, 16), WARNING, count=2),
        Case(columns(20, 20, 23, 17)),
        Case(columns(20, 20, 27, 13), PROBLEM, count=2),
        Case(columns(20, 20, 26, 14), WARNING, count=2),
    ),
    "large-chord": (
        Case(chord(3), WARNING, Level.EASY),
        Case(chord(2), None, Level.EASY),
        Case(chord(3), WARNING, Level.NORMAL),
        Case(chord(3, 7), None, Level.NORMAL),
        Case(chord(4, 7), WARNING, Level.NORMAL),
        Case(chord(4), WARNING, Level.HARD),
        Case(chord(3), None, Level.HARD),
        Case(chord(5, 7), WARNING, Level.HARD),
        Case(chord(7, 7), WARNING, Level.INSANE),
        Case(chord(6, 7), None, Level.INSANE),
        Case(chord(7, 7), None, Level.EXPERT),
        Case(mania((1000, 1000, 0), (1000, 1000, 0), (1000, 1000, 1)), None, Level.EASY),
    ),
    "near-finisher": (
        # A beat has 500 ms; 3 ms are forgiven.
        Case(finisher(-253, 1000), PROBLEM, Level.EASY),
        Case(finisher(-254, 254), None, Level.EASY),
        Case(finisher(-1000, 169), PROBLEM, Level.NORMAL),
        Case(finisher(-1000, 170), None, Level.NORMAL),
        Case(finisher(-128), PROBLEM, Level.HARD),
        Case(finisher(-129), WARNING, Level.HARD),
        Case(finisher(-169), WARNING, Level.HARD),
        Case(finisher(-170), None, Level.HARD),
        Case(finisher(-86), PROBLEM, Level.INSANE),
        Case(finisher(-87), None, Level.INSANE),
        Case(finisher(), None, Level.EASY),
    ),
    "missing-rest": (
        Case(chain(36), None, Level.EASY),
        Case(chain(37), MINOR, Level.EASY),
        Case(chain(44), MINOR, Level.EASY),
        Case(chain(45), WARNING, Level.EASY),
        Case(chain(37, 250), MINOR, Level.HARD),
        # Three gaps of a beat are a rest of a Hard, and one is of an Insane.
        Case(chain(90), None, Level.HARD),
        Case(chain(90), None, Level.INSANE),
        Case(chain(20, 250), None, Level.INSANE),
        Case(chain(21, 250), MINOR, Level.INSANE),
        Case(chain(33, 250), WARNING, Level.INSANE),
        Case(chain(90, 250), None, Level.EXPERT),
    ),
    "near-spinner": (
        Case(before_spinner(246, 1), MINOR, Level.EASY),
        Case(before_spinner(247, 1), None, Level.EASY),
        Case(before_spinner(121, 1), MINOR, Level.EXPERT),
        Case(before_spinner(122, 1), None, Level.EXPERT),
        Case(before_spinner(10, 1), None, Level.EXPERT_PLUS),
    ),
    "hyperdash": (
        Case(fruits(*HYPER), PROBLEM, Level.EASY),
        Case(fruits(*DASH), None, Level.EASY),
        Case(fruits(*HYPER), PROBLEM, Level.NORMAL),
        Case(fruits(*HYPER), None, Level.HARD),
        Case(fruits(*HYPER), None, Level.INSANE),
        # From a repeat of a slider that runs 512 pixels in 100 ms.
        Case(
            osu(
                "0,192,1000,2,0,L|512:192,2,512",
                mode=2,
                timing="0,100,4,2,0,60,1,0\n0,-19.5,4,2,0,60,0,0",
            ),
            PROBLEM,
            Level.HARD,
            count=2,
        ),
    ),
    "hyperdashes-in-a-row": (
        Case(zigzag(3), PROBLEM, Level.HARD),
        Case(zigzag(2), None, Level.HARD),
        Case(zigzag(5), PROBLEM, Level.INSANE),
        Case(zigzag(4), None, Level.INSANE),
        Case(zigzag(9), None, Level.EXPERT),
    ),
    "near-spinner-catch": (
        Case(before_spinner(249, 2), PROBLEM, Level.EASY),
        Case(before_spinner(250, 2), None, Level.EASY),
        Case(before_spinner(124, 2), PROBLEM, Level.HARD),
        Case(before_spinner(125, 2), None, Level.HARD),
        Case(before_spinner(61, 2), PROBLEM, Level.EXPERT),
        Case(before_spinner(62, 2), None, Level.EXPERT),
        Case(before_spinner(999, 2, after=249), PROBLEM, Level.HARD),
        Case(before_spinner(999, 2, after=250), None, Level.HARD),
        Case(before_spinner(999, 2, after=124), PROBLEM, Level.INSANE),
        Case(before_spinner(999, 2, after=125), None, Level.INSANE),
    ),
}
