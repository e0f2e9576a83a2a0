"""The remap edit, case by case, on a small map."""

from __future__ import annotations

from dataclasses import replace

import pytest

from model_core.beatmap import (
    NewObject,
    ObjectKind,
    RemapEdit,
    Sound,
    free_range,
    parse,
    remap,
    replaced_objects,
)
from model_core.errors import EditRefused, InputError, NotSupported

from .maps import OBJECTS, circle, slider, small_map

BASE = parse(small_map())


def changes(edit: RemapEdit, base: bytes = BASE.to_bytes()) -> list[str]:
    """Added and removed lines of an edit, without their line ends."""
    diff = edit.patch.unified_diff(base, "m.osu").splitlines()[2:]
    return [line for line in diff if line[0] in "+-"]


def test_objects_change_places() -> None:
    edit = remap(BASE, 2500, 3500, [circle(2750, 80, new_combo=True), circle(3250, 80)])
    assert changes(edit) == [
        "-100,200,2500,5,0,0:0:0:0:",
        "-200,200,3000,1,2,0:0:0:0:",
        "-300,200,3500,1,0,0:0:0:0:",
        "+256,192,2750,5,0,0:0:0:0:",
        "+256,192,3250,1,0,0:0:0:0:",
    ]
    assert edit.summary.text == "3 objects replaced by 2, nothing else"
    assert edit.patch.invert(BASE.to_bytes()).apply(edit.result.to_bytes()) == BASE.to_bytes()


def test_volume_and_velocity_come_and_go_with_green_lines() -> None:
    edit = remap(BASE, 2500, 3500, [slider(2500, 140.0, 1.0), circle(3250, 50)])
    assert changes(edit)[:4] == [
        "+2500,-100,4,2,1,60,0,0",
        "+3250,-100,4,2,1,50,0,0",
        "+3500,-50,4,2,1,80,0,0",
        "-100,200,2500,5,0,0:0:0:0:",
    ]
    assert edit.summary.text == (
        "3 objects replaced by 2, 2 green lines added, 1 green line restoring what follows,"
        " nothing else"
    )
    assert edit.result.timing.slider_velocity_at(3500) == 2.0


def test_without_velocity_a_slider_keeps_its_duration() -> None:
    edit = remap(BASE, 2500, 3500, [slider(2500, 140.0, 1.0)], take_volume=False, take_sv=False)
    assert edit.summary.green_added == edit.summary.restoring == 0
    (made,) = replaced_objects(edit.result, 2500, 3500)
    assert made.length == 280 and made.end_time == pytest.approx(3000)


def test_a_line_of_the_map_can_restore_its_state() -> None:
    edit = remap(BASE, 3000, 4100, [circle(3000, 55)])
    # The green line at 4000 says all that is to hold after the range.
    assert edit.summary.restoring == 0
    assert [line[:5] for line in changes(edit)[:2]] == ["+3000", "-200,"]


def test_kiai_and_sets_of_the_map_stay() -> None:
    edit = remap(BASE, 3500, 6500, [slider(3600, 140.0, 2.0), slider(5000, 140.0, 2.0)])
    assert edit.result.timing.kiai_changes() == BASE.timing.kiai_changes()
    for moment in (3999, 4000, 5999, 6000):
        old, new = (b.timing.sample_at(moment) for b in (BASE, edit.result))
        assert (old.sample_set, old.index) == (new.sample_set, new.index)
    # The line at 4000 takes the slider's velocity; the one at 6000 restores the map's own.
    assert [edit.result.timing.slider_velocity_at(t) for t in (4000, 5999, 6000)] == [2, 2, 0.5]
    assert edit.summary.green_changed == 1 and edit.summary.restoring == 0


def test_restoring_waits_for_the_last_sound_where_there_is_room() -> None:
    edit = remap(BASE, 2500, 2950, [circle(2993, 30)])
    assert edit.summary.generated == 0, "outside the range"
    edit = remap(BASE, 2500, 2990, [circle(2990, 30)])
    assert "+2997,-50,4,2,1,80,0,0" in changes(edit)
    edit = remap(BASE, 2500, 2999, [circle(2998, 30)])
    assert "+3000,-50,4,2,1,80,0,0" in changes(edit), "at the next object: no room before it"


def test_an_object_that_reaches_in_keeps_its_place() -> None:
    assert free_range(BASE, 4500, 5500).first_ms == 5001
    edit = remap(BASE, 4500, 5500, [circle(4600), circle(5000), circle(5001, 20), circle(5300)])
    assert [item.time for item in replaced_objects(edit.result, 4500, 5500)] == [5001, 5300]
    assert edit.summary.dropped == 2
    # The slider's end is still heard at the map's own volume.
    assert edit.result.timing.sample_at(5005).volume == 70
    assert edit.result.timing.sample_at(5305).volume == 60


def test_sounds_of_the_object_before_are_left_alone() -> None:
    edit = remap(BASE, 3003, 3400, [slider(3003, 60.0, 1.0)])
    assert edit.result.timing.sample_at(3006).volume == 80
    assert edit.result.timing.sample_at(3007).volume == 60
    assert edit.result.timing.slider_velocity_at(3003) == 1.0


def test_the_range_stretches_to_the_end_of_what_it_replaces() -> None:
    free = free_range(BASE, 3900, 4100)
    assert (free.first_ms, free.last_ms, free.following_ms) == (3900, 5000, 6000)
    assert free_range(BASE, 7900, 8600).last_ms == 8600
    assert free_range(BASE, 5900, 6300).last_ms == 6300
    assert free_range(BASE, 14000, 15499).last_ms == 15499


def test_too_long_objects_are_shortened_or_dropped() -> None:
    long = replace(slider(2500, 280.0, 1.0, 2), curve_points=((380, 100),))
    edit = remap(BASE, 2500, 2900, [long])
    (made,) = replaced_objects(edit.result, 2500, 2900)
    assert made.slides == 1 and made.end_time == pytest.approx(2875)
    assert edit.summary.shortened == 1
    edit = remap(BASE, 2500, 3900, [replace(long, length=140.0)])
    assert replaced_objects(edit.result, 2500, 3900)[0].slides == 2
    spinner = NewObject(ObjectKind.SPINNER, 2600, 256, 192, False, (Sound(),), None, 9000)
    edit = remap(BASE, 2500, 2999, [spinner])
    assert edit.result.hit_objects[3].end_time == 2875
    edit = remap(BASE, 2500, 2999, [replace(spinner, time=2900)])
    assert edit.summary.dropped == 1


def test_generated_objects_do_not_overlap_each_other() -> None:
    edit = remap(BASE, 2500, 3900, [slider(2500, 280.0, 1.0), circle(3000), circle(3000)])
    first, second = replaced_objects(edit.result, 2500, 3900)
    assert first.end_time < second.time
    assert edit.summary.dropped == 1 and edit.summary.shortened == 1


def test_breaks_are_split_and_removed() -> None:
    edit = remap(BASE, 8600, 14500, [circle(11000, 40)])
    assert "-2,9000,14000" in changes(edit)
    assert [c for c in changes(edit) if c.startswith("+2,")] == ["+2,9000,10550", "+2,11200,14000"]
    edit = remap(BASE, 8600, 14500, [circle(t, 40) for t in range(9500, 14000, 1000)])
    assert not edit.result.breaks
    assert edit.summary.breaks_changed == 1
    old = parse(small_map().replace(b"v14", b"v4"))
    edit = remap(old, 8600, 14500, [circle(11000, 40)])
    assert [c for c in changes(edit, old.to_bytes()) if c.startswith("+2,")] == [
        "+2,9000,10526",
        "+2,11176,14000",
    ]


def test_the_first_object_starts_a_combo_where_one_started() -> None:
    plain = [circle(2750), circle(3250, new_combo=True)]
    assert remap(BASE, 2500, 3500, plain).objects[0].new_combo
    assert not remap(BASE, 3000, 3500, [circle(3000, new_combo=True)]).objects[0].new_combo
    # After the break a combo starts although the line may not say so.
    unsaid = parse(small_map().replace(b"100,100,15000,5", b"100,100,15000,1"))
    assert remap(unsaid, 14500, 15000, [circle(14600)]).objects[0].new_combo


def test_line_ends_are_the_neighbours() -> None:
    for eol in ("\n", "\r\n"):
        base = parse(small_map(eol))
        edit = remap(base, 2500, 3500, [circle(2500, 10), circle(3000, 90)])
        assert {line[-2:] == b"\r\n" for line in edit.result.document.lines} == {eol == "\r\n"}
    mixed = small_map("\r\n").replace(
        b"200,200,3000,1,2,0:0:0:0:\r\n", b"200,200,3000,1,2,0:0:0:0:\n"
    )
    edit = remap(parse(mixed), 3100, 3500, [circle(3300, 80)])
    assert b"256,192,3300,1,0,0:0:0:0:\n100,300" in edit.result.to_bytes()


def test_a_file_without_a_last_line_end_stays_so() -> None:
    base = parse(small_map(final_newline=False))
    edit = remap(base, 15500, 15500, [circle(15500, 40, sample_set=1), circle(15501)])
    assert edit.result.to_bytes().endswith(b"\r\n256,192,15500,1,0,1:0:0:0:")
    edit = remap(base, 16000, 17000, [circle(16500, 40)])
    assert edit.result.to_bytes().endswith(b"15500,1,0,0:0:0:0:\r\n256,192,16500,1,0,0:0:0:0:")
    edit = remap(base, 15500, 15500, [])
    assert edit.result.to_bytes().endswith(b"100,100,15000,5,0,0:0:0:0:\r\n")


def test_a_sample_set_is_written_only_where_the_timing_line_says_another() -> None:
    edit = remap(BASE, 2500, 3500, [circle(2750, 80, sample_set=3)])
    assert "+256,192,2750,5,0,3:0:0:0:" in changes(edit)


def test_objects_go_where_the_old_ones_were_in_an_unsorted_file() -> None:
    lines = OBJECTS.splitlines(keepends=True)
    shuffled = "".join([*lines[6:9], *lines[:6], *lines[9:]])
    base = parse(small_map("\n").replace(OBJECTS.encode(), shuffled.encode()))
    edit = remap(base, 2500, 3500, [circle(2600, 80)])
    at = [item.time for item in edit.result.hit_objects]
    assert at == [4000, 6000, 6500, 500, 1000, 1500, 2600, 8000, 15000, 15500]
    edit = remap(base, 3600, 3900, [circle(3700, 80)])
    assert [item.time for item in edit.result.hit_objects][8:10] == [3500, 3700]


def test_an_empty_section_takes_objects() -> None:
    base = parse(small_map().split(b"[HitObjects]")[0] + b"[HitObjects]")
    edit = remap(base, 0, 1000, [circle(500), circle(750)])
    assert edit.result.to_bytes().endswith(
        b"[HitObjects]\r\n256,192,500,1,0,0:0:0:0:\r\n256,192,750,1,0,0:0:0:0:"
    )


def test_nothing_to_do() -> None:
    edit = remap(BASE, 2600, 2700, [])
    assert edit.patch.edits == () and edit.result.to_bytes() == BASE.to_bytes()
    assert edit.summary.text == "0 objects added, nothing else"


def test_a_map_without_tempo_takes_objects_without_green_lines() -> None:
    data = small_map()
    start, end = data.index(b"0,500,4"), data.index(b"[Colours]")
    base = parse(data[:start] + data[end:])
    edit = remap(base, 2600, 3500, [slider(2700, 140.0, 2.0), circle(3400, 10)])
    assert edit.summary.green_added == 0
    assert edit.result.hit_objects[4].length == 70


def test_nothing_is_put_before_the_first_red_line() -> None:
    base = parse(small_map().replace(b"0,500,4,2,1,60,1,0", b"1200,500,4,2,1,60,1,0"))
    edit = remap(base, 400, 1400, [slider(500, 70.0, 2.0), circle(1100, 10), circle(1300, 20)])
    added = [c for c in changes(edit, base.to_bytes()) if ",0," in c and c.count(",") == 7]
    assert [c.split(",")[0] for c in added] == ["+1300", "+1400"]


def test_old_versions_are_written_as_they_read() -> None:
    base = parse(small_map().replace(b"v14", b"v4"))
    edit = remap(base, 2524, 3524, [circle(2774, 80), slider(3024, 70.0, 1.0)])
    made = replaced_objects(edit.result, 2524, 3524)
    assert [item.time for item in made] == [2774, 3024]
    assert (
        b"256,192,2750,1" in edit.result.to_bytes() or b"256,192,2750,5" in edit.result.to_bytes()
    )


def test_refusals_say_why() -> None:
    with pytest.raises(EditRefused, match=r"no \[HitObjects\]"):
        remap(parse(b"Dear diary,\nnothing happened.\n"), 0, 1, [])
    with pytest.raises(NotSupported, match="UTF-16"):
        remap(parse(small_map().decode().encode("utf-16")), 0, 1, [])
    with pytest.raises(InputError, match="before it starts"):
        remap(BASE, 2000, 1000, [])
    joined = parse(small_map().replace(b"1,2,0:0:0:0:\r\n", b"1,2,0:0:0:0:\r"))
    with pytest.raises(EditRefused, match="carriage return"):
        remap(joined, 2900, 3100, [])
    with pytest.raises(InputError, match="hold note at 00:00:500: osu! has circles"):
        remap(BASE, 0, 900, [replace(circle(500), kind=ObjectKind.HOLD)])
