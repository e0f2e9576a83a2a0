"""Of reports: their numbers, and suggested edits as one change."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from osu_companion.v1 import patches_pb2

from clients.library.results import patch_variants
from clients.library.writing import Hand

if TYPE_CHECKING:
    from osu_companion.v1 import modding_pb2, reports_pb2


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Suggestions by severity; ``fresh``: those that no earlier report of the map had."""

    problems: int
    warnings: int
    negligible: int
    infos: int
    fresh: int
    dismissed: int


@dataclass(frozen=True, slots=True)
class LeftEdit:
    """A suggested edit that was not made, and why."""

    id: str
    reason: str


def counts_of(report: reports_pb2.ModReport) -> Counts:
    """The report's numbers."""
    return Counts(**{each.name: getattr(report, each.name) for each in dataclasses.fields(Counts)})


def asked_fix(hand: Hand, ids: Sequence[str]) -> modding_pb2.FixSuggestionsResponse:
    """The suggested edits of a report, as one patch."""
    answer = hand.connect().fix(hand.job_id, ids)
    hand.teller.learn(answer.notices)
    return answer


def fix_fields(answer: modding_pb2.FixSuggestionsResponse) -> dict[str, Any]:
    """What a result of edits has beside what every result has, by name."""
    variant = patches_pb2.BeatmapVariant(number=1, seam_bits=float("nan"), patch=answer.patch)
    return {
        "variants": patch_variants([variant]),
        "made": tuple(answer.made),
        "left": tuple(LeftEdit(each.id, each.reason) for each in answer.left),
    }
