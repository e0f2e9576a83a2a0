"""What a figure is: a name, bars with trivial answers beside them, and how it is measured.

A figure is a module of :mod:`.figures` with a class of this shape; :data:`.figures.FIGURES` lists
them. So adding one is adding a file and its line there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from model_core.training.evaluation.charts import Chart

if TYPE_CHECKING:
    from model_core.training.evaluation.bench import Bench

__all__ = ["Bar", "Figure", "Line", "Measured"]


@dataclass(frozen=True, slots=True)
class Bar:
    """What a value has to reach: at least ``value``, or at most, or to stay below it."""

    value: float
    kind: str = "at least"

    def met_by(self, value: float) -> bool:
        """Whether a value meets the bar; what is no number does not."""
        if self.kind == "at least":
            return value >= self.value
        return value <= self.value if self.kind == "at most" else value < self.value

    @property
    def text(self) -> str:
        """As the table writes it."""
        sign = {"at least": "≥", "at most": "≤", "below": "<"}[self.kind]
        return f"{sign} {self.value:g}"


@dataclass(frozen=True, slots=True)
class Line:
    """One value of a figure. ``value`` is None where there was nothing to measure.

    baselines: what trivial answers reach, by name. unit: of all these; empty for shares.
    """

    what: str
    value: float | None
    bar: Bar | None = None
    baselines: Mapping[str, float] = field(default_factory=dict)
    unit: str = ""

    @property
    def met(self) -> bool | None:
        """Whether its bar is met; None without one. What could not be measured is not met."""
        if self.bar is None:
            return None
        return self.value is not None and self.bar.met_by(self.value)

    def to_dict(self) -> dict[str, Any]:
        """For the JSON document."""
        bar = None if self.bar is None else {"kind": self.bar.kind, "value": self.bar.value}
        return {
            "what": self.what,
            "value": self.value,
            "unit": self.unit,
            "bar": bar,
            "met": self.met,
            "baselines": dict(self.baselines),
        }


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of a figure.

    pieces: how many songs (or maps) it was measured on. refused: what could not be used or what
    the model could not answer, a sentence each; those that bars count against are in the lines.
    """

    lines: tuple[Line, ...]
    charts: tuple[Chart, ...] = ()
    pieces: int = 0
    refused: tuple[str, ...] = ()

    @property
    def met(self) -> bool:
        """Whether no bar is missed."""
        return all(line.met is not False for line in self.lines)


class Figure(Protocol):
    """One figure. ``seconds`` is about what it takes for one song, for the time left."""

    name: ClassVar[str]
    what: ClassVar[str]
    seconds: ClassVar[float]
    #: Whether it can be measured on mapsets, against the people who made them.
    on_mapsets: ClassVar[bool]

    def measure(self, bench: Bench) -> Measured:
        """Measure it. Deterministic for the bench's seed, but for times and memory."""
        ...
