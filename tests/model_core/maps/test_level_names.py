"""What difficulties are called where nobody says."""

from __future__ import annotations

import pytest

from model_core.maps.level_names import level_name, unused_name
from model_core.modding.rules.levels import level_of, named_level


@pytest.mark.parametrize(
    ("stars", "mode", "name"),
    [
        (None, 0, "Easy"),
        (1.99, 0, "Easy"),
        (2.0, 0, "Normal"),
        (3.9, 0, "Hard"),
        (5.2, 0, "Insane"),
        (6.4, 0, "Expert"),
        (9.0, 0, "Extra"),
        (2.2, 3, "7K Normal"),
        (1.0, 1, "Kantan"),
        (2.5, 1, "Futsuu"),
        (5.0, 1, "Oni"),
        (6.0, 1, "Inner Oni"),
        (9.0, 1, "Inner Oni"),
        (1.0, 2, "Cup"),
        (3.0, 2, "Platter"),
        (9.0, 2, "Overdose"),
    ],
)
def test_a_name_says_the_level(stars: float | None, mode: int, name: str) -> None:
    assert level_name(stars, mode, 7) == name
    level = named_level(mode, name)
    if level is not None and stars is not None and stars < 6.5:
        assert level == level_of(stars)


def test_a_name_that_is_taken_gets_a_number() -> None:
    assert unused_name("Hard", ["Easy"]) == "Hard"
    assert unused_name("Hard", ["hard ", "Hard 2"]) == "Hard 3"
