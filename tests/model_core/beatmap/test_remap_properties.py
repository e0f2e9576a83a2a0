"""Random remaps of every map of the corpus, judged by a second reading of the files."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_core.beatmap import (
    Beatmap,
    NewObject,
    ObjectKind,
    RemapEdit,
    free_range,
    parse,
    remap,
    replaced_objects,
)
from model_core.errors import EditRefused

from .maps import maps_of_mode, random_notes, random_objects, standard_maps
from .oracle import Reading


@lru_cache(maxsize=128)
def read(path: Path) -> Beatmap:
    return parse(path.read_bytes())


def lines_outside(
    beatmap: Beatmap, start: int, end: int, last: float, *, next_combo: bool = False
) -> list[bytes]:
    """All lines but objects and green lines of the range, breaks, and what restores it."""
    inside = {item.line for item in beatmap.hit_objects if start <= item.time <= end}
    inside |= {
        p.line for p in beatmap.timing_points if not p.uninherited and start <= p.time <= last
    }
    inside |= {period.line for period in beatmap.breaks}
    if next_combo:
        later = [item for item in beatmap.hit_objects if item.time > end]
        inside |= {item.line for item in [min(later, key=lambda i: i.time)] if later}
    return [
        line.rstrip(b"\r\n")
        for index, line in enumerate(beatmap.document.lines)
        if index not in inside
    ]


def judge(beatmap: Beatmap, edit: RemapEdit, start: int, end: int) -> None:
    data, result = beatmap.to_bytes(), edit.result.to_bytes()
    assert edit.patch.apply(data) == result
    assert edit.patch.invert(data).apply(result) == data
    following = min((i.time for i in beatmap.hit_objects if i.time > end), default=float("inf"))
    new_end = max([end, *(i.end_time or i.time for i in edit.objects)])
    assert new_end < following
    last = min(following, new_end + 8)
    turned = "new combo of the next" in edit.summary.text
    assert turned <= edit.scope.next_combo
    assert lines_outside(beatmap, start, end, last, next_combo=turned) == lines_outside(
        edit.result, start, int(new_end), last, next_combo=turned
    )
    if turned:
        judge_turned(beatmap, edit, end, int(new_end))
    # Green lines behind the range are all still there, and none is put before it.
    for first, stop in ((float("-inf"), start - 0.001), (end + 0.001, float("inf"))):
        before = greens(beatmap, first, stop)
        after = greens(edit.result, first, stop)
        assert [line for line in after if line in before] == before
        assert len(after) <= len(before) + (len(edit.objects) * 12 if stop > end else 0)
    if 5 <= beatmap.version <= 14:
        judge_states(beatmap, edit, start, end)


def judge_turned(beatmap: Beatmap, edit: RemapEdit, end: int, new_end: int) -> None:
    """The first object after the range differs in its new-combo bit and in nothing else."""
    lines = []
    for each, last in ((beatmap, end), (edit.result, new_end)):
        item = min((i for i in each.hit_objects if i.time > last), key=lambda i: i.time)
        lines.append(each.document.lines[item.line].split(b","))
    assert int(lines[0][3]) ^ int(lines[1][3]) == 4
    assert lines[0][:3] + lines[0][4:] == lines[1][:3] + lines[1][4:]


def greens(beatmap: Beatmap, first: float, stop: float) -> list[bytes]:
    return [
        beatmap.document.lines[p.line].rstrip(b"\r\n")
        for p in beatmap.timing_points
        if not p.uninherited and first <= p.time <= stop
    ]


def judge_states(beatmap: Beatmap, edit: RemapEdit, start: int, end: int) -> None:
    try:
        old, new = Reading(beatmap.to_bytes()), Reading(edit.result.to_bytes())
    except (ValueError, IndexError, OverflowError):
        return  # lines of a shape that the plain reading does not know
    if not old.sorted or not new.sorted:
        assert old.sorted == new.sorted
        return
    new_last = max([end, *(i.end_time or i.time for i in edit.objects)])
    moments: list[float] = []
    for item in beatmap.hit_objects:
        if start <= item.time <= end:
            continue
        if abs(item.time - start) > 20000 and abs(item.time - end) > 20000:
            continue  # far from the range: the lines are the same, as judged above
        assert old.velocity(item.time) == new.velocity(item.time)
        if beatmap.mode in (1, 3):
            assert old.scroll(item.time) == new.scroll(item.time)
        assert old.tempo(item.time) == new.tempo(item.time)
        for node in item.node_times:
            moments += [node + 5]
            assert old.kiai(node) == new.kiai(node)
        assert old.kiai(item.end_time) == new.kiai(item.end_time)
        moments += [item.time + 5, item.time + 6, item.end_time + 5, item.end_time + 6]
    for moment in moments:
        assert old.sample(moment) == new.sample(moment), moment
    step = max(1, int(new_last - start) // 200)
    for moment in range(start - 10, int(new_last) + 20, step):
        if not edit.scope.kiai or not start <= moment <= new_last + 8:
            assert old.kiai(moment) == new.kiai(moment)
    if not edit.scope.next_combo:
        assert [raw for t, raw in old.objects if not start <= t <= end] == [
            raw for t, raw in new.objects if not start <= t <= new_last
        ]


def random_remap(beatmap: Beatmap, dice: random.Random) -> None:
    times = [item.time for item in beatmap.hit_objects] or [0.0, 5000.0]
    start = int(dice.choice(times)) + dice.choice([0, 0, 1, -1, dice.randint(-500, 500)])
    end = start + dice.choice([0, 1, 500, 2000, 4000, dice.randint(0, 10000)])
    count = dice.choice([0, 1, 5, 20, (end - start) // 150])
    if beatmap.mode == 3:
        objects = random_notes(dice, start, end, count, max(1, round(beatmap.circle_size)))
    else:
        objects = random_objects(dice, start, end, count)
    kiai = None
    if dice.random() < 0.3 and beatmap.timing.red_lines:
        edges = sorted(dice.randint(start - 100, end + 100) for _ in range(dice.choice([0, 2, 4])))
        kiai = list(zip(edges[::2], edges[1::2], strict=True))
    edit = remap(
        beatmap,
        start,
        end,
        objects,
        take_volume=dice.random() < 0.8,
        take_sv=dice.random() < 0.8,
        kiai=kiai,
        next_combo=dice.random() < 0.3,
    )
    judge(beatmap, edit, start, end)


def run_all(corpus: Path, mode: int, seed: int, rounds: int) -> None:
    edited = 0
    for number, name in enumerate(maps_of_mode(corpus, mode)):
        beatmap = read(corpus / name)
        dice = random.Random(seed * 1000 + number)
        if not beatmap.document.has_section("HitObjects"):
            with pytest.raises(EditRefused):
                remap(beatmap, 0, 1000, [])
            continue
        for _ in range(rounds):
            random_remap(beatmap, dice)
        edited += 1
    assert edited >= (80, 15, 20, 30)[mode]


@pytest.mark.parametrize("mode", range(4))
def test_every_map_keeps_what_is_outside(corpus: Path, mode: int) -> None:
    run_all(corpus, mode, 1, 1)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("mode", range(4))
def test_every_map_keeps_what_is_outside_many_times(corpus: Path, mode: int) -> None:
    run_all(corpus, mode, 2, 25)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 3), st.integers(0, 10**9), st.integers(0, 10**9))
def test_any_map_and_any_range(corpus: Path, mode: int, which: int, seed: int) -> None:
    names = maps_of_mode(corpus, mode)
    beatmap = read(corpus / names[which % len(names)])
    if beatmap.document.has_section("HitObjects"):
        random_remap(beatmap, random.Random(seed))


@st.composite
def timing_texts(draw: st.DrawFn) -> str:
    """Timing lines in order of time, red and green ones as they come."""
    lines = ["0,400,4,1,0,70,1,0"]
    time = 0
    for _ in range(draw(st.integers(0, 14))):
        time += draw(st.sampled_from([0, 1, 4, 6, 100, 400]))
        red = draw(st.integers(0, 4)) == 0
        beat = (
            draw(st.sampled_from([300, 400.5]))
            if red
            else draw(st.sampled_from([-50, -100, -133.3]))
        )
        sample = f"{draw(st.integers(0, 3))},{draw(st.integers(0, 2))},{draw(st.integers(1, 100))}"
        lines.append(f"{time},{beat},4,{sample},{int(red)},{draw(st.integers(0, 1))}")
    return "\n".join(lines)


@st.composite
def object_texts(draw: st.DrawFn) -> str:
    """Circles and sliders close to one another, the sliders reaching over others at times."""
    lines, time = [], 0
    for _ in range(draw(st.integers(0, 14))):
        time += draw(st.sampled_from([1, 3, 50, 100, 250]))
        if draw(st.booleans()):
            lines.append(f"10,10,{time},1,0,0:0:0:0:")
        else:
            slides, length = draw(st.integers(1, 3)), draw(st.sampled_from([20, 70, 150]))
            lines.append(f"10,10,{time},2,0,L|200:10,{slides},{length}")
    return "\n".join(lines)


@settings(max_examples=200, deadline=None)
@given(timing_texts(), object_texts(), st.integers(0, 1500), st.integers(0, 600), st.integers())
def test_dense_timing_lines(timing: str, objects: str, start: int, length: int, seed: int) -> None:
    beatmap = parse(
        f"osu file format v14\n[Difficulty]\nSliderMultiplier:1.4\n[TimingPoints]\n{timing}\n"
        f"[HitObjects]\n{objects}\n".encode()
    )
    dice = random.Random(seed)
    made = random_objects(dice, start, start + length, dice.randint(0, 8))
    judge(beatmap, remap(beatmap, start, start + length, made), start, start + length)


def spaced_objects(dice: random.Random, start: int, end: int) -> list[NewObject]:
    """Objects as a model makes them: one after another, none on the next one's heels."""
    objects, time = [], start
    while time < end:
        item = replace(random_objects(dice, time, time, 1)[0], time=time)
        if item.kind is ObjectKind.SPINNER:
            item = replace(item, end_time=time + 400)
        objects.append(item)
        time += dice.choice([100, 150, 333, 700])
    return objects


def test_new_objects_sound_as_they_were_meant(corpus: Path) -> None:
    heard = 0
    for number, name in enumerate(standard_maps(corpus)[::4]):
        beatmap = read(corpus / name)
        reds = beatmap.timing.red_lines
        if not beatmap.hit_objects or not reds:
            continue
        dice = random.Random(number)
        start = max(int(dice.choice(beatmap.hit_objects).time), int(reds[0].time) + 1)
        end = start + 4000
        free = free_range(beatmap, start, end)
        edit = remap(beatmap, start, end, spaced_objects(dice, start, end))
        made = replaced_objects(edit.result, start, end)
        own = [p.time for p in beatmap.timing_points if p.uninherited]
        for item, meant in zip(made, edit.objects, strict=False):
            for index, node in enumerate(item.node_times):
                sound = meant.sounds[min(index, len(meant.sounds) - 1)]
                # Out of reach: sounds of what stays, lines behind the range, red lines close by.
                stuck = any(node < time <= node + 5 for time in own)
                if node <= free.sounds_until_ms + 1 or node + 5 >= min(free.following_ms, end):
                    continue
                if stuck:
                    continue
                state = edit.result.timing.sample_at(node + 5)
                sets = item.node_sets[index] if item.node_sets else None
                normal = item.sample.normal_set if sets is None else sets[0]
                assert state.volume == sound.volume, (name, node)
                assert (normal or state.sample_set) == sound.sample_set, (name, node)
                heard += 1
    assert heard > 200


@pytest.mark.parametrize("mode", [1, 3])
def test_new_objects_scroll_and_sound_as_they_were_meant(corpus: Path, mode: int) -> None:
    judged = 0
    for number, name in enumerate(maps_of_mode(corpus, mode)):
        beatmap = read(corpus / name)
        reds = beatmap.timing.red_lines
        if not beatmap.hit_objects or not reds or beatmap.version < 12:
            continue
        dice = random.Random(number)
        start = max(int(dice.choice(beatmap.hit_objects).time), int(reds[0].time) + 1)
        keys = max(1, round(beatmap.circle_size))
        objects = random_notes(dice, start, start + 3000, 30, keys)
        if mode == 1:
            objects = [replace(i, kind=ObjectKind.CIRCLE, end_time=None) for i in objects]
        edit = remap(beatmap, start, start + 3000, objects)
        speeds: dict[int, float] = {}
        for item in edit.objects:
            if item.slider_velocity is not None:
                speeds[item.time] = min(10, max(0.01, item.slider_velocity))
        made = replaced_objects(edit.result, start, start + 3000)
        free = free_range(beatmap, start, start + 3000)
        for item, meant in zip(made, edit.objects, strict=False):
            scroll = edit.result.timing.scroll_speed_at(item.time)
            own = beatmap.timing.scroll_speed_at(item.time)
            assert scroll == pytest.approx(speeds.get(meant.time, own)), (name, item.time)
            node = item.end_time + 5
            near = free.sounds_until_ms + 1 >= item.end_time or node >= free.following_ms
            heard = item.sample.volume or edit.result.timing.sample_at(node).volume
            if mode == 3 and not near and meant.sounds[0].volume:
                assert heard == meant.sounds[0].volume, (name, item.time)
            judged += 1
    assert judged > 60
