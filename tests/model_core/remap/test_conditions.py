"""What the model is told about a map: its own properties, unless the caller says more."""

from __future__ import annotations

import pytest

from model_core.audio.decode import Audio
from model_core.beatmap.stars import star_rating
from model_core.maps.conditions import conditions_of
from model_core.model import Model
from model_core.remap import RemapOptions
from model_core.tokens import Vocabulary
from tests.model_core.remap.maps import circles, song_map, write_map


def test_the_maps_own_properties(tiny_model: Model, noise: Audio) -> None:
    beatmap = song_map()
    told = conditions_of(tiny_model, beatmap, noise, RemapOptions())
    assert told.gamemode == 0
    assert told.global_sv == pytest.approx(1.6)
    assert told.circle_size == pytest.approx(4.2)
    assert told.song_length_ms == noise.song_length_ms
    assert told.difficulty == star_rating(beatmap.to_bytes())
    assert told.difficulty is not None and 0.3 < told.difficulty < 10
    assert told.mapper_id is told.year is None
    assert told.descriptors == ()


def test_the_caller_knows_better(tiny_model: Model, noise: Audio) -> None:
    wanted = RemapOptions(difficulty=4.5, mapper_id=2, year=2015, descriptors=("skillset/tech",))
    told = conditions_of(tiny_model, song_map(), noise, wanted)
    assert (told.difficulty, told.mapper_id, told.year) == (4.5, 2, 2015)
    assert told.descriptors == ("skillset/tech",)
    # Nothing asked for is not the same as zero stars asked for.
    assert (
        conditions_of(tiny_model, song_map(), noise, RemapOptions(difficulty=0.0)).difficulty == 0
    )


@pytest.mark.parametrize(
    ("objects", "wanted"),
    [
        (circles(500, 5000, sound=0), False),
        (circles(500, 5000, sound=1), False),  # "normal" is what every object sounds like
        ([*circles(500, 5000), *circles(5500, 5500, sound=8)], True),
        ([], True),
    ],
)
def test_a_map_without_hitsounds_is_not_given_any(
    tiny_model: Model, noise: Audio, objects: list[str], wanted: bool
) -> None:
    told = conditions_of(tiny_model, write_map(objects), noise, RemapOptions())
    assert told.hitsounded is wanted


def test_mapper_and_tags_of_a_map_that_the_tables_know(tiny_model: Model, noise: Audio) -> None:
    data = tiny_model.vocabulary.to_dict()
    data["beatmap_mapper"] = {"75": 3}
    data["beatmap_descriptors"] = {"75": [4, 6]}
    model = Model("t", tiny_model.network, Vocabulary.from_dict(data), tiny_model.layout)
    known = write_map(circles(500, 3000), beatmap_id=75)
    told = conditions_of(model, known, noise, RemapOptions())
    assert (told.mapper_id, told.descriptors) == (3, (4, 6))
    asked = RemapOptions(mapper_id=1, descriptors=("skillset/tech",))
    told = conditions_of(model, known, noise, asked)
    assert (told.mapper_id, told.descriptors) == (1, ("skillset/tech",))
    for other in (0, -1, 76):
        told = conditions_of(model, write_map([], beatmap_id=other), noise, RemapOptions())
        assert told.mapper_id is None and told.descriptors == ()
