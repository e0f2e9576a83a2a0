"""Patches are lines of bytes: applied, taken back, shown."""

from __future__ import annotations

import subprocess
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
