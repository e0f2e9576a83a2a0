"""Patches carried over to files that changed meanwhile."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_core.beatmap import (
    Edit,
    RedLine,
    Sound,
    parse,
    rebase,
    remap,
    split_lines,
)
from model_core.beatmap.edits import set_hitsounds, set_red_lines
from model_core.beatmap.edits.contracts import check
from model_core.beatmap.object_sounds import ObjectSounds
from model_core.errors import PatchMismatch, RebaseConflict

from .maps import circle, slider, small_map

BASE = small_map()
EDIT = remap(parse(BASE), 2500, 3500, [circle(2500, 30), slider(3000, 70.0, 1.0)])
SCOPE = EDIT.scope
INSERTION = remap(parse(BASE), 3600, 3900, [circle(3700, 30)])


def test_an_unchanged_file_needs_no_rebase() -> None:
    assert rebase(EDIT.patch, BASE, BASE, SCOPE) is EDIT.patch


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Title:A song", b"Title:Another song"),
        (b"Bookmarks: 1000,2000\r\n", b""),
        (b"200,100,1000,1,0,0:0:0:0:\r\n", b""),
        (b"[TimingPoints]\r\n", b"[TimingPoints]\r\n\r\n// mine\r\n"),
        (b"200,300,6000,1", b"205,300,6000,1"),
        (b"300,100,1500", b"50,50,1250,1,0,0:0:0:0:\r\n300,100,1500"),
        # Right before and right behind the range.
        (b"100,200,2500", b"50,50,2250,1,0,0:0:0:0:\r\n100,200,2500"),
        (b"100,300,4000", b"50,50,3750,1,0,0:0:0:0:\r\n100,300,4000"),
        (b"200,100,15500", b"100,100,15250,1,0,0:0:0:0:\r\n200,100,15500"),
    ],
)
def test_changes_elsewhere_survive(old: bytes, new: bytes) -> None:
    assert old in BASE
    current = BASE.replace(old, new, 1)
    moved = rebase(EDIT.patch, BASE, current, SCOPE)
    result = moved.apply(current)
    check(SCOPE, parse(current), parse(result))
    assert new.split(b"\r\n")[0] in result
    times = [item.time for item in parse(result).hit_objects]
    assert times == sorted(times)
    assert moved.invert(current).apply(result) == current


def test_both_sides_of_an_insertion_are_tried() -> None:
    for line in (b"50,50,3550,1,0,0:0:0:0:\r\n", b"50,50,3950,1,0,0:0:0:0:\r\n"):
        current = BASE.replace(b"100,300,4000", line + b"100,300,4000")
        result = rebase(INSERTION.patch, BASE, current, INSERTION.scope).apply(current)
        times = [item.time for item in parse(result).hit_objects]
        assert times == sorted(times) and 3700 in times


@pytest.mark.parametrize(
    ("old", "new", "lines", "message"),
    [
        (b"200,200,3000,1", b"201,200,3000,1", (45,), "Objects of the range changed"),
        (b"200,200,3000,1,2,0:0:0:0:\r\n", b"", (44, 45), "Objects of the range changed"),
        (b"4000,-100", b"3100,-50,4,1,1,70,0,0\r\n4000,-100", (34,), "Timing lines of the range"),
        (b"SliderMultiplier:1.4", b"SliderMultiplier:1.5", (19,), "slider multiplier"),
        (b"0,500,4,2,1,60,1,0", b"0,400,4,2,1,60,1,0", (32,), "tempo of the range"),
        (b"2000,-50,4,2,1,80", b"2000,-50,4,2,1,85", (33,), "state at the range's start"),
    ],
)
def test_conflicts_name_their_lines(
    old: bytes, new: bytes, lines: tuple[int, ...], message: str
) -> None:
    assert old in BASE
    with pytest.raises(RebaseConflict, match=message) as caught:
        rebase(EDIT.patch, BASE, BASE.replace(old, new, 1), SCOPE)
    assert caught.value.lines == lines


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"Mode: 0", b"Mode: 3"), (b"osu file format v14", b"osu file format v4")],
)
def test_a_map_of_another_mode_or_version_is_a_conflict(old: bytes, new: bytes) -> None:
    assert old in BASE
    with pytest.raises(RebaseConflict, match="mode or the format"):
        rebase(EDIT.patch, BASE, BASE.replace(old, new, 1), SCOPE)


def test_a_slider_drawn_into_the_range_is_a_conflict() -> None:
    current = BASE.replace(b"300,100,1500,2,0,L|440:100,1,", b"300,100,1500,2,0,L|440:100,9,")
    with pytest.raises(RebaseConflict):
        rebase(EDIT.patch, BASE, current, SCOPE)


def test_the_patch_must_belong_to_the_base() -> None:
    with pytest.raises(PatchMismatch):
        rebase(EDIT.patch, BASE + b"x", BASE, SCOPE)


def resaved(data: bytes, how: str) -> bytes:
    """The same map as another program would save it."""
    match how:
        case "lf":
            return data.replace(b"\r\n", b"\n")
        case "mark":
            return BOM_UTF8 + data
        case "open end":
            return data.removesuffix(b"\r\n")
        case "blank end":
            return data + b"\r\n\r\n"
        case "all":
            return BOM_UTF8 + data.replace(b"\r\n", b"\n").removesuffix(b"\n")
    raise ValueError(how)


@pytest.mark.parametrize("how", ["lf", "mark", "open end", "blank end", "all"])
@pytest.mark.parametrize("end", [3500, 20000])
@pytest.mark.parametrize("back", [False, True])
def test_a_map_saved_otherwise_stays_as_it_was_saved(how: str, end: int, back: bool) -> None:
    """Line ends, byte order mark and final line end are the new file's, also in new lines."""
    base, current = BASE, resaved(BASE, how)
    if back:
        base, current = current, base
    edit = remap(parse(base), 2500, end, [circle(2500, 30), slider(3000, 70.0, 1.0)])
    moved = rebase(edit.patch, base, current, edit.scope)
    result = moved.apply(current)
    # The same as if the other program had saved the file after the edit.
    changed = edit.patch.apply(base)
    if back:
        assert resaved(result, how) == changed
    else:
        assert result == resaved(changed, how)
    assert len(moved.edits) <= len(edit.patch.edits)


def test_mixed_line_ends_follow_their_neighbours() -> None:
    lines = BASE.split(b"\r\n")
    current = b"".join(
        line + (b"\n" if number % 2 else b"\r\n") for number, line in enumerate(lines[:-1])
    )
    result = rebase(EDIT.patch, BASE, current, SCOPE).apply(current)
    assert result.replace(b"\r\n", b"\n") == EDIT.patch.apply(BASE).replace(b"\r\n", b"\n")
    untouched = set(split_lines(current)) & set(split_lines(result))
    assert len(untouched) == len(set(split_lines(current))) - 3


def test_everything_around_the_range_may_change() -> None:
    """Other objects moved and resnapped, timing lines put in before and behind."""
    current = BASE
    for old, new in (
        (b"100,100,500,5", b"90,90,510,5"),
        (b"200,100,1000,1", b"210,110,1010,1"),
        (b"300,100,1500,2,0,L|440:100,1,140", b"300,110,1500,2,0,L|400:110,1,100"),
        (b"200,300,6000,1", b"1,1,6001,1"),
        (b"300,300,6500", b"2,2,6501"),
        (b"2000,-50,4", b"1000,-80,4,2,1,20,0,0\r\n2000,-50,4"),
        (b"6000,-200,4,2,3,40,0,0\r\n", b"6100,-120,4,2,3,45,0,0\r\n7000,600,4,1,1,50,1,0\r\n"),
        (b"Bookmarks: 1000,2000\r\n", b""),
        (b'0,0,"bg.jpg",0,0\r\n', b'Video,0,"a.avi"\r\n0,0,"other.jpg",0,0\r\n'),
    ):
        assert current.count(old) == 1
        current = current.replace(old, new)
    for edit in (EDIT, INSERTION):
        moved = rebase(edit.patch, BASE, current, edit.scope)
        again = remap(parse(current), edit.scope.start_ms, edit.scope.end_ms, edit.objects)
        assert moved.apply(current) == again.patch.apply(current)


def test_an_insertion_among_changed_lines_goes_by_time() -> None:
    """Every object of the file was moved, so no line around the new ones is as it was."""
    head, _, objects = BASE.partition(b"[HitObjects]\r\n")
    moved_lines = [b"7" + line for line in objects.splitlines(keepends=True)]
    current = head + b"[HitObjects]\r\n" + b"".join(moved_lines)
    result = rebase(INSERTION.patch, BASE, current, INSERTION.scope).apply(current)
    times = [item.time for item in parse(result).hit_objects]
    assert times == sorted(times) and 3700 in times


def test_an_object_behind_an_open_end_may_have_moved() -> None:
    base = BASE.removesuffix(b"\r\n")
    edit = remap(parse(base), 16000, 17000, [circle(16500)])
    current = base.replace(b"200,100,15500", b"250,100,15500")
    result = rebase(edit.patch, base, current, edit.scope).apply(current)
    assert result == edit.patch.apply(base).replace(b"200,100,15500", b"250,100,15500")
    current = base + b"\r\n1,1,15600,1,0,0:0:0:0:\r\n"
    result = rebase(edit.patch, base, current, edit.scope).apply(current)
    assert [item.time for item in parse(result).hit_objects][-2:] == [15600, 16500]
    assert result.endswith(b"\r\n")


def test_an_undone_change_is_carried_over_too() -> None:
    """Taking a change back on a file edited since: the inverse, rebased."""
    changed = EDIT.patch.apply(BASE)
    back = EDIT.patch.invert(BASE)
    current = changed.replace(b"Title:A song", b"Title:Another song")
    result = rebase(back, changed, current, SCOPE).apply(current)
    assert result == BASE.replace(b"Title:A song", b"Title:Another song")


def red_edit(data: bytes) -> Edit:
    return set_red_lines(parse(data), [RedLine(0, 480.0), RedLine(4000, 500.0)], resnap=True)


def sound_edit(data: bytes) -> Edit:
    beatmap = parse(data)
    sounds = {
        item.line: ObjectSounds((Sound(8, 3, 3, 45),))
        for item in beatmap.hit_objects
        if 2500 <= item.time <= 3500
    }
    return set_hitsounds(beatmap, 2500, 3500, sounds)


@pytest.mark.parametrize("edit_of", [sound_edit, red_edit])
def test_other_edits_are_carried_over(edit_of: Callable[[bytes], Edit]) -> None:
    edit = edit_of(BASE)
    assert edit.patch.edits
    current = resaved(BASE, "all").replace(b"Title:A song", b"Title:Another\nArtist:Me")
    result = rebase(edit.patch, BASE, current, edit.scope).apply(current)
    assert result == edit_of(current).patch.apply(current)


@pytest.mark.parametrize(
    ("edit_of", "old", "new", "lines", "message"),
    [
        (sound_edit, b"200,200,3000,1,2", b"200,200,3000,1,4", (45,), "Objects of the range"),
        (sound_edit, b"4000,-100", b"3000,-90,4,2,1,9,0,0\r\n4000,-100", (34,), "Timing lines"),
        (sound_edit, b"2000,-50,4,2,1,80", b"2000,-50,4,2,1,85", (33,), "state at the range's"),
        (sound_edit, b"SliderMultiplier:1.4", b"SliderMultiplier:2", (19,), "slider multiplier"),
        (red_edit, b"0,500,4,2", b"0,510,4,2", (32,), "Timing lines of the range"),
        (red_edit, b"200,200,3000,1", b"201,200,3000,1", (45,), "Objects of the range"),
        (red_edit, b"200,200,3000", b"1,1,2999,1,0\r\n200,200,3000", (45,), "Objects of the range"),
    ],
)
def test_other_edits_name_their_conflicts(
    edit_of: Callable[[bytes], Edit], old: bytes, new: bytes, lines: tuple[int, ...], message: str
) -> None:
    edit = edit_of(BASE)
    assert BASE.count(old) == 1
    with pytest.raises(RebaseConflict, match=message) as caught:
        rebase(edit.patch, BASE, BASE.replace(old, new), edit.scope)
    assert caught.value.lines == lines


@pytest.mark.slow
@pytest.mark.timeout(120)  # anything quadratic takes far longer
def test_a_huge_map_is_rebased_soon() -> None:
    head = BASE.partition(b"[HitObjects]\r\n")[0] + b"[HitObjects]\r\n"
    objects = [b"%d,192,%d,1,0,0:0:0:0:\r\n" % (i % 512, 100 * i) for i in range(30_000)]
    base = head + b"".join(objects)
    edit = remap(
        parse(base), 1_000_000, 1_100_000, [circle(1_000_000 + 300 * i) for i in range(300)]
    )
    moved = [
        line.replace(b",192,", b",200,") if i % 7 == 0 else line for i, line in enumerate(objects)
    ]
    moved[10_000:11_001] = objects[10_000:11_001]
    current = (head + b"".join(moved)).replace(b"\r\n", b"\n")
    result = rebase(edit.patch, base, current, edit.scope).apply(current)
    assert result.count(b"\r") == 0
    grown = edit.patch.apply(base).count(b"\n") - base.count(b"\n")
    assert grown < 0 and result.count(b"\n") == current.count(b"\n") + grown


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_damage_is_carried_over_or_refused(data: st.DataObject) -> None:
    lines = BASE.splitlines(keepends=True)
    for _ in range(data.draw(st.integers(1, 4))):
        index = data.draw(st.integers(0, len(lines) - 1))
        action = data.draw(st.sampled_from(["drop", "double", "swap"]))
        if action == "drop":
            lines.pop(index)
        elif action == "double":
            lines.insert(index, lines[index])
        else:
            other = data.draw(st.integers(0, len(lines) - 1))
            lines[index], lines[other] = lines[other], lines[index]
    current = b"".join(lines)
    try:
        moved = rebase(EDIT.patch, BASE, current, SCOPE)
    except RebaseConflict as conflict:
        assert all(1 <= line <= len(lines) for line in conflict.lines)
        return
    check(SCOPE, parse(current), parse(moved.apply(current)))
