"""Patches are lines of bytes: applied, taken back, shown."""

from __future__ import annotations

import random
import subprocess
from itertools import pairwise
from pathlib import Path
from shutil import which

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_core.beatmap import LineEdit, Patch, split_lines
from model_core.errors import PatchMismatch

LINES = st.lists(st.sampled_from([b"a\n", b"b\r\n", b"c\r", b"\n", b"\xff\n"]), max_size=25)
FILES = st.tuples(LINES, st.sampled_from([b"", b"end", b"a"])).map(
    lambda parts: b"".join(parts[0]) + parts[1]
)


@settings(max_examples=200, deadline=None)
@given(FILES, FILES)
def test_between_any_two_files(old: bytes, new: bytes) -> None:
    patch = Patch.from_bytes(old, new)
    assert patch.apply(old) == new
    back = patch.invert(old)
    assert back.apply(new) == old
    assert back.invert(new) == patch
    assert bool(patch.edits) == (old != new)
    assert (patch.unified_diff(old, "a.osu") == "") == (old == new)


@settings(max_examples=100, deadline=None)
@given(FILES, FILES)
def test_a_client_needs_no_parser(old: bytes, new: bytes) -> None:
    patch = Patch.from_bytes(old, new)
    lines = split_lines(old)
    for edit in reversed(patch.edits):
        lines[edit.first_line : edit.first_line + edit.count] = edit.replacement
    assert b"".join(lines) == new


@settings(max_examples=200, deadline=None)
@given(FILES, FILES, FILES)
def test_one_change_after_another(first: bytes, second: bytes, third: bytes) -> None:
    one, two = Patch.from_bytes(first, second), Patch.from_bytes(second, third)
    both = one.then(two, first)
    assert both.apply(first) == two.apply(one.apply(first)) == third
    assert (both.base_sha256, both.result_sha256) == (one.base_sha256, two.result_sha256)
    assert one.then(one.invert(first), first) == Patch.from_bytes(first, first)
    back = two.invert(second).then(one.invert(first), third)
    assert back.apply(third) == both.invert(first).apply(third) == first
    assert changed_lines(back) == changed_lines(both)


@settings(max_examples=200, deadline=None)
@given(FILES, FILES)
def test_no_smaller_change_exists(old: bytes, new: bytes) -> None:
    patch = Patch.from_bytes(old, new)
    old_lines, new_lines = split_lines(old), split_lines(new)
    common = longest_common(old_lines, new_lines)
    assert changed_lines(patch) == len(old_lines) + len(new_lines) - 2 * common
    for before, after in pairwise(patch.edits):
        assert before.first_line + before.count < after.first_line


def changed_lines(patch: Patch) -> int:
    return sum(edit.count + len(edit.replacement) for edit in patch.edits)


def longest_common(old: list[bytes], new: list[bytes]) -> int:
    """The length of the longest common subsequence, by the textbook's table."""
    row = [0] * (len(new) + 1)
    for line in old:
        diagonal = 0
        for j, other in enumerate(new):
            above = row[j + 1]
            row[j + 1] = diagonal + 1 if line == other else max(above, row[j])
            diagonal = above
    return row[-1]


def test_lines_changed_and_changed_back_vanish() -> None:
    old = b"a\nb\nc\nd\ne\n"
    one = Patch.from_edits(old, [LineEdit(1, 1, (b"B\n", b"B2\n")), LineEdit(3, 1, ())])
    between = one.apply(old)
    two = Patch.from_edits(between, [LineEdit(1, 2, (b"b\n",)), LineEdit(4, 1, (b"E\n",))])
    assert one.then(two, old).edits == (LineEdit(3, 2, (b"E\n",)),)


def test_changes_that_do_not_follow_one_another_are_refused() -> None:
    one, other = Patch.from_bytes(b"a\n", b"b\n"), Patch.from_bytes(b"c\n", b"d\n")
    with pytest.raises(PatchMismatch, match="does not follow the first"):
        one.then(other, b"a\n")
    with pytest.raises(PatchMismatch, match="edited since"):
        one.then(one.invert(b"a\n"), b"c\n")


def test_nothing_and_both_ends() -> None:
    for data in (b"", b"a", b"a\n", b"\n\n"):
        nothing = Patch.from_bytes(data, data)
        assert nothing.edits == () and nothing.apply(data) == data
        assert nothing.invert(data) == nothing == nothing.then(nothing, data)
        for new in (b"top\n" + data, data + b"\nend", b"top\n" + data + b"\nend\n"):
            patch = Patch.from_bytes(data, new)
            assert patch.apply(data) == new and patch.invert(data).apply(new) == data


@pytest.mark.slow
@pytest.mark.timeout(60)  # anything quadratic takes far longer
@pytest.mark.parametrize("how", ["ends", "line_ends", "reversed", "shuffled", "blank", "sparse"])
def test_huge_files_are_compared_soon(how: str) -> None:
    dice = random.Random(3)
    old = [b"%d,192,%d,1,0\r\n" % (dice.randint(0, 512), i) for i in range(100_000)]
    new = list(old)
    if how == "ends":
        new = [b"top\r\n", *old[:-1], b"end"]
    elif how == "line_ends":
        new = [line.replace(b"\r", b"") for line in old]
    elif how == "reversed":
        new.reverse()
    elif how == "shuffled":
        dice.shuffle(new)
    elif how == "blank":
        old = [dice.choice([b"\r\n", line]) for line in old]
        new = [dice.choice([b"\r\n", line]) for line in new]
    else:
        new = [line if dice.random() > 0.03 else b"" for line in old]
    before, after = b"".join(old), b"".join(new)
    patch = Patch.from_bytes(before, after)
    assert patch.apply(before) == after
    if how == "ends":
        assert patch.edits == (
            LineEdit(0, 0, (b"top\r\n",)),
            LineEdit(99_999, 1, (b"end",)),
        )


def test_edits_are_small() -> None:
    old = b"".join(b"%d\n" % i for i in range(1000))
    new = old.replace(b"\n500\n", b"\nfive\n").replace(b"\n800\n", b"\n")
    patch = Patch.from_bytes(old, new)
    assert patch.edits == (LineEdit(500, 1, (b"five\n",)), LineEdit(800, 1, ()))


def test_other_bytes_are_refused() -> None:
    patch = Patch.from_bytes(b"a\n", b"b\n")
    with pytest.raises(PatchMismatch, match="edited since"):
        patch.apply(b"a\r\n")
    damaged = Patch(patch.base_sha256, patch.base_sha256, patch.edits)
    with pytest.raises(PatchMismatch, match="damaged"):
        damaged.apply(b"a\n")
    outside = Patch(patch.base_sha256, patch.result_sha256, (LineEdit(3, 1, ()),))
    with pytest.raises(PatchMismatch, match="does not have"):
        outside.apply(b"a\n")


def test_diff_shows_lines() -> None:
    old = b"".join(b"%d\r\n" % i for i in range(20)) + b"last"
    new = old.replace(b"\n3\r", b"\nthree\r").replace(b"last", b"last\r\nmore")
    assert Patch.from_bytes(old, new).unified_diff(old, "m.osu").splitlines() == [
        "--- m.osu",
        "+++ m.osu",
        "@@ -1,7 +1,7 @@",
        *(" 0", " 1", " 2", "-3", "+three", " 4", " 5", " 6"),
        "@@ -18,4 +18,5 @@",
        *(" 17", " 18", " 19", "-last", "\\ No newline at end of file", "+last", "+more"),
        "\\ No newline at end of file",
    ]


@pytest.mark.skipif(which("patch") is None, reason="no patch program")
@settings(max_examples=25, deadline=None)
@given(LINES.map(b"".join), LINES.map(b"".join))
def test_diff_is_one_that_other_programs_apply(
    tmp_path_factory: pytest.TempPathFactory, old: bytes, new: bytes
) -> None:
    # Lone carriage returns and bytes that are no text cannot be shown in a text diff.
    old, new = (d.replace(b"\r", b"").replace(b"\xff", b"x") for d in (old, new))
    if old == new or not old or not new:
        return
    folder: Path = tmp_path_factory.mktemp("diff")
    (folder / "f").write_bytes(old)
    text = Patch.from_bytes(old, new).unified_diff(old, "f")
    subprocess.run(["patch", "-s", "f"], cwd=folder, input=text.encode(), check=True)
    assert (folder / "f").read_bytes() == new
