"""What an edit did, for people and programs."""

from __future__ import annotations

from dataclasses import dataclass

from .fitting import Fitted
from .green_lines import Placement


@dataclass(frozen=True, slots=True)
class EditSummary:
    """Counts of an edit; ``text`` says the same in one sentence.

    ``green_added`` does not count ``restoring``: the lines at the range's end that give the map
    its own state back. ``dropped`` and ``shortened`` are generated objects that did not fit,
    ``breaks_changed`` the breaks split or removed, ``sounds_changed`` the objects that sound
    otherwise, ``moved`` the objects that were resnapped. ``lines`` tells of every single line
    where the request is about lines.
    """

    text: str
    replaced: int = 0
    generated: int = 0
    dropped: int = 0
    shortened: int = 0
    sounds_changed: int = 0
    moved: int = 0
    green_added: int = 0
    green_removed: int = 0
    green_changed: int = 0
    red_added: int = 0
    red_removed: int = 0
    red_changed: int = 0
    restoring: int = 0
    breaks_changed: int = 0
    lines: tuple[str, ...] = ()


def remap_summary(
    replaced: int,
    generated: int,
    fitted: Fitted,
    greens: Placement,
    breaks: int,
    combo_changed: bool = False,
) -> EditSummary:
    """Counts and words for a remap; ``combo_changed``: of the first object after the range."""
    if replaced and not generated:
        parts = [f"{counted(replaced, 'object')} removed"]
    elif replaced:
        parts = [f"{counted(replaced, 'object')} replaced by {generated}"]
    else:
        parts = [f"{counted(generated, 'object')} added"]
    parts += green_line_parts(greens)
    if breaks:
        parts.append(f"{counted(breaks, 'break')} split or removed")
    if combo_changed:
        parts.append("new combo of the next object changed")
    text = ", ".join([*parts, "nothing else"])
    if fitted.dropped or fitted.shortened:
        dropped = counted(fitted.dropped, "generated object")
        text += f" ({dropped} dropped and {fitted.shortened} shortened to fit)"
    return EditSummary(
        text,
        replaced=replaced,
        generated=generated,
        dropped=fitted.dropped,
        shortened=fitted.shortened,
        green_added=len(greens.added) - greens.restoring,
        green_removed=len(greens.removed),
        green_changed=len(greens.changed),
        restoring=greens.restoring,
        breaks_changed=breaks,
    )


def hitsound_summary(changed: int, greens: Placement | None, unreached: int) -> EditSummary:
    """Counts and words for a change of hitsounds."""
    placement = Placement() if greens is None else greens
    parts = [f"sounds of {counted(changed, 'object')} changed", *green_line_parts(placement)]
    text = ", ".join([*parts, "nothing else"])
    if unreached:
        text += f" ({counted(unreached, 'wanted sound')} could not be given)"
    return EditSummary(
        text,
        sounds_changed=changed,
        green_added=len(placement.added) - placement.restoring,
        green_changed=len(placement.changed),
        restoring=placement.restoring,
    )


def green_line_parts(greens: Placement) -> list[str]:
    """What happened to green lines, as parts of a sentence."""
    parts = []
    for count, done in (
        (len(greens.added) - greens.restoring, "added"),
        (len(greens.changed), "changed"),
        (len(greens.removed), "removed"),
    ):
        if count:
            parts.append(f"{counted(count, 'green line')} {done}")
    if greens.restoring:
        parts.append(f"{counted(greens.restoring, 'green line')} restoring what follows")
    return parts


def counted(count: int, noun: str) -> str:
    """``1 object``, ``2 objects``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
