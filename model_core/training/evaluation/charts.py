"""What a figure shows, as plain numbers; :mod:`.pictures` draws it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Bars", "Chart", "Points", "Spread"]


@dataclass(frozen=True, slots=True)
class Bars:
    """Values with names, and the bar as a line across. ``bar`` None: there is none."""

    title: str
    values: Sequence[tuple[str, float]]
    bar: float | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Points:
    """Pairs of what was wanted and what came out; ``within``: a band around equality."""

    title: str
    x: str
    y: str
    pairs: Sequence[tuple[float, float]]
    within: float | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """A histogram between ``low`` and ``high``; values outside count at the ends.

    ``limits``: lines that mark what still counts.
    """

    title: str
    x: str
    values: Sequence[float]
    low: float
    high: float
    limits: Sequence[float] = ()


Chart = Bars | Points | Spread
