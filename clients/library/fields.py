"""The fields of each request's result: plain values. The two clients add the methods that write."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from clients.library.reporting import Counts, LeftEdit, counts_of
from clients.library.results import (
    FileVariant,
    MapsetVariant,
    PatchVariant,
    Result,
    common,
    file_variants,
    mapset_variants,
    patch_variants,
)
from clients.library.writing import Hand


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchFields(Result):
    """Changes of a map; nothing is written yet."""

    variants: tuple[PatchVariant, ...]

    @classmethod
    def of(cls, hand: Hand) -> Self:
        """The result of a finished job."""
        return cls(variants=patch_variants(hand.result.variants), **common(hand))


@dataclass(frozen=True, slots=True, kw_only=True)
class MapFields(Result):
    """A new difficulty; nothing is written yet."""

    variants: tuple[FileVariant, ...]

    @classmethod
    def of(cls, hand: Hand) -> Self:
        """The result of a finished job."""
        return cls(variants=file_variants(hand.result.variants), **common(hand))


@dataclass(frozen=True, slots=True, kw_only=True)
class MapsetFields(Result):
    """A new mapset; nothing is written yet."""

    variants: tuple[MapsetVariant, ...]

    @classmethod
    def of(cls, hand: Hand) -> Self:
        """The result of a finished job."""
        return cls(variants=mapset_variants(hand.result.variants), **common(hand))


@dataclass(frozen=True, slots=True)
class RedLine:
    """An uninherited timing point: ms, ms a beat, beats a bar, and as the game writes it."""

    time_ms: float
    beat_length_ms: float
    meter: int
    line: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimingFields(PatchFields):
    """The timing of a song; of a map also a change of its red lines. Nothing is written yet.

    Attributes:
        red_lines: in order of time.
        text: for people.
        beats: how many were heard; half of them are within ``median_error_ms`` of the lines'.
        map_error_ms: the same of the map's lines as they were; ``None`` without a map or lines.
    """

    red_lines: tuple[RedLine, ...]
    text: str
    beats: int
    median_error_ms: float
    map_error_ms: float | None

    @classmethod
    def of(cls, hand: Hand) -> Self:
        """The result of a finished job."""
        told = hand.result.timing
        lines = tuple(
            RedLine(each.time_ms, each.beat_length_ms, each.meter, each.line)
            for each in told.red_lines
        )
        return cls(
            red_lines=lines,
            text=told.text,
            beats=told.beats,
            median_error_ms=told.median_error_ms,
            map_error_ms=told.map_error_ms if told.HasField("map_error_ms") else None,
            variants=patch_variants(hand.result.variants),
            **common(hand),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FixFields(PatchFields):
    """Suggested edits as one change of the map; nothing is written yet.

    Attributes:
        made: the ids of the suggestions whose edits are in it.
        left: those that cannot be made together with these, each with its reason.
    """

    made: tuple[str, ...]
    left: tuple[LeftEdit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFields(Result):
    """What rules and a model have to say of a map; nothing is changed.

    Attributes:
        report: by the schema of reports, ``model_core/modding/report.schema.json``.
        counts: of the suggestions that are not dismissed.
    """

    report: Mapping[str, Any]
    counts: Counts

    @classmethod
    def of(cls, hand: Hand) -> Self:
        """The result of a finished job."""
        told = hand.result.report
        return cls(report=json.loads(told.json), counts=counts_of(told), **common(hand))

    def markdown(self) -> str:
        """The report as a post in a forum."""
        from clients.reports.markdown import to_markdown

        return to_markdown(self.report)

    def html(self) -> str:
        """The report as one page that needs no other file."""
        from clients.reports.page import to_html

        return to_html(self.report)
