"""Random sounds for random ranges of maps of all modes, judged by a second reading."""

from __future__ import annotations

import random
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_core.beatmap import (
    Beatmap,
    HitsoundEdit,
    ObjectSounds,
    Sound,
    object_sounds,
    parse,
    set_hitsounds,
)
from model_core.errors import EditRefused

from .maps import corpus_entries
from .sound_oracle import Heard, SoundReading, judge


@lru_cache(maxsize=128)
def read(path: Path) -> Beatmap:
    return parse(path.read_bytes())


def names(corpus: Path) -> list[str]:
    return [str(entry["file"]) for entry in corpus_entries(corpus)]


def random_sound(dice: random.Random) -> Sound:
    volume = dice.choice([5, 30, 50, 70, 100, dice.randint(0, 100)])
    additions = dice.choice([0, 0, 2, 4, 8, 10, 14])
    return Sound(additions, dice.randint(1, 3), dice.randint(1, 3), volume)


def random_sounds(
    beatmap: Beatmap, dice: random.Random, start: int, end: int
) -> dict[int, ObjectSounds]:
    share = dice.choice([1.0, 1.0, 0.5, 0.1])
    sounds = {}
    for item in beatmap.hit_objects:
        if start <= item.time <= end and dice.random() < share:
            now = object_sounds(item, beatmap.timing)
            nodes = tuple(random_sound(dice) for _ in now.nodes)
            if dice.random() < 0.3:
                nodes = (nodes[0],) * len(nodes)
            body = dice.choice([None, nodes[0], random_sound(dice)])
            sounds[item.line] = ObjectSounds(nodes, None if now.body is None else body)
    return sounds


def random_range(beatmap: Beatmap, dice: random.Random) -> tuple[int, int]:
    times = [item.time for item in beatmap.hit_objects] or [0.0, 5000.0]
    start = int(dice.choice(times)) + dice.choice([0, 0, 1, -1, dice.randint(-500, 500)])
    return start, start + dice.choice([0, 1, 500, 2000, 4000, dice.randint(0, 10000)])


def plain(sound: Sound) -> Heard:
    return (sound.additions, sound.sample_set, sound.addition_set, sound.volume)


def known_to_the_oracle(data: bytes, version: int) -> bool:
    if not 5 <= version <= 14 or b"\r" in data.replace(b"\r\n", b"\n"):
        return False
    try:
        SoundReading(data)
    except (ValueError, IndexError, StopIteration):
        return False
    return True


def check_edit(
    beatmap: Beatmap,
    edit: HitsoundEdit,
    start: int,
    end: int,
    sounds: dict[int, ObjectSounds],
    take: tuple[bool, bool, bool],
    keep_custom: bool,
) -> int:
    old, new = beatmap.to_bytes(), edit.result.to_bytes()
    assert edit.patch.apply(old) == new
    assert edit.patch.invert(old).apply(new) == old
    if not known_to_the_oracle(old, beatmap.version):
        return 0
    places = {item.line: index for index, item in enumerate(beatmap.hit_objects)}
    if len(places) != len(SoundReading(old).objects):
        return 0  # lines that the game skips
    lost = {each.line for each in edit.unreached if each.what == "line"}
    wanted: dict[int, tuple[list[Heard], Heard | None]] = {
        places[line]: (
            [plain(s) for s in each.nodes],
            None if each.body is None else plain(each.body),
        )
        for line, each in sounds.items()
        if line not in lost
    }
    unreached = {(places[each.line], each.node) for each in edit.unreached}
    return judge(old, new, start, end, wanted, take, unreached, keep_custom)


def random_edit(beatmap: Beatmap, dice: random.Random) -> int:
    start, end = random_range(beatmap, dice)
    sounds = random_sounds(beatmap, dice, start, end)
    take = (dice.random() < 0.85, dice.random() < 0.85, dice.random() < 0.85)
    keep_custom = dice.random() < 0.7
    try:
        edit = set_hitsounds(
            beatmap,
            start,
            end,
            sounds,
            take_volume=take[0],
            take_sets=take[1],
            take_additions=take[2],
            keep_custom=keep_custom,
        )
    except EditRefused:
        # Lines out of order may not say what a changed line would make of them: no patch at all.
        moments = [point.time for point in beatmap.timing_points]
        assert moments != sorted(moments)
        return 0
    compared = check_edit(beatmap, edit, start, end, sounds, take, keep_custom)
    if not edit.unreached:
        now = {item.line: index for index, item in enumerate(beatmap.hit_objects)}
        lines = [item.line for item in edit.result.hit_objects]
        again = set_hitsounds(
            edit.result,
            start,
            end,
            {lines[now[line]]: each for line, each in sounds.items()},
            take_volume=take[0],
            take_sets=take[1],
            take_additions=take[2],
        )
        assert again.patch.edits == ()
    return compared


def run_all(corpus: Path, seed: int, rounds: int) -> None:
    compared, modes = 0, set()
    for number, name in enumerate(names(corpus)):
        beatmap = read(corpus / name)
        if not beatmap.document.has_section("HitObjects"):
            continue
        dice = random.Random(seed * 1000 + number)
        for _ in range(rounds):
            compared += random_edit(beatmap, dice)
        modes.add(beatmap.mode)
    assert modes == {0, 1, 2, 3}
    assert compared > 500 * rounds


def test_every_map_keeps_all_but_the_sounds(corpus: Path) -> None:
    run_all(corpus, 1, 1)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_map_keeps_all_but_the_sounds_many_times(corpus: Path) -> None:
    run_all(corpus, 2, 10)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_any_map_and_any_range(corpus: Path, which: int, seed: int) -> None:
    files = names(corpus)
    beatmap = read(corpus / files[which % len(files)])
    if beatmap.document.has_section("HitObjects"):
        random_edit(beatmap, random.Random(seed))


@pytest.mark.slow
def test_what_sounds_so_already_changes_nothing(corpus: Path) -> None:
    for name in names(corpus):
        beatmap = read(corpus / name)
        if not beatmap.hit_objects:
            continue
        heard = {item.line: object_sounds(item, beatmap.timing) for item in beatmap.hit_objects}
        known = {
            line: each
            for line, each in heard.items()
            if all(1 <= sound.sample_set <= 3 and sound.volume <= 100 for sound in each.nodes)
        }
        times = [int(item.time) for item in beatmap.hit_objects]
        edit = set_hitsounds(beatmap, min(times) - 1, max(times) + 1, known, take_additions=True)
        assert edit.patch.edits == (), name
        assert edit.summary.sounds_changed == 0


@st.composite
def timing_texts(draw: st.DrawFn) -> str:
    """Timing lines in order of time, red and green ones as they come."""
    lines = ["0,400,4,1,0,70,1,0"]
    time = 0
    for _ in range(draw(st.integers(0, 14))):
        time += draw(st.sampled_from([0, 1, 4, 6, 100, 400]))
        red = draw(st.integers(0, 4)) == 0
        beat = (
            draw(st.sampled_from(["300", "400.5"]))
            if red
            else draw(st.sampled_from(["-50", "-100", "-133.3", "-5000", "NaN"]))
        )
        sample = f"{draw(st.integers(0, 3))},{draw(st.integers(0, 2))},{draw(st.integers(1, 100))}"
        effects = draw(st.sampled_from([0, 0, 1, 8, 9]))
        lines.append(f"{time},{beat},4,{sample},{int(red)},{effects}")
    return "\n".join(lines)


@st.composite
def object_texts(draw: st.DrawFn) -> str:
    """Objects of all kinds close to one another, in lines of all lengths."""
    lines, time = [], 0
    for _ in range(draw(st.integers(2, 16))):
        time += draw(st.sampled_from([0, 1, 3, 50, 100, 250]))
        kind = draw(st.sampled_from("cccsssph"))
        sample = draw(
            st.sampled_from(["0:0:0:0:", "2:1:0:0:", "0:0:3:40:", "1:0", "0:2:0:0:a b.wav"])
        )
        bits = draw(st.sampled_from([0, 0, 1, 2, 8, 12]))
        tail = draw(st.sampled_from(["", "", " ", " // clap?"]))
        if kind == "c":
            sample = draw(st.sampled_from(["", f",{sample}", f",{sample},extra"]))
            lines.append(f"10,10,{time},1,{bits}{sample}{tail}")
        elif kind == "p":
            sample = draw(st.sampled_from(["", f",{sample}"]))
            lines.append(f"256,192,{time},12,{bits},{time + 90}{sample}{tail}")
        elif kind == "h":
            sample = draw(st.sampled_from(["", f":{sample}"]))
            lines.append(f"64,192,{time},128,{bits},{time + 130}{sample}{tail}")
        else:
            slides, length = draw(st.integers(1, 3)), draw(st.sampled_from([20, 70, 150]))
            rest = draw(
                st.sampled_from(
                    ["", ",2", ",0|8|2|4", ",2|0,1:2", ",0|0,0:0|0:0,", f",0|2,0:0|2:0,{sample}"]
                )
            )
            lines.append(f"10,10,{time},2,{bits},L|200:10,{slides},{length}{rest}{tail}")
    return "\n".join(lines)


@pytest.mark.slow
@settings(max_examples=250, deadline=None)
@given(
    timing_texts(),
    object_texts(),
    st.sampled_from([5, 9, 11, 14]),
    st.integers(0, 3),
    st.integers(-5, 600),
    st.integers(0, 900),
    st.integers(),
)
def test_dense_lines(
    timing: str, objects: str, version: int, mode: int, start: int, length: int, seed: int
) -> None:
    beatmap = parse(
        f"osu file format v{version}\n[General]\nMode:{mode}\n[Difficulty]\nSliderMultiplier:1.4\n"
        f"[TimingPoints]\n{timing}\n[HitObjects]\n{objects}\n".encode()
    )
    dice = random.Random(seed)
    end = start + length
    sounds = random_sounds(beatmap, dice, start, end)
    edit = set_hitsounds(beatmap, start, end, sounds, take_additions=True)
    check_edit(beatmap, edit, start, end, sounds, (True, True, True), True)
    for each in edit.unreached:
        assert why_unreached(beatmap, sounds, each.line, each.node)


def why_unreached(beatmap: Beatmap, sounds: dict[int, ObjectSounds], line: int, node: int) -> bool:
    """Whether a volume had to be missed: another lookup within the same ms wants another one.

    Objects with room for a volume of their own need no line, so only sliders, old files and
    volumes of 0 come to this.
    """
    item = next(item for item in beatmap.hit_objects if item.line == line)
    moment = item.time + 6 if node < 0 else item.node_times[node] + 5
    ends = [item.end_time + 5]  # a hold is looked up at its end too
    neighbours = [
        lookup
        for other in beatmap.hit_objects
        for lookup in (
            *other.sample_lookups,
            other.end_time + 5,
            other.end_time + 6,
            other.time + 6,
        )
        if other.line != line or lookup != moment
    ]
    own = [point.time for point in beatmap.timing_points]
    return any(
        any(abs(lookup - near) < 1 for lookup in neighbours)
        or any(0 <= near - time < 1 for time in own)
        for near in (moment, *ends)
    )
