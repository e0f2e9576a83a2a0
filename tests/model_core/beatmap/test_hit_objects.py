"""Lines of hit objects: what the game takes, what it skips, and what it makes of them."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_core.beatmap import HitObject, HitSample, ObjectKind, parse
from model_core.beatmap.hit_objects import parse_sample

TIMING = "[Difficulty]\nSliderMultiplier:1\n[TimingPoints]\n0,500\n"


def objects(*lines: str, version: int = 14) -> tuple[HitObject, ...]:
    text = "\n".join((f"osu file format v{version}\n{TIMING}[HitObjects]", *lines))
    return parse(text.encode()).hit_objects


def only(line: str, version: int = 14) -> HitObject:
    (item,) = objects(line, version=version)
    return item


@pytest.mark.parametrize(
    "line",
    [
        "",
        "1,1,100",
        "1,1,100,1",
        "1,,100,1,0",
        "x,1,100,1,0",
        "NaN,1,100,1,0",
        "131073,1,100,1,0",
        "1,1,NaN,1,0",
        "1,1,2147483648,1,0",
        "1,1,100,1.0,0",
        "1,1,100,2147483648,0",
        "1,1,100,1,x",
        "1,1,100,0,0",
        "1,1,100,4,0",
        "1,1,100,1,0,0",
        "1,1,100,1,0,x:0",
        "1,1,100,1,0,0:0:1.5",
        "1,1,100,1,0,0:0:0:x",
        "_1,1,100,1,0",
        # Sliders.
        "1,1,100,2,0",
        "1,1,100,2,0,B|2:2",
        "1,1,100,2,0,B|2:2,",
        "1,1,100,2,0,B|2:2,9001,1",
        "1,1,100,2,0,B|2:2,1,",
        "1,1,100,2,0,B|2:2,1,NaN",
        "1,1,100,2,0,B|2:2,1,131073",
        "1,1,100,2,0,,1,10",
        "1,1,100,2,0,B||2:2,1,10",
        "1,1,100,2,0,B|2,1,10",
        "1,1,100,2,0,B|2:x,1,10",
        "1,1,100,2,0,B|2:131073,1,10",
        "1,1,100,2,0,B|2:2|L,1,10",
        "1,1,100,2,0,B|2:2,1,10,0|0,0:0|x:0",
        "1,1,100,2,0,B|2:2,1,10,0|0,0:0|0",
        "1,1,100,2,0,B|2:2,1,10,0|0,0:0:x",
        "1,1,100,2,0,B|2:2,1,10,0|0,0:0|0:0,0",
        # Spinners and hold notes.
        "1,1,100,8,0",
        "1,1,100,8,0,x",
        "1,1,100,8,0,200,0",
        "1,1,100,128,0,x:0:0",
        "1,1,100,128,0,200:0",
    ],
)
def test_lines_that_the_game_skips(line: str) -> None:
    assert objects(line, "7,8,100,1,0") == objects("", "7,8,100,1,0")


@pytest.mark.parametrize(
    "line",
    [
        " 1 ,1, 100,1 ,0",
        "+1,1,100,1,0",
        "1,1,1e2,1,0",
        "1,1,100,1,-1",
        "-1,1,100,1,0",
        "1,1,100,1,0,",
        "1,1,100,1,0,0:0",
        "1,1,100,1,0,9:-1:-5:-5:a:b:c",
        "1,1,100,-127,0",
        "1,1,100,1,0,0:0:0:0:,what,else",
        "1,1,100,2,0,B|2:2,-5",
        "1,1,100,2,0,B|2:2,9000,1",
        "1,1,100,2,0,B|2:2,1,-10",
        "1,1,100,2,0,B|2:2,1,10,x|y|z|1,|||1:2",
        "1,1,100,2,0,B|2:2,1,10,0|0,0:0|0:0|what",
        "1,1,100,2,0,B|2:2,1,10,0|0,0:0|0:0,0:0:what",
        "1,1,100,2,0,Ω|2:2,1,10",
        "1,1,100,2,0,2:2|3:3,1,10",
        "1,1,100,8,0,50",
        "1,1,100,128,0",
        "1,1,100,128,0,",
        "1,1,100,128,0,200",
    ],
)
def test_lines_that_the_game_takes(line: str) -> None:
    item = only(line)
    assert item.time == 100
    assert item.end_time >= item.time
    assert len(item.node_sounds) == len(item.node_sets) == len(item.node_samples)


def test_the_first_bit_decides_the_kind() -> None:
    assert only("1,1,5,3,0,0:0").kind is ObjectKind.CIRCLE
    assert only("1,1,5,10,0,L|2:2,1,10").kind is ObjectKind.SLIDER
    assert only("1,1,5,136,0,9").kind is ObjectKind.SPINNER


def test_places() -> None:
    assert (only("12.9,-3.9,5,1,0").x, only("12.9,-3.9,5,1,0").y) == (12, -3)
    assert only("12.9999999,0,5,1,0").x == 13, "single precision comes first"
    exact = only("12.9,-3.9,5,1,0", version=128)
    assert (exact.x, exact.y) == pytest.approx((12.9, -3.9))
    spinner = only("1,2,5,8,0,9")
    assert (spinner.x, spinner.y) == (256, 192)


def test_times_of_early_versions() -> None:
    assert [item.time for item in objects("1,1,5.5,1,0", version=4)] == [29.5]
    assert only("1,1,100,8,0,200", version=3).end_time == 224
    assert only("1,1,100,2,0,L|101:1,1,100", version=3).end_time == 624
    # The game shifts the end of a hold note after it has compared it with the shifted head.
    assert only("1,1,100,128,0,200:0:0", version=4).end_time == 224
    assert only("1,1,100,128,0,110:0:0", version=4).end_time == 148


def test_samples() -> None:
    assert parse_sample("") == parse_sample("0:0:0:0:") == HitSample()
    assert parse_sample("1:2") == HitSample(1, 2)
    assert parse_sample("4:-1:7:-5:a.wav:b") == HitSample(1, 1, 7, 0, "a.wav")
    long = "a" * 40 + ".wav"
    assert only(f"1,1,5,1,0,1:2:3:40:{long}").sample == HitSample(1, 2, 3, 40, long)
    assert only("1,1,5,8,0,9,1:2:3:40:a").sample == HitSample(1, 2, 3, 40, "a")
    assert only("1,1,5,128,0,9:1:2:3:40:a").sample == HitSample(1, 2, 3, 40, "a")


def test_of_a_slider_the_sets_count() -> None:
    item = only("1,1,5,2,4,L|2:2,2,10,8|x|-2,1:2:3:40:a||3:0,2:1:9:80:b")
    assert item.sample == HitSample(2, 1)
    assert item.node_sounds == (8, 0, -2)
    assert item.node_samples == (HitSample(1, 2, 3, 40, "a"), HitSample(2, 1), HitSample(3, 0))
    assert item.node_sets == ((1, 2), (2, 1), (3, 0))


def test_missing_nodes_follow_the_object() -> None:
    item = only("1,1,5,2,4,L|2:2,3,10,8,1:1,2:3")
    assert item.node_sounds == (8, 4, 4, 4)
    assert item.node_sets == ((1, 1), (2, 3), (2, 3), (2, 3))
    assert only("1,1,5,2,4,L|2:2,1,10,8|8|8|8,1:1|2:2|3:3").node_sets == ((1, 1), (2, 2))
    assert only("1,1,5,2,4,L|2:2,0,10").slides == 1


def test_a_length_of_nothing_is_the_curve_s_own() -> None:
    for field in ("", ",0", ",-3", ",-0"):
        item = only(f"0,0,0,2,0,L|100:0,1{field}")
        assert item.length is None
        assert item.end_time == pytest.approx(500)


def test_a_path_without_direction_has_no_length() -> None:
    for curve in ("L|0:0", "B|0:0|0:0", "P|0:0|0:0", "B|0:0|0:0|0:0|0:0", "1:1"):
        assert only(f"0,0,7,2,0,{curve},2,100").end_time == 7
    # The end stands twice: the game does not lengthen what is drawn.
    assert only("0,0,0,2,0,L|50:0|50:0,1,100").end_time == pytest.approx(250)


def test_ends_are_the_same_however_the_line_is_read() -> None:
    quick = only("10,20,1000,2,0,B|60:20|110:20,2,100,2|0|8,0:0|0:0|0:0,0:0:0:0:")
    careful = only("10.0,20,1000,2,0,B|60.0:20|110:20,2,100.0,2|0|8,0:00|0:0|0:0,0:0:0:0:")
    assert quick.end_time == careful.end_time == 2000
    assert quick.curve == careful.curve
    assert quick.node_sounds == careful.node_sounds and quick.node_sets == careful.node_sets
    assert quick.end_position() == careful.end_position()


NUMBER = st.sampled_from(["0", "1", "100", "-5", "7.5", "1e2", "NaN", "", " 3", "99999", "x", "_1"])
CURVE = st.lists(
    st.sampled_from(["B", "L", "P", "C", "B3", "1:1", "50:60", "50:60", "7.5:8", "0:0", "", "x"]),
    max_size=6,
).map("|".join)
NODES = st.sampled_from(["", "0|0", "2|0|8", "0:0|1:2", "0:0:1:70:a|3:9", "|", "x|y", "1:x"])


@settings(max_examples=500, deadline=None)
@given(st.lists(NUMBER, min_size=5, max_size=5), CURVE, NUMBER, NUMBER, NODES, NODES, NODES)
def test_sliders_of_any_text(
    head: list[str], curve: str, slides: str, length: str, sounds: str, sets: str, sample: str
) -> None:
    line = ",".join((*head[:3], "2", head[4], curve, slides, length, sounds, sets, sample))
    for version in (3, 14, 128):
        for item in objects(line, version=version):
            # What was put off when the line was read cannot fail later.
            assert item.curve is not None
            assert len(item.node_sounds) == len(item.node_samples) == item.slides + 1
            assert item.end_time >= item.time
            assert len(item.node_times) == item.slides + 1
            item.end_position()


def test_objects_compare_and_travel() -> None:
    first, second = objects("1,1,5,1,0", "1,1,9,2,0,B|2:2|9:9,1")
    again = objects("1,1,5,1,0", "1,1,9,2,0,B|2:2|9:9,1")
    _ = (again[1].curve, again[1].end_time, again[1].node_sets)
    assert (first, second) == again and hash(first) == hash(again[0])
    assert first != second and first != objects("", "1,1,5,1,0")[0] and first != "circle"
    copy = pickle.loads(pickle.dumps(second))
    assert copy == second and copy.end_time == second.end_time
    assert "slider" in repr(second)
