"""Maps that just break, and just keep, the rules of breaks, settings and whole maps."""

from __future__ import annotations

from model_core.modding.rules import Severity

from .maps import Case, Cases, circles, osu

PROBLEM, WARNING, MINOR = Severity.PROBLEM, Severity.WARNING, Severity.NEGLIGIBLE


def rest(start: int, end: int, *more: int) -> bytes:
    """A break between circles at 1000 and 10000 ms, and ``more`` circles."""
    return osu(circles(sorted([1000, 10000, *more])), events=f"2,{start},{end}")


def setting(text: str, mode: int = 0) -> bytes:
    """A map with one setting, as ``Key:value``."""
    return osu(circles([1000]), difficulty=text, mode=mode)


CASES: Cases = {
    "short-break": (
        Case(rest(2000, 2649), WARNING, fix=""),
        Case(rest(2000, 2650)),
    ),
    "break-near-object": (
        Case(rest(1198, 9000), PROBLEM, fix="2,1200,9000"),
        Case(rest(1199, 9000)),
        Case(rest(1200, 9552), PROBLEM, fix="2,1200,9550"),
        Case(rest(1200, 9551)),
        # One object within: what is behind it is left, or nothing.
        Case(rest(1200, 9550, 3000), PROBLEM, fix="2,3200,9550"),
        Case(rest(1200, 2000, 2448), PROBLEM, fix="2,1200,1998"),
        Case(rest(1200, 2000, 2449)),
        Case(rest(1200, 2000, 1900), PROBLEM, fix=""),
        Case(osu("", events="2,1000,5000")),
    ),
    "abnormal-setting": (
        Case(setting("OverallDifficulty:10.1"), WARNING, fix="OverallDifficulty:10"),
        Case(setting("ApproachRate:-1"), WARNING, fix="ApproachRate:0"),
        Case(setting("HPDrainRate:5.55"), PROBLEM, fix="HPDrainRate:5.5"),
        Case(setting("CircleSize:4.25"), PROBLEM, fix="CircleSize:4.2"),
        Case(setting("CircleSize:4.2 OverallDifficulty:10 ApproachRate:0 HPDrainRate:9.9")),
        Case(setting("CircleSize:18", mode=3)),
        Case(setting("CircleSize:4.25", mode=1)),
        Case(setting("CircleSize:often")),
    ),
    "few-keys": (
        Case(setting("CircleSize:3", mode=3), PROBLEM),
        Case(setting("CircleSize:4", mode=3)),
        Case(setting("CircleSize:3", mode=0)),
    ),
    "base-velocity-out-of-range": (
        Case(setting("SliderMultiplier:3.61"), WARNING),
        Case(setting("SliderMultiplier:0.39"), WARNING),
        Case(setting("SliderMultiplier:3.6")),
        Case(setting("SliderMultiplier:0.4")),
    ),
    "no-objects": (Case(osu(""), PROBLEM), Case(osu(circles([1000])))),
    "short-drain": (
        Case(osu(circles([1000, 30999])), PROBLEM),
        Case(osu(circles([1000, 31000]))),
        Case(osu(circles([1000, 31000]), events="2,2000,3000"), PROBLEM),
        Case(osu(circles([1000, 32000]), events="2,2000,3000")),
        Case(osu("")),
    ),
    "no-preview-point": (
        Case(osu(circles([1000]), general="PreviewTime: -1"), WARNING),
        Case(osu(circles([1000]), general=""), WARNING),
        Case(osu(circles([1000]), general="PreviewTime: 0")),
    ),
    "unused-audio": (
        Case(osu(circles([79_999])), WARNING, song_length=100_000.0),
        Case(osu(circles([80_000])), song_length=100_000.0),
        Case(osu(circles([1000]))),
    ),
}
