"""Hit objects, timing lines, breaks and combos read as the game reads them."""

from __future__ import annotations

import math

import pytest

from model_core.beatmap import HitObject, ObjectKind, parse

from .maps import small_map

TIMING = (
    "osu file format v14\n[Difficulty]\nSliderMultiplier:1\n[TimingPoints]\n0,500,4,2,1,60,1,0\n"
)


def only(line: str, head: str = TIMING) -> HitObject:
    (item,) = parse(f"{head}[HitObjects]\n{line}\n".encode()).hit_objects
    return item


def test_circle() -> None:
    item = only("12.9,-3.9,1000,53,10,1:2:3:40:a.wav")
    assert (item.kind, item.x, item.y, item.time) == (ObjectKind.CIRCLE, 12, -3, 1000)
    assert item.new_combo and item.combo_skip == 3
    assert item.hit_sound == 10
    assert item.sample.filename == "a.wav" and item.sample.volume == 40


def test_decimals_are_kept_by_the_newest_version() -> None:
    item = only("12.5,3.25,1000.5,1,0", TIMING.replace("v14", "v128"))
    assert (item.x, item.y, item.time) == (12.5, 3.25, 1000.5)


def test_slider_ends_where_the_game_says() -> None:
    item = only("0,0,1000,2,4,L|100:0,3,100,2|0|8|0,1:2|0:0|3:0|0:0,2:3:0:0:")
    assert item.end_time == pytest.approx(2500)
    assert item.span_duration == pytest.approx(500)
    assert item.node_times == pytest.approx((1000, 1500, 2000, 2500))
    assert item.node_sounds == (2, 0, 8, 0)
    assert item.node_sets == ((1, 2), (0, 0), (3, 0), (0, 0))
    assert item.end_position() == pytest.approx((100, 0))


def test_a_short_slider_line_takes_defaults() -> None:
    item = only("0,0,1000,2,4,L|100:0,2")
    assert item.length is None
    assert item.end_time == pytest.approx(2000)
    assert item.node_sounds == (4, 4, 4)
    assert only("0,0,1000,2,4,L|100:0,0,100,8").node_sounds == (8, 4)


def test_spinner_and_hold() -> None:
    assert only("256,192,1000,12,0,500").end_time == 1000
    assert only("256,192,1000,12,0,1800,0:0:0:0:").node_times == (1800,)
    hold = only("10,192,1000,128,0,1500:1:2:0:70:")
    assert (hold.kind, hold.end_time, hold.sample.volume) == (ObjectKind.HOLD, 1500, 70)


def test_early_versions_are_24_ms_late() -> None:
    beatmap = parse(small_map().replace(b"v14", b"v4"))
    assert beatmap.hit_objects[0].time == 524
    assert beatmap.timing_points[0].time == 24
    assert beatmap.breaks[0].start == 9024
    assert beatmap.hit_objects[9].end_time == 8524


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("100,500", (4, 2, 0, 90, True, 0)),
        ("100,500,3", (3, 2, 0, 90, True, 0)),
        ("100,500,0,1", (4, 1, 0, 90, True, 0)),
        ("100,500,4,1,5", (4, 1, 5, 90, True, 0)),
        ("100,500,4,1,5,120", (4, 1, 5, 100, True, 0)),
        ("100,-50,4,1,5,30,0", (4, 1, 5, 30, False, 0)),
        ("100,-50,4,1,5,30,01,9", (4, 1, 5, 30, False, 9)),
    ],
)
def test_timing_lines_of_any_length(text: str, read: tuple[int, int, int, int, bool, int]) -> None:
    head = "[General]\nSampleSet: Soft\nSampleVolume: 90\n[TimingPoints]\n"
    (point,) = parse(f"{head}{text}\n".encode()).timing_points
    assert (
        point.meter,
        point.sample_set,
        point.sample_index,
        point.volume,
        point.uninherited,
        point.effects,
    ) == read


def test_bad_timing_lines_are_skipped() -> None:
    data = b"[TimingPoints]\n100\n100,\n100,NaN\n100,inf\n100,500,x\n100,500,\n5,NaN,4,1,0,5,0,0\n"
    (point,) = parse(data).timing_points
    assert math.isnan(point.beat_length) and not point.ticks
    assert point.slider_velocity == 1.0


def test_settings_stay_within_limits() -> None:
    beatmap = parse(b"[Difficulty]\nSliderMultiplier:9\nOverallDifficulty:6\nCircleSize:-2\n")
    assert beatmap.slider_multiplier == 3.6
    assert beatmap.approach_rate == 6.0
    assert beatmap.circle_size == 0.0
    assert parse(b"").approach_rate == 5.0


def test_combos() -> None:
    beatmap = parse(small_map())
    # Forced at the first object, after the spinner; a break forces one as well.
    assert beatmap.combo_labels() == (1, 2, 3, 1, 2, 3, 1, 2, 3, 4, 1, 2)
    data = small_map().replace(b"100,100,15000,5", b"100,100,15000,1")
    assert parse(data).combo_starts()[10]
    data = data.replace(b"256,192,8000,12,0,8500,0:0:0:0:\r\n", b"")
    assert parse(data).combo_starts()[9], "after the break"
    assert not parse(data.replace(b"2,9000,14000", b"//")).combo_starts()[9]
