"""Maps that just break, and just keep, the rules of objects in time and on the playfield."""

from __future__ import annotations

from model_core.modding.rules import Level, Severity

from .maps import Case, Cases, circles, osu

PROBLEM, WARNING, MINOR = Severity.PROBLEM, Severity.WARNING, Severity.NEGLIGIBLE
THIRDS = "0,333.333333333333,4,2,0,60,1,0"
#: At CS 4 a circle's radius is 36.5 pixels.
SLIDER = "100,100,1000,2,0,L|200:100,{},{},0|0,0:0|0:0,0:0:0:0:"


def slider(length: float, slides: int = 1) -> bytes:
    """A slider from 1000 ms, five ms a pixel."""
    return osu(SLIDER.format(slides, f"{length:.10g}"))


def spinner(length: int, difficulty: float = 5) -> bytes:
    """A spinner of so many ms."""
    return osu(
        f"256,192,1000,12,0,{1000 + length},0:0:0:0:",
        difficulty=f"OverallDifficulty:{difficulty}",
    )


def holds(*spans: tuple[int, int, int]) -> str:
    """Lines of mania's (start, end, column of four)."""
    return "\n".join(
        f"{64 + 128 * column},192,{start},128,0,{end}:0:0:0:0:"
        if end > start
        else f"{64 + 128 * column},192,{start},1,0,0:0:0:0:"
        for start, end, column in spans
    )


def apart(gap: int, pixels: int, approach: float = 5) -> bytes:
    """Two circles so many ms and pixels apart."""
    return osu(
        circles([1000], 100, 100) + "\n" + circles([1000 + gap], 100 + pixels, 100),
        difficulty=f"ApproachRate:{approach} CircleSize:4",
        general="PreviewTime: 1\nStackLeniency: 0",
    )


def spaced(*pixels: int, gap: int = 500) -> bytes:
    """Circles in a row, one every ``gap`` ms, so many pixels further each."""
    rows, x = [circles([1000], 0, 100)], 0
    for index, step in enumerate(pixels, start=1):
        x += step
        rows.append(circles([1000 + gap * index], x, 100))
    return osu("\n".join(rows))


CASES: Cases = {
    "unsnapped-object": (
        Case(osu(circles([1002])), PROBLEM, fix="256,192,1000,1,0,0:0:0:0:"),
        Case(osu(circles([998])), PROBLEM, fix="256,192,1000,1,0,0:0:0:0:"),
        Case(osu(circles([1001])), MINOR, fix="256,192,1000,1,0,0:0:0:0:"),
        Case(osu(circles([1000, 1125, 1250, 1333, 1417 - 1]))),
        # Ticks of thirds cut to whole ms are less than 1 ms off, whether cut or rounded up.
        Case(osu(circles([333, 334, 667]), timing=THIRDS)),
        Case(osu(circles([332]), timing=THIRDS), MINOR, fix="256,192,333,1,0,0:0:0:0:"),
        Case(slider(50.4), PROBLEM, fix=SLIDER.format(1, "50")),
        Case(slider(50.39), MINOR, fix=SLIDER.format(1, "50")),
        Case(slider(50.19)),
        # The repeat and the end.
        Case(slider(50.5, 2), PROBLEM, count=2),
        Case(
            osu("256,192,1000,12,0,2002,0:0:0:0:"),
            PROBLEM,
            fix="256,192,1000,12,0,2000,0:0:0:0:",
        ),
        Case(
            osu(holds((1000, 1252, 0)), mode=3),
            PROBLEM,
            fix="64,192,1000,128,0,1250:0:0:0:0:",
        ),
        # A red line is a tick, also from before it; nothing is moved over one.
        Case(osu(circles([2009]), timing="0,500,4,2,0,60,1,0\n2010,400,4,2,0,60,1,0"), MINOR),
    ),
    "concurrent-objects": (
        Case(osu(circles([1000], 0) + "\n" + circles([1002], 99)), PROBLEM),
        Case(osu(circles([1000], 0) + "\n" + circles([1003], 99))),
        Case(osu("256,192,1000,12,0,2000,0:0:0:0:\n" + circles([1500, 2002])), PROBLEM, count=2),
        Case(osu("256,192,1000,12,0,2000,0:0:0:0:\n" + circles([2003]))),
        Case(osu(holds((1000, 1500, 0), (1500, 1500, 0)), mode=3), PROBLEM),
        Case(osu(holds((1000, 1500, 0), (1250, 1250, 1), (1503, 1503, 0)), mode=3)),
    ),
    "almost-concurrent-objects": (
        Case(osu(circles([1000], 0) + "\n" + circles([1003], 99)), PROBLEM),
        Case(osu(circles([1000, 1009])), PROBLEM),
        Case(osu(circles([1000, 1010]))),
        Case(osu(circles([1000, 1002]))),
        Case(osu(holds((1000, 1500, 0), (1505, 1505, 0)), mode=3), PROBLEM),
        Case(osu(holds((1000, 1500, 0), (1505, 1505, 1)), mode=3)),
    ),
    "duplicate-objects": (
        Case(osu(circles([1000, 1000])), PROBLEM, fix=""),
        Case(osu(circles([1000, 1000, 1000])), PROBLEM, fix=""),
        Case(osu(holds((1000, 1000, 2), (1000, 1000, 2)), mode=3), PROBLEM, fix=""),
        Case(osu(holds((1000, 1000, 2), (1000, 1000, 1)), mode=3)),
        Case(osu(circles([1000], 0) + "\n" + circles([1000], 9))),
        Case(osu(circles([1000, 1001]))),
    ),
    "zero-length-object": (
        Case(osu("256,192,1000,12,0,1000,0:0:0:0:"), PROBLEM),
        Case(slider(0.09), PROBLEM),
        Case(slider(0.1)),
        Case(osu("256,192,1000,12,0,1001,0:0:0:0:")),
    ),
    "short-slider": (
        Case(slider(24.9), PROBLEM, Level.EASY),
        Case(slider(25), WARNING, Level.EASY),
        Case(slider(29.9, 3), WARNING, Level.EASY),
        Case(slider(30), None, Level.EASY),
        Case(slider(24.9), None, Level.NORMAL),
    ),
    "short-spinner": (
        Case(spinner(449), PROBLEM),
        Case(spinner(450), WARNING),
        Case(spinner(499), WARNING),
        Case(spinner(500)),
        Case(spinner(534, 10), PROBLEM),
        Case(spinner(599, 10), WARNING),
        Case(spinner(600, 10)),
        Case(spinner(364, 0), PROBLEM),
        Case(spinner(390, 0), WARNING),
        Case(spinner(391, 0)),
    ),
    "offscreen-object": (
        # 36.5 pixels of radius: the circle's edge is the screen's at x = -30.5.
        Case(osu(circles([1000], -31)), PROBLEM),
        Case(osu(circles([1000], -30))),
        Case(osu(circles([1000], 543)), PROBLEM),
        Case(osu(circles([1000], 542))),
        Case(osu(circles([1000], 256, -24)), PROBLEM),
        Case(osu(circles([1000], 256, -23))),
        Case(osu(circles([1000], 256, 392)), PROBLEM),
        Case(osu(circles([1000], 256, 391))),
        # Between its ends, a slider goes over the edge.
        Case(osu("50,200,1000,2,0,P|-40:150|50:100,1,200"), PROBLEM),
        Case(osu("100,200,1000,2,0,P|10:150|100:100,1,200")),
        Case(osu("256,192,1000,12,0,2000,0:0:0:0:")),
        Case(osu(circles([1000], -100), mode=2)),
    ),
    "low-difficulty-overlap": (
        Case(apart(149, 63), PROBLEM, Level.EASY),
        Case(apart(149, 62), None, Level.EASY),
        Case(apart(150, 63), WARNING, Level.EASY),
        Case(apart(174, 63), WARNING, Level.EASY),
        Case(apart(175, 63), None, Level.EASY),
        Case(apart(250, 62), None, Level.EASY),
        Case(apart(251, 62), PROBLEM, Level.EASY),
        Case(apart(251, 63), None, Level.EASY),
        Case(apart(251, 62), None, Level.NORMAL),
        # The first is gone before the second is seen.
        Case(apart(1599, 62), PROBLEM, Level.EASY),
        Case(apart(1600, 62), None, Level.EASY),
    ),
    "uneven-spacing": (
        # |100 - 129| - 10 = 19 of 129 is 14.7 %, 20 of 130 is 15.4 %.
        Case(spaced(100, 129), None, Level.NORMAL),
        Case(spaced(100, 130), WARNING, Level.NORMAL),
        # |100 - 171| - 20 = 51 of 171 is 29.8 %, of 172 30.2 %.
        Case(spaced(100, 171), WARNING, Level.NORMAL),
        Case(spaced(100, 172), PROBLEM, Level.NORMAL),
        Case(spaced(100, 172), None, Level.HARD),
        Case(spaced(100, 300, gap=601), None, Level.NORMAL),
        # Stacks are left out; what was irregular is no measure for the next.
        Case(spaced(100, 11, 100), None, Level.NORMAL),
        Case(spaced(100, 200, 100), PROBLEM, Level.NORMAL),
    ),
    "long-combo": (
        Case(osu(circles(range(1000, 1000 + 25 * 100, 100))), MINOR),
        Case(osu(circles(range(1000, 1000 + 24 * 100, 100)))),
        Case(osu(circles(range(1000, 1000 + 9 * 100, 100)), mode=2), MINOR, Level.EASY),
        Case(osu(circles(range(1000, 1000 + 8 * 100, 100)), mode=2), None, Level.EASY),
        Case(osu(circles(range(1000, 1000 + 13 * 100, 100)), mode=2), WARNING, Level.EASY),
        Case(osu(circles(range(1000, 1000 + 12 * 100, 100)), mode=2), MINOR, Level.EASY),
    ),
}
