"""Whole mapsets with the starter, for real: one timing for all, each what was asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from model_core.audio.decode import Audio
from model_core.beatmap import MapHeader, parse
from model_core.errors import Cancelled, DegenerateOutput, InputError
from model_core.maps import GenerationParameters, mapset
from model_core.maps.generate import GeneratedMap
from model_core.maps.mapset import GeneratedMapset, Wish, generate_mapsets
from model_core.modding.rules import Severity, check_set
from model_core.model import Model, load_model
from model_core.remap import Progress
from tests.model_core.maps.broken_rules import broken_rules
from tests.model_core.maps.songs import song

HEADER = MapHeader("audio.mp3", title="Song", artist="Artist", creator="Mapper")
SECONDS = 10


@pytest.fixture(scope="module")
def starter() -> Model:
    return load_model("starter", "cpu", "float32")


@pytest.fixture(scope="module")
def short() -> Audio:
    return Audio(song().samples[: SECONDS * 16000], "short")


def wish(name: str = "", **asked: object) -> Wish:
    return Wish(GenerationParameters(star_tries=1, seed=7, **asked), name)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def made(starter: Model, short: Audio) -> tuple[GeneratedMapset, list[Progress]]:
    """A difficulty in every mode, of one two; the hardest was asked for first."""
    told: list[Progress] = []
    wishes = [
        wish(mode=0, difficulty=5.0),
        wish("Mine: a?", mode=0, difficulty=2.0),
        wish(mode=3, difficulty=3.0, key_count=7),
        wish(mode=1, difficulty=3.0),
        wish(mode=2, difficulty=3.0),
    ]
    (found,) = generate_mapsets(starter, short, wishes, HEADER, progress=told.append).made
    return found, told


def test_the_maps_come_in_the_order_of_asking(
    made: tuple[GeneratedMapset, list[Progress]],
) -> None:
    maps = made[0].maps
    assert [each.beatmap.mode for each in maps] == [0, 0, 3, 1, 2]
    assert maps[1].beatmap.difficulty_name == "Mine: a?"
    assert maps[2].beatmap.difficulty_name.startswith("7K ")
    names = [each.file_name.casefold() for each in maps]
    assert len(set(names)) == 5 and names[1] == "artist - song (mapper) [mine a].osu"
    assert (maps[0].stars or 0) > (maps[1].stars or 0) + 0.5
    assert made[0].warnings == ()
    assert made[0].off_stars == pytest.approx(
        sum(abs((m.stars or 0) - asked) for m, asked in zip(maps, (5, 2, 3, 3, 3), strict=True))
    )


def test_all_share_timing_kiai_preview_and_metadata(
    made: tuple[GeneratedMapset, list[Progress]],
) -> None:
    def shared(each: GeneratedMap) -> tuple[object, ...]:
        beatmap = each.beatmap
        reds = [(p.time, p.beat_length, p.meter) for p in beatmap.timing_points if p.uninherited]
        own = ("Version", "Tags")
        metadata = [(key, value) for key, value in beatmap.metadata.items() if key not in own]
        return reds, beatmap.timing.kiai_changes(), beatmap.preview_time, metadata

    first, *others = (shared(each) for each in made[0].maps)
    assert all(each == first for each in others)
    assert made[0].maps[0].beatmap.preview_time is not None
    found = check_set([(each.file_name, each.beatmap) for each in made[0].maps])
    assert all(finding.severity is not Severity.PROBLEM for finding in found)


def test_each_reads_back_and_passes_the_rules(
    made: tuple[GeneratedMapset, list[Progress]],
) -> None:
    for each in made[0].maps:
        assert parse(each.data).to_bytes() == each.data
        metadata = each.beatmap.metadata
        assert (metadata["BeatmapID"], metadata["BeatmapSetID"]) == ("0", "-1")
        assert {"ai-generated", "starter"} <= set(each.beatmap.tags)
        assert broken_rules(each.beatmap, SECONDS * 1000.0) == set(), each.file_name


def test_progress_is_of_all_difficulties(made: tuple[GeneratedMapset, list[Progress]]) -> None:
    told = made[1]
    shares = [step.window / step.windows for step in told if step.stage != "timing"]
    assert shares == sorted(shares) and shares[-1] > 0.9
    tokens = [step.tokens for step in told]
    assert tokens == sorted(tokens) and tokens[-1] > 500
    # Some of what is written can be no object.
    assert told[-1].objects >= sum(len(each.objects) for each in made[0].maps)


@pytest.mark.slow
def test_the_song_is_timed_once(
    starter: Model, short: Audio, monkeypatch: pytest.MonkeyPatch
) -> None:
    from model_core.maps import maker

    times = 0
    real = maker.time_song

    def counted(*args: object) -> object:
        nonlocal times
        times += 1
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(maker, "time_song", counted)
    wishes = [wish(difficulty=2, end_ms=4000), wish(difficulty=4, end_ms=4000)]
    first, second = generate_mapsets(starter, short, wishes, HEADER, variants=2).made
    assert times == 1
    lines = {each.red_lines for variant in (first, second) for each in variant.maps}
    assert len(lines) == 1
    # Each variant, and each difficulty of it, is drawn from numbers of its own.
    assert len({each.seed for variant in (first, second) for each in variant.maps}) == 4
    assert first.maps[0].data != second.maps[0].data
    (again, *_) = generate_mapsets(starter, short, wishes, HEADER, variants=2).made
    assert [each.data for each in again.maps] == [each.data for each in first.maps]


@pytest.mark.slow
def test_a_difficulty_follows_the_one_before_it_unless_it_must_not(
    starter: Model, short: Audio
) -> None:
    def harder(follow: bool | None) -> bytes:
        wishes = [
            wish("Easy", difficulty=2, end_ms=4000),
            wish("Hard", difficulty=4, end_ms=4000, follow=follow),
        ]
        (found,) = generate_mapsets(starter, short, wishes, HEADER).made
        assert not any("read no other" in text for each in found.maps for text in each.warnings)
        return found.maps[1].data

    assert harder(None) == harder(True) != harder(False)


def test_a_difficulty_that_cannot_be_made_is_left_out(
    starter: Model, short: Audio, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = mapset.generate_map

    def one_fails(*args: object, **kwargs: object) -> GeneratedMap:
        if args[2].difficulty == 2:  # type: ignore[attr-defined]
            raise DegenerateOutput("Nothing came.")
        return real(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(mapset, "generate_map", one_fails)
    wishes = [wish("Easy", difficulty=2, end_ms=4000), wish(difficulty=4, end_ms=4000)]
    (found,) = generate_mapsets(starter, short, wishes, HEADER).made
    assert len(found.maps) == 1
    (told,) = found.warnings
    assert '"Easy"' in told and "Nothing came." in told
    with pytest.raises(DegenerateOutput):
        generate_mapsets(starter, short, wishes[:1], HEADER)


def test_names_that_would_be_one_file(starter: Model, short: Audio) -> None:
    with pytest.raises(InputError, match="1 and 3"):
        generate_mapsets(starter, short, [wish("A?"), wish(), wish("a ")], HEADER)
    with pytest.raises(InputError):
        generate_mapsets(starter, short, [], HEADER)


def test_silence_and_cancelling(starter: Model, short: Audio) -> None:
    silent = replace(short, samples=np.zeros(5 * 16000, np.float32))
    with pytest.raises(InputError, match="silent"):
        generate_mapsets(starter, silent, [wish()], HEADER)
    with pytest.raises(Cancelled):
        generate_mapsets(starter, short, [wish()], HEADER, cancelled=lambda: True)
