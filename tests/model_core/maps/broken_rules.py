"""The rules that a generated map breaks, but for those of taste."""

from __future__ import annotations

from model_core.beatmap import Beatmap
from model_core.modding.rules import Category, Severity, check

# What players of a level can be asked for is the model's to learn; so is where a song is mapped,
# of which the tests take a few seconds.
TASTE = frozenset(
    {
        *("short-drain", "uneven-columns", "short-hold", "long-combo", "hyperdash"),
        *("hyperdashes-in-a-row", "missing-rest", "near-finisher", "near-spinner"),
        "near-spinner-catch",
        # So is whether anything sounds in a few seconds of an easy map.
        "no-hitsounds",
    }
)


def broken_rules(beatmap: Beatmap, song_length: float) -> set[str]:
    """Problems of timing, settings, events, hitsounds, and objects that are none: by rule."""
    return {
        finding.rule
        for finding in check(beatmap, song_length=song_length)
        if finding.severity is Severity.PROBLEM
        and finding.category is not Category.SPREAD
        and finding.rule not in TASTE
    }
