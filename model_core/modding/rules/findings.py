"""What modding finds in a map, in one shape whoever found it.

A finding says where, what is there, what was expected and why that matters; where one exists, it
brings a suggested edit. Its :attr:`Finding.key` names the rule and the object, not a place in the
file or in a list, so that it stays what it is when other parts of the map change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from model_core.beatmap import Beatmap, LineEdit, ObjectKind, Patch, format_timestamp


class Source(StrEnum):
    """Who found it."""

    RULES = "rules"
    MODEL = "model"


class Severity(StrEnum):
    """How much a finding weighs, heaviest first, in the ladder of the published verifiers.

    A problem breaks a rule; a warning may be wanted, and should be looked at; what is negligible
    is heard or seen by nobody, or cannot be avoided; an info is only told.
    """

    PROBLEM = "problem"
    WARNING = "warning"
    NEGLIGIBLE = "negligible"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 for a problem, 3 for an info."""
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


class Category(StrEnum):
    """What a finding is about, as the published verifiers name it.

    The last five are those that only a model's findings have.
    """

    TIMING = "Timing"
    COMPOSE = "Compose"
    HITSOUNDS = "Hit Sounds"
    SPREAD = "Spread"
    SETTINGS = "Settings"
    METADATA = "Metadata"
    EVENTS = "Events"
    FILES = "Files"
    RHYTHM = "Rhythm"
    KIAI = "Kiai"
    NEW_COMBOS = "New Combos"
    SCROLL_SPEED = "Scroll Speed"
    MISC = "Misc"


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """One object of a finding.

    ``index`` counts in ``beatmap.hit_objects``; ``label`` is the number it bears in its combo, as
    the editor's timestamps name it. Times in ms. ``column`` is a mania object's, else None.
    """

    index: int
    kind: ObjectKind
    time: float
    end_time: float
    label: int
    column: int | None = None

    @property
    def selection(self) -> str:
        """How an editor's timestamp names it: ``3``, or ``1200|2`` (time and column) in mania."""
        return str(self.label) if self.column is None else f"{int(self.time)}|{self.column}"

    @property
    def anchor(self) -> str:
        """The object by what it is, wherever it stands in the file."""
        place = "" if self.column is None else f"|{self.column}"
        return f"{self.kind.value}@{self.time:.10g}{place}"


@dataclass(frozen=True, slots=True)
class Fix:
    """A suggested edit: ``summary`` says in a few words what it does; ``edits`` ascend.

    ``moves`` says that something moves in time, so that findings know it by another name then.
    """

    summary: str
    edits: tuple[LineEdit, ...]
    moves: bool = False

    def patch(self, beatmap: Beatmap) -> Patch:
        """The edit as a patch of the map that the finding was made for."""
        return Patch.from_edits(beatmap.document.data, self.edits)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in a map.

    source, rule: who found it, and by what rule ("unsnapped-object").
    key: rule and object by name; equal for the same finding in a map that changed elsewhere, and
        for no other finding of the map. What a mapper dismisses is remembered by it.
    severity, category: how much it weighs, what it is about.
    message: a sentence or more: what, why, and what could be done.
    found, expected: what is there and what was expected, in few words.
    times: moments in ms, ascending; empty where the whole map is meant.
    objects: those it is about, in order of time.
    fix: a suggested edit, where there is one.
    file: the difficulty's file, where a whole set was looked at.
    surprisal: in bits, of a model's finding; None for rules.
    """

    source: Source
    rule: str
    key: str
    severity: Severity
    category: Category
    message: str
    found: str
    expected: str
    times: tuple[float, ...] = ()
    objects: tuple[ObjectRef, ...] = ()
    fix: Fix | None = field(default=None, repr=False)
    file: str = ""
    surprisal: float | None = None

    @property
    def time(self) -> float | None:
        """When it begins, in ms; None where the whole map is meant."""
        return self.times[0] if self.times else None

    @property
    def timestamp(self) -> str:
        """``00:12:345 (1,2)``, as an editor copies it; empty where the whole map is meant."""
        return "" if not self.times else timestamp(self.times[0], self.objects)


def timestamp(time: float, objects: Sequence[ObjectRef] = ()) -> str:
    """A moment in ms as an editor copies it, with the objects that are selected."""
    stamp = format_timestamp(time).removesuffix(" - ")
    selection = ",".join(item.selection for item in objects)
    return f"{stamp} ({selection})" if selection else stamp


def in_order(findings: Sequence[Finding]) -> list[Finding]:
    """In order of time, those of the whole map first; at one time the heaviest first."""

    def place(finding: Finding) -> tuple[object, ...]:
        when = (finding.time is not None, finding.time or 0.0)
        return (*when, finding.severity.rank, finding.rule, finding.file, finding.key)

    return sorted(findings, key=place)
