"""Whole lines that an edit must leave as they are, in the order they stand in."""

from __future__ import annotations

from collections.abc import Set

from ....errors import EditRefused
from ...beatmap import Beatmap
from .survivors import same_line


def check_lines(old: Beatmap, new: Beatmap, may_go: Set[int], may_come: Set[int]) -> None:
    """Raises unless ``new`` is ``old`` without some of ``may_go`` and with some of ``may_come``.

    Both are indices of lines, of the old file and of the new one.
    """
    kept = [index for index in range(len(old.document)) if index not in may_go]
    position = 0
    for index, line in enumerate(new.document.lines):
        if position < len(kept) and same_line(old, kept[position], line):
            position += 1
        elif index not in may_come:
            raise EditRefused(
                f"Line {index + 1} would be new although the request does not cover it:"
                f" {line[:80]!r}. Nothing was changed."
            )
    if position < len(kept):
        raise EditRefused(
            f"Line {kept[position] + 1} would be lost although the request does not cover it:"
            f" {old.document.lines[kept[position]][:80]!r}. Nothing was changed."
        )
