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


def red_lines_within(
    old: Beatmap, new: Beatmap, start_ms: float, end_ms: float, following_ms: float
) -> tuple[set[int], set[int]]:
    """The lines that may go and come where a remap was asked for new red lines, too.

    These are red lines of the range; behind it, up to the first object that stays, one that
    gives the map its tempo back, and a green line beside that.
    """
    going = {p.line for p in old.timing_points if p.uninherited and start_ms <= p.time <= end_ms}
    known = {(p.time, p.uninherited) for p in old.timing_points}
    reds = [
        p
        for p in new.timing_points
        if p.uninherited
        and start_ms <= p.time <= following_ms
        and (p.time <= end_ms or (p.time, True) not in known)
    ]
    behind = [p.time for p in reds if p.time > end_ms]
    if len(behind) > 1:
        raise EditRefused(
            f"{len(behind)} new red lines would stand behind the range. Nothing was changed."
        )
    beside = {
        p.line
        for p in new.timing_points
        if not p.uninherited and p.time in behind and (p.time, False) not in known
    }
    return going, {p.line for p in reds} | beside


def new_section(old: Beatmap, new: Beatmap) -> set[int]:
    """The lines around a section that the map had none of: its header, a blank one behind."""
    if old.document.has_section("TimingPoints"):
        return set()
    lines: set[int] = set()
    for span in new.document.sections:
        if span.name == "TimingPoints":
            lines.add(span.header)
            if span.end > span.first and not new.document.lines[span.end - 1].strip():
                lines.add(span.end - 1)
    return lines
