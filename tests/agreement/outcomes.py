"""Results of comparing: agreements, disagreements, and the table of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from .explained import explanation


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One value that differs. ``time`` in ms as in the file, where it belongs to an object."""

    file: str
    what: str
    expected: object
    found: object
    time: float | None = None

    @property
    def explanation(self) -> str | None:
        """The rule of the game that explains it, as named in docs/agreement.md."""
        return explanation(self.file, self.what)

    def __str__(self) -> str:
        at = "" if self.time is None else f" at {self.time:g} ms"
        why = self.explanation or "UNEXPLAINED"
        return f"{self.file}{at}: {self.what} {self.found}, expected {self.expected} ({why})"


@dataclass(slots=True)
class Outcome:
    """One file compared with one set of recorded values.

    ``group`` is the row of the table: what is compared, in which mode. ``objects`` counts
    objects of the file, ``parts`` what they become (circles and ticks of sliders, droplets).
    """

    group: str
    version: int
    file: str
    objects: int = 0
    parts: int = 0
    disagreeing_objects: int = 0
    disagreements: list[Disagreement] = field(default_factory=list)

    def compare(
        self, what: str, expected: object, found: object, time: float | None = None
    ) -> None:
        """Notes a disagreement unless both are equal."""
        if expected != found:
            self.disagreements.append(Disagreement(self.file, what, expected, found, time))

    def near(self, what: str, expected: float, found: float, lenience: float, time: float) -> None:
        """Notes a disagreement unless the two are within ``lenience`` of each other."""
        # Not "further than": a value that is no number agrees with nothing.
        if not abs(expected - found) <= lenience:
            shown = round(found, 3)
            self.disagreements.append(Disagreement(self.file, what, expected, shown, time))


COLUMNS = ("compared", "version", "files", "objects", "parts", "agreeing", "explained", "open")


def table(outcomes: Iterable[Outcome]) -> str:
    """Agreement per row and format version, as Markdown.

    ``agreeing`` counts objects; ``explained`` and ``open`` count single values that differ.
    """
    totals: dict[tuple[str, int], Counter[str]] = {}
    for outcome in outcomes:
        total = totals.setdefault((outcome.group, outcome.version), Counter())
        explained = sum(one.explanation is not None for one in outcome.disagreements)
        total.update(
            files=1,
            objects=outcome.objects,
            parts=outcome.parts,
            agreeing=outcome.objects - outcome.disagreeing_objects,
            explained=explained,
            open=len(outcome.disagreements) - explained,
        )
    rows: list[Sequence[str]] = [COLUMNS]
    for (group, version), total in sorted(totals.items()):
        rows.append((group, str(version), *(str(total[name]) for name in COLUMNS[2:])))
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    lines = [_line(row, widths) for row in rows]
    lines.insert(1, _line(["-" * width for width in widths], widths))
    return "\n".join(lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [
        cell.ljust(width) if column == 0 else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return f"| {' | '.join(padded)} |"
