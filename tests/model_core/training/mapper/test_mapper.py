"""Mapped songs: files that a mapper would find sane, and that can be heard in the music."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import floor

import pytest

from model_core.beatmap.new_objects import ObjectKind
from model_core.beatmap.stars import star_rating
from model_core.training.mapper import LEVELS, STYLES, level_of, map_song
from model_core.training.songs import TICKS_PER_BEAT, Part, SongPlan, compose

from .figures import end_of, parsed
from .plans import line, mixed_song, song, tempo_row

SEEDS = (0, 2, 4, 9, 14)
_FOLLOWED = (
    Part.LEAD, Part.VOCAL, Part.KICK, Part.SNARE, Part.CLAP, Part.TOM, Part.CRASH, Part.RISER,
    Part.HAT, Part.RIDE, Part.ARP,
)  # fmt: skip


def _grid(plan: SongPlan) -> set[int]:
    """Whole milliseconds of the snaps that mappers use, over the whole song."""
    last = plan.sections[-1].end_tick + 8 * TICKS_PER_BEAT * plan.tempos[-1].meter
    return {
        round(plan.milliseconds(tick)) for tick in range(last) if tick % 2 == 0 or tick % 3 == 0
    }


def assert_sane(plan: SongPlan, style: int, level: float, seed: int) -> None:
    """Rules that every map keeps, whatever it is mapped from."""
    mapped = map_song(plan, style=style, level=level, seed=seed)
    beatmap = parsed(mapped)
    assert beatmap.to_bytes() == mapped.osu_bytes
    assert mapped.mode == beatmap.mode == 0
    assert mapped.key_count is None
    grid = _grid(plan)
    assert mapped.objects[0].new_combo
    assert mapped.objects[0].time >= plan.tempos[0].start_ms
    for item in mapped.objects:
        assert 0 <= item.x <= 512
        assert 0 <= item.y <= 384
        assert item.time in grid
        assert end_of(item) in grid
        if item.kind is ObjectKind.SPINNER:
            assert end_of(item) - item.time >= 850
        if item.kind is ObjectKind.SLIDER:
            assert end_of(item) > item.time
            assert len(item.sounds) == item.slides + 1
            assert item.length >= 8
            assert item.slider_velocity is not None
            assert 0.5 <= item.slider_velocity <= 2.5
            for x, y in item.curve_points:
                assert -67 <= x <= 579
                assert -60 <= y <= 428
    for before, after in pairwise(mapped.objects):
        assert after.time - end_of(before) >= 10
        if before.kind is ObjectKind.SPINNER:
            assert after.new_combo
    for item, read in zip(mapped.objects, beatmap.hit_objects, strict=True):
        assert abs(read.end_time - end_of(item)) <= 1.5  # velocity, length and tempo agree
        for rest in beatmap.breaks:
            assert read.end_time <= rest.start or read.time >= rest.end


def test_the_same_request_gives_the_same_file_and_the_seed_moves_only_places() -> None:
    plan = compose(6)
    first = map_song(plan, style=3, level=0.7, seed=1, traits=())
    again = map_song(compose(6), style=3, level=0.7, seed=1, traits=())
    assert first.osu_bytes == again.osu_bytes
    other = map_song(plan, style=3, level=0.7, seed=2, traits=())
    assert other.osu_bytes != first.osu_bytes
    assert [(item.time, item.kind) for item in other.objects] == [
        (item.time, item.kind) for item in first.objects
    ]


@pytest.mark.parametrize("style", [style.mapper_id for style in STYLES])
def test_maps_are_sane_at_every_level(style: int) -> None:
    for number, seed in enumerate(SEEDS[:3]):
        plan = compose(seed)
        for index in range(len(LEVELS)):
            assert_sane(plan, style, (index + 0.5) / len(LEVELS), seed * 100 + number + index)


@pytest.mark.parametrize("bpm", [50, 96, 181.35, 260])
def test_maps_are_sane_at_every_tempo(bpm: float) -> None:
    notes = [
        *line(Part.LEAD, 0, 16 * 96, 12),
        *line(Part.KICK, 0, 24 * 96, 24),
        *line(Part.SNARE, 24, 24 * 96, 48),
        *[(Part.VOCAL, bar * 96, 84, True) for bar in range(16, 24)],
    ]
    plan = song(notes, bars=24, tempos=tempo_row([bpm]))
    for number in range(6):
        assert_sane(plan, 2 * number + 1, (number + 0.5) / 6, number)


def test_maps_of_drifting_songs_are_sane() -> None:
    bpms = [150 + 4 * ((bar * 7) % 5 - 2) / 3 for bar in range(24)]
    notes = [
        *line(Part.LEAD, 0, 12 * 96, 12),
        *line(Part.KICK, 0, 24 * 96, 24),
        *[(Part.VOCAL, bar * 96 + 48, 90, True) for bar in range(12, 23)],
    ]
    plan = song(notes, bars=24, tempos=tempo_row(bpms))
    for number in range(6):
        assert_sane(plan, 2 * number + 2, (number + 0.5) / 6, number)
        mapped = map_song(plan, style=1, level=(number + 0.5) / 6, traits=())
        assert "meta/variable timing" in mapped.descriptors
        reds = [point for point in parsed(mapped).timing_points if point.uninherited]
        assert [point.time for point in reds] == [tempo.start_ms for tempo in plan.tempos]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_object_begins_with_a_sound(seed: int) -> None:
    plan = compose(seed)
    heard = {round(plan.milliseconds(note.tick)) for note in plan.notes if note.part in _FOLLOWED}
    for index in range(len(LEVELS)):
        mapped = map_song(plan, style=seed % 12 + 1, level=(index + 0.5) / 6, seed=seed)
        assert {item.time for item in mapped.objects} <= heard


def test_objects_stand_on_the_grid_and_not_where_a_late_player_is() -> None:
    plan = song([*line(Part.LEAD, 0, 8 * 96, 24), *line(Part.KICK, 0, 8 * 96, 24)])
    late = replace(
        plan, notes=tuple(replace(note, onset_ms=note.onset_ms + 7) for note in plan.notes)
    )
    assert (
        map_song(late, style=1, level=0.5).osu_bytes == map_song(plan, style=1, level=0.5).osu_bytes
    )


def test_stars_follow_the_level_within_every_song() -> None:
    levels = [number / 9 for number in range(10)]
    for seed in range(3, 6):
        plan = mixed_song(seed)
        stars = [
            star_rating(map_song(plan, style=seed + 1, level=level, seed=seed).osu_bytes) or 0.0
            for level in levels
        ]
        assert all(after > before - 0.1 for before, after in pairwise(stars))
        assert 0.7 < stars[0] < 2.0
        assert stars[-1] > 5.5
        for level, found in zip(levels[4:8], stars[4:8], strict=True):
            assert abs(found - level_of(level).stars) < 0.6


def test_levels_have_names_and_grow_in_everything() -> None:
    assert [level_of(value).name for value in (0, 0.16, 0.17, 0.5, 0.99, 1.0)] == [
        "Easy", "Easy", "Normal", "Insane", "Extra", "Extra",
    ]  # fmt: skip
    grades = [level_of(number / 20) for number in range(21)]
    for before, after in pairwise(grades):
        assert before.melody_ms > after.melody_ms
        assert before.speed < after.speed
        assert before.stars < after.stars
    plan = mixed_song()
    counts = [len(map_song(plan, style=1, level=n / 5, traits=()).objects) for n in range(6)]
    assert counts == sorted(counts)
    assert counts[0] * 2 < counts[-1]


def test_settings_have_one_decimal_and_grow() -> None:
    rows = []
    for number in range(11):
        beatmap = parsed(map_song(compose(0), style=1, level=number / 10, traits=()))
        row = [
            beatmap.hp_drain_rate, beatmap.circle_size,
            beatmap.overall_difficulty, beatmap.approach_rate,
        ]  # fmt: skip
        for value in row:
            assert 0 <= value <= 10
            assert abs(value * 10 - floor(value * 10 + 0.5)) < 1e-9
        rows.append(row)
    for column in zip(*rows, strict=True):
        assert list(column) == sorted(column)


def test_what_is_not_there_is_refused() -> None:
    plan = compose(0)
    with pytest.raises(ValueError, match="styles are 1 to 12"):
        map_song(plan, style=13, level=0.5)
    with pytest.raises(ValueError, match="modes are 0 to 3"):
        map_song(plan, style=1, level=0.5, mode=4)
    with pytest.raises(ValueError, match="between 0 and 1"):
        map_song(plan, style=1, level=1.5)
    with pytest.raises(ValueError, match="no trait"):
        map_song(plan, style=1, level=0.5, traits=["skillset/cooking"])
