"""Times and ranges as people copy and type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_core.beatmap import Range, format_timestamp, parse, parse_range, parse_timestamp
from model_core.beatmap.timestamps import selected_objects
from model_core.errors import InputError

from .maps import small_map


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("00:12:345", 12345),
        ("00:12:345 (1,2,3) - ", 12345),
        (" 1:2 ", 62000),
        ("1:02.5", 62500),
        ("12345", 12345),
        ("-00:00:100", -100),
        ("osu://edit/00:12:345%20(1,2)", 12345),
        ("123:00:000", 7380000),
        ("see 00:01:000 - too loud", 1000),
    ],
)
def test_times(text: str, time: int) -> None:
    assert parse_timestamp(text).time_ms == time


def test_selections() -> None:
    assert parse_timestamp("00:12:345 (1,2,3) - ").selection == (1, 2, 3)
    assert parse_timestamp("00:12:345 (12345|0,12400|3) - ").selection == ((12345, 0), (12400, 3))
    assert parse_timestamp("00:12:345 (what) - ").selection == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "999:00:000",
        "00:99:000",
        "99:99:999",
        "00:12:3456",
        "1000:12:345",
        "00:12:34:567",
    ],
)
def test_no_time(text: str) -> None:
    with pytest.raises(InputError):
        parse_timestamp(text)
    with pytest.raises(InputError):
        parse_range(text)


@given(st.integers(0, 35_999_999), st.lists(st.integers(1, 99), max_size=4))
def test_what_is_written_reads_back(time: int, labels: list[int]) -> None:
    stamp = parse_timestamp(format_timestamp(time, labels))
    assert (stamp.time_ms, stamp.selection) == (time, tuple(labels))


def test_two_timestamps_are_a_range() -> None:
    text = "00:12:345 (1,2,3) - 00:16:000 (4) - "
    assert parse_range(text) == Range(12345, 16000)
    assert parse_range("00:16:000 - 00:12:345") == Range(12345, 16000)
    assert parse_range("00:01:000 to 00:02:000") == Range(1000, 2000)


def test_a_selection_is_a_range_of_its_map() -> None:
    beatmap = parse(small_map())
    assert parse_range("00:00:500 (1,2,3) - ", beatmap) == Range(500, 2000)
    assert parse_range("00:03:000 (2,3,1) - ", beatmap) == Range(3000, 5000)
    assert parse_range("00:00:500 (1) - 00:02:500 (1,2) - ", beatmap) == Range(500, 3000)
    with pytest.raises(InputError, match="names a moment"):
        parse_range("00:00:500", beatmap)
    with pytest.raises(InputError, match="names a moment"):
        parse_range("00:00:500 (1,2) - ")
    with pytest.raises(InputError, match="No object"):
        parse_range("00:00:500 (9) - ", beatmap)


def test_a_selection_of_another_state_of_the_map_is_refused() -> None:
    beatmap = parse(small_map())
    first = min(beatmap.hit_objects, key=lambda item: item.time)
    stamp = format_timestamp(first.time)
    with pytest.raises(InputError, match="does not fit this map"):
        parse_range(f"{format_timestamp(first.time - 1).removesuffix(' - ')} (1) - ", beatmap)
    with pytest.raises(InputError, match="does not fit this map"):
        parse_range(f"{stamp.removesuffix(' - ')} (1,99) - ", beatmap)


def test_mania_selections_name_columns() -> None:
    data = b"[General]\nMode: 3\n[Difficulty]\nCircleSize:4\n[HitObjects]\n"
    data += b"64,192,1000,1,0\n448,192,1000,1,0\n192,192,1500,128,0,1900:0:0:0:0:\n"
    assert parse_range("00:01:000 (1000|3,1500|1) - ", parse(data)) == Range(1000, 1900)


def test_half_of_a_mistyped_time_is_no_time() -> None:
    """00:99:000 is neither 0:09 nor 9:00: the range would be most of the song."""
    with pytest.raises(InputError, match="names a moment"):
        parse_range("00:12:345 - 00:99:000")
    with pytest.raises(InputError, match="names a moment"):
        parse_range("00:12:345 - 00:16:0000")
    assert parse_range("00:12:345-00:16:000") == Range(12345, 16000)


def test_objects_at_one_time_may_be_named_in_any_order() -> None:
    lines = "1,1,100,5,0\n2,2,200,1,0\n3,3,200,5,0\n4,4,300,1,0\n"
    beatmap = parse(f"[HitObjects]\n{lines}".encode())
    assert beatmap.combo_labels() == (1, 2, 1, 2)

    def named(text: str) -> list[float]:
        return [item.x for item in selected_objects(beatmap, parse_timestamp(text))]

    assert named("00:00:200 (1,2) - ") == [3, 2], "the game goes back among objects of one time"
    assert named("00:00:200 (2,1) - ") == [2, 3]
    assert named("00:00:100 (1,2,1,2) - ") == [1, 2, 3, 4]
    assert named("00:00:100 (1,1,2) - ") == [1, 3, 2]
    assert named("00:00:200 (2,2,2) - ") == [2, 4], "each object once"
    assert named("00:00:300 (1) - ") == []
    assert named("00:00:100 (0,1) - ") == [1]


def test_columns_name_objects_of_mania() -> None:
    lines = "64,192,100,1,0\n192,192,100,1,0\n192,192,100,1,0\n320,192,250.7,128,0,300:0:0\n"
    head = "[General]\nMode: 3\n[Difficulty]\nCircleSize:4\n[HitObjects]\n"
    beatmap = parse((head + lines).encode())

    def named(text: str) -> list[tuple[float, int]]:
        found = selected_objects(beatmap, parse_timestamp(text))
        return [(item.time, beatmap.column_of(item)) for item in found]

    assert named("00:00:100 (100|0,100|1) - ") == [(100, 0), (100, 1)]
    assert named("00:00:100 (100|1,100|1,100|1) - ") == [(100, 1), (100, 1)]
    assert named("00:00:100 (250|2,100|3,100|0) - ") == [(250.7, 2), (100, 0)]
    assert named("00:00:101 (100|0) - ") == []


def test_many_names_in_a_large_map_are_found_soon() -> None:
    lines = "".join(f"1,1,{index},{5 if index % 9 == 0 else 1},0\n" for index in range(30_000))
    beatmap = parse(f"[HitObjects]\n{lines}".encode())
    names = ",".join(str(label) for label in beatmap.combo_labels()[:20_000])
    found = selected_objects(beatmap, parse_timestamp(f"00:00:000 ({names},77,77) - "))
    assert [item.time for item in found] == list(range(20_000))
