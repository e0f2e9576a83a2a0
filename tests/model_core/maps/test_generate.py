"""Whole maps and new difficulties with the starter, for real, in every mode."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from model_core.audio.decode import Audio
from model_core.beatmap import MapHeader, RedLine, parse
from model_core.beatmap.edits.new_difficulty import NewDifficulty, new_difficulty
from model_core.beatmap.stars import star_rating
from model_core.errors import Cancelled, DegenerateOutput, EditRefused, InputError
from model_core.maps import GenerationParameters, maker
from model_core.maps.flow import Written
from model_core.maps.generate import GeneratedMap, generate_difficulty, generate_map
from model_core.model import Model, load_model
from model_core.remap import Progress
from model_core.timing import SongTiming
from model_core.tokens.reference_timing import RedLine as Heard
from tests.model_core.maps.songs import its_line, its_map, song

HEADER = MapHeader("song.mp3", title="Song", artist="Artist", creator="Mapper")
TIMING = (its_line(),)


@pytest.fixture(scope="module")
def starter() -> Model:
    return load_model("starter", "cpu", "float32")


def check(made: GeneratedMap, mode: int) -> None:
    """What every answer is: a file that reads back, rates, and says what it is."""
    beatmap = parse(made.data)
    assert beatmap.to_bytes() == made.data
    assert beatmap.version == 14 and beatmap.mode == mode
    assert len(beatmap.hit_objects) == len(made.objects) > 20
    assert [item.time for item in beatmap.hit_objects] == [item.time for item in made.objects]
    assert made.stars == star_rating(made.data) and made.stars is not None
    assert 0.3 < made.stars < 12
    assert "ai-generated" in beatmap.tags
    assert made.told.song_length_ms == song().song_length_ms
    assert made.tokens > 100 and made.windows > 2
    assert {"decode", "post"} <= made.timings_ms.keys()
    said = any("knows osu! (standard) only" in sentence for sentence in made.warnings)
    assert said == (mode != 0)


@pytest.mark.parametrize("mode", [0, *(pytest.param(m, marks=pytest.mark.slow) for m in (1, 2, 3))])
def test_a_whole_map_from_audio_alone(starter: Model, mode: int) -> None:
    made = generate_map(
        starter, song(), GenerationParameters(seed=3, mode=mode, difficulty=3.5), HEADER, "Own"
    )
    check(made, mode)
    assert made.file_name == "Artist - Song (Mapper) [Own].osu"
    assert made.beatmap.audio_filename == "song.mp3"
    red = made.red_lines[0]
    assert abs(red.beat_length - TIMING[0].beat_length) < 1
    assert abs((red.time - TIMING[0].time + 100) % red.beat_length - 100) < 20


@pytest.mark.parametrize("mode", range(4))
def test_a_new_difficulty_beside_a_map(starter: Model, mode: int) -> None:
    source = its_map()
    made = generate_difficulty(
        starter, source, song(), GenerationParameters(seed=4, mode=mode, key_count=7), "Guest's"
    )
    check(made, mode)
    assert [r.time for r in made.red_lines] == [p.time for p in source.timing.red_lines]
    assert made.beatmap.timing.kiai_changes() == source.timing.kiai_changes()
    assert made.beatmap.title == source.title and made.beatmap.creator == source.creator
    assert made.beatmap.difficulty_name == "Guest's"
    if mode == 3:
        assert made.beatmap.circle_size == 7
        assert {made.beatmap.column_of(o) for o in made.beatmap.hit_objects} <= set(range(7))
    if mode == 0:
        assert made.beatmap.approach_rate == source.approach_rate


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(starter: Model) -> None:
    def data(seed: int) -> bytes:
        asked = GenerationParameters(seed=seed, end_ms=9000)
        return generate_map(starter, song(), asked, HEADER, red_lines=TIMING).data

    assert data(1) == data(1) != data(2)


def test_only_the_part_that_was_asked_for(starter: Model) -> None:
    asked = GenerationParameters(seed=1, start_ms=6000, end_ms=15000)
    made = generate_difficulty(starter, its_map(), song(), asked, "Part")
    assert made.objects
    assert all(6000 <= item.time <= 15000 for item in made.objects)
    whole = generate_difficulty(starter, its_map(), song(), GenerationParameters(seed=1), "Whole")
    assert made.windows < whole.windows


def test_another_difficulty_is_read_where_it_is_of_the_same_mode(starter: Model) -> None:
    """The starter was trained to, in osu!standard."""
    asked = GenerationParameters(seed=1, end_ms=9000)
    alone = replace(asked, follow=False)
    made, usual, following = (
        generate_difficulty(starter, its_map(), song(), each, "Guest").objects
        for each in (alone, asked, replace(asked, follow=True))
    )
    assert usual == following != made
    taiko = replace(asked, follow=True, mode=1)
    warned = generate_difficulty(starter, its_map(), song(), taiko, "Guest").warnings
    assert any("read no other difficulty" in sentence for sentence in warned)


def test_what_is_asked_for_stands_in_the_file_and_is_told_to_the_model(starter: Model) -> None:
    asked = GenerationParameters(
        seed=1, end_ms=9000, circle_size=3.2, slider_multiplier=2.1, approach_rate=9.3,
        overall_difficulty=8.2, hp_drain_rate=4.4, slider_tick_rate=2, difficulty=5.2, star_tries=1,
            year=2015,
    )  # fmt: skip
    made = generate_map(starter, song(), asked, HEADER, red_lines=TIMING)
    beatmap, told = made.beatmap, made.told
    assert (beatmap.circle_size, told.circle_size) == (pytest.approx(3.2), 3.2)
    assert (beatmap.slider_multiplier, told.global_sv) == (pytest.approx(2.1), 2.1)
    assert beatmap.approach_rate == pytest.approx(9.3)
    assert beatmap.overall_difficulty == pytest.approx(8.2)
    assert beatmap.hp_drain_rate == pytest.approx(4.4)
    assert beatmap.slider_tick_rate == 2
    assert (told.difficulty, told.year) == (5.2, 2015)


@pytest.mark.slow
def test_rates_that_nobody_asked_for_are_usual_for_the_difficulty(starter: Model) -> None:
    def rate(stars: float) -> float:
        asked = GenerationParameters(seed=1, end_ms=6000, difficulty=stars)
        return generate_map(starter, song(), asked, HEADER, red_lines=TIMING).beatmap.approach_rate

    assert rate(1.5) < 5 < 7 < rate(3.5) < rate(6.0)


def test_a_map_is_called_after_its_stars_unless_it_is_given_a_name(starter: Model) -> None:
    source = its_map()
    made = generate_difficulty(starter, source, song(), GenerationParameters(seed=1, end_ms=9000))
    assert made.beatmap.difficulty_name.split()[0] in {
        *("Easy", "Normal", "Hard", "Insane", "Expert", "Extra")
    }
    assert made.beatmap.difficulty_name != source.difficulty_name


def test_guidance_and_negative_descriptors(starter: Model) -> None:
    asked = GenerationParameters(
        seed=1, end_ms=6000, guidance=1.8,
        descriptors=("skillset/streams",), negative_descriptors=("skillset/jumps",),
    )  # fmt: skip
    with_guidance = generate_map(starter, song(), asked, HEADER, red_lines=TIMING)
    without = generate_map(starter, song(), replace(asked, guidance=1.0), HEADER, red_lines=TIMING)
    assert with_guidance.objects != without.objects
    assert any("without guidance" in sentence for sentence in without.warnings)
    assert not any("guidance" in sentence for sentence in with_guidance.warnings)


def test_windows_side_by_side(starter: Model) -> None:
    asked = GenerationParameters(seed=1, parallel=True)
    made = generate_map(starter, song(), asked, HEADER, red_lines=TIMING)
    check(made, 0)


def test_progress_moves_and_a_cancel_ends_it(starter: Model) -> None:
    told: list[Progress] = []
    asked = GenerationParameters(seed=1)
    generate_map(starter, song(), asked, HEADER, progress=told.append)
    stages = list(dict.fromkeys(state.stage for state in told))
    assert stages == ["timing", "kiai", "map"]
    assert all(1 <= state.window <= state.windows for state in told)
    assert told[-1].objects > 20

    asks = 0

    def soon() -> bool:
        nonlocal asks
        asks += 1
        return asks > 40

    with pytest.raises(Cancelled):
        generate_map(starter, song(), asked, HEADER, cancelled=soon)
    assert asks == 41


@pytest.mark.slow
def test_nothing_stands_before_the_first_red_line(
    starter: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beats are heard late in some songs; objects are written from the beginning all the same."""

    def heard_late(*_: object) -> SongTiming:
        return SongTiming((Heard(12_000.0 + 71, TIMING[0].beat_length, 4),), ())

    monkeypatch.setattr(maker, "time_song", heard_late)
    made = generate_map(starter, song(), GenerationParameters(seed=3), HEADER)
    first = made.beatmap.timing.red_lines[0]
    assert made.objects[0].time < 12_000
    assert first.time <= made.objects[0].time
    assert first.time == made.red_lines[0].time
    measure = 4 * TIMING[0].beat_length
    assert abs((12_071 - first.time + 100) % measure - 100) <= 0.5

    # Lines that are given stay where they are.
    late = (RedLine(12_071, TIMING[0].beat_length),)
    made = generate_map(starter, song(), GenerationParameters(seed=3), HEADER, red_lines=late)
    assert made.red_lines == late and made.objects[0].time >= 12_071
    assert made.dropped["before the first red line"] > 0
    behind = (RedLine(90_000, TIMING[0].beat_length),)
    with pytest.raises(InputError, match="before the first red line"):
        generate_map(starter, song(), GenerationParameters(seed=3), HEADER, red_lines=behind)


def test_a_draw_that_ends_before_the_first_red_line_is_drawn_again(
    starter: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, drawn = maker.run_flow, []

    def counted(*given: Any) -> Written:
        drawn.append(written(*given))
        return drawn[-1]

    monkeypatch.setattr(maker, "run_flow", counted)
    late = (RedLine(5_000, TIMING[0].beat_length),)
    asked = GenerationParameters(seed=3, end_ms=5_000, resnap=False)
    with pytest.raises(DegenerateOutput, match=r"first red line, at 5000 ms\. Try another seed"):
        generate_map(starter, song(), asked, HEADER, red_lines=late)
    assert len(drawn) == maker.ATTEMPTS
    drawn.clear()
    with pytest.raises(InputError, match="Time the song from its beginning first"):
        generate_map(starter, song(), replace(asked, end_ms=4_000), HEADER, red_lines=late)
    assert len(drawn) == 1


def test_what_cannot_be_mapped_is_refused(starter: Model, tiny_model: Model) -> None:
    silent = Audio(np.zeros(10 * 16000, np.float32), "silence")
    with pytest.raises(InputError, match="silent"):
        generate_map(starter, silent, GenerationParameters(), HEADER)
    with pytest.raises(InputError, match="no sound at all"):
        generate_map(starter, Audio(np.zeros(0, np.float32), "nothing"), header=HEADER)
    with pytest.raises(InputError, match="silent"):
        generate_map(starter, silent, GenerationParameters(), HEADER, red_lines=TIMING)
    with pytest.raises(InputError, match="only 24000 ms"):
        generate_map(starter, song(), GenerationParameters(start_ms=60_000), HEADER)
    with pytest.raises(InputError, match="red_lines"):
        generate_map(starter, song(), GenerationParameters(), HEADER, red_lines=())
    with pytest.raises(InputError, match="lookahead"):
        generate_map(starter, song(), GenerationParameters(lookahead=0.9), HEADER)
    with pytest.raises(InputError, match="one line"):
        named = replace(HEADER, title="Song\n[HitObjects]")
        generate_map(starter, song(), GenerationParameters(), named)
    untimed = parse(b"osu file format v14\n\n[HitObjects]\n64,64,500,1,0\n")
    with pytest.raises(InputError, match="red line"):
        generate_difficulty(starter, untimed, song())


def test_what_the_file_cannot_hold_is_drawn_again(
    starter: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = GenerationParameters(seed=1, end_ms=6000)
    first = generate_map(starter, song(), asked, HEADER, red_lines=TIMING)
    refusals = 1
    drafts: list[object] = []

    def refuses(*args: object, **kwargs: object) -> NewDifficulty:
        if kwargs["objects"] not in drafts:
            drafts.append(kwargs["objects"])
        if len(drafts) <= refusals:
            raise EditRefused("That cannot be written.")
        return new_difficulty(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr("model_core.maps.finishing.new_difficulty", refuses)
    second = generate_map(starter, song(), asked, HEADER, red_lines=TIMING)
    assert len(drafts) == 2
    assert second.objects != first.objects
    refusals, drafts = 3, []
    with pytest.raises(EditRefused, match="cannot be written"):
        generate_difficulty(starter, its_map(), song(), asked, "Guest")
    assert len(drafts) == 3
