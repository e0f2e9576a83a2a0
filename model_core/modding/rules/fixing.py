"""Suggested edits, made with the edit machinery of :mod:`model_core.beatmap`.

A fix changes the lines it names and nothing else: fields are exchanged within a line, so that the
spelling of everything else stays. Where a file cannot be edited by lines (UTF-16, or lines that
only a carriage return separates), there is no fix.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from model_core.beatmap import Beatmap, Patch
from model_core.beatmap.document import SPACES
from model_core.beatmap.edits.line_builder import LineBuilder
from model_core.beatmap.edits.red_line_texts import line_text, with_fields
from model_core.errors import EditRefused

from .findings import Fix


def line_fix(
    beatmap: Beatmap,
    summary: str,
    *,
    delete: Iterable[int] = (),
    replace: Mapping[int, bytes | str] | None = None,
    moves: bool = False,
) -> Fix | None:
    """A fix that takes out and exchanges whole lines (0-based numbers); None where none can be."""
    if not beatmap.document.is_utf8:
        return None
    builder = LineBuilder(beatmap.document)
    try:
        for line in delete:
            builder.delete(line)
        for line, text in (replace or {}).items():
            builder.replace(line, [text])
    except EditRefused:
        return None
    edits = builder.edits()
    return Fix(summary, edits, moves) if edits else None


def fields_fix(
    beatmap: Beatmap, summary: str, line: int, changes: Mapping[int, str], *, moves: bool = False
) -> Fix | None:
    """A fix that exchanges comma-separated fields of one line; the line must have them."""
    text = line_text(beatmap, line)
    return line_fix(beatmap, summary, replace={line: with_fields(text, changes)}, moves=moves)


def key_fix(beatmap: Beatmap, section: str, key: str, value: str, summary: str) -> Fix | None:
    """A fix that gives the last line of a key another value; None where the key is not there."""
    lines = [
        reading.line
        for reading in beatmap.document.section(section)
        if reading.text.partition(":")[0].strip(SPACES) == key
    ]
    if not lines or "\ufffd" in value:
        return None
    name, colon, old = line_text(beatmap, lines[-1]).partition(":")
    # In [Metadata], two slashes are part of a title.
    bare = (old if section == "Metadata" else old.split("//", 1)[0]).strip(SPACES)
    head, _, tail = old.partition(bare) if bare else (old, "", "")
    return line_fix(beatmap, summary, replace={lines[-1]: f"{name}{colon}{head}{value}{tail}"})


def combined(beatmap: Beatmap, fixes: Sequence[Fix]) -> tuple[Patch, list[Fix]]:
    """As many of ``fixes`` as can be made at once, earlier ones first, and those left over.

    Two that touch the same line cannot: the second was made for a line that is gone.
    """
    taken: set[int] = set()
    chosen: list[Fix] = []
    left: list[Fix] = []
    for fix in fixes:
        # A line put in before another counts as touching it: two would have no order.
        lines = [
            line
            for edit in fix.edits
            for line in range(edit.first_line, edit.first_line + max(1, edit.count))
        ]
        if any(line in taken for line in lines):
            left.append(fix)
            continue
        taken.update(lines)
        chosen.append(fix)
    edits = sorted((edit for fix in chosen for edit in fix.edits), key=lambda e: e.first_line)
    return Patch.from_edits(beatmap.document.data, edits), left
