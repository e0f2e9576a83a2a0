"""New difficulties and whole maps come near the asked stars, as the game rates them."""

from __future__ import annotations

import pytest
import rosu_pp_py as rosu

from model_core.beatmap import MapHeader, parse
from model_core.maps import GenerationParameters
from model_core.maps.generate import GeneratedMap, generate_difficulty, generate_map
from model_core.model import Model, load_model
from tests.model_core.maps.broken_rules import broken_rules
from tests.model_core.maps.songs import its_line, its_map, song

pytestmark = pytest.mark.slow

ASKED = (2.0, 3.2, 4.4)
NEAR = 0.8


@pytest.fixture(scope="module")
def starter() -> Model:
    return load_model("starter", "cpu", "float32")


def rated(made: GeneratedMap) -> float:
    """The stars of what is in the file, which opens in the game's own words and in ours."""
    beatmap = parse(made.data)
    assert beatmap.to_bytes() == made.data
    assert broken_rules(beatmap, song().song_length_ms) == set()
    return rosu.Difficulty().calculate(rosu.Beatmap(bytes=made.data)).stars


def judge(stars: list[float]) -> None:
    assert [abs(got - asked) < NEAR for got, asked in zip(stars, ASKED, strict=True)] == [
        True
    ] * len(ASKED), stars
    assert stars == sorted(stars)


def test_difficulties_beside_a_map(starter: Model) -> None:
    judge(
        [
            rated(
                generate_difficulty(
                    starter,
                    its_map(),
                    song(),
                    GenerationParameters(seed=8, difficulty=asked),
                    f"{asked:g} stars",
                )
            )
            for asked in ASKED
        ]
    )


def test_whole_maps(starter: Model) -> None:
    judge(
        [
            rated(
                generate_map(
                    starter,
                    song(),
                    GenerationParameters(seed=8, difficulty=asked),
                    MapHeader("song.mp3", title="Song", artist="Artist", creator="Mapper"),
                    f"{asked:g} stars",
                    red_lines=(its_line(),),
                )
            )
            for asked in ASKED
        ]
    )
