"""Conflict copies: names that every system takes, and bounds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from clients.patching import conflicts
from clients.patching.conflicts import safe_stem


@pytest.mark.parametrize(
    ("stem", "safe"),
    [
        ('a<b>c:d"e/f\\g|h?i*j\x07', "a_b_c_d_e_f_g_h_i_j_"),
        ("CON", "CON_"),
        ("nul.x", "nul_.x"),
        ("Console", "Console"),
        ("ends. ", "ends"),
        ("...", "map"),
        ("\udc83", "_"),
    ],
)
def test_copies_have_names_that_every_system_takes(stem: str, safe: str) -> None:
    assert safe_stem(stem) == safe


def test_copies_are_bounded_by_number_and_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conflicts, "KEPT_COPIES", 5)
    path, state = tmp_path / "a.osu", tmp_path / "state"

    def keep(number: int, data: bytes) -> None:
        copy = conflicts.keep_copy(state, path, data, "undo", 1_000.0)
        os.utime(copy, (number, number))

    for number in range(8):
        keep(number, b"%d" % number)
    left = sorted(file.read_bytes() for file in (state / "conflicts").iterdir())
    assert left == [b"3", b"4", b"5", b"6", b"7"]
    monkeypatch.setattr(conflicts, "KEPT_COPY_BYTES", 10)
    keep(8, b"large, but the newest")
    assert [file.read_bytes() for file in (state / "conflicts").iterdir()] == [
        b"large, but the newest"
    ]


def test_the_same_bytes_are_kept_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An undo that is refused again and again pushes no other copy out."""
    monkeypatch.setattr(conflicts, "KEPT_COPIES", 3)
    state = tmp_path / "state"
    other = conflicts.keep_copy(state, tmp_path / "b.osu", b"same", "undo", 1_000.0)
    kept = {
        conflicts.keep_copy(state, tmp_path / "a.osu", b"same", "undo", 2_000.0 + second)
        for second in range(9)
    }
    assert len(kept) == 1 and kept != {other} and other.exists()
