"""The self-check of hitsounds finds what such an edit must not do, whoever did it."""

from __future__ import annotations

import pytest

from model_core.beatmap import (
    EditKind,
    ObjectSounds,
    Scope,
    Sound,
    parse,
    rebase,
    set_hitsounds,
)
from model_core.beatmap.edits.contracts import check as check_scope
from model_core.beatmap.edits.contracts.meant_sounds import TakenParts, check_meant_sounds
from model_core.errors import EditRefused

from .maps import small_map

BASE_BYTES = small_map().replace(
    b"100,300,4000,6", b"64,192,3900,128,0,3950:0:0:0:0:\r\n100,300,4000,6"
)
BASE = parse(BASE_BYTES)
SCOPE = Scope(EditKind.HITSOUNDS, 2500, 8100)


def good() -> bytes:
    def sounds(count: int) -> ObjectSounds:
        return ObjectSounds((Sound(8, 3, 1, 30),) * count)

    named = {
        item.line: sounds(item.slides + 1 if item.curve else 1)
        for item in BASE.hit_objects
        if 2500 <= item.time <= 8100
    }
    return set_hitsounds(BASE, 2500, 8100, named).result.to_bytes()


GOOD = good()


def check(data: bytes, scope: Scope = SCOPE) -> None:
    check_scope(scope, BASE, parse(data))


def test_a_good_edit_passes() -> None:
    assert b"100,200,2500,5,8,3:1:0:0:" in GOOD
    assert b"64,192,3900,128,8,3950:3:1:0:0:" in GOOD
    assert b"6000,-200,4,2,3,30,0,0" in GOOD
    assert b"\r\n2500,-50,4,2,1,30,0,0\r\n" in GOOD
    check(GOOD)
    check(BASE_BYTES)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        # Objects of the range.
        (b"100,200,2500,5", b"101,200,2500,5", r"position of the circle at 00:02:500 \(line 44\)"),
        (b"100,200,2500,5", b"100,200,2501,5", "time of the circle at 00:02:500"),
        (b"100,200,2500,5", b"100,200,2500,1", "new combo of the circle"),
        (b"100,200,2500,5", b"100,200,2500,21", "combo colour of the circle"),
        (b"100,200,2500,5", b"100,200,2500.0,5", "line apart from its sounds of the circle"),
        (b"100,200,2500,5,8,3:1:0:0:", b"100,200,2500,5,8,3:1:0:0: ", "line apart from its sounds"),
        (b"100,200,2500,5,8,3:1:0:0:", b"100,200,2500,5,8,3:1:0:0:,1", "line apart from its sou"),
        (b"100,200,2500,5,8,3:1:0:0:", b"100,200,2500,5,8,3:1:0:0: // hi", "line apart from its"),
        (b"100,200,2500,5,8,3:1:0:0:\r\n", b"100,200,2500,5,8,3:1:0:0:\n", "Line 46 would be new"),
        (b"L|240:300,2,140", b"L|241:300,2,140", "curve of the slider at 00:04:000"),
        (b"L|240:300,2,140", b"L|240:300,3,140", "slide count of the slider|end time"),
        (b"L|240:300,2,140", b"L|240:300,2,150", "end time of the slider"),
        (b"L|240:300,2,140", b"L|240:300,2,140.0", "line apart from its sounds of the slider"),
        (b"256,192,8000,12,8,8500", b"256,192,8000,12,8,8600", "end time of the spinner"),
        (b"256,192,8000,12,8,8500", b"256,192,8000,12,8,8500.0", "line apart from its sounds"),
        (b"64,192,3900,128,8,3950:", b"64,192,3900,128,8,3960:", "end time of the hold"),
        (b"200,200,3000,1", b"200,200,3000,8", "kind of the circle|objects would become"),
        # Objects outside it.
        (b"200,100,1000,1,0", b"200,100,1000,1,8", "line of the circle at 00:01:000"),
        (b"100,100,15000,5,0,0:0", b"100,100,15000,5,0,1:0", "line of the circle at 00:15:000"),
        (b"200,100,15500,1,0,0:0:0:0:\r\n", b"", "13 objects would become 12"),
        # Lines of other kinds.
        (b"Title:A song", b"Title:Another", "Line 12 would be new"),
        (b"[Colours]", b"[Colours]\r\n", "would be new"),
        (b"2,9000,14000", b"2,9000,13000", "would be new"),
        (
            b"200,100,15500,1,0,0:0:0:0:\r\n",
            b"200,100,15500,1,0,0:0:0:0:\r\n//\r\n",
            "would be new",
        ),
        # Timing lines.
        (b"0,500,4,2,1,60,1,0", b"0,500,4,2,1,61,1,0", "volume of the circle at 00:00:500"),
        (b"0,500,4,2,1,60,1,0", b"0,500,3,2,1,60,1,0", "timing of the circle|tempo line"),
        (b"2000,-50,4,2,1,80", b"2000,-50,4,2,1,81", "volume of the slider at|The volume at 2000"),
        (b"2000,-50,4,2,1,80,0,0\r\n", b"", "volume of the slider at 00:01:500"),
        (b"6000,-200,4,2,3,30,0,0", b"6000,-150,4,2,3,30,0,0", "end time of the slider|velocity"),
        (b"6000,-200,4,2,3,30,0,0", b"6000,-200,3,2,3,30,0,0", "set the metre 3 where it is 4"),
        (b"6000,-200,4,2,3,30,0,0", b"6000,-200.0,4,2,3,30,0,0", "would be new"),
        (b"6000,-200,4,2,3,30,0,0", b"6000,-200,4,2,3,30,0,1", "kiai at 6000 ms"),
        (b"\r\n2500,-50,4,2,1,30,0,0", b"\r\n2500,-50,4,2,1,30,0,1", "kiai at 2500 ms"),
        (b"\r\n2500,-50,4,2,1,30,0,0", b"\r\n2500,-40,4,2,1,30,0,0", "slider velocity at 2500 ms"),
        (
            b"\r\n2500,-50,4,2,1,30,0,0",
            b"\r\n2500,-50,3,2,1,30,0,0",
            "set the metre 3 where it is 4",
        ),
        (b"\r\n2500,-50,4,2,1,30,0,0", b"\r\n2500,NaN,4,2,1,30,0,0", "slider velocity at 2500 ms"),
        (b"\r\n2500,-50,4,2,1,30,0,0", b"\r\n2400,-50,4,2,1,30,0,0", "The volume at 2400 ms"),
        (
            b"\r\n2500,-50,4,2,1,30,0,0",
            b"\r\n2499,-50,4,2,1,80,0,0\r\n2500,-50,4,2,1,30,0,0",
            "Line 34 would be new",
        ),
        (
            b"\r\n2500,-50,4,2,1,30,0,0",
            b"\r\n2500,-50,4,2,1,30,0,0\r\n2500,-50,4,2,1,40,0,0",
            "Two timing lines of one kind would stand at 2500 ms",
        ),
        (
            b"6000,-200,4,2,3,30,0,0",
            b"6000,-200,4,2,3,30,0,0\r\n7000,500,4,2,1,30,1,0",
            "timing of the circle at 00:15:000",
        ),
    ],
)
def test_what_is_not_allowed_is_refused(old: bytes, new: bytes, message: str) -> None:
    assert GOOD.count(old) >= 1
    with pytest.raises(EditRefused, match=message):
        check(GOOD.replace(old, new, 1))


def test_a_state_that_is_not_restored_is_refused() -> None:
    lines = GOOD.split(b"\r\n")
    restoring = [line for line in lines if line.startswith(b"8506,-200,4,2,3,40")]
    assert len(restoring) == 1
    with pytest.raises(EditRefused, match="volume of the circle at 00:15:000"):
        check(GOOD.replace(restoring[0] + b"\r\n", b""))
    with pytest.raises(EditRefused, match=r"volume at \d+ ms would change from 40 to 30"):
        check(GOOD.replace(b"8506,-200", b"9000,-200"))


def test_a_late_line_is_heard_through_the_leniency() -> None:
    # 5 ms after the circle at 2500: still its sound.
    scope = Scope(EditKind.HITSOUNDS, 2501, 2990)
    late = b"2000,-50,4,2,1,80,0,0\r\n2504,-50,4,2,1,10,0,0\r\n2990,-50,4,2,1,80,0,0\r\n"
    changed = BASE_BYTES.replace(b"2000,-50,4,2,1,80,0,0\r\n", late)
    with pytest.raises(EditRefused, match="volume of the circle at 00:02:500"):
        check(changed, scope)
    check(changed.replace(b"2504,", b"2507,"), scope)


def test_a_hidden_bar_line_stays_hidden() -> None:
    base = BASE_BYTES.replace(b"6000,-200,4,2,3,40,0,0", b"6000,500,4,2,3,40,1,8")
    shown = base.replace(
        b"6000,500,4,2,3,40,1,8", b"6000,500,4,2,3,40,1,8\r\n6000,-100,4,2,3,30,0,0"
    ).replace(b"\r\n[Colours]", b"8506,-100,4,2,3,40,0,0\r\n\r\n[Colours]")
    with pytest.raises(EditRefused, match="hidden bar line at 6000 ms"):
        check_scope(SCOPE, parse(base), parse(shown))
    hidden = shown.replace(b"6000,-100,4,2,3,30,0,0", b"6000,-100,4,2,3,30,0,8")
    check_scope(SCOPE, parse(base), parse(hidden))


def test_lines_behind_the_last_object_count_too() -> None:
    # Where no object follows, the tempo itself is compared.
    end = b"15600,-200,4,2,3,40,0,0\r\n"
    base = BASE_BYTES.replace(b"\r\n[Colours]", end + b"\r\n[Colours]")
    changed = base.replace(end, end + b"15700,500,4,2,3,40,1,0\r\n")
    with pytest.raises(EditRefused, match="A tempo line would change"):
        check_scope(Scope(EditKind.HITSOUNDS, 15500, 16000), parse(base), parse(changed))
    slower = base.replace(end, end + b"15700,-400,4,2,3,40,0,0\r\n")
    with pytest.raises(EditRefused, match=r"slider velocity at 15700 ms would change"):
        check_scope(Scope(EditKind.HITSOUNDS, 15500, 16000), parse(base), parse(slower))
    lost = base.replace(end, b"")
    with pytest.raises(EditRefused, match=r"Line 36 would be (lost|new)"):
        check_scope(Scope(EditKind.HITSOUNDS, 15500, 16000), parse(base), parse(lost))


def test_an_object_that_moves_past_another_is_refused() -> None:
    first = b"200,200,3000,1,8,3:1:0:0:\r\n"
    second = b"300,200,3500,1,8,3:1:0:0:\r\n"
    assert first + second in GOOD
    with pytest.raises(EditRefused, match="the circle at 00:03:000"):
        check(GOOD.replace(first + second, second + first))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"2500,5,8,3:1", b"2500,5,4,3:1", r"additions of sound 1 of the circle at 00:02:500"),
        (b"2500,5,8,3:1", b"2500,5,8,1:1", "sample set of sound 1 of the circle"),
        (b"2500,5,8,3:1", b"2500,5,8,3:2", "addition set of sound 1 of the circle"),
        (b"\r\n2500,-50,4,2,1,30", b"\r\n2500,-50,4,2,1,31", "volume of sound 1 of the circle"),
        (b"8|8|8,", b"8|0|8,", "additions of sound 2 of the slider at 00:04:000"),
        (b"3000,1,2", b"3000,1,8", "additions of sound 1 of the circle at 00:03:000"),
    ],
)
def test_sounds_that_are_not_the_wanted_ones_are_refused(
    old: bytes, new: bytes, message: str
) -> None:
    # The circle at 3000 is not named: it keeps its whistle.
    wanted = Sound(8, 3, 1, 30)
    named = {
        item.line: ObjectSounds((wanted,) * (item.slides + 1 if item.curve else 1))
        for item in BASE.hit_objects
        if item.time in (2500, 4000)
    }
    result = set_hitsounds(BASE, 2500, 8100, named).result.to_bytes()
    parts = TakenParts(volume=True, sets=True, additions=True, custom_volumes=True)
    check_meant_sounds(BASE, parse(result), SCOPE, named, parts, set())
    assert old in result
    with pytest.raises(EditRefused, match=message):
        changed = parse(result.replace(old, new, 1))
        check_meant_sounds(BASE, changed, SCOPE, named, parts, set())


def test_hitsounds_are_carried_over_to_a_file_that_changed_elsewhere() -> None:
    edit_bytes = BASE_BYTES.replace(b"Title:A song", b"Title:Another song")
    named = {i.line: ObjectSounds((Sound(8, 3, 1, 30),)) for i in BASE.hit_objects[3:5]}
    edit = set_hitsounds(BASE, 2500, 3000, named)
    moved = rebase(edit.patch, BASE_BYTES, edit_bytes, edit.scope)
    wanted = edit.result.to_bytes().replace(b"Title:A song", b"Title:Another song")
    assert moved.apply(edit_bytes) == wanted
