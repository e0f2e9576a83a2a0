"""Modes that a model was never shown: what it reads instead, and what becomes of what it writes."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from model_core.beatmap import Beatmap, parse
from model_core.beatmap.columns import column_of, key_count
from model_core.beatmap.new_objects import NewObject, ObjectKind, Sound
from model_core.tokens import map_events, starter_layout
from model_core.tokens.layout import Layout
from model_core.tokens.translation import spelled, translated
from tests.model_core.tokens.maps import small_map

TAIKO, CATCH, MANIA = 1, 2, 3
LAYOUT = starter_layout()

TEXT = """osu file format v14

[General]
Mode: {mode}

[Difficulty]
CircleSize:7
SliderMultiplier:1.4

[TimingPoints]
500,400,4,2,1,60,1,0
2100,-50,4,2,1,70,0,1

[HitObjects]
{objects}"""


def _map(mode: int, *objects: str) -> Beatmap:
    return parse(TEXT.format(mode=mode, objects="\n".join(objects)).encode())


def test_the_starter_says_which_modes_it_knows() -> None:
    assert LAYOUT.modes == (0,)
    assert [LAYOUT.written_mode(mode) for mode in range(4)] == [0, 0, 0, 0]
    every = replace(LAYOUT, modes=(0, 1, 2, 3))
    assert [every.written_mode(mode) for mode in range(4)] == [0, 1, 2, 3]
    for beatmap in (small_map(), _map(MANIA, "64,192,500,1,0,0:0:0:0:")):
        assert spelled(beatmap, every) is beatmap


@pytest.mark.slow
@pytest.mark.parametrize("mode", [TAIKO, CATCH, MANIA])
def test_every_real_map_has_a_stand_in_with_its_rhythm(corpus: Path, mode: int) -> None:
    count = 0
    for path in sorted(corpus.rglob("*.osu")):
        beatmap = parse(path.read_bytes())
        if beatmap.mode != mode:
            continue
        stand_in = spelled(beatmap, LAYOUT)
        assert stand_in.mode == 0
        assert [p.time for p in stand_in.timing_points] == [p.time for p in beatmap.timing_points]
        times = [item.time for item in stand_in.hit_objects]
        own = [item.time for item in beatmap.hit_objects]
        if mode == CATCH:
            assert times == own
        else:
            assert times == sorted({float(round(time)) for time in own}), path
            for one, following in pairwise(stand_in.hit_objects):
                assert one.end_time <= following.time + 1, path
        map_events(stand_in, LAYOUT)
        count += len(times)
    assert count > 5000


def test_long_objects_last_as_long_in_the_stand_in() -> None:
    taiko = _map(TAIKO, "256,192,500,2,4,L|396:192,3,140", "256,192,2100,12,0,2900", "1,1,3300,1,8")
    kinds = [(o.kind.value, o.time, round(o.end_time)) for o in spelled(taiko, LAYOUT).hit_objects]
    assert kinds == [("slider", 500, 1700), ("spinner", 2100, 2900), ("circle", 3300, 3300)]
    assert spelled(taiko, LAYOUT).hit_objects[2].hit_sound == 8
    mania = _map(
        MANIA,
        "36,192,500,128,0,1700:0:0:0:0:",
        "109,192,900,1,2,0:0:0:0:",
        "109,192,2100,1,2,0:0:0:0:",
        "475,192,2100,1,4,0:0:0:0:",
        "475,192,2500,128,0,2900:0:0:0:0:",
    )
    stand_in = spelled(mania, LAYOUT).hit_objects
    assert [(o.kind.value, o.time, round(o.end_time)) for o in stand_in] == [
        ("circle", 500, 500),  # the other columns go on meanwhile
        ("circle", 900, 900),
        ("circle", 2100, 2100),
        ("slider", 2500, 2900),
    ]
    assert stand_in[2].hit_sound == 6


SOUNDS = tuple(Sound(additions) for additions in (4, 8, 2))


def _slider(end: int) -> NewObject:
    return NewObject(
        ObjectKind.SLIDER, 500, 100, 100, True, SOUNDS, SOUNDS[0], end, "L", ((240, 100),), 2, 140
    )


def test_short_sliders_are_hits_in_taiko_and_long_ones_drumrolls() -> None:
    timing = _map(TAIKO).timing
    hits = translated([_slider(900)], TAIKO, timing, 1.4)
    assert [(o.kind.value, o.time, o.sounds[0].additions) for o in hits] == [
        ("circle", 500, 4),
        ("circle", 700, 8),
        ("circle", 900, 2),
    ]
    assert {(o.x, o.y) for o in hits} == {(256, 192)}
    (roll,) = translated([_slider(2100)], TAIKO, timing, 1.4)
    assert (roll.kind, roll.time, roll.end_time) == (ObjectKind.SLIDER, 500, 2100)
    assert roll.slider_velocity is None and roll.length == 560
    spinner = NewObject(ObjectKind.SPINNER, 500, 256, 192, True, SOUNDS[:1], end_time=900)
    assert translated([spinner], TAIKO, timing, 1.4) == (spinner,)


def test_notes_stand_in_the_column_they_are_over_but_not_twice_at_once() -> None:
    timing = _map(MANIA).timing
    circles = [
        NewObject(ObjectKind.CIRCLE, time, 500, 80, False, SOUNDS[:1]) for time in (500, 600, 1000)
    ]
    notes = translated([*circles, replace(_slider(2500), time=2100)], MANIA, timing, 1.4, keys=7)
    assert [(o.kind.value, column_of(o.x, 7)) for o in notes] == [
        ("circle", 6),
        ("circle", 5),
        ("circle", 6),
        ("hold", 1),
    ]
    assert notes[-1].end_time == 2500 and len(notes[-1].sounds) == 1
    assert {o.x for o in translated(circles, MANIA, timing, 1.4, keys=1)} == {256}


@pytest.mark.parametrize("keys", [1, 2, 4, 10, 18])
def test_every_place_is_in_some_column(keys: int) -> None:
    timing = _map(MANIA).timing
    for x in range(0, 513, 16):
        circle = NewObject(ObjectKind.CIRCLE, 500, x, 80, False, SOUNDS[:1])
        (note,) = translated([circle], MANIA, timing, 1.4, keys)
        assert 0 <= column_of(note.x, keys) < key_count(keys)


def test_a_layout_states_its_modes_and_reads_them_back() -> None:
    stated = {"layout": LAYOUT.to_dict()}
    from model_core.tokens import starter_vocabulary

    read = Layout.from_files(stated, {"lookback": 0.4, "lookahead": 0.2}, starter_vocabulary())
    assert read == LAYOUT
