"""Difficulty settings, and what is asked of a whole map."""

from __future__ import annotations

from collections.abc import Iterator

from model_core.beatmap.numbers import format_number, parse_float

from ..findings import Category, Severity
from ..fixing import key_fix
from ..registry import Found, rule
from ..subject import CATCH, MANIA, STANDARD, TAIKO, Subject

#: The settings that each mode reads, by their key.
SETTINGS = {
    STANDARD: ("HPDrainRate", "CircleSize", "OverallDifficulty", "ApproachRate"),
    TAIKO: ("HPDrainRate", "OverallDifficulty"),
    CATCH: ("HPDrainRate", "CircleSize", "ApproachRate"),
    MANIA: ("HPDrainRate", "OverallDifficulty"),
}
LOWEST, HIGHEST = 0.0, 10.0
#: Fewer columns are not ranked.
FEWEST_KEYS = 4


@rule("abnormal-setting", Category.SETTINGS)
def abnormal_setting(subject: Subject) -> Iterator[Found]:
    """Settings lie between 0 and 10 and have at most one decimal, as the editor sets them.

    More decimals are a problem, values outside a warning: the game plays them as 0 or 10 (lazer
    ``CheckAbnormalDifficultySettings``). Which settings count depends on the mode.
    """
    beatmap = subject.beatmap
    for key in SETTINGS[subject.mode]:
        text = beatmap.difficulty.get(key)
        try:
            value = parse_float(text or "")
        except ValueError:
            continue
        inside = min(HIGHEST, max(LOWEST, value))
        wanted = round(inside, 1)
        if wanted == value:
            continue
        if inside != value:
            message = f"{key} is {text}, but the game plays {format_number(inside)}: settings go"
            message += f" from 0 to 10. Set {format_number(wanted)}."
        else:
            message = f"{key} is {text}. The editor sets one decimal; so set"
            message += f" {format_number(wanted)}."
        yield Found(
            Severity.WARNING if inside != value else Severity.PROBLEM,
            message,
            f"{key} {text}",
            "0 to 10 with one decimal",
            times=(),
            anchor=key,
            fix=key_fix(
                beatmap,
                "Difficulty",
                key,
                format_number(wanted),
                f"set {key} to {format_number(wanted)}",
            ),
        )


@rule("few-keys", Category.SETTINGS, (MANIA,))
def few_keys(subject: Subject) -> Iterator[Found]:
    """A mania map has at least four columns (lazer ``CheckKeyCount``)."""
    keys = subject.beatmap.key_count
    if keys < FEWEST_KEYS:
        yield Found(
            Severity.PROBLEM,
            f"The map has {keys} columns; maps with less than {FEWEST_KEYS} are not ranked.",
            f"{keys} columns",
            f"{FEWEST_KEYS} columns or more",
            times=(),
            anchor="CircleSize",
        )
