"""Break lines of [Events]: ``2,start,end`` or ``Break,start,end``."""

from __future__ import annotations

from dataclasses import dataclass

#: A shorter break has no effect in the game.
MIN_BREAK = 650.0
#: A break begins this long after the object before it, and ends this long before the next.
GAP_BEFORE, GAP_AFTER = 200.0, 450.0


@dataclass(frozen=True, slots=True)
class BreakPeriod:
    """A break in ms, ``start <= end``; ``line`` is the index into ``document.lines``."""

    line: int
    start: float
    end: float
