"""What is told to a model, and what is said of that which it does not hear."""

from __future__ import annotations

from model_core.maps import GenerationParameters
from model_core.maps.conditions import conditions_of_map, negative_of, unheard
from model_core.model import Model
from model_core.tokens import Conditions, Vocabulary
from tests.model_core.remap.maps import circles, song_map, write_map


def test_a_map_alone_is_what_is_asked(tiny_model: Model) -> None:
    asked = GenerationParameters(mode=3, key_count=7, hold_note_ratio=0.4, difficulty=3.3)
    told = conditions_of_map(tiny_model.vocabulary, asked, 90_000)
    assert told == Conditions(
        gamemode=3, keycount=7, hold_note_ratio=0.4, difficulty=3.3, song_length_ms=90_000
    )


def test_a_reference_fills_in_what_is_not_asked_for(tiny_model: Model) -> None:
    told = conditions_of_map(
        tiny_model.vocabulary, GenerationParameters(difficulty=2.0), 90_000, song_map()
    )
    assert (told.difficulty, told.circle_size, told.global_sv) == (2.0, 4.2, 1.6)
    assert not told.hitsounded


def test_a_reference_of_another_mode_tells_nothing_of_its_own_kind(tiny_model: Model) -> None:
    mania = write_map(circles(0, 4000, sound=2), mode=3)
    told = conditions_of_map(tiny_model.vocabulary, GenerationParameters(mode=0), 90_000, mania)
    assert told.difficulty is told.circle_size is told.keycount is told.hold_note_ratio is None
    assert told.hitsounded and told.global_sv == 1.6


def test_what_guidance_leads_away_from() -> None:
    told = Conditions(mapper_id=3, descriptors=("a",), difficulty=4.0)
    assert negative_of(told, GenerationParameters(negative_descriptors=("b",))) is None
    towards = negative_of(told, GenerationParameters(guidance=2.0))
    assert towards == Conditions(difficulty=4.0)
    away = negative_of(told, GenerationParameters(guidance=2.0, negative_descriptors=("b",)))
    assert away == Conditions(mapper_id=3, descriptors=("b",), difficulty=4.0)


def test_everything_that_is_not_heard_is_said(tiny_model: Model) -> None:
    vocabulary, layout = tiny_model.vocabulary, tiny_model.layout
    asked = GenerationParameters(
        descriptors=("style/mesy", 900), mapper_id=77, year=1999, hold_note_ratio=0.5,
        scroll_speed_ratio=0.5, negative_descriptors=("style/clean",),
    )  # fmt: skip
    said = unheard(vocabulary, layout, asked, 0)
    for words in ("'style/messy'", "number 900", "mapper 77", "told 2007", "hold_note_ratio",
                  "scroll_speed_ratio", "guidance"):  # fmt: skip
        assert sum(words in sentence for sentence in said) == 1, words
    assert len(said) == 7
    assert unheard(vocabulary, layout, GenerationParameters(year=2015, mapper_id=1), 0) == ()


def test_a_model_that_is_told_nothing_says_so(tiny_model: Model) -> None:
    asked = GenerationParameters(year=2015, descriptors=("style/messy",), difficulty=3.0)
    said = unheard(Vocabulary({}), tiny_model.layout, asked, 0)
    assert [sentence.split()[6] for sentence in said] == ["difficulty;", "year;", "descriptors;"]
