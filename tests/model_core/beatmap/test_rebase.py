"""Patches carried over to files that changed meanwhile."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_core.beatmap import parse, rebase, remap
from model_core.beatmap.edits.contracts import check
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
