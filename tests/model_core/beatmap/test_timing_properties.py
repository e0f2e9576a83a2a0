"""Random edits of timing lines on every map of the corpus, judged by a second reading."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_core.beatmap import (
    Beatmap,
    Edit,
    GreenSetting,
    RedLine,
    change_green_lines,
    green_lines_of,
    parse,
    red_lines_of,
    remap_with_timing,
    set_green_lines,
    set_red_lines,
)
from model_core.errors import EditRefused, InputError

from .maps import maps_of_mode, random_notes, random_objects
from .oracle import Reading
from .test_remap_properties import object_texts, read, timing_texts


def readings(edit: Edit, beatmap: Beatmap) -> tuple[Reading, Reading] | None:
    """Both files as the second reading has them, where it knows their shape."""
    if not 5 <= beatmap.version <= 14:
        return None
    try:
        old, new = Reading(beatmap.to_bytes()), Reading(edit.result.to_bytes())
    except (ValueError, IndexError, UnicodeDecodeError):
        return None
    return (old, new) if old.sorted and old.lines else None


def state(reading: Reading, time: float) -> tuple[object, ...]:
    sample = reading.sample(time)
    return (reading.velocity(time), (sample[0] or 1, *sample[1:]), reading.kiai(time))


def moments(*both: Reading) -> list[float]:
    times = {line.time for reading in both for line in reading.lines}
    return sorted({t + step for t in times for step in (-1, -0.25, 0, 0.25, 1, 5, 6)})


def near(time: float, first: int, last: int) -> bool:
    """Whether a moment is worth the second reading's slow look: farther off, lines are equal."""
    return first - 8000 <= time <= last + 8000


def judge_patch(beatmap: Beatmap, edit: Edit) -> None:
    data, result = beatmap.to_bytes(), edit.result.to_bytes()
    assert edit.patch.apply(data) == result
    assert edit.patch.invert(data).apply(result) == data
    if not edit.patch.edits:
        assert data == result


def other_lines(beatmap: Beatmap, gone: set[int]) -> list[bytes]:
    lines = enumerate(beatmap.document.lines)
    texts = [line.rstrip(b"\r\n") for index, line in lines if index not in gone]
    # A section that had to be made comes with a header and a blank line.
    return [text for text in texts if text.strip() and text != b"[TimingPoints]"]


def judge_red(beatmap: Beatmap, edit: Edit, asked: list[RedLine], first: int, last: int) -> None:
    judge_patch(beatmap, edit)
    result = edit.result
    known = {p.time for p in beatmap.timing_points if not p.uninherited}
    red_times = {p.time for b in (beatmap, result) for p in b.timing_points if p.uninherited}
    gone = {p.line for p in beatmap.timing_points if p.uninherited and first <= p.time <= last}
    come = {p.line for p in result.timing_points if p.uninherited and first <= p.time <= last}
    companions = [p for p in result.timing_points if not p.uninherited and p.time not in known]
    assert {p.time for p in companions} <= red_times
    assert len(companions) == edit.summary.restoring
    come |= {p.line for p in companions}
    if edit.scope.resnap:
        gone |= {item.line for item in beatmap.hit_objects}
        come |= {item.line for item in result.hit_objects}
    assert other_lines(beatmap, gone) == other_lines(result, come)
    found = red_lines_of(result, first, last)
    assert [line.time for line in found] == sorted(line.time for line in asked)
    by_time = {line.time: line for line in asked}
    for line in found:
        assert line.beat_length == pytest.approx(by_time[line.time].beat_length, rel=1e-9)
        assert line.meter == by_time[line.time].meter
    old_objects = [beatmap.document.lines[i.line].split(b",") for i in beatmap.hit_objects]
    new_objects = [result.document.lines[i.line].split(b",") for i in result.hit_objects]
    for before, after in zip(old_objects, new_objects, strict=True):
        if edit.scope.resnap:
            before[2] = after[2] = b""
            if len(before) > 5:
                before[5] = after[5] = before[5].partition(b":")[2]
        assert [f.rstrip() for f in before] == [f.rstrip() for f in after]
    times = [(i.time, j.time) for i, j in zip(beatmap.hit_objects, result.hit_objects, strict=True)]
    ordered = sorted(times)
    assert [new for _, new in ordered] == sorted(new for _, new in ordered)
    assert len({old for old, _ in times}) == len({new for _, new in times})
    pair = readings(edit, beatmap)
    if pair is None or edit.scope.loose_state:
        return
    old, new = pair
    assert new.sorted
    start = min((line.time for line in new.lines if line.red), default=float("-inf"))
    for moment in moments(old, new):
        if moment >= start:
            assert state(old, moment) == state(new, moment), moment


def random_red_edit(beatmap: Beatmap, dice: random.Random) -> bool:
    """One random edit; whether it was made and not refused."""
    own = red_lines_of(beatmap)
    first, last = -(10**9), 10**9
    if dice.random() < 0.4 and beatmap.hit_objects:
        first = int(dice.choice(beatmap.hit_objects).time)
        last = first + dice.choice([0, 1000, 20000])
    asked: list[RedLine] = []
    shift = dice.choice([0, 0, 1, -7, 12, 500])
    for line in red_lines_of(beatmap, first, last):
        what = dice.random()
        time, beat = line.time + shift, line.beat_length
        if what < 0.15:
            continue
        if what < 0.4:
            beat = min(60000.0, max(6.0, beat * dice.choice([0.5, 1.001, 1.2])))
        asked.append(RedLine(time, beat, dice.choice([line.meter, line.meter, 3])))
    low, high = max(first, 0), min(last, 300_000)
    for _ in range(dice.choice([0, 0, 1, 1, 5])):
        if low <= high:
            greens = [p.time for p in beatmap.timing_points if low <= p.time <= high]
            time = dice.choice([*greens[:50], dice.randint(low, high)])
            asked.append(RedLine(time, dice.choice([300, 333.25, 1000 / 3])))
    if beatmap.version < 128:
        known = {line.time for line in own}
        asked = [
            line if line.time in known else RedLine(float(int(line.time)), line.beat_length)
            for line in asked
        ]
    asked = list({line.time: line for line in asked if first <= line.time <= last}.values())
    dice.shuffle(asked)
    try:
        edit = set_red_lines(
            beatmap,
            asked,
            start_ms=first,
            end_ms=last,
            resnap=dice.random() < 0.3,
            keep_state=dice.random() < 0.85,
        )
    except EditRefused as refused:
        text = str(refused)
        # Objects that would meet, a map without tempo, objects that no line can reach.
        assert any(
            part in text
            for part in ("no longer be", "end time of the", "without any red", "would change from")
        ), text
        return False
    judge_red(beatmap, edit, asked, first, last)
    return True


def judge_green(beatmap: Beatmap, edit: Edit, first: int, last: int) -> None:
    judge_patch(beatmap, edit)
    result = edit.result

    def within(point_time: float) -> bool:
        return first <= point_time <= last + 7

    gone = {p.line for p in beatmap.timing_points if not p.uninherited and within(p.time)}
    come = {p.line for p in result.timing_points if not p.uninherited and within(p.time)}
    assert other_lines(beatmap, gone) == other_lines(result, come)
    behind = {p.line for p in beatmap.timing_points if last < p.time <= last + 7}
    kept = [beatmap.document.lines[line].rstrip() for line in behind]
    assert all(text in [line.rstrip() for line in result.document.lines] for text in kept)
    pair = readings(edit, beatmap)
    if pair is None:
        return
    old, new = pair
    assert new.sorted
    ends = max((item.end_time for item in beatmap.hit_objects), default=0.0)
    goes_on = ends > last or any(line.time > last for line in old.lines)
    # Before all lines the first one speaks; what matters there is objects, as judged below.
    start = min(line.time for line in old.lines)
    for moment in moments(old, new):
        if not near(moment, first, last):
            continue
        if start <= moment < first or (goes_on and moment >= last + 7):
            assert state(old, moment) == state(new, moment), moment
    for item in beatmap.hit_objects:
        if first <= item.time <= last or not near(item.time, first, last):
            continue
        assert old.velocity(item.time) == new.velocity(item.time)
        for node in item.node_times:
            if not first <= node <= last:
                assert old.sample(node + 5) == new.sample(node + 5)
                assert old.kiai(node) == new.kiai(node)


def random_green_edit(beatmap: Beatmap, dice: random.Random) -> bool:
    times = [item.time for item in beatmap.hit_objects] or [0.0]
    first = int(dice.choice(times)) + dice.choice([0, 0, 1, -3, -200])
    last = first + dice.choice([0, 1, 500, 4000])
    put = [
        GreenSetting(
            dice.randint(first, last),
            dice.choice([None, None, 0.5, 1.0, 1.35, 10.0, 0.02]),
            dice.choice([None, 0, 1, 2, 3]),
            dice.choice([None, 0, 7]),
            dice.choice([None, 5, 100]),
            dice.choice([None, True, False]),
        )
        for _ in range(dice.choice([0, 1, 1, 4]))
    ]
    put = list({setting.time: setting for setting in put}.values())
    own = green_lines_of(beatmap, first, last)
    remove = [setting.time for setting in own if dice.random() < 0.3]
    try:
        edit = change_green_lines(beatmap, first, last, put=put, remove=remove)
    except InputError as refused:
        assert "red line" in str(refused) or "one field for both" in str(refused)
        return False
    except EditRefused as refused:
        assert " of the " in str(refused) or "(line " in str(refused)
        return False
    judge_green(beatmap, edit, first, last)
    return True


def judge_unlocked(beatmap: Beatmap, edit: Edit, first: int, last: int) -> None:
    judge_patch(beatmap, edit)
    before = [i for i in beatmap.hit_objects if not first <= i.time <= last]
    following = min((i.time for i in before if i.time > last), default=float("inf"))
    after = [i for i in edit.result.hit_objects if i.time < first or i.time >= following]
    assert [beatmap.document.lines[i.line].rstrip() for i in before] == [
        edit.result.document.lines[i.line].rstrip() for i in after
    ]
    pair = readings(edit, beatmap)
    if pair is None:
        return
    old, new = pair
    for item in before:
        if not near(item.time, first, last):
            continue
        assert old.velocity(item.time) == new.velocity(item.time)
        was, now = old.tempo(item.time), new.tempo(item.time)
        assert (was is None) == (now is None)
        if was is not None and now is not None:
            assert was[1:] == now[1:]
            bars = (now[0] - was[0]) / (was[1] * was[2])
            assert abs(bars - round(bars)) * was[1] * was[2] < 0.02
        for moment in [*(node + 5 for node in item.node_times), item.time + 6]:
            assert state(old, moment)[1] == state(new, moment)[1]
        for node in item.node_times:
            assert old.kiai(node) == new.kiai(node)


def random_unlocked(beatmap: Beatmap, dice: random.Random) -> bool:
    first = int(dice.choice(beatmap.hit_objects).time) if beatmap.hit_objects else 1000
    last = first + dice.choice([500, 3000, 9000])
    times = {dice.randint(first, last) for _ in range(dice.choice([0, 1, 3]))} | {first}
    asked = [RedLine(t, dice.choice([300, 412.5, 1000 / 3]), dice.choice([3, 4])) for t in times]
    if beatmap.mode == 3:
        keys = max(1, round(beatmap.circle_size))
        objects = random_notes(dice, first, last, 12, keys)
    else:
        objects = random_objects(dice, first, last, 12)
    try:
        edit = remap_with_timing(beatmap, first, last, objects, asked)
    except EditRefused as refused:
        text = str(refused)
        assert "no bar line" in text or "would change from" in text or "[HitObjects]" in text, text
        return False
    judge_unlocked(beatmap, edit, first, last)
    return True


EDITS = {"red": random_red_edit, "green": random_green_edit, "unlocked": random_unlocked}


def run_all(corpus: Path, mode: int, kind: str, seed: int, rounds: int) -> None:
    made = 0
    for number, name in enumerate(maps_of_mode(corpus, mode)):
        dice = random.Random(seed * 1000 + number)
        made += sum(EDITS[kind](read(corpus / name), dice) for _ in range(rounds))
    # Not every range has room for a bar line behind it.
    least = (30, 3, 4, 5) if kind == "unlocked" else (30, 6, 8, 10)
    assert made >= least[mode] * rounds


@pytest.mark.slow
@pytest.mark.parametrize("kind", EDITS)
@pytest.mark.parametrize("mode", range(4))
def test_every_map(corpus: Path, mode: int, kind: str) -> None:
    run_all(corpus, mode, kind, 1, 1)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", EDITS)
@pytest.mark.parametrize("mode", range(4))
def test_every_map_many_times(corpus: Path, mode: int, kind: str) -> None:
    run_all(corpus, mode, kind, 2, 5)


@pytest.mark.slow
@pytest.mark.parametrize("mode", range(4))
def test_what_is_there_changes_nothing(corpus: Path, mode: int) -> None:
    for name in maps_of_mode(corpus, mode):
        beatmap = read(corpus / name)
        assert set_red_lines(beatmap, red_lines_of(beatmap)).patch.edits == ()
        own = green_lines_of(beatmap, -(10**9), 10**9)
        assert set_green_lines(beatmap, -(10**9), 10**9, own).patch.edits == ()


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 3), st.integers(0, 10**9), st.integers(0, 10**9), st.sampled_from(list(EDITS))
)
def test_any_map_and_any_edit(corpus: Path, mode: int, which: int, seed: int, kind: str) -> None:
    names = maps_of_mode(corpus, mode)
    EDITS[kind](read(corpus / names[which % len(names)]), random.Random(seed))


@settings(max_examples=300, deadline=None)
@given(timing_texts(), object_texts(), st.integers(), st.sampled_from(list(EDITS)))
def test_dense_timing_lines(timing: str, objects: str, seed: int, kind: str) -> None:
    beatmap = parse(
        f"osu file format v14\n[Difficulty]\nSliderMultiplier:1.4\n[TimingPoints]\n{timing}\n"
        f"[HitObjects]\n{objects}\n".encode()
    )
    EDITS[kind](beatmap, random.Random(seed))
