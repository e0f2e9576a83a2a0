"""What objects are in taiko, catch and mania."""

from __future__ import annotations

import pytest

from model_core.beatmap import Beatmap
from model_core.beatmap.geometry import catch, mania, taiko
from model_core.beatmap.geometry.catch import CatchKind
from model_core.beatmap.geometry.legacy_random import LegacyRandom
from model_core.beatmap.geometry.taiko import TaikoKind
from tests.model_core.beatmap.geometry.maps import map_of


def kinds(beatmap: Beatmap) -> list[list[str]]:
    return [[part.kind.value for part in parts] for parts in catch.catch_objects(beatmap)]


def test_the_random_numbers_are_those_of_the_old_client() -> None:
    # Recorded by the game's tests for a mania map of seed 306 (HP 5, CS 4, OD 5 and no AR).
    random = LegacyRandom(386)
    for w in (273071671, 2659271247, 3083635271, 4073591514):
        assert random.next_int() == w & 0x7FFFFFFF


def test_hits_of_taiko() -> None:
    objects = "0,0,0,1,0 0,0,1,1,2 0,0,2,1,8 0,0,3,1,4 0,0,4,1,12"
    made = taiko.taiko_objects(map_of(objects, mode=1))
    centre, rim = TaikoKind.CENTRE, TaikoKind.RIM
    assert [item.kind for item in made] == [centre, rim, rim, centre, rim]
    assert [item.strong for item in made] == [False, False, False, True, True]


def test_drum_rolls_count_whole_milliseconds_and_four_ticks_a_beat() -> None:
    (roll,) = taiko.taiko_objects(map_of("0,0,1000,2,4,L|100:0,1,100", mode=1))
    assert (roll.kind, roll.end_time, roll.strong) == (TaikoKind.DRUM_ROLL, 1500, True)
    assert roll.ticks == (1000, 1125, 1250, 1375, 1500)
    (roll,) = taiko.taiko_objects(map_of("0,0,0,2,0,L|9:0,2,33.35", mode=1, SliderTickRate=3))
    assert roll.end_time == 333
    assert len(roll.ticks) == 3


def test_a_drum_roll_without_a_written_length_is_nothing() -> None:
    (roll,) = taiko.taiko_objects(map_of("0,0,1000,2,0,L|100:0,1", mode=1))
    assert roll.end_time == 1000


def test_swells() -> None:
    (swell,) = taiko.taiko_objects(map_of("0,0,0,8,4,2000", mode=1, OverallDifficulty=5))
    assert (swell.kind, swell.end_time, swell.strong) == (TaikoKind.SWELL, 2000, False)
    assert swell.required_hits == 16  # 2 s at 5 · 1.65 a second
    (swell,) = taiko.taiko_objects(map_of("0,0,0,8,0,10", mode=1))
    assert swell.required_hits == 1


def test_longest_combo_of_taiko() -> None:
    beatmap = map_of("0,0,0,1,0 0,0,9,2,0,L|9:0,1,9 0,0,20,8,0,40", mode=1)
    assert taiko.max_combo(beatmap) == 1


def test_a_juice_stream() -> None:
    # One beat of 500 ms before and after the droplet; halves of at most 100 ms are 62.5.
    beatmap = map_of("100,0,0,2,0,L|300:0,1,200", mode=2, SliderTickRate=1)
    tiny = ["tiny droplet"] * 7
    assert kinds(beatmap) == [["fruit", *tiny, "droplet", *tiny, "fruit"]]
    (parts,) = catch.catch_objects(beatmap)
    assert [part.time for part in parts[:3]] == [0, 62.5, 125]
    assert [parts[0].x, parts[8].x, parts[16].x] == [100, 200, 300]
    # The part before the tail runs to 36 ms before it.
    assert [part.time for part in parts[9:11]] == [558, 616]
    for part in parts:
        offset = part.x - (100 + part.time / 5)
        assert abs(offset) <= 20 if part.kind is CatchKind.TINY_DROPLET else offset == 0
    assert catch.max_combo(beatmap) == 3


def test_events_close_to_each_other_have_nothing_between() -> None:
    beatmap = map_of("100,0,0,2,0,L|300:0,1,16", mode=2)
    assert kinds(beatmap) == [["fruit", "fruit"]]


def test_catch_keeps_ticks_that_osu_leaves_out() -> None:
    beatmap = map_of("0,0,1000,2,0,L|250:0,1,250", mode=2, timing="900,NaN,4,1,0,50,0,0")
    assert kinds(beatmap)[0].count("droplet") == 2


def test_bananas_fall_at_most_a_tenth_of_a_second_apart() -> None:
    (parts,) = catch.catch_objects(map_of("256,192,0,8,0,1000", mode=2))
    assert [part.time for part in parts] == [62.5 * index for index in range(17)]
    assert {part.kind for part in parts} == {CatchKind.BANANA}
    random = LegacyRandom(catch.RANDOM_SEED)
    for part in parts:
        assert part.x == pytest.approx(random.next_float() * 512, abs=1e-3)
        for _ in range(3):
            random.next_int()
    assert catch.catch_objects(map_of("256,192,0,8,0,0", mode=2)) == ((),)


def test_fruits_stay_on_the_playfield() -> None:
    made = catch.catch_objects(map_of("-50,0,0,1,0 600,0,9000,1,0", mode=2))
    assert [parts[0].x for parts in made] == [0, 512]


def test_hyperdashes() -> None:
    # CS 5: half a catcher is 53.375 pixels; a dash covers a pixel per ms, less 4.17 ms.
    near = map_of("0,0,0,1,0 149,0,100,1,0", mode=2, CircleSize=5)
    far = map_of("0,0,0,1,0 150,0,100,1,0", mode=2, CircleSize=5)
    assert [parts[0].hyper for parts in catch.catch_objects(near)] == [False, False]
    assert [parts[0].hyper for parts in catch.catch_objects(far)] == [True, False]


def test_what_was_spared_counts_only_on_the_way_on() -> None:
    # 49 pixels in 0 + 4.17 ms … spares 0.21 pixels; on the way on no more than that is left.
    on = map_of("0,0,0,1,0 149,0,100,1,0 298,0,200,1,0", mode=2, CircleSize=5)
    back = map_of("0,0,0,1,0 149,0,100,1,0 0,0,200,1,0", mode=2, CircleSize=5)
    assert [parts[0].hyper for parts in catch.catch_objects(on)] == [False, True, False]
    assert [parts[0].hyper for parts in catch.catch_objects(back)] == [False, False, False]


def hard_rock(objects: str) -> list[float]:
    made = catch.catch_objects(map_of(objects, mode=2), hard_rock=True)
    return [parts[0].x for parts in made if parts]


def test_hard_rock_moves_fruits_on_in_their_direction() -> None:
    # 40 pixels in 150 ms (less than a third) become 80; 60 pixels in 150 ms stay.
    assert hard_rock("100,0,0,1,0 140,0,150,1,0") == [100, 180]
    assert hard_rock("100,0,0,1,0 160,0,150,1,0") == [100, 160]
    # The next one is compared with where the fruit fell, and none leaves the playfield.
    assert hard_rock("100,0,0,1,0 140,0,150,1,0 180,0,300,1,0")[2] != 180
    assert hard_rock("500,0,0,1,0 510,0,150,1,0") == [500, 510]
    assert hard_rock("30,0,0,1,0 10,0,150,1,0") == [30, 10]


def test_hard_rock_leaves_fruits_after_a_second() -> None:
    assert hard_rock("100,0,0,1,0 140,0,1000,1,0") == [100, 180]
    assert hard_rock("100,0,0,1,0 140,0,1001,1,0") == [100, 140]


def test_hard_rock_moves_fruits_under_each_other_by_chance() -> None:
    moved = hard_rock(" ".join(f"100,0,{time},1,0" for time in range(0, 4000, 80)))
    assert moved[0] == 100
    assert all(abs(x - 100) <= 20 for x in moved)
    assert len(set(moved)) > 10


def test_hard_rock_goes_by_the_last_control_point_of_a_stream() -> None:
    stream = "100,0,0,2,0,L|300:0,1,50"
    # From 300, where the stream never gets, to 340.
    assert hard_rock(f"{stream} 340,0,150,1,0") == [100, 380]


def test_random_bits_come_from_one_number_at_a_time() -> None:
    bits, numbers = LegacyRandom(1337), LegacyRandom(1337)
    low = numbers.next_int()
    assert [bits.next_bool() for _ in range(31)] == [bool(low >> at & 1) for at in range(31)]
    bits.next_bool()
    assert bits.next_int() == numbers.next_int()


def test_notes_and_holds() -> None:
    beatmap = map_of("64,192,0,1,0 192,192,500,128,0,900:0:0:0:0: 0,0,9,2,0,L|100:0,1,100", mode=3)
    made = mania.mania_objects(beatmap)
    assert [(item.column, item.time, item.end_time) for item in made] == [
        (0, 0, 0),
        (1, 500, 900),
        (0, 9, 509),
    ]


def test_spinners_of_eight_columns() -> None:
    special = map_of("0,0,0,8,4,900 0,0,2000,8,4,2050", mode=3, CircleSize=8)
    made = mania.mania_objects(special)
    assert [item.column for item in made] == [0, 0]
    assert [item.end_time for item in made] == [900, 2000]
    plain = mania.mania_objects(map_of("0,0,0,8,0,900", mode=3, CircleSize=8))
    assert 1 <= plain[0].column < 8
