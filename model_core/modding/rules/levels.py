"""Difficulty levels, which some rules depend on."""

from __future__ import annotations

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
