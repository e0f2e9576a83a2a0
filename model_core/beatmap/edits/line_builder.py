"""Collects changes of single lines and turns them into line edits.

A new line takes the line end of the line it replaces or, where it is put in, of the line before
it; in a file of mixed line ends that changes no other line. A file whose last line has no line
end goes on having none, as long as that last line is one of those changed: the line that was
last before gets an end where new lines follow it. A byte order mark stays in front of everything.
A line that holds several readings (lone carriage returns) is never touched.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Sequence

from ...errors import EditRefused
from ..document import Document, line_ending
from ..line_differences import changed_blocks
from ..patches import LineEdit

#: The game's own, for a file that has no line end at all.
DEFAULT_ENDING = b"\r\n"


class LineBuilder:
    """Changes to one document, by 0-based line numbers of the unchanged file.

    Texts have no line ends. Bytes are written as they are; so are bytes that were no text and
    were decoded with ``surrogateescape``.
    """

    def __init__(self, document: Document) -> None:
        self._lines = document.lines
        self._replaced: dict[int, list[str | bytes]] = {}
        self._inserted: dict[int, list[str | bytes]] = {}

    def delete(self, line: int) -> None:
        """Takes a line out."""
        self.replace(line, ())

    def replace(self, line: int, texts: Sequence[str | bytes]) -> None:
        """Puts ``texts`` (none: nothing) in the place of a line."""
        content = self._lines[line].rstrip(b"\r\n")
        if b"\r" in content:
            raise EditRefused(
                f"Line {line + 1} holds several lines that only a carriage return separates."
                " Save the map once in the editor, then try again."
            )
        self._replaced[line] = list(texts)

    def insert(self, gap: int, texts: Sequence[str | bytes]) -> None:
        """Puts ``texts`` before the line ``gap`` (the number of lines: at the end)."""
        if texts:
            self._inserted.setdefault(gap, []).extend(texts)

    def edits(self) -> tuple[LineEdit, ...]:
        """The collected changes as ascending edits, without parts that change nothing."""
        blocks: list[tuple[int, int, list[bytes]]] = []
        for position in sorted({*self._replaced, *self._inserted}):
            if position in self._inserted:
                ending = ending_before(self._lines, position)
                _append(blocks, position, 0, _encode(self._inserted[position], ending))
            if position in self._replaced:
                ending = line_ending(self._lines[position])
                ending = ending or ending_before(self._lines, position)
                _append(blocks, position, 1, _encode(self._replaced[position], ending))
        self._keep_mark_first(blocks)
        self._keep_open_end(blocks)
        return tuple(
            LineEdit(first + old_first, old_end - old_first, tuple(lines[new_first:new_end]))
            for first, count, lines in blocks
            for old_first, old_end, new_first, new_end in changed_blocks(
                self._lines[first : first + count], lines
            )
        )

    def _keep_mark_first(self, blocks: list[tuple[int, int, list[bytes]]]) -> None:
        """A byte order mark is part of the first line, and stays first whatever that line is."""
        if not blocks or blocks[0][0] or not self._lines or not self._lines[0].startswith(BOM_UTF8):
            return
        first, count, lines = blocks[0]
        if count == 0:
            lines = [*lines, self._lines[0].removeprefix(BOM_UTF8)]
            count = 1
        if lines:
            lines[0] = BOM_UTF8 + lines[0].removeprefix(BOM_UTF8)
        blocks[0] = (first, count, lines)

    def _keep_open_end(self, blocks: list[tuple[int, int, list[bytes]]]) -> None:
        """A last line without a line end: what follows it needs one before, none behind."""
        total = len(self._lines)
        if not blocks or not total or line_ending(self._lines[-1]):
            return
        first, count, lines = blocks[-1]
        if first + count != total or not lines:
            return
        if count == 0:
            lines = [closed(self._lines[-1], ending_before(self._lines, total)), *lines]
            first, count = total - 1, 1
        lines[-1] = lines[-1].rstrip(b"\r\n")
        blocks[-1] = (first, count, lines)


def ending_before(lines: Sequence[bytes], position: int) -> bytes:
    """The line end that a line put in before ``position`` takes: its neighbour's."""
    # Only the last line of a file can be without one, so its neighbours are all there is to ask.
    for index in (position - 1, position - 2, 0):
        ending = line_ending(lines[index]) if 0 <= index < len(lines) else b""
        if ending:
            return ending
    return DEFAULT_ENDING


def closed(line: bytes, ending: bytes) -> bytes:
    r"""A line without a line end, with one. A lone ``\r`` at its end is half of one."""
    return line + (b"\n" if line.endswith(b"\r") else ending)


def _append(
    blocks: list[tuple[int, int, list[bytes]]], first: int, count: int, lines: list[bytes]
) -> None:
    if blocks and blocks[-1][0] + blocks[-1][1] == first:
        start, length, before = blocks[-1]
        before += lines
        blocks[-1] = (start, length + count, before)
    else:
        blocks.append((first, count, lines))


def _encode(texts: Sequence[str | bytes], ending: bytes) -> list[bytes]:
    return [
        (text if isinstance(text, bytes) else text.encode("utf-8", errors="surrogateescape"))
        + ending
        for text in texts
    ]
