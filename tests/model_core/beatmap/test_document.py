"""Documents give back what they were given, whatever it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model_core.beatmap import parse, split_lines

from .maps import corpus_entries, small_map

PIECES = st.sampled_from(
    [
        b"osu file format v14",
        b"[HitObjects]",
        b"[TimingPoints]",
        b"[Events]",
        b"1,2,3,1,0,0:0:0:0:",
        b"100,100,1000,2,0,B|1:1|2:2|2:2|3:3,2,100",
        b"0,500,4,2,1,60,1,0",
        b"2,100,2000",
        b"\r",
        b"\n",
        b"\r\n",
        b"\x00",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"//",
        b"|",
        b",",
        b":",
        b"-1e9",
        b"NaN",
    ]
)


def read_everything(data: bytes) -> None:
    beatmap = parse(data)
    assert beatmap.to_bytes() == data
    assert b"".join(beatmap.document.lines) == data
    assert len(beatmap.combo_labels()) == len(beatmap.hit_objects)
    for item in beatmap.hit_objects:
        assert item.end_time >= item.time
        assert len(item.node_sounds) == len(item.node_samples)
        item.end_position()
        beatmap.timing.sample_at(item.time)
    assert beatmap.mode in range(4)
    assert 0.4 <= beatmap.slider_multiplier <= 3.6
    _ = (beatmap.breaks, beatmap.title, beatmap.audio_filename, beatmap.beatmap_id)
    _ = (beatmap.colours, beatmap.background, beatmap.video, beatmap.storyboard_samples)
    _ = (beatmap.preview_time, beatmap.bookmarks, beatmap.tags, beatmap.version, beatmap.key_count)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_come_back(data: bytes) -> None:
    read_everything(data)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES | st.binary(max_size=6), max_size=60).map(b"".join))
def test_bytes_that_look_like_a_map_come_back(data: bytes) -> None:
    read_everything(data)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_damaged_map_comes_back(data: st.DataObject) -> None:
    whole = bytearray(small_map())
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    read_everything(bytes(whole))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_damaged_map_of_the_corpus_comes_back(corpus: Path, data: st.DataObject) -> None:
    entries = [entry for entry in corpus_entries(corpus) if int(str(entry["bytes"])) < 20_000]
    entry = data.draw(st.sampled_from(entries))
    whole = (corpus / str(entry["file"])).read_bytes()
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(whole)))
        end = min(len(whole), start + data.draw(st.integers(0, 40)))
        whole = whole[:start] + data.draw(PIECES | st.binary(max_size=6)) + whole[end:]
    read_everything(whole)


def test_corpus_comes_back(corpus: Path) -> None:
    for entry in corpus_entries(corpus):
        data = (corpus / str(entry["file"])).read_bytes()
        assert parse(data).to_bytes() == data


def test_lines_end_after_newlines_only() -> None:
    data = b"a\rb\r\nc\n\nd"
    assert split_lines(data) == [b"a\rb\r\n", b"c\n", b"\n", b"d"]
    assert split_lines(b"") == []


@pytest.mark.parametrize("eol", ["\n", "\r\n", "\r"])
def test_views_do_not_depend_on_line_ends(eol: str) -> None:
    beatmap = parse(b"\xef\xbb\xbf" + small_map(eol))
    assert len(beatmap.hit_objects) == 12
    assert beatmap.version == 14
    assert beatmap.title == "A song"
    assert [period.start for period in beatmap.breaks] == [9000]


def test_what_the_game_skips_is_skipped() -> None:
    data = b"""osu file format v14
[HitObjects]
// 1,1,1,1,0
1,1,100,1,0 // said here
 1,1,150,1,0
_1,1,160,1,0
1,1,x,1,0
1,1,200
1,1,250,2,0,B|2:2,9001,10
1,1,260,1,0,0
1,1,99999999999,1,0
1_0,1,270,1,0
1,1,300,64,0
[Unknown]
1,1,400,1,0
[HitObjects]
1,1,500,1,0
"""
    assert [item.time for item in parse(data).hit_objects] == [100, 150, 500]


def test_last_of_a_repeated_key_counts() -> None:
    beatmap = parse(b"[Metadata]\nTitle:a // b\nTitle: c:d \n[General]\nMode: 3 // mania\n")
    assert beatmap.title == "c:d"
    assert beatmap.mode == 3
    assert not beatmap.document.has_header
    assert parse(b"[Metadata]\nTitle:http://x//y\n").title == "http://x//y"


def test_a_hundred_thousand_lines_are_read() -> None:
    head = small_map().decode()
    lines = (f"{i % 512},{i % 384},{i * 100},1,0,0:0:0:0:\r\n" for i in range(100_000))
    data = (head + "".join(lines)).encode()
    beatmap = parse(data)
    assert beatmap.to_bytes() == data
    assert len(beatmap.hit_objects) == 100_012


def test_numbers_of_absurd_length_are_no_accident() -> None:
    beatmap = parse(b"osu file format v" + b"9" * 5000 + b"\n[General]\nMode: " + b"1" * 5000)
    assert (beatmap.version, beatmap.mode) == (14, 0)


@pytest.mark.timeout(120)
def test_files_that_ask_for_endless_work_get_an_answer() -> None:
    head = "osu file format v14\n[TimingPoints]\n0,500\n[HitObjects]\n"
    nodes = "".join(f"0,0,{i},2,0,L|{i % 99}:2,9000,50\n" for i in range(5000))
    points = "|".join(f"{i * 37 % 512}:{i * 53 % 384}" for i in range(1500))
    drawing = f"0,0,0,2,0,B|{points},1\n" * 200
    assert 0 < len(parse((head + nodes).encode()).hit_objects) < 5000
    assert 0 < len(parse((head + drawing).encode()).hit_objects) < 200
