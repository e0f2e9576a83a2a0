"""Differences that follow from the game's own rules; docs/agreement.md tells each in full."""

from __future__ import annotations

from collections.abc import Mapping

#: (file, what differs) to the rule's heading in docs/agreement.md.
EXPLANATIONS: Mapping[tuple[str, str], str] = {
    ("ppy+osu/nan-control-points.osu", "timing lines"): "a red line needs a tempo",
    (
        "Thetan-ILW+osu-parser-rs/alldata copy.osu",
        "timing lines",
    ): "a line that does not parse is skipped",
}


def explanation(file: str, what: str) -> str | None:
    """The rule that explains why ``what`` differs in ``file``, if one is known."""
    return EXPLANATIONS.get((file, what))
