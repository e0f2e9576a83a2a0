"""Maps that no editor writes: geometry answers, soon, and within bounds."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model_core.beatmap import Beatmap, parse
from model_core.beatmap.geometry.catch import catch_objects
from model_core.beatmap.geometry.mania import mania_objects
from model_core.beatmap.geometry.nested import nested_objects
from model_core.beatmap.geometry.slider_events import MAX_MAP_PARTS, MAX_TICKS
from model_core.beatmap.geometry.stacking import stack_heights, stacked_positions
from model_core.beatmap.geometry.taiko import taiko_objects
from tests.model_core.beatmap.geometry.maps import map_of

EVERY: tuple[Callable[[Beatmap], Sequence[Any]], ...] = (
    nested_objects,
    stacked_positions,
    catch_objects,
    lambda beatmap: catch_objects(beatmap, hard_rock=True),
    taiko_objects,
    mania_objects,
)

numbers = st.one_of(
    st.integers(-1000, 5000).map(str),
    st.floats(-200000, 200000).map(repr),
    st.sampled_from(["0", "-0", "1e-320", "2147483647", "-2147483647", "131072", "NaN", "x", ""]),
)
points = st.lists(st.tuples(numbers, numbers).map(":".join), max_size=6)
curves = st.tuples(st.sampled_from(["B", "L", "P", "C", "B2", "B9", "Q"]), points).map(
    lambda curve: "|".join([curve[0], *curve[1]])
)
object_lines = st.one_of(
    st.tuples(numbers, numbers, numbers, st.sampled_from(["1", "5"]), numbers),
    st.tuples(
        numbers, numbers, numbers, st.just("2"), st.just("0"), curves, st.integers(0, 50).map(str),
        numbers,
    ),
    st.tuples(numbers, numbers, numbers, st.sampled_from(["8", "128"]), st.just("4"), numbers),
).map(",".join)  # fmt: skip
timing_lines = st.tuples(
    numbers, numbers, st.just("4,1,0,50"), st.sampled_from(["0", "1"]), st.just("0")
).map(",".join)
keys = ("CircleSize", "ApproachRate", "OverallDifficulty", "SliderMultiplier", "SliderTickRate")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from([3, 5, 6, 7, 8, 14, 128]),
    st.sampled_from([0, 1, 2, 3]),
    st.lists(numbers, min_size=len(keys), max_size=len(keys)),
    st.lists(timing_lines, max_size=4),
    st.lists(object_lines, max_size=8),
)
def test_anything_has_places(
    version: int, mode: int, values: list[str], timing: list[str], objects: list[str]
) -> None:
    lines = [
        f"osu file format v{version}",
        "[General]",
        f"Mode: {mode}",
        f"StackLeniency: {values[0]}",
        "[Difficulty]",
        *(f"{key}:{value}" for key, value in zip(keys, values, strict=True)),
        "[TimingPoints]",
        *timing,
        "[HitObjects]",
        *objects,
    ]
    beatmap = parse("\n".join(lines).encode())
    for ask in EVERY:
        assert len(ask(beatmap)) == len(beatmap.hit_objects)
    for x, y in stacked_positions(beatmap):
        assert math.isfinite(x) and math.isfinite(y)
    for parts in nested_objects(beatmap):
        assert all(math.isfinite(part.x + part.y + part.time) for part in parts)
    for fallen in catch_objects(beatmap):
        assert all(0 <= part.x <= 512 for part in fallen)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mode", "line", "ask"),
    [
        (0, "0,0,{},2,0,L|99:0,1,90000", nested_objects),
        (2, "0,0,{},2,0,L|99:0,1,90000", catch_objects),
        (2, "0,0,{},8,0,2000000000", catch_objects),
    ],
)
def test_many_endless_objects_stay_within_bounds(
    mode: int, line: str, ask: Callable[[Beatmap], Sequence[Sequence[object]]]
) -> None:
    beatmap = map_of(
        "\n".join(line.format(at) for at in range(60)),
        mode=mode,
        timing="0,-1000,4,1,0,50,0,0",
        SliderMultiplier=0.4,
        SliderTickRate=4,
    )
    made = ask(beatmap)
    assert len(made) == 60
    assert MAX_MAP_PARTS <= sum(map(len, made)) < MAX_MAP_PARTS + 2 * MAX_TICKS


def test_endless_drum_rolls_stay_within_bounds() -> None:
    objects = "\n".join(f"0,0,{at},2,0,L|99:0,500,100000" for at in range(60))
    made = taiko_objects(map_of(objects, mode=1, timing="0,6,4,1,0,50,1,0", SliderMultiplier=0.4))
    assert sum(len(roll.ticks) for roll in made) < MAX_MAP_PARTS + MAX_TICKS


def test_everything_in_one_moment_is_stacked_in_bounded_time() -> None:
    objects = "\n".join(f"{at % 500},{at // 500},1000,1,0" for at in range(30_000))
    beatmap = map_of(objects)
    beatmap.hit_objects  # noqa: B018
    before = time.process_time()
    stack_heights(beatmap)
    assert time.process_time() - before < 20
