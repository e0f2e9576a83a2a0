"""Maps that just break, and just keep, the rules of timing lines and sounds."""

from __future__ import annotations

from model_core.modding.rules import Severity

from .maps import RED, Case, Cases, circles, osu

PROBLEM, WARNING, MINOR = Severity.PROBLEM, Severity.WARNING, Severity.NEGLIGIBLE
GREEN = "2000,-100,4,2,0,60,0,0"
ONE = circles([1000])
QUIET = "1000,-100,4,2,0,{},0,0"


def lines(*rows: str) -> bytes:
    """A map of one circle with these timing lines."""
    return osu(ONE, timing="\n".join(rows))


def kiai(time: int, mode: int = 0) -> bytes:
    """Kiai from ``time`` on."""
    return osu(circles([1000]), timing=f"{RED}\n{time},-100,4,2,0,60,0,1", mode=mode)


def loud(volume: int, line: str) -> bytes:
    """One object under a volume."""
    return osu(line, timing=f"{RED}\n{QUIET.format(volume)}")


def plain(count: int, step: int) -> bytes:
    """A clap, ``count`` circles without one, and a clap, ``step`` ms apart."""
    times = [1000 + step * index for index in range(count + 2)]
    return osu(
        "\n".join(
            (
                circles(times[:1], sound=8),
                circles(times[1:-1]),
                circles(times[-1:], sound=8),
            )
        )
    )


SLIDER = "100,100,2000,2,0,L|200:100,1,100,{},0:0|0:0,0:0:0:0:"
CASES: Cases = {
    "no-red-line": (
        Case(osu(ONE, timing=""), PROBLEM),
        Case(osu(ONE, timing=GREEN), PROBLEM),
        Case(osu(ONE)),
    ),
    "first-line-green": (
        Case(lines("-500,-100,4,2,0,60,0,0", RED), PROBLEM, fix=""),
        # An object before the red line sounds as the green line says: no edit is offered.
        Case(
            osu(circles([-250]), timing=f"-500,-100,4,2,0,60,0,0\n{RED}"),
            PROBLEM,
        ),
        Case(lines(RED, "0,-100,4,2,0,60,0,0")),
    ),
    "first-line-kiai": (
        Case(lines("0,500,4,2,0,60,1,1"), PROBLEM),
        Case(lines(RED, "500,-100,4,2,0,60,0,1")),
    ),
    "object-before-first-line": (
        Case(osu(circles([-1, 500])), WARNING),
        Case(osu(circles([0, 500]))),
    ),
    "concurrent-lines": (
        Case(lines(RED, GREEN, "2000,-50,4,2,0,60,0,0"), PROBLEM, fix=""),
        Case(lines(RED, RED), PROBLEM, fix=""),
        # Clients disagree which of two red lines counts.
        Case(lines(RED, "0,400,4,2,0,60,1,0"), PROBLEM),
        Case(lines(RED, "0,-100,4,2,0,60,0,0", GREEN, "2001,-50,4,2,0,60,0,0")),
    ),
    "conflicting-lines": (
        Case(lines(RED, "0,-100,4,2,0,70,0,0"), MINOR),
        Case(lines(RED, "0,-50,4,2,0,60,0,0")),
        Case(lines(RED, "1,-50,4,2,0,70,0,0")),
    ),
    "unused-green-line": (
        Case(lines(RED, GREEN), MINOR, fix=""),
        Case(lines(RED, "0,-100,4,2,0,60,0,0"), MINOR, fix=""),
        Case(lines(RED, "2000,-50,4,2,0,60,0,0", "3000,-50,4,2,0,60,0,0"), MINOR, fix=""),
        Case(lines(RED, "2000,-99,4,2,0,60,0,0")),
        Case(lines(RED, "2000,-100,4,2,0,61,0,0")),
        Case(lines(RED, "2000,-100,4,1,0,60,0,0")),
        Case(lines(RED, "2000,-100,4,2,1,60,0,0")),
        Case(lines(RED, "2000,-100,4,2,0,60,0,1")),
        Case(lines(RED, "2000,NaN,4,2,0,60,0,0")),
        # Behind a red line, the velocity is 1 again.
        Case(lines(RED, "1000,-50,4,2,0,60,0,0", "2000,400,4,2,0,60,1,0", "2000,-50,4,2,0,60,0,0")),
    ),
    "unused-red-line": (
        Case(lines(RED, "8000,500,4,2,0,60,1,0"), PROBLEM),
        Case(lines(RED, "8001,500,4,2,0,60,1,0"), PROBLEM),
        Case(lines(RED, "2000,500,4,2,0,60,1,0"), WARNING),
        Case(lines(RED, "8000,500,4,2,0,60,1,8"), WARNING),
        Case(lines(RED, "8002,500,4,2,0,60,1,0")),
        Case(lines(RED, "8000,500,3,2,0,60,1,0")),
        Case(lines(RED, "8000,499,4,2,0,60,1,0")),
        Case(osu(ONE, timing=f"{RED}\n8000,500,4,2,0,60,1,8", mode=1)),
    ),
    "invalid-volume": (
        Case(lines(RED, "2000,-100,4,2,0,4,0,0"), PROBLEM, fix="2000,-100,4,2,0,5,0,0"),
        Case(lines(RED, "2000,-100,4,2,0,101,0,0"), PROBLEM, fix="2000,-100,4,2,0,100,0,0"),
        Case(lines(RED, "2000,-100,4,2,0,5,0,0", "3000,-100,4,2,0,100,0,0")),
        Case(lines("0,500")),
    ),
    "muted-object": (
        Case(loud(5, ONE), PROBLEM),
        Case(loud(6, ONE), WARNING),
        Case(loud(20, ONE), WARNING),
        Case(loud(21, ONE)),
        # The object's own volume counts before the line's, and the line up to 5 ms late.
        Case(loud(5, "100,100,1000,1,0,0:0:0:60:")),
        Case(loud(5, "100,100,995,1,0,0:0:0:0:"), PROBLEM),
        Case(loud(5, "100,100,994,1,0,0:0:0:0:")),
        Case(loud(5, "256,192,1000,12,0,2000,0:0:0:0:")),
        Case(
            osu(SLIDER.format("0|0"), timing=f"{RED}\n2250,-100,4,2,0,5,0,0"),
            MINOR,
        ),
        Case(osu(SLIDER.format("0|0"), timing=f"{RED}\n2250,-100,4,2,0,6,0,0")),
    ),
    "unsnapped-kiai": (
        Case(kiai(2010), WARNING, fix="2000,-100,4,2,0,60,0,1"),
        Case(kiai(2009), MINOR, fix="2000,-100,4,2,0,60,0,1"),
        Case(kiai(2005, mode=1), WARNING, fix="2000,-100,4,2,0,60,0,1"),
        Case(kiai(2004, mode=1), MINOR, fix="2000,-100,4,2,0,60,0,1"),
        # An object between the two would sound by another line.
        Case(kiai(1005), MINOR),
        Case(kiai(2000)),
        Case(
            lines(RED, "2000,-100,4,2,0,60,0,1", "3012,-100,4,2,0,60,0,0"),
            MINOR,
            count=1,
            fix="3000,-100,4,2,0,60,0,0",
        ),
    ),
    "missed-velocity-line": (
        Case(osu(SLIDER.format("0|0"), timing=f"{RED}\n2005,-50,4,2,0,60,0,0"), WARNING),
        Case(osu(SLIDER.format("0|0"), timing=f"{RED}\n2006,-50,4,2,0,60,0,0")),
        Case(osu(SLIDER.format("0|0"), timing=f"{RED}\n2000,-50,4,2,0,60,0,0")),
        # 120 and 121 beats a minute, or less.
        Case(osu(SLIDER.format("0|0"), timing=f"{RED}\n2005,-99.2,4,2,0,60,0,0")),
        Case(osu(SLIDER.format("0|0"), timing=f"{RED}\n2005,-99.1,4,2,0,60,0,0"), WARNING),
        Case(osu(circles([2000]), timing=f"{RED}\n2005,-50,4,2,0,60,0,0")),
        Case(osu(circles([2000]), timing=f"{RED}\n2005,-50,4,2,0,60,0,0", mode=1), WARNING),
        Case(osu(circles([2000]), timing=f"{RED}\n1995,-50,4,2,0,60,0,0", mode=1), WARNING),
        Case(osu(circles([2000]), timing=f"{RED}\n1994,-50,4,2,0,60,0,0", mode=1)),
        # A new tempo whose velocity is made equal.
        Case(
            osu(
                SLIDER.format("0|0"), timing=f"{RED}\n2001,250,4,2,0,60,1,0\n2001,-200,4,2,0,60,0,0"
            )
        ),
    ),
    "slider-velocity-out-of-range": (
        Case(lines(RED, "2000,-1001,4,2,0,60,0,0"), WARNING),
        Case(lines(RED, "2000,-9,4,2,0,60,0,0"), WARNING),
        Case(lines(RED, "2000,-1000,4,2,0,60,0,0", "3000,-10,4,2,0,60,0,0")),
        Case(osu(ONE, timing=f"{RED}\n2000,-1001,4,2,0,60,0,0", mode=3)),
        Case(osu(ONE, timing=f"{RED}\n2000,-10001,4,2,0,60,0,0", mode=3), WARNING),
    ),
    "no-hitsounds": (
        Case(osu(circles([1000, 2000])), PROBLEM),
        Case(osu(circles([1000]) + "\n" + circles([2000], sound=2))),
        Case(osu(SLIDER.format("0|8"))),
        # In mania, notes need none.
        Case(osu(ONE, mode=3)),
        Case(osu("")),
    ),
    "hitsound-gap": (
        Case(plain(5, 667), MINOR),
        Case(plain(5, 666)),
        Case(plain(4, 1000)),
        Case(plain(5, 1334), WARNING),
        Case(plain(5, 1333), MINOR),
        Case(plain(17, 1334), PROBLEM),
        Case(plain(17, 1333), WARNING),
        Case(plain(16, 1500), WARNING),
        Case(osu(SLIDER.format("0|8")), None),
    ),
}
