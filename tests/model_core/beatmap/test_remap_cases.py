"""Remaps of files that are unusual, and of ranges at their edges."""

from __future__ import annotations

import math

import pytest

from model_core.beatmap import (
    Beatmap,
    NewObject,
    ObjectKind,
    RemapEdit,
    Sound,
    free_range,
    parse,
    remap,
    replaced_objects,
)
from model_core.errors import EditRefused

from .maps import circle, slider, small_map

TIMING = """0,500,4,2,1,60,1,0
2000,-50,4,2,1,80,0,0
4000,-100,4,1,1,70,0,1
6000,-200,4,2,3,40,0,0
"""


def changes(edit: RemapEdit, base: Beatmap) -> list[str]:
    diff = edit.patch.unified_diff(base.to_bytes(), "m.osu").splitlines()[2:]
    return [line for line in diff if line[0] in "+-"]


def with_timing(lines: str, version: int = 14) -> Beatmap:
    text = small_map("\n").decode().replace(TIMING, lines).replace("v14", f"v{version}")
    return parse(text.encode())


def test_timing_sections_may_be_repeated() -> None:
    text = small_map("\n").decode()
    head, tail = TIMING.split("4000", 1)
    split = text.replace(TIMING, f"{head}\n[Colours]\nCombo2 : 1,2,3\n\n[TimingPoints]\n4000{tail}")
    base = parse(split.encode())
    edit = remap(base, 2500, 4500, [circle(2600, 30), slider(4100, 140.0, 2.0)])
    lines = edit.result.to_bytes().decode().split("\n")
    assert (
        "2600,-50,4,2,1,30,0,0" in lines[lines.index("[TimingPoints]") : lines.index("[Colours]")]
    )
    assert edit.result.timing.slider_velocity_at(4100) == 2.0
    assert [p.time for p in edit.result.timing_points] == sorted(
        p.time for p in edit.result.timing_points
    )


def test_object_sections_may_be_repeated() -> None:
    text = (
        small_map("\n")
        .decode()
        .replace("200,200,3000,1,2", "\n[Metadata]\nTags:more\n\n[HitObjects]\n200,200,3000,1,2")
    )
    base = parse(text.encode())
    edit = remap(base, 2500, 3500, [circle(2600, 80)])
    assert [item.time for item in edit.result.hit_objects][2:5] == [1500, 2600, 4000]
    assert b"\n[Metadata]\nTags:more\n\n[HitObjects]\n100,300,4000" in edit.result.to_bytes()


def test_objects_at_one_time_are_replaced_together() -> None:
    doubled = small_map().replace(
        b"200,200,3000,1,2,0:0:0:0:\r\n",
        b"200,200,3000,1,2,0:0:0:0:\r\n210,200,3000,1,2,0:0:0:0:\r\n",
    )
    base = parse(doubled)
    edit = remap(base, 3000, 3000, [circle(3000, 80)])
    assert edit.summary.replaced == 2 and edit.summary.generated == 1
    edit = remap(base, 3001, 3200, [circle(3100, 30)])
    assert edit.summary.text.startswith("1 object added")


def test_unsorted_timing_lines_are_kept_in_their_order() -> None:
    base = with_timing(
        "0,500,4,2,1,60,1,0\n6000,-200,4,2,3,40,0,0\n2000,-50,4,2,1,80,0,0\n4000,-100,4,1,1,70,0,1\n"
    )
    edit = remap(base, 2500, 3500, [circle(2600, 30), slider(3000, 70.0, 1.0)])
    kept = [p.time for p in edit.result.timing_points if p.time in (0, 2000, 4000, 6000)]
    assert kept == [0, 6000, 2000, 4000]
    assert edit.result.timing.slider_velocity_at(3000) == 1.0
    assert edit.result.timing.slider_velocity_at(6500) == base.timing.slider_velocity_at(6500)


def test_no_green_lines_at_all() -> None:
    base = with_timing("0,500,4,2,1,60,1,0\n")
    edit = remap(base, 2500, 3500, [circle(2500, 60), slider(3000, 140.0, 1.0)])
    assert edit.summary.green_added == 0 and not edit.summary.restoring
    edit = remap(base, 2500, 3500, [circle(2500, 20)])
    assert edit.summary.green_added == 1 and edit.summary.restoring == 1


def test_a_green_line_goes_with_a_red_one_at_its_time() -> None:
    base = with_timing(TIMING.replace("4000", "3000,400,3,2,1,50,1,8\n4000"))
    edit = remap(base, 2500, 3500, [circle(2500, 80), circle(3000, 20)])
    assert [c for c in changes(edit, base) if c.startswith("+3000,")] == ["+3000,-100,3,2,1,20,0,0"]
    assert b"3000,400,3,2,1,50,1,8\n3000,-100" in edit.result.to_bytes()
    assert edit.result.timing.red_lines == tuple(
        p for p in edit.result.timing_points if p.uninherited
    )
    own = with_timing(TIMING.replace("4000", "3000,400,3,2,1,50,1,0\n3000,-80,3,2,1,50,0,0\n4000"))
    edit = remap(own, 2500, 3500, [circle(3000, 20)])
    assert "-3000,-80,3,2,1,50,0,0" in changes(edit, own)
    assert edit.result.timing.slider_velocity_at(3500) == 1.25


def test_sliders_without_ticks_stay_so() -> None:
    base = with_timing(TIMING.replace("4000,-100,4,1,1,70,0,1", "3900,NaN,4,1,1,70,0,1"))
    edit = remap(base, 3600, 3950, [slider(3900, 70.0, 1.0)])
    # The new slider has ticks; what follows has none, as before.
    at_new, at_kept = (edit.result.timing.velocity_point_at(t) for t in (3900, 4000))
    assert at_new is not None and at_new.ticks
    assert at_kept is not None and not at_kept.ticks
    assert b",NaN,4,1,1,70,0,1" in edit.result.to_bytes()


def test_absurd_speeds_are_restored_as_they_work() -> None:
    base = with_timing(TIMING.replace("6000,-200", "3600,-0.0000000000000000000001"))
    edit = remap(base, 3500, 3900, [slider(3700, 70.0, 1.0)])
    assert edit.result.timing.slider_velocity_at(4000) == base.timing.slider_velocity_at(4000)


@pytest.mark.parametrize("version", [3, 4])
def test_old_files_are_24_ms_late(version: int) -> None:
    base = with_timing(TIMING, version)
    edit = remap(base, 2524, 3524, [circle(2524, 30), slider(3024, 70.0, 1.0)])
    added = [c.split(",")[0] for c in changes(edit, base) if c.endswith(",0,0")]
    assert added == ["+2500", "+3000", "+3500"]
    assert [i.time for i in replaced_objects(edit.result, 2524, 3524)] == [2524, 3024]


def test_decimals_of_format_128() -> None:
    text = small_map().replace(b"v14", b"v128").replace(b"100,300,4000,", b"100.5,300.25,3500.4,")
    base = parse(text)
    free = free_range(base, 2500, 3500)
    assert free.following_ms == 3500.4 and free.last_ms == 3499
    edit = remap(base, 2500, 3500, [slider(2600, 350.0, 1.0), circle(3498, 30)])
    assert all(i.end_time < 3500.4 for i in replaced_objects(edit.result, 2500, 3500))
    assert b"\r\n3500.4,-50,4,2,1,80,0,0\r\n" in edit.result.to_bytes()


def test_a_survivor_a_millisecond_behind_the_range() -> None:
    edit = remap(parse(small_map()), 2500, 3999, [circle(3999, 30)])
    assert b"4000,-100,4,1,1,70,0,1" in edit.result.to_bytes()
    edit = remap(parse(small_map()), 2500, 5999, [circle(5999, 30), slider(5500, 1000.0, 1.0)])
    # The map's own line stands at the survivor's start, so none is needed there.
    assert edit.summary.restoring == 0
    edit = remap(parse(small_map()), 14900, 15499, [slider(15200, 140.0, 1.0), circle(15499, 30)])
    assert b"15500,-200,4,2,3,40,0,0\r\n" in edit.result.to_bytes()
    assert edit.result.timing.sample_at(15505).volume == 40


def test_a_spinner_that_reaches_in_or_out() -> None:
    base = parse(small_map())
    edit = remap(base, 8100, 9000, [circle(8400), circle(8501, 40)])
    assert [i.time for i in edit.objects] == [8501]
    edit = remap(base, 7000, 8000, [circle(7500, 40), circle(8400, 40), circle(8501, 40)])
    assert [i.time for i in edit.objects] == [7500, 8400], "up to the end of the replaced spinner"
    covered = remap(base, 8100, 8400, [circle(8200, 10), circle(8300, 10)])
    assert covered.patch.edits == () and covered.summary.dropped == 2


def test_a_range_before_the_first_object_and_behind_the_last() -> None:
    base = parse(small_map())
    edit = remap(base, -500, 400, [circle(-200, 60), circle(300, 20)])
    assert [i.time for i in edit.result.hit_objects][:3] == [-200, 300, 500]
    assert edit.result.timing.sample_at(505).volume == 60
    edit = remap(base, 16000, 20000, [circle(17000, 20), slider(18000, 70.0, 2.0)])
    assert edit.result.hit_objects[-1].end_time == pytest.approx(18125)
    # Nothing follows, yet the state returns: the mapper may place something there.
    assert edit.result.timing.sample_at(20001).volume == 40


def test_a_map_without_objects() -> None:
    base = parse(small_map().split(b"100,100,500,5")[0])
    edit = remap(base, 1000, 3000, [circle(1000, 30), circle(2000, 90)])
    assert math.isinf(free_range(base, 1000, 3000).following_ms)
    assert [i.time for i in edit.result.hit_objects] == [1000, 2000]


def test_removal_leaves_timing_lines_and_breaks() -> None:
    base = parse(small_map())
    edit = remap(base, 0, 20000, [])
    assert edit.summary.text == "12 objects removed, nothing else"
    assert edit.result.timing_points and edit.result.breaks == base.breaks
    assert edit.patch.invert(base.to_bytes()).apply(edit.result.to_bytes()) == base.to_bytes()


def test_lines_that_the_game_skips_stay() -> None:
    odd = (
        small_map()
        .replace(b"200,200,3000,1,2", b"// three\r\n1,2\r\nfoo,bar,3000,1,0\r\n200,200,3000,1,2")
        .replace(b"4000,-100,4", b"nonsense\r\n3000,x,4\r\n4000,-100,4")
    )
    edit = remap(parse(odd), 2500, 3500, [circle(2600, 20)])
    for line in (b"// three\r\n", b"1,2\r\nfoo,bar,3000,1,0\r\n", b"nonsense\r\n3000,x,4\r\n"):
        assert line in edit.result.to_bytes()


def test_a_break_right_before_a_new_object() -> None:
    spinner = NewObject(ObjectKind.SPINNER, 13000, 256, 192, False, (Sound(),), None, 14500)
    edit = remap(parse(small_map()), 12000, 14900, [spinner])
    assert [(b.start, b.end) for b in edit.result.breaks] == [(9000, 12550)]


def test_lines_joined_by_a_carriage_return_are_not_cut() -> None:
    joined = small_map().replace(
        b"4000,-100,4,1,1,70,0,1\r\n", b"3000,-80,4,1,1,70,0,0\r4000,-100,4,1,1,70,0,1\r\n"
    )
    base = parse(joined)
    with pytest.raises(EditRefused, match="carriage return"):
        remap(base, 2500, 3500, [slider(2900, 280.0, 1.0), circle(3400, 20)])
    assert remap(base, 2500, 2900, [circle(2600, 80)]).summary.generated == 1


def test_a_sample_set_of_nought_is_not_one() -> None:
    # The older game takes it for the map's own set, here soft.
    base = with_timing(TIMING.replace("4000,-100,4,1,1,70,0,1", "3600,-50,4,0,1,80,0,0"))
    edit = remap(base, 2500, 3900, [circle(3800, 20)])
    point = edit.result.timing.sample_point_at(4005)
    assert point is not None and point.sample_set == 0
    assert "+3900,-50,4,0,1,80,0,0" in changes(edit, base)


def test_objects_before_the_first_red_line_restore_nothing() -> None:
    timing = "1000,-50,4,2,1,80,0,0\n2000,-100,4,2,1,80,0,0\n3000,500,4,2,1,60,1,0\n"
    base = with_timing(timing)
    edit = remap(base, 0, 20000, [circle(800, 30)])
    assert [p.time for p in edit.result.timing_points] == [1000, 2000, 3000]
