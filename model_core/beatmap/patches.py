"""Patches: what changes in a file, as whole lines of bytes with their line ends.

A line ends after every ``\\n`` and nowhere else, so applying a patch needs no parser: split,
replace, join. A patch names the file it was made for and the file it makes by SHA-256. Patches
can be followed by one another, taken back, and (:mod:`.edits.rebasing`) carried over to a file
that changed meanwhile.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..errors import PatchMismatch
from .document import split_lines
from .line_differences import changed_blocks

CONTEXT = 3


def sha256(data: bytes) -> str:
    """The SHA-256 of ``data`` in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True)
class LineEdit:
    """``count`` lines from ``first_line`` (0-based) give way to ``replacement``."""

    first_line: int
    count: int
    replacement: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Patch:
    """Line edits in ascending order, none overlapping another, for one file."""

    base_sha256: str
    result_sha256: str
    edits: tuple[LineEdit, ...]

    @classmethod
    def from_edits(cls, base: bytes, edits: Sequence[LineEdit]) -> Patch:
        """The patch that makes ``edits`` (ascending) in ``base``."""
        result = _apply(split_lines(base), edits)
        return cls(sha256(base), sha256(result), tuple(edits))

    @classmethod
    def from_bytes(cls, old: bytes, new: bytes) -> Patch:
        """The line edits between two files, as few as a line comparison finds."""
        old_lines, new_lines = split_lines(old), split_lines(new)
        edits = tuple(
            LineEdit(first, last - first, tuple(new_lines[new_first:new_last]))
            for first, last, new_first, new_last in changed_blocks(old_lines, new_lines)
        )
        return cls(sha256(old), sha256(new), edits)

    def apply(self, data: bytes) -> bytes:
        """``data`` with the edits made; raises ``PatchMismatch`` for any other base."""
        if sha256(data) != self.base_sha256:
            raise PatchMismatch(
                "The file is not the one this change was made for; it was edited since. Ask for"
                " the change again, or have it carried over to the new file."
            )
        result = _apply(split_lines(data), self.edits)
        if sha256(result) != self.result_sha256:
            raise PatchMismatch("The change does not give the file it promises; it is damaged.")
        return result

    def invert(self, base: bytes) -> Patch:
        """The patch that takes this one back; ``base`` is the file this one was made for."""
        lines = split_lines(base)
        shift = 0
        edits = []
        for edit in self.edits:
            old = tuple(lines[edit.first_line : edit.first_line + edit.count])
            edits.append(LineEdit(edit.first_line + shift, len(edit.replacement), old))
            shift += len(edit.replacement) - edit.count
        return Patch(self.result_sha256, self.base_sha256, tuple(edits))

    def then(self, other: Patch, base: bytes) -> Patch:
        """Both changes as one: this one made in ``base``, then ``other`` in its result.

        The outcome is as small as the two files allow: lines changed and changed back are not
        in it, and edits that touch are one. Raises ``PatchMismatch`` if ``base`` is not the file
        this patch was made for, or ``other`` not one for the file this patch makes.
        """
        between = self.apply(base)
        if other.base_sha256 != self.result_sha256:
            raise PatchMismatch(
                "The second change does not follow the first: it was made for another file than"
                " the one that the first change gives."
            )
        return Patch.from_bytes(base, other.apply(between))

    def unified_diff(self, base: bytes, name: str) -> str:
        """The change as a unified diff of the file ``name``; bytes that are no text show as �."""
        lines = split_lines(base)
        head = [f"--- {name}", f"+++ {name}"]
        shift = 0
        for group in _groups(self.edits, len(lines)):
            hunk, shift = _hunk(group, lines, shift)
            head += hunk
        return "\n".join(head) + "\n" if self.edits else ""


def _apply(lines: list[bytes], edits: Sequence[LineEdit]) -> bytes:
    parts: list[bytes] = []
    done = 0
    for edit in edits:
        if edit.first_line < done or edit.first_line + edit.count > len(lines):
            raise PatchMismatch("The change names lines that the file does not have.")
        parts += lines[done : edit.first_line]
        parts += edit.replacement
        done = edit.first_line + edit.count
    parts += lines[done:]
    return b"".join(parts)


def _groups(edits: Sequence[LineEdit], total: int) -> Iterator[list[LineEdit]]:
    group: list[LineEdit] = []
    for edit in edits:
        if group and edit.first_line - (group[-1].first_line + group[-1].count) > 2 * CONTEXT:
            yield group
            group = []
        group.append(edit)
    if group:
        yield group


def _hunk(group: Sequence[LineEdit], lines: Sequence[bytes], shift: int) -> tuple[list[str], int]:
    first = max(0, group[0].first_line - CONTEXT)
    end = min(len(lines), group[-1].first_line + group[-1].count + CONTEXT)
    body: list[str] = []
    position = first
    added = removed = 0
    for edit in group:
        body += _marked(" ", lines[position : edit.first_line])
        position = edit.first_line + edit.count
        body += _marked("-", lines[edit.first_line : position])
        body += _marked("+", edit.replacement)
        removed += edit.count
        added += len(edit.replacement)
    body += _marked(" ", lines[position:end])
    old_count = end - first
    new_count = old_count - removed + added
    old_start = first + 1 if old_count else first
    new_start = first + shift + 1 if new_count else first + shift
    header = f"@@ -{old_start},{old_count} +{new_start},{new_count} @@"
    return [header, *body], shift + added - removed


def _marked(mark: str, lines: Sequence[bytes]) -> list[str]:
    result = []
    for line in lines:
        result.append(mark + line.decode("utf-8", errors="replace").rstrip("\r\n"))
        if not line.endswith(b"\n"):
            result.append("\\ No newline at end of file")
    return result
