"""The remap edit in taiko, catch and mania."""

from __future__ import annotations

from dataclasses import replace

import pytest

from model_core.beatmap import (
    Beatmap,
    NewObject,
    ObjectKind,
    RemapEdit,
    Sound,
    parse,
    remap,
    replaced_objects,
)
from model_core.beatmap.columns import column_of, column_x, key_count
from model_core.beatmap.edits.object_lines import format_object
from model_core.errors import InputError

from .maps import circle, hold, note, slider

TIMING = "0,500,4,2,1,60,1,0\n2000,-50,4,2,1,60,0,0\n4000,-2000,4,2,1,60,0,0\n"
MANIA_OBJECTS = """64,192,500,5,0,0:0:0:0:
192,192,500,1,0,0:0:0:0:
64,192,1000,128,0,1500:0:0:0:0:
320,192,1250,1,0,0:0:0:0:
448,192,2000,128,0,2600:0:0:0:0:
64,192,2500,1,0,0:0:0:0:
192,192,2750,1,0,0:0:0:0:
320,192,3000,128,0,4200:0:0:0:0:
64,192,3500,1,0,0:0:0:0:
192,192,5000,1,0,0:0:0:0:
448,192,5000,1,0,0:0:0:0:
"""
TAIKO_OBJECTS = """256,192,500,5,0,0:0:0:0:
256,192,1000,1,8,0:0:0:0:
256,192,1500,2,0,L|396:192,1,140
256,192,2500,1,0,0:0:0:0:
256,192,3000,1,4,0:0:0:0:
256,192,3500,12,0,4250,0:0:0:0:
256,192,5000,5,0,0:0:0:0:
256,192,5500,1,0,0:0:0:0:
"""


def mode_map(mode: int, objects: str = "", version: int = 14, timing: str = TIMING) -> Beatmap:
    objects = objects or (MANIA_OBJECTS if mode == 3 else TAIKO_OBJECTS)
    return parse(
        f"osu file format v{version}\n\n[General]\nMode: {mode}\n\n[Difficulty]\nCircleSize:4\n"
        f"SliderMultiplier:1.4\nSliderTickRate:1\n\n[Events]\n2,4300,4990\n\n[TimingPoints]\n"
        f"{timing}\n[HitObjects]\n{objects}".encode()
    )


MANIA, TAIKO, CATCH = mode_map(3), mode_map(1), mode_map(2)


def changes(edit: RemapEdit, base: Beatmap) -> list[str]:
    diff = edit.patch.unified_diff(base.to_bytes(), "m.osu").splitlines()[2:]
    return [line for line in diff if line[0] in "+-"]


def test_chords_and_holds_are_written() -> None:
    edit = remap(MANIA, 2500, 2750, [note(2650, 0), note(2650, 3), hold(2700, 2950, 1)])
    assert changes(edit, MANIA) == [
        "-64,192,2500,1,0,0:0:0:0:",
        "-192,192,2750,1,0,0:0:0:0:",
        "+64,192,2650,1,0,0:0:0:0:",
        "+448,192,2650,1,0,0:0:0:0:",
        "+192,192,2700,128,0,2750:0:0:0:0:",
    ]
    # The free part ends at 2750, the end of what is replaced; the hold is cut to a snap.
    assert edit.summary.text == (
        "2 objects replaced by 3, nothing else (0 generated objects dropped and 1 shortened to fit)"
    )


def test_a_hold_that_reaches_in_keeps_every_column_free() -> None:
    edit = remap(MANIA, 2500, 2750, [note(2550, 0), note(2600, 1), note(2601, 2)])
    assert [item.time for item in edit.objects] == [2601]
    assert edit.summary.dropped == 2


def test_objects_are_in_the_way_within_their_column_only() -> None:
    wanted = [hold(3000, 3900, 0), note(3500, 0), note(3500, 1), hold(3250, 3400, 1), note(3250, 1)]
    edit = remap(MANIA, 2990, 4000, wanted)
    # Cut to the last snap that leaves a gap before the note: 1/16 of a beat is 31.25 ms.
    assert [(i.time, column_of(i.x, 4), i.end_time) for i in edit.objects] == [
        (3000, 0, 3375),
        (3250, 1, 3400),
        (3500, 0, None),
        (3500, 1, None),
    ]
    assert edit.summary.dropped == 1 and edit.summary.shortened == 1


def test_a_hold_ends_before_the_next_object_that_stays() -> None:
    edit = remap(MANIA, 4500, 4999, [hold(4500, 6000, 0), hold(4980, 6000, 1)])
    (made,) = replaced_objects(edit.result, 4500, 4999)
    assert made.end_time == 4875 and edit.summary.dropped == 1


def test_columns_are_the_editors() -> None:
    assert [column_x(c, 4) for c in range(4)] == [64, 192, 320, 448]
    assert [column_x(c, 7) for c in range(7)] == [36, 109, 182, 256, 329, 402, 475]
    for keys in range(1, 19):
        for column in range(keys):
            assert column_of(column_x(column, keys), keys) == column
    assert column_of(-5, 4) == 0 and column_of(600, 4) == 3
    assert key_count(4.0) == 4 and key_count(0.0) == 1
    with pytest.raises(ValueError, match="no column 4"):
        column_x(4, 4)


def test_a_chord_may_be_of_several_volumes() -> None:
    edit = remap(MANIA, 2601, 2900, [note(2650, 0, volume=30), note(2650, 1, volume=80)])
    made = replaced_objects(edit.result, 2601, 2900)
    for item, volume in zip(made, (30, 80), strict=True):
        line_volume = edit.result.timing.sample_at(item.time + 5).volume
        assert (item.sample.volume or line_volume) == volume
    quiet = remap(MANIA, 2601, 2900, [note(2650, 0, volume=30)], take_volume=False)
    assert quiet.summary.green_added == 0 and quiet.result.hit_objects[6].sample.volume == 0


@pytest.mark.parametrize(
    ("version", "sample"), [(14, ":0:0:0:0:"), (12, ":0:0:0:0:"), (11, ":0:0:0"), (9, "")]
)
def test_hold_lines_have_the_shape_of_the_version(version: int, sample: str) -> None:
    line = format_object(hold(1000, 1500, 2), MANIA.timing, version, 0.0)
    assert line == f"320,192,1000,128,0,1500{sample}"
    (read,) = mode_map(3, line, version).hit_objects
    assert (read.kind, read.time, read.end_time) == (ObjectKind.HOLD, 1000, 1500)
    drum = Sound(8, 3, 1, 40)
    line = format_object(
        replace(hold(1000, 1500, 2), sounds=(drum,), new_combo=True), MANIA.timing, 14, 0.0
    )
    assert line == "320,192,1000,132,8,1500:3:1:0:0:"
    line = format_object(
        replace(hold(1000, 1500, 2), sounds=(drum,)), MANIA.timing, 14, 0.0, own_volume=True
    )
    assert line == "320,192,1000,128,8,1500:3:1:0:40:"


@pytest.mark.parametrize("base", [TAIKO, MANIA], ids=["taiko", "mania"])
def test_every_object_scrolls_at_its_own_speed(base: Beatmap) -> None:
    wanted = {2650: 1.5, 2700: 0.05, 2760: None, 2850: 3.0}
    objects = [replace(note(time, 1), slider_velocity=speed) for time, speed in wanted.items()]
    edit = remap(base, 2601, 2999, objects)
    timing = edit.result.timing
    for time, speed in wanted.items():
        assert timing.scroll_speed_at(time) == pytest.approx(speed or 2.0)
    # Restored at the range's end: both the usual speed and one below 0.1 later on.
    assert timing.scroll_speed_at(2999) == 2.0 and timing.scroll_speed_at(5000) == 0.05
    assert edit.summary.restoring == 1
    assert remap(base, 2601, 2999, objects, take_sv=False).summary.green_added == 0


def test_speeds_below_a_tenth_are_restored() -> None:
    timing = TIMING + "4600,-1000,4,2,1,60,0,0\n5200,-5000,4,2,1,60,0,0\n"
    base = mode_map(3, MANIA_OBJECTS, timing=timing)
    edit = remap(base, 4210, 4990, [replace(note(4400, 0), slider_velocity=1.0)])
    scrolls = [edit.result.timing.scroll_speed_at(t) for t in (4399, 4400, 4990, 5000, 5200)]
    assert scrolls == [0.05, 1.0, 0.1, 0.1, 0.02]


def test_catch_asks_for_speed_of_juice_streams_only() -> None:
    objects = [replace(circle(2600), slider_velocity=3.0), slider(2700, 70.0, 1.0)]
    edit = remap(CATCH, 2600, 3200, objects)
    assert edit.result.timing.slider_velocity_at(2600) == 2.0
    assert edit.result.timing.slider_velocity_at(2700) == 1.0


def test_taiko_takes_hits_drum_rolls_and_swells() -> None:
    swell = NewObject(ObjectKind.SPINNER, 4000, 256, 192, False, (Sound(),), None, 4800)
    edit = remap(TAIKO, 2500, 4900, [circle(2500), slider(3000, 140.0, 1.0), swell])
    made = replaced_objects(edit.result, 2500, 4900)
    assert [(item.kind, item.time, item.end_time) for item in made] == [
        (ObjectKind.CIRCLE, 2500, 2500),
        (ObjectKind.SLIDER, 3000, pytest.approx(3500)),
        (ObjectKind.SPINNER, 4000, 4800),
    ]
    assert edit.summary.breaks_changed == 1


def test_kinds_that_a_mode_does_not_have() -> None:
    for base, name in ((TAIKO, "osu!taiko"), (CATCH, "osu!catch")):
        with pytest.raises(InputError, match=rf"hold note at 00:02:600: {name} has circles"):
            remap(base, 2500, 3000, [hold(2600, 2700)])
    with pytest.raises(InputError, match=r"slider at 00:02:700: osu!mania has notes"):
        remap(MANIA, 2500, 3000, [slider(2700)])
    spinner = NewObject(ObjectKind.SPINNER, 2800, 256, 192, False, (Sound(),), None, 3800)
    with pytest.raises(InputError, match=r"spinner at 00:02:800: osu!mania"):
        remap(MANIA, 2500, 3000, [spinner])


def test_removal_in_every_mode() -> None:
    for base in (TAIKO, CATCH, MANIA):
        edit = remap(base, 2400, 3200, [])
        count = len(replaced_objects(base, 2400, 3200))
        assert edit.summary.text == f"{count} objects removed, nothing else"
        assert all(line.startswith("-") for line in changes(edit, base))
