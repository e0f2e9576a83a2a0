"""Objects that follow changed red lines: onto ticks, in order, and nothing but their times."""

from __future__ import annotations

import pytest

from model_core.beatmap import Beatmap, RedLine, parse, set_red_lines
from model_core.errors import EditRefused, InputError


def map_of(objects: str, mode: int = 0, version: int = 14, timing: str = "0,400,4,2,1,60,1,0"):
    text = (
        f"osu file format v{version}\n[General]\nMode: {mode}\n[Difficulty]\nCircleSize:4\n"
        f"[TimingPoints]\n{timing}\n[HitObjects]\n{objects}"
    )
    return parse(text.encode())


def moved(beatmap: Beatmap, *reds: RedLine, **options: object) -> list[str]:
    edit = set_red_lines(beatmap, reds, resnap=True, **options)  # type: ignore[arg-type]
    lines = edit.result.document.lines
    assert edit.summary.moved == sum(
        lines[after.line] != beatmap.document.lines[before.line]
        for before, after in zip(beatmap.hit_objects, edit.result.hit_objects, strict=True)
    )
    return [lines[item.line].decode().rstrip() for item in edit.result.hit_objects]


def test_objects_keep_their_division() -> None:
    beatmap = map_of("1,1,400,1,0\n1,1,500,5,0\n1,1,533,1,0\n1,1,600,1,0\n")
    assert moved(beatmap, RedLine(12, 400)) == [
        "1,1,412,1,0",
        "1,1,512,5,0",
        "1,1,545,1,0",
        "1,1,612,1,0",
    ]


def test_objects_stay_unless_asked() -> None:
    beatmap = map_of("1,1,400,1,0\n")
    edit = set_red_lines(beatmap, [RedLine(12, 400)])
    assert edit.result.hit_objects[0].time == 400
    assert moved(beatmap, RedLine(0, 400)) == ["1,1,400,1,0"]


def test_only_objects_of_another_tempo_move() -> None:
    beatmap = map_of(
        "1,1,410,1,0\n1,1,4010,1,0\n", timing="0,400,4,2,1,60,1,0\n4000,400,4,2,1,60,1,0"
    )
    assert moved(beatmap, RedLine(0, 400), RedLine(4012, 400)) == ["1,1,410,1,0", "1,1,4012,1,0"]
    # Too far to be the same beat: the object now belongs to the line before.
    assert moved(beatmap, RedLine(0, 400), RedLine(4312, 400)) == ["1,1,410,1,0", "1,1,4000,1,0"]
    assert moved(beatmap, RedLine(3, 400), start_ms=0, end_ms=400) == [
        "1,1,410,1,0",
        "1,1,4010,1,0",
    ]


def test_named_divisions_win() -> None:
    beatmap = map_of("1,1,500,1,0\n")
    assert moved(beatmap, RedLine(40, 400), divisors=(1,)) == ["1,1,440,1,0"]
    with pytest.raises(InputError, match="between 1 and 16"):
        set_red_lines(beatmap, [RedLine(40, 400)], resnap=True, divisors=(17,))


def test_ends_of_spinners_and_holds_move_and_the_rest_of_the_line_stays() -> None:
    spinner = map_of("256,192,400,12,4,800,1:2:3:40:a.wav // s\n")
    assert moved(spinner, RedLine(12, 400)) == ["256,192,412,12,4,812,1:2:3:40:a.wav // s"]
    hold = map_of("64,192, 400 ,128,4,800:1:2:3:40:a.wav\n192,192,400,1,0\n", mode=3)
    assert moved(hold, RedLine(12, 400)) == [
        "64,192, 412 ,128,4,812:1:2:3:40:a.wav",
        "192,192,412,1,0",
    ]


def test_sliders_keep_all_but_their_time() -> None:
    line = "1,2,{},6,2,B|3:4|5:6,2,140.000,0|2|0,0:0|0:0|0:0,0:0:0:0:"
    assert moved(map_of(line.format(400)), RedLine(12, 400)) == [line.format(412)]


@pytest.mark.parametrize(("own", "expected"), [((133, 266), 145), ((133, 267), 145)])
def test_ticks_become_whole_as_the_map_has_them(own: tuple[int, int], expected: int) -> None:
    # A third of 400 ms: cut it is 266, rounded 267.
    beatmap = map_of(f"1,1,{own[0]},1,0\n1,1,{own[1]},1,0\n")
    assert moved(beatmap, RedLine(12, 400)) == [f"1,1,{expected},1,0", f"1,1,{own[1] + 12},1,0"]


def test_newer_maps_keep_decimals() -> None:
    beatmap = map_of("1,1,133.33333333333334,1,0\n", version=128)
    (line,) = moved(beatmap, RedLine(12.5, 400))
    assert float(line.split(",")[2]) == pytest.approx(12.5 + 400 / 3)


def test_early_formats_take_24_ms_off() -> None:
    beatmap = map_of("1,1,376,1,0\n", version=4, timing="-24,400")
    assert moved(beatmap, RedLine(12, 400)) == ["1,1,388,1,0"]


def test_no_tick_is_taken_beyond_the_next_red_line() -> None:
    beatmap = map_of("1,1,3900,1,0\n")
    assert moved(beatmap, RedLine(0, 400), RedLine(3000, 2000), RedLine(3950, 400)) == [
        "1,1,3950,1,0"
    ]


@pytest.mark.parametrize(
    ("objects", "mode", "message"),
    [
        (
            "1,1,400,1,0\n1,1,433,1,0\n",
            0,
            r"circle at 00:00:433 \(line 10\) would no longer be beh",
        ),
        ("1,1,400,12,0,433\n", 0, r"end time of the spinner at 00:00:400 \(line 9\)"),
        ("1,1,400,128,0,433:0:0:0:0:\n", 3, "end time of the hold at 00:00:400"),
    ],
)
def test_objects_never_meet(objects: str, mode: int, message: str) -> None:
    with pytest.raises(EditRefused, match=message):
        set_red_lines(map_of(objects, mode), [RedLine(90, 400)], resnap=True, divisors=(1,))


def test_a_hold_does_not_reach_the_next_note_of_its_column() -> None:
    objects = "{},192,400,128,0,590:0:0:0:0:\n64,192,600,1,0\n"
    reds = [RedLine(10, 400)]
    message = r"hold at 00:00:400 \(line 9\) would reach the circle on line 10\..* finer beat"
    with pytest.raises(EditRefused, match=message):
        set_red_lines(map_of(objects.format(64), 3), reds, resnap=True, divisors=(2,))
    edit = set_red_lines(map_of(objects.format(192), 3), reds, resnap=True, divisors=(2,))
    assert [item.end_time for item in edit.result.hit_objects] == [610, 610]
