"""Several guest difficulties for one request, with the starter."""

from __future__ import annotations

import pytest

from model_core.audio.decode import Audio
from model_core.maps import GenerationParameters
from model_core.maps.generate import generate_difficulty
from model_core.maps.variants import generate_difficulties
from model_core.modding.rules import Severity, check
from model_core.model import Model, load_model
from model_core.remap import Progress
from tests.model_core.maps.songs import its_map, song

ASKED = GenerationParameters(seed=9, difficulty=2.5, star_tries=1, start_ms=2000, end_ms=5000)


@pytest.fixture(scope="module")
def starter() -> Model:
    return load_model("starter", "cpu", "float32")


@pytest.fixture(scope="module")
def short() -> Audio:
    return Audio(song().samples[: 8 * 16000], "short variants")


def test_the_best_comes_first_and_one_alone_is_among_them(starter: Model, short: Audio) -> None:
    told: list[Progress] = []
    found = generate_difficulties(starter, its_map(), short, ASKED, "Mine", 3, progress=told.append)
    assert len(found.made) + len(found.refused) == 3 and len(found.made) >= 2
    assert len({made.data for made in found.made}) == len(found.made)
    worth = [
        (
            sum(each.severity is Severity.PROBLEM for each in check(made.beatmap)),
            abs((made.stars or 0.0) - 2.5),
        )
        for made in found.made
    ]
    assert worth == sorted(worth)
    alone = generate_difficulty(starter, its_map(), short, ASKED, "Mine")
    assert alone.data in [made.data for made in found.made]
    shares = [step.window / step.windows for step in told if step.windows]
    assert shares == sorted(shares)
    (one,) = generate_difficulties(starter, its_map(), short, ASKED, "Mine").made
    assert one.data == alone.data
