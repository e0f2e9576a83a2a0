"""Edits of timing lines that change something else are refused, whoever made them."""

from __future__ import annotations

import pytest

from model_core.beatmap import (
    EditKind,
    GreenSetting,
    RedLine,
    Scope,
    parse,
    red_lines_of,
    set_green_lines,
    set_red_lines,
)
from model_core.beatmap.edits.contracts import check as check_scope
from model_core.errors import EditRefused

from .maps import small_map

LONG = 10**6
BASE = parse(small_map().replace(b"2000,-50", b"1500,450,4,2,1,60,1,9\r\n2000,-50"))
RED = set_red_lines(BASE, [*red_lines_of(BASE), RedLine(7000, 400)]).result.to_bytes()
RED_SCOPE = Scope(EditKind.RED_LINES, -LONG, LONG)
GREEN = set_green_lines(
    BASE, 2500, 3500, [GreenSetting(2600, 0.75), GreenSetting(3000, volume=30, kiai=True)]
).result.to_bytes()
GREEN_SCOPE = Scope(EditKind.GREEN_LINES, 2500, 3500)


def test_good_edits_pass() -> None:
    check_scope(RED_SCOPE, BASE, parse(RED))
    check_scope(GREEN_SCOPE, BASE, parse(GREEN))
    for scope in (RED_SCOPE, GREEN_SCOPE):
        check_scope(scope, BASE, BASE)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"300,100,1500,2", b"300,100,1501,2", "Line 4. would be new|Line 4. would be lost"),
        (b"Title:A song", b"Title:Another", "Line 12 would be new"),
        (b"Bookmarks: 1000,2000\r\n", b"", "Line 9 would be new"),
        (b"2,9000,14000", b"2,9000,13000", "would be new"),
        (b"4000,-100,4,1,1,70,0,1\r\n", b"", "Line 35 would be new"),
        (b"6000,-200,4", b"6000,-200,3", "would be new"),
        (b"7000,-200,4,2,3,40,0,0\r\n", b"", r"slider velocity at 00:07:000 \(line 36\)"),
        (b"7000,-200,4,2,3,40,0,0", b"7000,-200,4,1,3,40,0,0", "sample set at 00:07:000"),
        (b"7000,-200,4,2,3,40,0,0", b"7000,-200,4,2,2,40,0,0", "sample index at 00:07:000"),
        (b"7000,-200,4,2,3,40,0,0", b"7000,-200,4,2,3,41,0,0", "volume at 00:07:000"),
        (b"7000,-200,4,2,3,40,0,0", b"7000,-200,4,2,3,40,0,1", "kiai at 00:07:000"),
        (b"7000,-200,4,2,3,40,0,0", b"7000,NaN,4,2,3,40,0,0", "velocity at|ticks at 00:07:000"),
        (b"7000,-200,4,2,3,40,0,0", b"7001,-200,4,2,3,40,0,0", "Line 38 would be new"),
        (b"7000,400,", b"7000,400,4,2,3,40,1,0\r\n7000,410,", "Two timing lines of one kind"),
        (b"1500,450,4,2,1,60,1,9", b"1500,450,4,2,1,60,1,1", "effects of the red line at 00:01:5"),
        (b"1500,450,4,2,1,60,1,9", b"1500,450,4,2,1,60,1,8", "kiai of the red line at 00:01:500"),
        (b"1500,450,4,2,1,60", b"1500,450,4,3,1,60", "sample set of the red line at 00:01:500"),
        (b"1500,450,4,2,1,60", b"1500,450,4,2,2,60", "sample index of the red line at 00:01:500"),
        (b"1500,450,4,2,1,60", b"1500,450,4,2,1,61", r"volume of the red line at 00:01:500 \(lin"),
        (b"0,500,4,2,1,60,1,0", b"0,500,4,2,1,60,1,0\r\n0,-50,4,2,1,60,0,0", "slider velocity at"),
    ],
)
def test_red_lines_change_nothing_else(old: bytes, new: bytes, message: str) -> None:
    assert old in RED
    with pytest.raises(EditRefused, match=message):
        check_scope(RED_SCOPE, BASE, parse(RED.replace(old, new, 1)))


def test_red_lines_stay_in_their_range_and_one_stays_at_all() -> None:
    with pytest.raises(EditRefused, match="Line 37 would be new"):
        check_scope(Scope(EditKind.RED_LINES, 0, 6999), BASE, parse(RED))
    bare = RED.replace(b"0,500,4,2,1,60,1,0\r\n", b"").replace(b"1500,450,4,2,1,60,1,9\r\n", b"")
    with pytest.raises(EditRefused, match="without any red line"):
        check_scope(RED_SCOPE, BASE, parse(bare.replace(b"7000,400,4,2,3,40,1,0\r\n", b"")))


def test_no_green_line_comes_before_the_first_red_one() -> None:
    data = BASE.to_bytes().replace(b"\r\n0,500,4,2,1,60,1,0", b"\r\n0,-100,4,2,1,60,0,0")
    with pytest.raises(EditRefused, match=r"00:00:000 \(line 32\) would stand before the first"):
        check_scope(RED_SCOPE, BASE, parse(data))


def test_objects_before_the_first_red_line_keep_their_state() -> None:
    base = parse(
        b"osu file format v14\n[TimingPoints]\n0,500,4,2,1,60,1,0\n5,-50,4,2,1,20,0,0\n"
        b"[HitObjects]\n1,1,-10,1,0\n"
    )
    moved = base.to_bytes().replace(b"0,500,4,2,1,60,1,0\n5,-50,4,2,1,20,0,0", b"")
    moved = moved.replace(
        b"\n[Hit", b"5,-50,4,2,1,20,0,0\n10,500,4,2,1,20,1,0\n10,-50,4,2,1,20,0,0\n[Hit"
    )
    with pytest.raises(EditRefused, match=r"volume of the circle at -00:00:010 \(line"):
        check_scope(RED_SCOPE, base, parse(moved))


def test_loose_state_lets_sounds_follow_but_adds_no_green_line() -> None:
    scope = Scope(EditKind.RED_LINES, -LONG, LONG, loose_state=True)
    check_scope(scope, BASE, parse(RED.replace(b"7000,-200,4,2,3,40,0,0\r\n", b"")))
    with pytest.raises(EditRefused, match="Line 38 would be new"):
        check_scope(scope, BASE, parse(RED))


SNAPPED = parse(
    b"osu file format v14\n[TimingPoints]\n0,400,4,2,1,60,1,0\n[HitObjects]\n1,1,400,1,0\n"
    b"1,1,800,12,0,1200\n1,1,1600,2,0,L|9:9,1,70\n"
)
MOVED = set_red_lines(SNAPPED, [RedLine(20, 400)], resnap=True).result.to_bytes()
RESNAP = Scope(EditKind.RED_LINES, -LONG, LONG, resnap=True)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"1,1,420,1,0", b"1,1,430,1,0", r"time \(to no tick\) of the circle at 00:00:400"),
        (b"1,1,420,1,0", b"2,1,420,1,0", "line of the circle at 00:00:400"),
        (b"1,1,420,1,0", b"1,1,420,1,2", "line of the circle at 00:00:400"),
        (b"1,1,420,1,0", b"1,1,820,1,0", "time of the circle|no longer be behind"),
        (b"1,1,420,1,0", b"1,1,1220,1,0", "time of the circle at 00:00:400"),
        (b"1,1,420,1,0\n", b"", "3 objects would become 2"),
        (b"1,1,420,1,0\n", b"1,1,420,1,0\n1,1,420,1,0\n", "3 objects would become 4"),
        (b"820,12,0,1220", b"820,12,0,820", "end time of the spinner"),
        (b"820,12,0,1220", b"820,12,0,1233", r"end time \(to no tick\) of the spinner"),
        (b"820,12,0,1220", b"820,12,0,1620", "end time of the spinner at 00:00:800"),
        (b"1620,2,0,L|9:9,1,70", b"1620,2,0,L|9:9,1,71", "line of the slider at 00:01:600"),
        (b"1620,2,0,L|9:9,1,70", b"1620,1,0", "line of the slider at 00:01:600"),
    ],
)
def test_resnapped_objects_keep_all_but_their_times(old: bytes, new: bytes, message: str) -> None:
    check_scope(RESNAP, SNAPPED, parse(MOVED))
    assert old in MOVED
    with pytest.raises(EditRefused, match=message):
        check_scope(RESNAP, SNAPPED, parse(MOVED.replace(old, new, 1)))


def test_objects_move_only_where_asked_and_where_the_tempo_changed() -> None:
    with pytest.raises(EditRefused, match="Line 5 would be new"):
        check_scope(RED_SCOPE, SNAPPED, parse(MOVED))
    with pytest.raises(EditRefused, match="would be lost"):
        check_scope(Scope(EditKind.RED_LINES, 0, 1000, resnap=True), SNAPPED, parse(MOVED))
    still = SNAPPED.to_bytes().replace(b"1,1,400,1,0", b"1,1,425,1,0")
    with pytest.raises(EditRefused, match="time of the circle at 00:00:400"):
        check_scope(RESNAP, SNAPPED, parse(still))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"300,100,1500,2", b"300,100,1501,2", "would be new|would be lost"),
        (b"1500,450,", b"1500,451,", "Line 33 would be new"),
        (b"2000,-50,", b"2000,-51,", "Line 34 would be new"),
        (b"4000,-100,4,1,1,70,0,1", b"4000,-100,4,1,1,71,0,1", "would be new"),
        (b"Title:A song", b"Title:Another", "Line 12 would be new"),
        (b"2600,-133", b"2400,-133", "Line 35 would be new"),
        (b"2600,-133", b"3000,-133", "Two timing lines of one kind"),
        (b"3507,-50,4,2,1,80,0,0\r\n", b"", "00:03:507"),
        (b"3507,-50,4,2,1,80", b"3507,-50,4,2,1,70", r"volume at 00:03:507 \(line 37\)"),
        (b"3507,-50,4,2,1,80", b"3507,-50,4,1,1,80", "sample set at 00:03:507"),
        (b"3507,-50,4,2,1,80", b"3507,-50,4,2,2,80", "sample index at 00:03:507"),
        (b"3507,-50,4,2,1,80,0,0", b"3507,-50,4,2,1,80,0,1", "kiai at 00:03:507"),
        (b"3507,-50,", b"3507,-51,", "slider velocity at 00:03:507"),
        (b"3507,-50,", b"3507,NaN,", "velocity at 00:03:507|ticks at 00:03:507"),
        (b"3507,-50,4", b"3505,-50,4,2,1,80,0,0\r\n3507,-50,4", "second green line behind"),
    ],
)
def test_green_lines_change_nothing_else(old: bytes, new: bytes, message: str) -> None:
    assert old in GREEN
    with pytest.raises(EditRefused, match=message):
        check_scope(GREEN_SCOPE, BASE, parse(GREEN.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"2998,-50,4,2,1,30,0,0", "volume of the circle at 00:02:997"),
        (b"2998,-50,4,1,1,80,0,0", "sample set of the circle at 00:02:997"),
        (b"2998,-50,4,2,7,80,0,0", "sample index of the circle at 00:02:997"),
        (b"4010,-100,4,2,1,80,0,0", "end time of the slider at 00:04:008"),
        (b"4010,-50,4,2,1,80,0,1", "kiai of the slider at 00:04:008"),
        (b"4010,NaN,4,2,1,80,0,0", "end time of the slider|ticks of the slider at 00:04:008"),
    ],
)
def test_objects_beside_the_range_keep_their_state(line: bytes, message: str) -> None:
    """Behind the range's end an object may come before the line that restores, it must not."""
    data = small_map().replace(b"200,200,3000,1", b"200,200,2997,1")
    data = data.replace(b"4000,-100,4,1,1,70,0,1\r\n", b"").replace(b"300,4000,6", b"300,4008,6")
    base = parse(data)
    changed = data.replace(b"6000,-200", line + b"\r\n4015,-50,4,2,1,80,0,0\r\n6000,-200")
    if line.startswith(b"4010"):
        changed = changed.replace(b"4010,", b"4008,").replace(b"4015,", b"4011,")
        scope = Scope(EditKind.GREEN_LINES, 4008 - 4, 4008 - 1)
        changed = changed.replace(b"4008,-", b"4006,-").replace(b"4008,N", b"4006,N")
    else:
        changed = changed.replace(b"4015,", b"3507,")
        scope = Scope(EditKind.GREEN_LINES, 2998, 3500)
    with pytest.raises(EditRefused, match=message):
        check_scope(scope, base, parse(changed))


def test_scroll_speed_counts_below_what_sliders_know() -> None:
    data = small_map().replace(b"Mode: 0", b"Mode: 1").replace(b"6000,-200", b"6000,-2000")
    base = parse(data)
    with pytest.raises(EditRefused, match="scroll speed at 00:07:000"):
        check_scope(
            RED_SCOPE,
            base,
            parse(
                data.replace(
                    b"\r\n\r\n[Colours]",
                    b"\r\n7000,400,4,2,3,40,1,0\r\n7000,-1500,4,2,3,40,0,0\r\n\r\n[Colours]",
                )
            ),
        )
