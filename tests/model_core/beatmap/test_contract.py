"""The self-check finds what an edit must not do, whoever did it."""

from __future__ import annotations

import pytest

from model_core.beatmap import EditKind, Scope, parse, remap
from model_core.beatmap.edits.contracts import check as check_scope
from model_core.errors import EditRefused

from .maps import circle, small_map

BASE = parse(small_map())
GOOD = remap(BASE, 2500, 3500, [circle(2750, 30), circle(3250, 40)]).result.to_bytes()


def check(data: bytes) -> None:
    check_scope(Scope(EditKind.OBJECTS, 2500, 3500), BASE, parse(data))


def test_a_good_edit_passes() -> None:
    check(GOOD)
    check(BASE.to_bytes())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"100,300,4000", b"101,300,4000", r"line of the slider at 00:04:000 \(line 47\)"),
        (b"300,100,1500,2", b"300,100,1501,2", "line of the slider"),
        (b"200,100,15500,1,0,0:0:0:0:\r\n", b"", "objects outside the range"),
        (b"Title:A song", b"Title:Another", "Line 12 would be new"),
        (b"Bookmarks: 1000,2000\r\n", b"", "Line 9 would be new"),
        (b"[Colours]", b"[Colours]\r\n", "would be new"),
        (b"//Storyboard Layer 0 (Background)\r\n", b"", "Line 27 would be new"),
        (b"6000,-200,4,2,3,40,0,0", b"6000,-200,4,2,2,40,0,0", "sample index of the circle"),
        (b"6000,-200,4,2,3,40,0,0", b"6000,-150,4,2,3,40,0,0", "velocity of the|end time of the"),
        (b"4000,-100,4,1,1,70,0,1", b"4000,-100,4,1,1,70,0,0", "kiai of the slider"),
        (b"0,500,4,2,1,60,1,0", b"0,500,3,2,1,60,1,0", "timing of the circle"),
        (b"2750,-50", b"2400,-50", "Line 34 would be new"),
        (b"2750,-50,4,2,1,30,0,0", b"2750,-50,4,2,1,30,0,1", "Kiai time would change"),
        (
            b"3250,-50,4,2,1,40,0,0\r\n",
            b"3250,-50,4,2,1,40,0,0\r\n3250,-50,4,2,1,45,0,0\r\n",
            "Two timing lines of one kind would stand at 3250 ms",
        ),
        (b"256,192,3250,1,0", b"256,192,3250,8,0,4200", "generated spinner at 00:03:250"),
        (b"2,9000,14000", b"2,9000,13000", "would be new"),
    ],
)
def test_what_is_not_allowed_is_refused(old: bytes, new: bytes, message: str) -> None:
    assert old in GOOD
    with pytest.raises(EditRefused, match=message):
        check(GOOD.replace(old, new, 1))


def test_a_state_that_is_not_restored_is_refused() -> None:
    good = remap(BASE, 14500, 15000, [circle(14600, 30)]).result.to_bytes()
    check_scope(Scope(EditKind.OBJECTS, 14500, 15000), BASE, parse(good))
    restoring = b"15000,-200,4,2,3,40,0,0\r\n"
    assert restoring in good
    with pytest.raises(EditRefused, match="volume of the circle at 00:15:500"):
        check_scope(
            Scope(EditKind.OBJECTS, 14500, 15000), BASE, parse(good.replace(restoring, b""))
        )


def test_a_lost_last_line_is_named() -> None:
    with pytest.raises(EditRefused, match="Line 53 would be lost"):
        base = parse(small_map() + b"// the end\r\n")
        check_scope(Scope(EditKind.OBJECTS, 2500, 3500), base, parse(small_map()))


def test_a_late_line_is_heard_through_the_leniency() -> None:
    # 5 ms after the circle at 2500: still its sound.
    base = parse(small_map())
    changed = small_map().replace(
        b"4000,-100,4,1", b"2504,-50,4,2,1,10,0,0\r\n2999,-50,4,2,1,80,0,0\r\n4000,-100,4,1"
    )
    with pytest.raises(EditRefused, match="volume of the circle at 00:02:500"):
        check_scope(Scope(EditKind.OBJECTS, 2501, 2990), base, parse(changed))
