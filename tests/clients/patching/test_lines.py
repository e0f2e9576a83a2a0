"""Line edits: exact on any bytes, and refused where they do not fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.patching import LineEdit, LinePatch, sha256_hex, split_lines, unified_diff
from tests.clients.patching.maps import MAP, patch_of, some_patch

LINE = st.binary(max_size=6).map(lambda body: body.replace(b"\n", b"") + b"\n")


@st.composite
def bases_with_edits(draw: st.DrawFn) -> tuple[bytes, tuple[LineEdit, ...]]:
    base = draw(st.lists(st.sampled_from([b"a\n", b"b\r\n", b"\r", b"\n", b"c"])).map(b"".join))
    count = len(split_lines(base))
    edits, position = [], 0
    while position <= count and draw(st.booleans()):
        first = draw(st.integers(position, count))
        removed = draw(st.integers(0, count - first))
        edits.append(LineEdit(first, removed, tuple(draw(st.lists(LINE, max_size=3)))))
        position = first + removed
        if removed == 0:
            position += 1  # two insertions at one place would be ambiguous
    return base, tuple(edits)


@given(st.binary())
def test_splitting_loses_nothing_and_splits_after_newlines_only(data: bytes) -> None:
    lines = split_lines(data)
    assert b"".join(lines) == data
    assert all(line and b"\n" not in line[:-1] for line in lines)
    assert all(line.endswith(b"\n") for line in lines[:-1])


@given(bases_with_edits())
def test_edits_do_what_replacing_from_the_end_does(
    case: tuple[bytes, tuple[LineEdit, ...]],
) -> None:
    base, edits = case
    patch = patch_of(base, *edits)
    assert sha256_hex(patch.apply(base)) == patch.result_sha256


@pytest.mark.parametrize(
    "edits",
    [
        (LineEdit(0, 2, ()), LineEdit(1, 1, ())),  # overlap
        (LineEdit(5, 1, ()), LineEdit(1, 1, ())),  # descending
        (LineEdit(0, 1000, ()),),  # past the end
        (LineEdit(1000, 0, (b"x\n",)),),
        (LineEdit(0, -1, ()),),
        (LineEdit(-1, 1, ()),),
    ],
)
def test_malformed_edits_are_refused(edits: tuple[LineEdit, ...]) -> None:
    with pytest.raises(ValueError, match="overlaps the edit before it or runs past"):
        LinePatch(sha256_hex(MAP), "", edits).apply(MAP)


def test_other_bytes_and_broken_promises_are_refused() -> None:
    with pytest.raises(ValueError, match="for other bytes"):
        some_patch().apply(MAP + b" ")
    wrong = LinePatch(sha256_hex(MAP), "0" * 64, some_patch().edits)
    with pytest.raises(ValueError, match="does not give the result"):
        wrong.apply(MAP)


def test_the_diff_shows_the_changed_lines_and_hides_usual_endings() -> None:
    diff = unified_diff(MAP, some_patch().apply(MAP), "map.osu")
    assert "+1,1,1500,1,0\n" in diff and "\r" not in diff
    assert diff.count("\n-") == 3 and diff.count("\n+") == 3  # the +++ header is one of them


def test_the_diff_shows_a_change_of_line_ending_alone() -> None:
    diff = unified_diff(b"a\r\nb\r\nc", b"a\nb\r\nc\r\n", "map.osu")
    assert "+a (LF)" in diff and "-c (no line end)" in diff
    assert unified_diff(MAP, MAP, "map.osu") == ""
