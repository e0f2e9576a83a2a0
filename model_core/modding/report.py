"""One report on a map from two sources: the rules, and a model's reading of it.

``mod(model, audio, beatmap)`` gives every suggestion in one shape, whoever made it: a rule's
finding, or what a model would have done differently. Without a model, without audio or with a
model that cannot read the map, the report holds the rules' part alone and says so. Nothing here
imports torch before a model is given. :mod:`.report_json` writes a report for programs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from model_core.beatmap import Beatmap
from model_core.beatmap.patches import sha256
from model_core.errors import CheckpointError

from .options import ModOptions
from .rules import Finding, Level, Severity, Source, check, check_set

if TYPE_CHECKING:
    from model_core.audio.decode import Audio
    from model_core.model import Model

__all__ = [
    "Detail",
    "ModOptions",
    "ModelPart",
    "Report",
    "Reported",
    "dismiss",
    "mod",
    "new_since",
    "sources",
    "within",
]


@dataclass(frozen=True, slots=True)
class Detail:
    """One surprising event of a model's suggestion.

    event: its kind, as tokenizers name it ("hitsound"). surprisal in bits; relative: surprisal
    over the entropy of what the model thought possible there.
    """

    event: str
    time: float  # ms
    found: str
    expected: str
    message: str
    surprisal: float
    relative: float


@dataclass(frozen=True, slots=True)
class Reported:
    """A suggestion of a report.

    also: further names it goes by, one for each other surprising event of a model's object; who
    dismissed it by one of them has dismissed it. rank: 1 for what surprises a model most in the
    whole map; None for rules. new: whether an earlier report lacked it; None where none was asked.
    """

    finding: Finding
    also: tuple[str, ...] = ()
    rank: int | None = None
    details: tuple[Detail, ...] = ()
    new: bool | None = None

    @property
    def id(self) -> str:
        """Rule (or ``model`` and kind of event) and object, by name; see :class:`Finding`."""
        return self.finding.key

    @property
    def ids(self) -> tuple[str, ...]:
        """All names that it goes by."""
        return (self.id, *self.also)


@dataclass(frozen=True, slots=True)
class ModelPart:
    """What the model did: whether it read the map, and if not, why. events: how many it read."""

    used: bool
    name: str = ""
    family: str = ""
    why_not: str = ""
    events: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """All suggestions for a map: the heaviest first, rules before the model.

    Among equally heavy ones those of rules follow in order of time, the model's in order of
    surprise; no suggestion is left out for where in the song it is. dismissed: those that were
    left out because somebody had dismissed them. resolved: ids of an earlier report that are gone.
    files: SHA-256 of the map and of its set's difficulties, by file name.
    """

    beatmap: Beatmap = field(repr=False)
    file: str
    suggestions: tuple[Reported, ...]
    model: ModelPart
    files: Mapping[str, str]
    notes: tuple[str, ...] = ()
    dismissed: tuple[Reported, ...] = ()
    resolved: tuple[str, ...] | None = None

    @property
    def ids(self) -> frozenset[str]:
        """Every name of every suggestion: what :func:`new_since` asks for next time."""
        return frozenset(name for each in self.suggestions for name in each.ids)

    def by_model(self) -> tuple[Reported, ...]:
        """The model's suggestions, most surprising first."""
        own = (each for each in self.suggestions if each.rank is not None)
        return tuple(sorted(own, key=lambda each: each.rank or 0))

    def counts(self) -> Mapping[Severity, int]:
        """How many suggestions there are of each severity."""
        found = Counter(each.finding.severity for each in self.suggestions)
        return {severity: found[severity] for severity in Severity}


def mod(
    model: Model | None,
    audio: Audio | None,
    beatmap: Beatmap,
    *,
    file: str = "",
    mapset: Sequence[tuple[str, Beatmap]] = (),
    options: ModOptions | None = None,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
    why_no_model: str = "",
) -> Report:
    """What rules and model have to say of a map.

    Args:
        model: a loaded checkpoint of any family; None for rules alone.
        audio: the map's song; without it no model can read the map.
        beatmap: a map of any mode.
        file: the map's file name.
        mapset: file name and map of every difficulty, for what disagrees between them.
        options: see :class:`ModOptions`.
        progress: told how many of the model's windows are read, of how many.
        cancelled: asked between windows.
        why_no_model: why none is given, for the report; a few words without a point.

    Raises:
        Cancelled: ``cancelled()`` became true.
    """
    options = options or ModOptions()
    length = None if audio is None else audio.song_length_ms
    level = None if options.level is None else Level(options.level)
    findings = check(
        beatmap,
        level=level,
        stars=options.stars,
        song_length=length,
        divisors=options.beat_divisors,
        rules=options.checked_rules,
    )
    if mapset:
        levels = None if level is None else {file: level}
        findings += check_set(
            mapset, levels=levels, song_length=length, rules=options.checked_rules
        )
    if model is None:
        why = f"{why_no_model or 'No model was asked'}; these are the rules' findings alone."
        own, part, notes = [], ModelPart(False, why_not=why), (why,)
    else:
        own, part, notes = _model_part(model, audio, beatmap, options, progress, cancelled)
    files = {name: sha256(each.to_bytes()) for name, each in mapset}
    files[file] = sha256(beatmap.to_bytes())
    suggestions = _in_order([*(Reported(each) for each in findings), *own])
    return Report(beatmap, file, suggestions, part, files, notes)


def new_since(report: Report, earlier: Iterable[str]) -> Report:
    """The report with what is new in it marked; ``earlier``: the ids of an earlier one.

    What goes by several names is new if the earlier report had none of them. What was dismissed
    is neither new nor gone.
    """
    known = frozenset(earlier)
    named = report.ids.union(name for each in report.dismissed for name in each.ids)
    marked = tuple(replace(each, new=known.isdisjoint(each.ids)) for each in report.suggestions)
    return replace(report, suggestions=marked, resolved=tuple(sorted(known - named)))


def dismiss(report: Report, ids: Iterable[str]) -> Report:
    """The report without the suggestions that go by one of ``ids``; it still knows them.

    Ranks stay as they were: they are places in the whole map.
    """
    gone = frozenset(ids)
    kept = tuple(each for each in report.suggestions if gone.isdisjoint(each.ids))
    left_out = tuple(each for each in report.suggestions if not gone.isdisjoint(each.ids))
    return replace(report, suggestions=kept, dismissed=(*report.dismissed, *left_out))


def within(report: Report, start_ms: float, end_ms: float) -> Report:
    """The report with what touches a range (ms, both ends included) alone.

    What is of the whole map touches none. Ranks and ``resolved`` stay: they are the whole map's.
    """

    def touches(each: Reported) -> bool:
        found = each.finding
        spans = [(time, time) for time in found.times]
        spans += [(ref.time, ref.end_time) for ref in found.objects]
        return any(first <= end_ms and last >= start_ms for first, last in spans)

    return replace(
        report,
        suggestions=tuple(filter(touches, report.suggestions)),
        dismissed=tuple(filter(touches, report.dismissed)),
    )


def _in_order(suggestions: Sequence[Reported]) -> tuple[Reported, ...]:
    def place(each: Reported) -> tuple[object, ...]:
        found = each.finding
        if each.rank is not None:
            return found.severity.rank, 1, False, float(each.rank), ""
        when = (found.time is not None, found.time or 0.0)
        return found.severity.rank, 0, *when, found.key

    return tuple(sorted(suggestions, key=place))


def _model_part(
    model: Model,
    audio: Audio | None,
    beatmap: Beatmap,
    options: ModOptions,
    progress: Callable[[int, int], None] | None,
    cancelled: Callable[[], bool] | None,
) -> tuple[list[Reported], ModelPart, tuple[str, ...]]:
    """The model's suggestions, what it did, and what should be known of both."""
    name, family = model.name, model.layout.family
    why = ""
    if audio is None:
        why = "There is no song to hear, and a model judges what it hears"
    elif not beatmap.hit_objects:
        why = "The map has no objects that a model could judge"
    else:
        # torch is loaded from here on.
        from .report_model import model_suggestions

        try:
            own, events, notes = model_suggestions(
                model, audio, beatmap, options.least_relative, options.least_excess,
                progress, cancelled,
            )  # fmt: skip
            return own, ModelPart(True, name, family, events=events), notes
        except CheckpointError as error:
            why = f"{name} cannot mod: {error}".rstrip(".")
    why = f"{why}; these are the rules' findings alone."
    return [], ModelPart(False, name, family, why), (why,)


def sources(report: Report) -> Mapping[Source, int]:
    """How many suggestions each source has."""
    found = Counter(each.finding.source for each in report.suggestions)
    return {source: found[source] for source in Source}
