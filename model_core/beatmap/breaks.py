"""Break lines of [Events]: ``2,start,end`` or ``Break,start,end``."""

from __future__ import annotations

from dataclasses import dataclass

from .document import Document
from .numbers import parse_float

#: A shorter break has no effect in the game.
MIN_BREAK = 650.0
#: A break begins this long after the object before it, and ends this long before the next.
GAP_BEFORE, GAP_AFTER = 200.0, 450.0


@dataclass(frozen=True, slots=True)
class BreakPeriod:
    """A break in ms; ``line`` is the index into ``document.lines``."""

    line: int
    start: float
    end: float


def read_breaks(document: Document, offset: float) -> tuple[BreakPeriod, ...]:
    """All break lines that the game would read, in file order."""
    breaks: list[BreakPeriod] = []
    for reading in document.section("Events"):
        fields = reading.text.split(",")
        if fields[0] not in ("2", "Break"):
            continue
        try:
            start = parse_float(fields[1]) + offset
            breaks.append(BreakPeriod(reading.line, start, parse_float(fields[2]) + offset))
        except (ValueError, IndexError):
            continue
    return tuple(breaks)
