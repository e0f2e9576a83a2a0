"""Suggested edits, made with the edit machinery of :mod:`model_core.beatmap`.

A fix changes the lines it names and nothing else: fields are exchanged within a line, so that the
spelling of everything else stays. Where a file cannot be edited by lines (UTF-16, or lines that
only a carriage return separates), there is no fix.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from model_core.beatmap import Beatmap, LineEdit, Patch
from model_core.beatmap.document import SPACES, line_ending
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
    delete, replace = tuple(delete), replace or {}
    if len(delete) + len(replace) == 1:
        if delete:
            edit = _inner_edit(beatmap, delete[0], None)
        else:
            ((line, text),) = replace.items()
            edit = _inner_edit(beatmap, line, text)
        if edit is not None:
            return Fix(summary, (edit,), moves)
    builder = LineBuilder(beatmap.document)
    try:
        for line in delete:
            builder.delete(line)
        for line, text in replace.items():
            builder.replace(line, [text])
    except EditRefused:
        return None
    edits = builder.edits()
    return Fix(summary, edits, moves) if edits else None


def _inner_edit(beatmap: Beatmap, line: int, text: bytes | str | None) -> LineEdit | None:
    """A changed line (None: taken out) that is neither the file's first nor its last.

    Most edits are of this kind, and a map may have tens of thousands of them. None: it is for
    :class:`LineBuilder` to make, or to refuse.
    """
    lines = beatmap.document.lines
    if not 0 < line < len(lines) - 1:
        return None
    before = lines[line]
    if b"\r" in before.rstrip(b"\r\n"):
        return None
    if text is None:
        return LineEdit(line, 1, ())
    data = text if isinstance(text, bytes) else text.encode("utf-8", errors="surrogateescape")
    after = data + line_ending(before)
    return None if after == before else LineEdit(line, 1, (after,))


def is_editable(beatmap: Beatmap, line: int) -> bool:
    """Whether a line is text that can be changed in place: UTF-8, and one line to the game."""
    content = beatmap.document.lines[line].rstrip(b"\r\n")
    return beatmap.document.is_utf8 and b"\r" not in content


def fields_fix(
    beatmap: Beatmap, summary: str, line: int, changes: Mapping[int, str], *, moves: bool = False
) -> Fix | None:
    """A fix that exchanges comma-separated fields of one line; the line must have them."""
    if not is_editable(beatmap, line):
        return None
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
