"""What stands above the objects of a new map."""

from __future__ import annotations

from itertools import pairwise

from model_core.beatmap import MapHeader
from model_core.maps import GenerationParameters
from model_core.maps.header import header_of, resolved_header
from tests.model_core.remap.maps import circles, song_map, write_map

BASE = MapHeader("song.mp3", title="T")
RATES = ("hp_drain_rate", "overall_difficulty", "approach_rate")


def rates(header: MapHeader) -> tuple[float, ...]:
    return tuple(getattr(header, name) for name in RATES)


def test_usual_rates_grow_with_the_stars() -> None:
    found = [
        rates(resolved_header(BASE, GenerationParameters(difficulty=stars / 4)))
        for stars in range(48)
    ]
    for before, after in pairwise(found):
        assert all(low <= high for low, high in zip(before, after, strict=True))
    assert found[0] == (2.5, 2.5, 3.5) and found[-1] == (6.0, 9.5, 9.8)


def test_a_reference_lends_its_rates_only_to_a_map_about_as_hard() -> None:
    source = song_map()
    own = rates(header_of(source))
    for asked, taken in ((None, True), (3.2, True), (5.0, False)):
        parameters = GenerationParameters(difficulty=asked)
        found = resolved_header(BASE, parameters, source, reference_stars=3.0)
        assert (rates(found) == own) == taken
        assert found.slider_multiplier == source.slider_multiplier
        assert found.circle_size == source.circle_size
        assert found.title == "T"


def test_columns_and_circles_are_never_mistaken_for_each_other() -> None:
    mania = write_map(circles(0, 1000), mode=3)
    assert resolved_header(BASE, GenerationParameters(mode=0), mania).circle_size == 4.0
    assert resolved_header(BASE, GenerationParameters(mode=3), song_map()).circle_size == 4
    seven = GenerationParameters(mode=3, key_count=7, circle_size=3.0)
    assert resolved_header(BASE, seven, song_map()).circle_size == 7


def test_what_is_asked_for_wins() -> None:
    asked = GenerationParameters(
        mode=2, circle_size=3, approach_rate=9, overall_difficulty=8, hp_drain_rate=7,
        slider_multiplier=2, slider_tick_rate=4,
    )  # fmt: skip
    found = resolved_header(BASE, asked, song_map(), 3.0)
    assert (found.mode, found.circle_size, *rates(found)) == (2, 3, 7, 8, 9)
    assert (found.slider_multiplier, found.slider_tick_rate) == (2, 4)
