"""The rule mapper: maps that a mapper would find sane, and that can be heard in the music."""

from __future__ import annotations

from itertools import pairwise
from math import hypot

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_core.beatmap.new_objects import NewObject, ObjectKind
from model_core.training.mapper import LEVELS, STYLES, level_of, map_song
from model_core.training.mapper.levels import allows
from model_core.training.mapper.shapes import shape
from model_core.training.songs import TICKS_PER_BEAT, Part, SectionKind, SongPlan, compose

SEEDS = (0, 2, 4, 9, 14)


def _end(item: NewObject) -> int:
    return item.time if item.end_time is None else item.end_time


def _ticks(plan: SongPlan, divisor: int) -> set[int]:
    """Whole milliseconds of every tick of a divisor over the song."""
    last = plan.sections[-1].end_tick + 8 * TICKS_PER_BEAT * plan.tempos[-1].meter
    step = TICKS_PER_BEAT // divisor
    return {round(plan.milliseconds(tick)) for tick in range(0, last, step)}


def test_the_same_request_gives_the_same_file_and_the_seed_moves_only_places() -> None:
    plan = compose(6)
    first = map_song(plan, style=3, level=0.7, seed=1)
    assert first.osu_bytes == map_song(compose(6), style=3, level=0.7, seed=1).osu_bytes
    other = map_song(plan, style=3, level=0.7, seed=2)
    assert other.osu_bytes != first.osu_bytes
    assert [(item.time, item.kind) for item in other.objects] == [
        (item.time, item.kind) for item in first.objects
    ]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("style", [style.mapper_id for style in STYLES])
def test_maps_are_sane_at_every_level(seed: int, style: int) -> None:
    plan = compose(seed)
    grid = _ticks(plan, 3) if plan.triplets else _ticks(plan, 4)
    fine = grid | _ticks(plan, 12)
    for level in LEVELS:
        mapped = map_song(plan, style=style, level=(level.index + 0.5) / 5, seed=seed)
        assert mapped.level_name == level.name
        assert mapped.objects[0].new_combo
        for item in mapped.objects:
            assert 0 <= item.x <= 512
            assert 0 <= item.y <= 384
            assert item.time in grid
            if item.kind is ObjectKind.SLIDER:
                assert item.end_time in fine
                assert len(item.sounds) == item.slides + 1
                assert item.length > 5
                drawn = hypot(item.curve_points[-1][0] - item.x, item.curve_points[-1][1] - item.y)
                assert drawn <= item.length + 3
                assert all(0 <= x <= 512 and 0 <= y <= 384 for x, y in item.curve_points[-1:])
        for before, after in pairwise(mapped.objects):
            quarter = plan.tempos[0].beat_length / 4 * 0.7
            least = quarter if before.kind is not ObjectKind.CIRCLE else 1
            assert after.time - _end(before) >= least
            if before.kind is ObjectKind.SPINNER:
                assert after.new_combo


@pytest.mark.parametrize("seed", SEEDS)
def test_every_object_begins_with_a_sound_and_rests_are_kept(seed: int) -> None:
    plan = compose(seed)
    heard = [
        note.onset_ms
        for note in plan.notes
        if note.part in (Part.LEAD, Part.KICK, Part.SNARE, Part.TOM, Part.RISER, Part.HAT)
    ]
    for level in LEVELS:
        mapped = map_song(plan, style=seed % 8 + 1, level=(level.index + 0.5) / 5, seed=seed)
        for item in mapped.objects:
            assert min(abs(onset - item.time) for onset in heard) <= 1
            assert plan.section_at(_tick(plan, item.time)).kind is not SectionKind.BREAK


def _tick(plan: SongPlan, time: float) -> int:
    tempo = plan.tempos[0]
    for candidate in plan.tempos:
        if candidate.start_ms <= time + 0.5:
            tempo = candidate
    return tempo.tick + round((time - tempo.start_ms) / tempo.beat_length * TICKS_PER_BEAT)


@pytest.mark.parametrize("seed", SEEDS)
def test_held_notes_that_begin_an_object_become_sliders_of_their_length(seed: int) -> None:
    plan = compose(seed)
    held = {
        round(note.onset_ms): note.duration_ms
        for note in plan.notes
        if note.part is Part.LEAD and note.held and note.ticks >= TICKS_PER_BEAT
    }
    mapped = map_song(plan, style=1, level=0.7)
    checked = 0
    for item in mapped.objects:
        if item.time not in held:
            continue
        checked += 1
        assert item.kind is ObjectKind.SLIDER
        assert item.time + held[item.time] + 1 >= _end(item)
    assert checked or not held


def test_higher_levels_are_denser_harder_and_further_apart() -> None:
    counts = [0] * len(LEVELS)
    for seed in range(8):
        plan = compose(seed)
        for index in range(len(LEVELS)):
            counts[index] += len(map_song(plan, style=1, level=(index + 0.5) / 5).objects)
    assert counts == sorted(counts)
    assert [level_of(value).name for value in (0, 0.19, 0.2, 0.59, 1.0)] == [
        "Easy", "Easy", "Normal", "Hard", "Extra",
    ]  # fmt: skip


def test_star_rating_grows_with_the_level() -> None:
    rosu = pytest.importorskip("rosu_pp_py")
    plan = compose(1)
    stars = [
        rosu.Difficulty()
        .calculate(
            rosu.Beatmap(
                content=map_song(plan, style=1, level=(index + 0.5) / 5).osu_bytes.decode()
            )
        )
        .stars
        for index in range(len(LEVELS))
    ]
    assert stars == sorted(stars)
    assert 1.0 < stars[0] < 2.5
    assert stars[-1] > 4.0


def test_swing_moves_the_half_beat_to_the_last_third() -> None:
    assert [tick for tick in range(24) if allows(12, tick, True)] == [0, 16]
    assert [tick for tick in range(24) if allows(6, tick, True)] == [0, 8, 16]
    assert [tick for tick in range(24) if allows(6, tick, False)] == [0, 6, 12, 18]


def test_an_unknown_style_is_refused() -> None:
    with pytest.raises(ValueError, match="styles are 1 to 8"):
        map_song(compose(0), style=9, level=0.5)


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from("LPBR"),
    x=st.integers(20, 492),
    y=st.integers(20, 364),
    heading=st.floats(-4, 4),
    length=st.floats(20, 250),
    bend=st.floats(0.4, 1.8),
)
def test_slider_shapes_stay_on_the_playfield(
    kind: str, x: int, y: int, heading: float, length: float, bend: float
) -> None:
    made = shape(kind, (float(x), float(y)), heading, length, bend)
    assert 0 <= made.end[0] <= 512
    assert 0 <= made.end[1] <= 384
    assert hypot(made.end[0] - x, made.end[1] - y) <= length * 1.01
    assert made.points
