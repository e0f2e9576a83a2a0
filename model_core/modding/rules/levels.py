"""Difficulty levels, which some rules depend on."""

from __future__ import annotations

import re
from enum import IntEnum


class Level(IntEnum):
    """How difficult a map is, by the names of the ranking criteria, easiest first."""

    EASY = 0
    NORMAL = 1
    HARD = 2
    INSANE = 3
    EXPERT = 4
    EXPERT_PLUS = 5

    @property
    def title(self) -> str:
        """The level as it is written: "Expert+"."""
        return "Expert+" if self is Level.EXPERT_PLUS else self.name.capitalize()


#: The star rating at which the next level begins (the game's ``StarDifficulty``).
LEVEL_ENDS = (2.0, 2.7, 4.0, 5.3, 6.5)


def level_of(stars: float) -> Level:
    """The level of a map by its star rating."""
    return Level(sum(stars >= end for end in LEVEL_ENDS))


#: What the ranking criteria call the levels of taiko (1) and catch (2), whose stars are counted
#: otherwise than those of osu!standard; the later a name stands, the more it says.
NAMES = {
    1: {
        "kantan": Level.EASY,
        "futsuu": Level.NORMAL,
        "muzukashii": Level.HARD,
        "oni": Level.INSANE,
        "inner oni": Level.EXPERT,
        "ura oni": Level.EXPERT,
    },
    2: {
        "cup": Level.EASY,
        "salad": Level.NORMAL,
        "platter": Level.HARD,
        "rain": Level.INSANE,
        "overdose": Level.EXPERT,
    },
}


def named_level(mode: int, name: str) -> Level | None:
    """The level that a difficulty's name says in the mode's own words; None where it does not."""
    words = " ".join(re.findall(r"[a-z]+", name.lower()))
    found = [
        (match.start(), len(word), level)
        for word, level in NAMES.get(mode, {}).items()
        for match in re.finditer(rf"\b{word}\b", words)
    ]
    # "inner oni" holds "oni": where one name ends with another, the longer one counts.
    best = max(found, key=lambda each: (each[0] + each[1], each[1]), default=None)
    return None if best is None else best[2]
