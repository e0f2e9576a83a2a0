"""Each thing a remap promises is checked: results broken in one way are refused for it."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_core.beatmap import (
    Beatmap,
    EditKind,
    ObjectKind,
    Patch,
    RemapEdit,
    Scope,
    Sound,
    free_range,
    parse,
    remap,
)
from model_core.beatmap.edits.contracts import check
from model_core.beatmap.new_objects import NewObject
from model_core.errors import EditRefused

from .maps import circle, maps_of_mode, note, random_notes, random_objects, small_map
from .test_remap_modes import MANIA, TAIKO
from .test_remap_properties import judge, read

BASE = parse(small_map())


def refused(base: Beatmap, scope: Scope, good: bytes, old: bytes, new: bytes, message: str) -> None:
    """``good`` passes; with ``old`` made ``new`` it is refused for the reason given."""
    check(scope, base, parse(good))
    assert good.count(old) == 1, old
    with pytest.raises(EditRefused, match=message):
        check(scope, base, parse(good.replace(old, new)))


SCROLLED = [
    replace(note(2650, 1), slider_velocity=1.5),
    replace(note(2700, 2), slider_velocity=3.0),
]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"2999,-50,4,2,1,60,0,0\n", b"", "scroll speed of the (circle|hold)|velocity of"),
        (b"4000,-2000,4", b"4000,-1000,4", r"scroll speed of the circle at 00:05:000 \(line"),
        (b"4000,-2000,4", b"4000,-1999,4", "scroll speed of the circle at 00:05:000"),
        (b"320,192,3000,128,0,4200", b"320,192,3000,128,0,4300", "line of the hold at 00:03:000"),
        (b"64,192,1000,128,0,1500:0", b"64,192,1000,128,0,1500:1", "line of the hold"),
        (b"192,192,2650,1", b"192,192,2600,1", "9 objects outside|10 objects outside"),
        (b"192,192,2650,1,0,0:0:0:0:", b"192,192,2650,128,0,3000:0:0:0:0:", "generated hold at"),
    ],
)
def test_promises_of_mania(old: bytes, new: bytes, message: str) -> None:
    edit = remap(MANIA, 2601, 2999, SCROLLED)
    refused(MANIA, edit.scope, edit.result.to_bytes(), old, new, message)


def test_nothing_is_generated_under_a_hold_that_reaches_in() -> None:
    edit = remap(MANIA, 2500, 2999, [note(2650, 1)])
    refused(
        *(MANIA, edit.scope, edit.result.to_bytes(), b"192,192,2650,1", b"192,192,2600,1"),
        r"generated circle at 00:02:600 would reach out .* \(2601\.\.2999 ms\)",
    )


def test_the_end_of_a_hold_is_heard_as_before() -> None:
    good = remap(MANIA, 3600, 3900, []).result.to_bytes()
    late = b"4000,-2000,4,2,1,60,0,0\n"
    # The hold from 3000 ends at 4200 and is heard up to 6 ms later.
    refused(
        *(MANIA, Scope(EditKind.OBJECTS, 3600, 4300), good, late),
        late + b"4206,-2000,4,2,1,20,0,0\n4300,-2000,4,2,1,60,0,0\n",
        "volume of the hold at 00:03:000",
    )


def test_taiko_feels_the_speed_too() -> None:
    edit = remap(TAIKO, 2500, 2900, [replace(circle(2600), slider_velocity=1.5)])
    good = edit.result.to_bytes()
    refused(TAIKO, edit.scope, good, b"2900,-50,4,2,1,60,0,0\n", b"", "velocity|scroll speed")
    # In standard a speed under a tenth is a tenth, and no other.
    scope = Scope(EditKind.OBJECTS, 3990, 4010)
    for mode in (b"0", b"1"):
        base = parse(good.replace(b"Mode: 1", b"Mode: " + mode))
        slower = parse(base.to_bytes().replace(b"4000,-2000", b"4000,-1000"))
        if mode == b"0":
            check(scope, base, slower)
        else:
            with pytest.raises(EditRefused, match="scroll speed of the circle at 00:05:000"):
                check(scope, base, slower)


GOOD = remap(BASE, 2500, 3500, [circle(2750, 30), circle(3250, 40)])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"256,192,2750,5,0", b"256,192,2750,1,0", "new combo of the circle at 00:02:750"),
        (b"2000,-50,4,2,1,80,0,0", b"2000,-50,4,2,1,80,0,1", "kiai"),
        (b"4000,-100,4,1,1,70,0,1", b"4000,-100,3,1,1,70,0,1", "would be new"),
        (b"0,500,4,2,1,60,1,0", b"0,500,4,2,1,60,1,8", "would be new"),
        (b"0,500,4,2,1,60,1,0", b"0,499.9,4,2,1,60,1,0", "timing of|end time of"),
        (b"0,500,4,2,1,60,1,0", b"1,500,4,2,1,60,1,0", "timing of|end time of"),
        (b"100,100,500,5", b"100,100,500,21", "line of the circle at 00:00:500"),
        (b"osu file format v14", b"osu file format v13", "Line 1 would be new"),
        (b'0,0,"bg.jpg",0,0', b'0,0,"bg.png",0,0', "would be new"),
    ],
)
def test_promises_of_every_mode(old: bytes, new: bytes, message: str) -> None:
    refused(BASE, GOOD.scope, GOOD.result.to_bytes(), old, new, message)


def test_a_combo_that_none_was_is_refused() -> None:
    edit = remap(BASE, 3000, 3500, [circle(3100, 80)])
    refused(
        *(BASE, edit.scope, edit.result.to_bytes()),
        *(b"256,192,3100,1,", b"256,192,3100,5,"),
        "new combo of the circle at 00:03:100",
    )


RESTORED = remap(BASE, 15001, 15400, [circle(15100, 90), circle(15300, 30)])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"15400,-200,4,2,3,40,0,0\r\n", b"", "volume of the circle at 00:15:500"),
        (b"15400,-200,4,2,3,40", b"15400,-200,4,2,3,41", "volume of the circle at 00:15:500"),
        (b"15400,-200,4,2,3,40", b"15401,-200,4,2,3,40", "would be new"),
        (b"15400,-200,4,2,3,40", b"15506,-200,4,2,3,40", "volume of|would be new"),
        (b"15400,-200,4,2,3,40,0,0", b"15400,-100,4,2,3,40,0,0", "velocity of the circle"),
        (b"15400,-200,4,2,3,40,0,0", b"15400,-200,4,2,3,40,0,1", "kiai of the circle"),
        (b"15400,-200,4,2,3,40,0,0", b"15400,-200,4,3,3,40,0,0", "sample set of the circle"),
    ],
)
def test_promises_at_the_ranges_end(old: bytes, new: bytes, message: str) -> None:
    refused(BASE, RESTORED.scope, RESTORED.result.to_bytes(), old, new, message)


def test_restoring_lines_stand_where_they_may() -> None:
    edit = remap(BASE, 15001, 15398, [circle(15100, 90), circle(15396, 30)])
    good = edit.result.to_bytes()
    restoring = b"15403,-200,4,2,3,40,0,0"
    for time in (15399, 15402):
        other = restoring.replace(b"15403", b"%d" % time)
        refused(BASE, edit.scope, good, restoring, other, "heard in the last new object")
    refused(BASE, edit.scope, good, restoring, restoring.replace(b"15403", b"15450"), "new")
    check(edit.scope, BASE, parse(good))


def test_no_green_line_comes_before_the_first_red() -> None:
    late = parse(small_map().replace(b"0,500,4,2,1,60,1,0", b"1200,500,4,2,1,60,1,0"))
    edit = remap(late, 400, 1400, [circle(1300, 20)])
    refused(
        *(late, edit.scope, edit.result.to_bytes(), b"1200,500,4,2,1,60,1,0"),
        b"600,-100,4,2,1,60,0,0\r\n1200,500,4,2,1,60,1,0",
        r"green line at 00:00:600 \(line 32\) would stand before the first red",
    )
    refused(
        *(late, edit.scope, edit.result.to_bytes(), b"1300,-100,4,2,1,20,0,0"),
        b"1350,-100,4,2,1,60,0,0\r\n1300,-100,4,2,1,20,0,0",
        "timing line on line 34 would no longer stand in order of time",
    )


BROKEN = remap(BASE, 8600, 14500, [circle(11000, 40)])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (b"2,9000,10550\r\n", b"", "lost between 00:09:000 and 00:10:550"),
        (b"2,9000,10550", b"2,9000,11000", "have a generated object in it"),
        (b"2,9000,10550", b"2,9000,9100", "shorter than 650 ms"),
        (b"2,9000,10550", b"2,8900,10550", "would be new|lost"),
        (b"2,11200,14000", b"2,12200,14000", "lost between 00:11:200 and 00:14:000"),
    ],
)
def test_promises_of_breaks(old: bytes, new: bytes, message: str) -> None:
    refused(BASE, BROKEN.scope, BROKEN.result.to_bytes(), old, new, message)


def test_kiai_may_change_only_where_it_was_asked_for() -> None:
    edit = remap(BASE, 2500, 3500, [circle(2600), circle(3400)], kiai=[(2600, 3600)])
    good = edit.result.to_bytes()
    lines = edit.result.document.lines
    switch_off = next(line for line in lines if line.startswith(b"3500,") and b",0,0\r" in line)
    check(edit.scope, BASE, parse(good))
    with pytest.raises(EditRefused, match="Kiai time would change at 00:02:600"):
        check(replace(edit.scope, kiai=False), BASE, parse(good))
    with pytest.raises(EditRefused, match=r"[Kk]iai"):
        # Kiai that goes on behind the range.
        check(edit.scope, BASE, parse(good.replace(switch_off, b"")))


def test_only_the_new_combo_bit_may_turn() -> None:
    turned = small_map().replace(b"100,300,4000,6,0", b"100,300,4000,2,0")
    scope = Scope(EditKind.OBJECTS, 2500, 3500)
    with pytest.raises(EditRefused, match="line of the slider at 00:04:000"):
        check(scope, BASE, parse(turned))
    allowed = replace(scope, next_combo=True)
    check(allowed, BASE, parse(turned))
    for other in (b"100,300,4000,18,0", b"100,300,4000,2,2", b"101,300,4000,2,0"):
        broken = small_map().replace(b"100,300,4000,6,0", other)
        with pytest.raises(EditRefused, match="line of the slider at 00:04:000"):
            check(allowed, BASE, parse(broken))
    second = small_map().replace(b"200,300,6000,1", b"200,300,6000,5")
    with pytest.raises(EditRefused, match="line of the circle at 00:06:000"):
        check(allowed, BASE, parse(second))


def mutated(dice: random.Random, lines: list[bytes]) -> list[bytes]:
    """One line dropped, doubled, moved by one, or changed in a digit."""
    lines = list(lines)
    at = dice.randrange(len(lines))
    action = dice.choice(["drop", "double", "swap", "digit", "digit", "digit"])
    if action == "drop":
        lines.pop(at)
    elif action == "double":
        lines.insert(at, lines[at])
    elif action == "swap" and at:
        lines[at - 1], lines[at] = lines[at], lines[at - 1]
    else:
        digits = [i for i, byte in enumerate(lines[at]) if chr(byte).isdigit()]
        if digits:
            place = dice.choice(digits)
            changed = bytearray(lines[at])
            changed[place] = ord(dice.choice("0123456789"))
            lines[at] = bytes(changed)
    return lines


def small_maps(corpus: Path, mode: int) -> list[str]:
    names = maps_of_mode(corpus, mode)
    return [name for name in names if (corpus / name).stat().st_size < 25_000]


@settings(max_examples=75, deadline=None)
@given(st.integers(0, 3), st.integers(0, 10**9), st.integers(0, 10**9))
def test_what_passes_is_as_the_second_reading_says(
    corpus: Path, mode: int, which: int, seed: int
) -> None:
    """Damage anywhere: either it is refused, or the rules are kept all the same."""
    names = small_maps(corpus, mode)
    base, dice = read(corpus / names[which % len(names)]), random.Random(seed)
    if not base.hit_objects:
        return
    start = int(dice.choice(base.hit_objects).time) - dice.choice([0, 1, 30])
    end = start + dice.choice([0, 300, 3000])
    objects = (
        random_notes(dice, start, end, 6, max(1, round(base.circle_size)))
        if mode == 3
        else random_objects(dice, start, end, 6)
    )
    edit = remap(base, start, end, objects)
    lines = list(edit.result.document.lines)
    around = [p.line for p in edit.result.timing_points if start - 500 <= p.time <= end + 2000]
    around += [i.line for i in edit.result.hit_objects if start - 500 <= i.time <= end + 2000]
    first = dice.choice([0, min(around, default=0)])
    last = dice.choice([len(lines), max(around, default=len(lines) - 1) + 1])
    for _ in range(8):
        damaged = b"".join([*lines[:first], *mutated(dice, lines[first:last]), *lines[last:]])
        result = parse(damaged)
        try:
            check(edit.scope, base, result)
        except EditRefused:
            continue
        judge(base, as_edit(base, edit, result), start, end)


def as_edit(base: Beatmap, edit: RemapEdit, result: Beatmap) -> RemapEdit:
    """A damaged result as if it were an edit's own."""
    last = free_range(base, edit.scope.start_ms, edit.scope.end_ms).last_ms
    made = [i for i in result.hit_objects if edit.scope.start_ms <= i.time <= last]
    objects = tuple(
        NewObject(
            ObjectKind.HOLD,
            int(item.time),
            *(0, 0, False, (Sound(),)),
            end_time=int(item.end_time),
        )
        for item in made
    )
    patch = Patch.from_bytes(base.to_bytes(), result.to_bytes())
    return replace(edit, patch=patch, result=result, objects=objects)
