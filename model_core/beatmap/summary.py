"""What an edit did, for people and programs."""

from __future__ import annotations

from dataclasses import dataclass

from .fitting import Fitted
from .green_lines import Placement


@dataclass(frozen=True, slots=True)
class RemapSummary:
    """Counts of a remap; ``text`` says the same in one sentence.

    ``green_added`` does not count ``restoring``: the line at the range's end that gives the
    map its own state back. ``dropped`` and ``shortened`` are generated objects that did not
    fit, ``breaks_changed`` the breaks split or removed.
    """

    replaced: int
    generated: int
    dropped: int
    shortened: int
    green_added: int
    green_removed: int
    green_changed: int
    restoring: int
    breaks_changed: int
    text: str

    @classmethod
    def of(
        cls, replaced: int, generated: int, fitted: Fitted, greens: Placement, breaks: int
    ) -> RemapSummary:
        """Counts and words for one edit."""
        added = len(greens.added) - greens.restoring
        removed, changed = len(greens.removed), len(greens.changed)
        if replaced:
            parts = [f"{_count(replaced, 'object')} replaced by {generated}"]
        else:
            parts = [f"{_count(generated, 'object')} added"]
        for count, done in ((added, "added"), (changed, "changed"), (removed, "removed")):
            if count:
                parts.append(f"{_count(count, 'green line')} {done}")
        if greens.restoring:
            parts.append(f"{_count(greens.restoring, 'green line')} restoring what follows")
        if breaks:
            parts.append(f"{_count(breaks, 'break')} split or removed")
        text = ", ".join([*parts, "nothing else"])
        if fitted.dropped or fitted.shortened:
            text += (
                f" ({fitted.dropped} generated objects dropped and {fitted.shortened} shortened"
                " to fit)"
            )
        return cls(
            replaced,
            generated,
            fitted.dropped,
            fitted.shortened,
            added,
            removed,
            changed,
            greens.restoring,
            breaks,
            text,
        )


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
