"""Collects changes of single lines and turns them into line edits.

New lines take the line end of their neighbours; a file that ends without one goes on doing
so. A line that holds several readings (lone carriage returns) is never touched.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import EditRefused
from ..document import Document, line_ending
from ..patches import LineEdit


class LineBuilder:
    """Changes to one document, by 0-based line numbers of the unchanged file."""

    def __init__(self, document: Document) -> None:
        self._lines = document.lines
        self._replaced: dict[int, list[str]] = {}
        self._inserted: dict[int, list[str]] = {}

    def delete(self, line: int) -> None:
        """Takes a line out."""
        self.replace(line, ())

    def replace(self, line: int, texts: Sequence[str]) -> None:
        """Puts ``texts`` (none: nothing) in the place of a line."""
        content = self._lines[line].rstrip(b"\r\n")
        if b"\r" in content:
            raise EditRefused(
                f"Line {line + 1} holds several lines that only a carriage return separates."
                " Save the map once in the editor, then try again."
            )
        self._replaced[line] = list(texts)

    def insert(self, gap: int, texts: Sequence[str]) -> None:
        """Puts ``texts`` before the line ``gap`` (the number of lines: at the end)."""
        if texts:
            self._inserted.setdefault(gap, []).extend(texts)

    def edits(self) -> tuple[LineEdit, ...]:
        """The collected changes as ascending edits, without parts that change nothing."""
        blocks: list[tuple[int, int, list[bytes]]] = []
        for position in sorted({*self._replaced, *self._inserted}):
            if position in self._inserted:
                ending = self._ending_before(position)
                self._append(blocks, position, 0, _encode(self._inserted[position], ending))
            if position in self._replaced:
                ending = line_ending(self._lines[position]) or self._ending_before(position)
                self._append(blocks, position, 1, _encode(self._replaced[position], ending))
        self._keep_open_end(blocks)
        edits = (self._trimmed(*block) for block in blocks)
        return tuple(edit for edit in edits if edit.count or edit.replacement)

    @staticmethod
    def _append(
        blocks: list[tuple[int, int, list[bytes]]], first: int, count: int, lines: list[bytes]
    ) -> None:
        if blocks and blocks[-1][0] + blocks[-1][1] == first:
            start, length, before = blocks[-1]
            blocks[-1] = (start, length + count, before + lines)
        else:
            blocks.append((first, count, lines))

    def _ending_before(self, position: int) -> bytes:
        for line in reversed(self._lines[:position]):
            ending = line_ending(line)
            if ending:
                return ending
        for line in self._lines[position:]:
            ending = line_ending(line)
            if ending:
                return ending
        return b"\r\n"

    def _keep_open_end(self, blocks: list[tuple[int, int, list[bytes]]]) -> None:
        """A last line without a line end: what follows it needs one before, none behind."""
        total = len(self._lines)
        if not blocks or not total or line_ending(self._lines[-1]):
            return
        first, count, lines = blocks[-1]
        if first + count != total or not lines:
            return
        if count == 0:
            ending = self._ending_before(total)
            lines = [self._lines[-1] + ending, *lines]
            first, count = total - 1, 1
        lines[-1] = lines[-1].rstrip(b"\r\n")
        blocks[-1] = (first, count, lines)

    def _trimmed(self, first: int, count: int, lines: list[bytes]) -> LineEdit:
        start, end = 0, 0
        old = self._lines[first : first + count]
        shortest = min(count, len(lines))
        while start < shortest and old[start] == lines[start]:
            start += 1
        while end < shortest - start and old[-1 - end] == lines[-1 - end]:
            end += 1
        return LineEdit(first + start, count - start - end, tuple(lines[start : len(lines) - end]))


def _encode(texts: Sequence[str], ending: bytes) -> list[bytes]:
    return [text.encode("utf-8") + ending for text in texts]
