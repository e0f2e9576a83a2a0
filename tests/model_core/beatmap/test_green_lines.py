"""Green lines put in, changed and taken out: the range changes, what follows does not."""

from __future__ import annotations

import math

import pytest

from model_core.beatmap import (
    Edit,
    GreenSetting,
    change_green_lines,
    green_lines_of,
    parse,
    set_green_lines,
)
from model_core.errors import EditRefused, InputError

from .maps import small_map

WHOLE = 10**6
BASE = parse(small_map())


def lines(edit: Edit) -> list[str]:
    document = edit.result.document
    return [document.lines[p.line].decode().rstrip("\r\n") for p in edit.result.timing_points]


def test_the_lines_that_are_there_change_nothing() -> None:
    edit = set_green_lines(BASE, -WHOLE, WHOLE, green_lines_of(BASE, -WHOLE, WHOLE))
    assert edit.patch.edits == ()
    assert edit.summary.text == "Nothing changes"


def test_a_new_line_takes_over_what_it_does_not_say() -> None:
    edit = change_green_lines(BASE, 2400, 2600, put=[GreenSetting(2500, volume=35)])
    assert lines(edit)[2:4] == ["2500,-50,4,2,1,35,0,0", "2607,-50,4,2,1,80,0,0"]
    assert edit.summary.lines == (
        "green line at 00:02:500 - added, 2x, volume 35, sample set 2:1",
        "green line at 00:02:607 - added, restores 2x, volume 80, sample set 2:1",
    )
    assert (edit.summary.green_added, edit.summary.restoring) == (1, 1)


def test_one_new_line_follows_another() -> None:
    settings = [GreenSetting(2500, 0.5), GreenSetting(2700, kiai=True), GreenSetting(2800, 2.0)]
    edit = change_green_lines(BASE, 2500, 2800, put=settings)
    assert lines(edit)[2:6] == [
        "2500,-200,4,2,1,80,0,0",
        "2700,-200,4,2,1,80,0,1",
        "2800,-50,4,2,1,80,0,1",
        "2807,-50,4,2,1,80,0,0",
    ]


def test_nothing_is_restored_where_the_map_goes_on_itself() -> None:
    edit = change_green_lines(BASE, 3900, 3999, put=[GreenSetting(3950, 0.5)])
    assert edit.summary.restoring == 0
    edit = change_green_lines(BASE, 15500, WHOLE, put=[GreenSetting(15600, 0.5)])
    assert edit.summary.restoring == 0


def test_a_near_object_gets_its_state_back_at_once() -> None:
    edit = change_green_lines(BASE, 2600, 2998, put=[GreenSetting(2700, 0.5)])
    assert lines(edit)[3] == "2999,-50,4,2,1,80,0,0"


def test_a_changed_line_keeps_its_other_bytes() -> None:
    data = small_map().replace(b"4000,-100,4,1,1,70,0,1", b"4000, -100 ,3,01,1,70,0,9 // a")
    edit = change_green_lines(parse(data), 4000, 5000, put=[GreenSetting(4000, volume=10)])
    assert lines(edit)[2] == "4000, -100 ,3,01,1,10,0,9 // a"
    assert lines(edit)[3] == "5007,-100,4,1,1,70,0,1"
    assert edit.summary.green_changed == 1


def test_a_line_is_taken_out_and_its_followers_keep_what_it_said() -> None:
    edit = change_green_lines(BASE, 4000, 4500, remove=[4000])
    assert lines(edit)[2] == "4507,-100,4,1,1,70,0,1"
    assert edit.summary.green_removed == 1
    with pytest.raises(InputError, match="no green line at 00:04:001"):
        change_green_lines(BASE, 4000, 4500, remove=[4001])


def test_all_lines_of_one_time_go_and_only_the_last_changes() -> None:
    data = small_map().replace(b"4000,-100,4", b"4000,-80,4,2,2,20,0,0\r\n4000,-100,4")
    base = parse(data)
    assert len(lines(change_green_lines(base, 4000, 4500, remove=[4000]))) == 4
    edit = change_green_lines(base, 4000, 4500, put=[GreenSetting(4000, 1.5)])
    assert lines(edit)[2:4] == ["4000,-80,4,2,2,20,0,0", "4000,-66.66666666666667,4,1,1,70,0,1"]


def test_ticks_go_and_come() -> None:
    edit = change_green_lines(BASE, 4000, 4500, put=[GreenSetting(4000, ticks=False)])
    assert lines(edit)[2] == "4000,NaN,4,1,1,70,0,1"
    point = edit.result.timing.velocity_point_at(4100)
    assert point is not None and not point.ticks
    (setting,) = green_lines_of(edit.result, 4000, 4500)
    assert setting.ticks is False
    back = change_green_lines(edit.result, 4000, 4500, put=[GreenSetting(4000, ticks=True)])
    assert lines(back)[2] == "4000,-100,4,1,1,70,0,1"
    with pytest.raises(InputError, match="one field for both"):
        change_green_lines(BASE, 4000, 4500, put=[GreenSetting(4000, 2.0, ticks=False)])


def test_early_formats_take_24_ms_off() -> None:
    base = parse(b"osu file format v4\n[TimingPoints]\n0,500\n[HitObjects]\n1,1,5000,1,0\n")
    edit = change_green_lines(base, 1000, 2000, put=[GreenSetting(1024, 2.0)])
    assert lines(edit) == ["0,500", "1000,-50,4,0,0,100,0,0", "1983,-100,4,0,0,100,0,0"]


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        (GreenSetting(999), "outside the range"),
        (GreenSetting(1500, 20.0), "slider velocity 20; give it 0.01 to 10"),
        (GreenSetting(1500, math.nan), "slider velocity nan"),
        (GreenSetting(1500, volume=101), "volume 101"),
        (GreenSetting(1500, sample_set=4), "sample set 4"),
        (GreenSetting(1500, sample_index=-1), "sample index -1"),
        (GreenSetting(math.inf), "cannot stand at inf"),
    ],
)
def test_settings_that_no_line_has_are_refused(setting: GreenSetting, message: str) -> None:
    with pytest.raises(InputError, match=message):
        set_green_lines(BASE, 1000, 3000, [setting])


def test_two_settings_of_one_time_are_refused() -> None:
    with pytest.raises(InputError, match="Two green lines would stand at 00:02:500"):
        set_green_lines(BASE, 1000, 3000, [GreenSetting(2500), GreenSetting(2500.3)])


def test_nothing_comes_before_the_first_red_line() -> None:
    with pytest.raises(InputError, match="before the first red line"):
        set_green_lines(BASE, -500, 500, [GreenSetting(-100, 2.0)])
    with pytest.raises(InputError, match="has no red line"):
        set_green_lines(parse(b"osu file format v14\n[HitObjects]\n"), 0, 5, [GreenSetting(0)])


def test_a_note_just_before_the_range_is_not_silenced() -> None:
    with pytest.raises(EditRefused, match=r"volume of the circle at 00:03:000 \(line"):
        change_green_lines(BASE, 3003, 3400, put=[GreenSetting(3004, volume=5)])


def test_a_hold_that_lasts_beyond_the_range_has_the_state_back() -> None:
    head = small_map().replace(b"Mode: 0", b"Mode: 3").partition(b"[HitObjects]")[0]
    base = parse(head + b"[HitObjects]\r\n64,192,7000,128,0,9000:0:0:0:0:\r\n")
    edit = change_green_lines(base, 7000, 8000, put=[GreenSetting(7500, 0.8)])
    assert lines(edit)[-2:] == ["7500,-125,4,2,3,40,0,0", "8007,-200,4,2,3,40,0,0"]
