"""Red lines change alone: the smallest edits, and everything that they reset as it was."""

from __future__ import annotations

import pytest

from model_core.beatmap import Beatmap, Edit, RedLine, parse, red_lines_of, set_red_lines
from model_core.errors import EditRefused, InputError

from .maps import small_map


def map_of(timing: str, objects: str = "100,100,500,5,0\r\n", version: int = 14) -> Beatmap:
    text = (
        f"osu file format v{version}\r\n\r\n[General]\r\nMode: 0\r\n\r\n[TimingPoints]\r\n"
        f"{timing}\r\n[HitObjects]\r\n{objects}"
    )
    return parse(text.encode())


def timing_lines(edit: Edit) -> list[str]:
    document = edit.result.document
    return [document.lines[p.line].decode().rstrip("\r\n") for p in edit.result.timing_points]


def test_the_lines_that_are_there_change_nothing() -> None:
    beatmap = parse(small_map())
    edit = set_red_lines(beatmap, red_lines_of(beatmap))
    assert edit.patch.edits == ()
    assert edit.summary.text == "Nothing changes"


@pytest.mark.parametrize("beat_length", [333.33333333333331, 333.333333333333])
def test_another_spelling_of_a_tempo_changes_nothing(beat_length: float) -> None:
    beatmap = map_of("0,333.333333333333,4,2,1,60,1,0\r\n")
    assert set_red_lines(beatmap, [RedLine(0, beat_length)]).patch.edits == ()


def test_comments_blanks_and_marks_of_a_changed_line_stay() -> None:
    beatmap = map_of("17 ,\t500 , 3,2,1,60,1,9 // 120 BPM\r\n100,-50,4,2,1,60,0,1\r\n")
    edit = set_red_lines(beatmap, [RedLine(17, 400.5, 4)])
    (change,) = edit.patch.edits
    assert change.replacement == (b"17 ,\t400.5 , 4,2,1,60,1,9 // 120 BPM\r\n",)
    assert edit.summary.lines == ("red line at 00:00:017 - 120 -> 149.813 BPM, 3/4 -> 4/4",)
    assert edit.summary.text == "1 red line changed, nothing else"


def test_a_new_line_carries_what_is_in_effect_and_a_green_one_keeps_the_speed() -> None:
    beatmap = parse(small_map())
    edit = set_red_lines(beatmap, [*red_lines_of(beatmap), RedLine(5000, 400)])
    assert timing_lines(edit)[2:] == [
        "4000,-100,4,1,1,70,0,1",
        "5000,400,4,1,1,70,1,1",
        "6000,-200,4,2,3,40,0,0",
    ]
    edit = set_red_lines(beatmap, [*red_lines_of(beatmap), RedLine(7000, 400, 3)])
    assert timing_lines(edit)[4:] == ["7000,400,3,2,3,40,1,0", "7000,-200,3,2,3,40,0,0"]
    assert edit.summary.lines == (
        "red line at 00:07:000 - added, 150 BPM, 3/4",
        "green line at 00:07:000 - added, keeps 0.5x, volume 40, sample set 2:3",
    )
    assert (edit.summary.red_added, edit.summary.restoring) == (1, 1)
    pure = set_red_lines(beatmap, [*red_lines_of(beatmap), RedLine(7000, 400)], keep_state=False)
    assert timing_lines(pure)[4:] == ["7000,400,4,2,3,40,1,0"]


def test_a_removed_line_leaves_its_sounds_and_kiai_to_a_green_one() -> None:
    beatmap = map_of("0,500,4,2,1,60,1,0\r\n1000,-50,4,2,1,60,0,0\r\n2000,400,4,1,0,30,1,1\r\n")
    edit = set_red_lines(beatmap, red_lines_of(beatmap)[:1])
    assert timing_lines(edit)[2:] == ["2000,-100,4,1,0,30,0,1"]
    assert edit.summary.red_removed == 1


def test_a_moved_line_keeps_its_mark_and_what_its_old_place_said() -> None:
    beatmap = map_of("0,500,4,2,1,60,1,0\r\n2000,400,4,1,0,30,1,9\r\n2005,-50,4,1,0,30,0,1\r\n")
    edit = set_red_lines(beatmap, [RedLine(0, 500), RedLine(2010, 400)])
    assert timing_lines(edit)[1:] == [
        "2000,-100,4,1,0,30,0,1",
        "2005,-50,4,1,0,30,0,1",
        "2010,400,4,1,0,30,1,9",
        "2010,-50,4,1,0,30,0,1",
    ]
    assert "red line at 00:02:010 - moved from 00:02:000" in edit.summary.lines


def test_of_several_lines_at_one_time_the_one_that_counts_changes() -> None:
    beatmap = map_of("0,500,4,2,1,60,1,0\r\n0,300,3,1,0,50,1,0\r\n0,-50,4,2,1,60,0,0\r\n")
    assert red_lines_of(beatmap) == (RedLine(0, 500.0),)
    edit = set_red_lines(beatmap, [RedLine(0, 450)])
    assert timing_lines(edit)[:2] == ["0,450,4,2,1,60,1,0", "0,300,3,1,0,50,1,0"]
    edit = set_red_lines(beatmap, [RedLine(-10, 500)])
    assert "0,300,3,1,0,50,1,0" not in timing_lines(edit)


def test_a_mark_is_set_and_never_cleared() -> None:
    beatmap = map_of("0,500,4,2,1,60,1,8\r\n")
    assert set_red_lines(beatmap, [RedLine(0, 500)]).patch.edits == ()
    beatmap = map_of("0,500,4,2,1,60,1,1\r\n")
    edit = set_red_lines(beatmap, [RedLine(0, 500, 4, True)])
    assert timing_lines(edit) == ["0,500,4,2,1,60,1,9"]


def test_a_map_without_tempo_gets_one() -> None:
    for text in (b"osu file format v14\n\n[HitObjects]\n1,1,5,1,0\n", b"osu file format v14"):
        beatmap = parse(text)
        edit = set_red_lines(beatmap, [RedLine(12, 400)])
        assert red_lines_of(edit.result) == (RedLine(12, 400.0),)
        assert edit.patch.invert(text).apply(edit.result.to_bytes()) == text
    empty = parse(b"osu file format v14\n[TimingPoints]\n[HitObjects]\n")
    edit = set_red_lines(empty, [RedLine(12, 400)])
    assert edit.result.document.lines[1:3] == (b"[TimingPoints]\n", b"12,400,4,1,0,100,1,0\n")
    assert set_red_lines(empty, []).patch.edits == ()


@pytest.mark.parametrize("version", [3, 4])
def test_early_formats_take_24_ms_off(version: int) -> None:
    beatmap = map_of("100,500\r\n", version=version)
    assert red_lines_of(beatmap) == (RedLine(124.0, 500.0),)
    edit = set_red_lines(beatmap, [RedLine(124, 400), RedLine(2000, 450)])
    assert timing_lines(edit) == ["100,400", "1976,450,4,0,0,100"]


def test_times_become_whole_where_the_format_wants_it() -> None:
    beatmap = map_of("0.5,500,4,2,1,60,1,0\r\n")
    edit = set_red_lines(beatmap, [RedLine(0.5, 500), RedLine(99.5, 400)])
    assert timing_lines(edit) == ["0.5,500,4,2,1,60,1,0", "100,400,4,2,1,60,1,0"]
    exact = set_red_lines(beatmap, [RedLine(0.5, 500), RedLine(99.5, 400)], whole_ms=False)
    assert timing_lines(exact)[1] == "99.5,400,4,2,1,60,1,0"
    newer = map_of("0.5,500,4,2,1,60,1,0\r\n", version=128)
    assert timing_lines(set_red_lines(newer, [RedLine(9.25, 400)]))[-1].startswith("9.25,400")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([RedLine(0, 5)], "5 ms per beat"),
        ([RedLine(0, float("nan"))], "nan ms per beat"),
        ([RedLine(0, 70000)], "70000 ms per beat"),
        ([RedLine(0, 500, 0)], "0 beats in a bar"),
        ([RedLine(0, 500), RedLine(0.2, 400)], "Two red lines would stand at 00:00:000"),
        ([RedLine(-5, 500)], "outside the range"),
        ([RedLine(float("inf"), 500)], "cannot stand at inf"),
    ],
)
def test_lines_that_no_map_can_have_are_refused(lines: list[RedLine], message: str) -> None:
    with pytest.raises(InputError, match=message):
        set_red_lines(map_of("0,400,4,2,1,60,1,0\r\n"), lines, start_ms=0, end_ms=5000)


def test_the_last_tempo_is_not_taken_away() -> None:
    with pytest.raises(EditRefused, match="without any red line"):
        set_red_lines(parse(small_map()), [])


def test_lines_outside_the_range_stay() -> None:
    beatmap = map_of("0,500,4,2,1,60,1,0\r\n2000,400,4,2,1,60,1,0\r\n4000,300,4,2,1,60,1,0\r\n")
    edit = set_red_lines(beatmap, [RedLine(2500, 410)], start_ms=1000, end_ms=3000)
    assert timing_lines(edit) == [
        "0,500,4,2,1,60,1,0",
        "2500,410,4,2,1,60,1,0",
        "4000,300,4,2,1,60,1,0",
    ]


def test_a_file_without_a_last_line_end_stays_one() -> None:
    data = b"osu file format v14\n[HitObjects]\n1,1,5,1,0\n[TimingPoints]\n0,500,4,1,0,60,1,0"
    edit = set_red_lines(parse(data), [RedLine(0, 500), RedLine(100, 400)])
    assert edit.result.to_bytes() == data + b"\n100,400,4,1,0,60,1,0"


def test_repeated_sections_are_one() -> None:
    data = (
        b"osu file format v14\n[TimingPoints]\n0,500,4,1,0,60,1,0\n[HitObjects]\n1,1,5,1,0\n"
        b"[TimingPoints]\n1000,-50,4,1,0,60,0,0\n"
    )
    edit = set_red_lines(parse(data), [RedLine(0, 500), RedLine(1500, 400)])
    assert timing_lines(edit)[2:] == ["1500,400,4,1,0,60,1,0", "1500,-50,4,1,0,60,0,0"]


def test_a_comment_of_no_text_keeps_its_bytes() -> None:
    data = b"osu file format v14\n[TimingPoints]\n0,500,4,1,0,60,1,0 // \xff\xfe\n[HitObjects]\n"
    for line in (RedLine(0, 400), RedLine(-7, 400)):
        edit = set_red_lines(parse(data), [line])
        assert b",1,0 // \xff\xfe\n" in edit.result.to_bytes()


def test_green_lines_left_before_the_first_red_line_are_told() -> None:
    beatmap = map_of("0,500,4,2,1,60,1,0\r\n0,-50,4,2,1,60,0,0\r\n")
    edit = set_red_lines(beatmap, [RedLine(10, 500)])
    assert timing_lines(edit) == [
        "0,-50,4,2,1,60,0,0",
        "10,500,4,2,1,60,1,0",
        "10,-50,4,2,1,60,0,0",
    ]
    assert "1 green line now before the first red line" in edit.summary.lines[-1]
