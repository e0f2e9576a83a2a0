"""Sections of one file as bytes for another: copied line by line, single values changed.

Repeated sections, comments, unknown keys and odd line ends come along. Only a line that is changed
or added is text of ours. To the game, sections of names that it does not know are [General], and so
are lines before the first section; they come along with it.
"""

from __future__ import annotations

import re

from ...errors import EditRefused
from ..document import HEADER_PREFIX, Document, line_ending
from ..encodings import find_encoding

_KEY = re.compile(rb"[^:]*:[ \t]*")


class CopiedSection:
    """All sections of one name, in the order of the file, to be written one after the other.

    Raises ``EditRefused`` where a section does not begin and end at whole lines.
    """

    def __init__(self, document: Document, name: str) -> None:
        self.name = name
        self._readings = document.section(name)
        if self._readings and self._readings[0].text.lstrip().startswith(HEADER_PREFIX):
            self._readings = self._readings[1:]
        self._lines: dict[int, list[bytes]] = {}
        self._added: list[str] = []
        self._mark = find_encoding(document.data)[1]
        read = {reading.line for reading in self._readings}
        spans = document.sections
        for index in read:
            if not spans or index < spans[0].header:
                self._copy(document, index)
        for span in spans:
            if span.name != name and read.isdisjoint(range(span.header, span.end)):
                continue
            for edge in (span.header, span.end):
                if edge < len(document) and _several(document.lines[edge]):
                    raise _unreadable(edge)
            for index in range(span.header, span.end):
                self._copy(document, index)

    def _copy(self, document: Document, index: int) -> None:
        line = document.lines[index]
        self._lines[index] = [line.removeprefix(self._mark) if index == 0 else line]

    def __bool__(self) -> bool:
        return bool(self._lines)

    def key_lines(self, key: str) -> list[int]:
        """The lines that give ``key`` a value, the last one being the one that counts."""
        return [
            reading.line
            for reading in self._readings
            if reading.text.partition(":")[0].strip() == key
        ]

    def set_key(self, key: str, value: str, separator: str = ":") -> None:
        """Gives ``key`` another value on every line that names it; adds a line where none does."""
        found = self.key_lines(key)
        for index in found:
            content, ending = self._content(index)
            prefix = _KEY.match(content)
            start = prefix.group() if prefix else f"{key}{separator}".encode()
            self._lines[index] = [start + value.encode() + ending]
        if not found:
            self._added.append(f"{key}{separator}{value}")

    def append_words(self, key: str, words: str) -> None:
        """Puts ``words`` behind the value of ``key`` that counts, whose bytes stay as they are."""
        found = self.key_lines(key)
        if not found:
            self._added.append(f"{key}:{words}")
            return
        content, ending = self._content(found[-1])
        bare = content.rstrip()
        gap = b"" if bare.endswith(b":") else b" "
        self._lines[found[-1]] = [(bare if gap else content) + gap + words.encode() + ending]

    def replace(self, line: int, texts: tuple[str, ...]) -> None:
        """Puts ``texts`` (none: nothing) in the place of a line."""
        _, ending = self._content(line)
        self._lines[line] = [text.encode() + (ending or b"\r\n") for text in texts]

    def to_bytes(self) -> bytes:
        """The sections, followed by an empty line; only a header where the file has none."""
        blocks = [list(lines) for _, lines in sorted(self._lines.items())]
        if not blocks:
            blocks = [[f"[{self.name}]\r\n".encode()]]
        if self._added:
            last = max(
                (i for i, lines in enumerate(blocks) if any(line.strip() for line in lines)),
                default=len(blocks) - 1,
            )
            self._end(blocks[last])
            blocks[last] += [text.encode() + b"\r\n" for text in self._added]
        lines = [line for block in blocks for line in block]
        self._end(lines)
        if lines[-1].strip():
            lines.append(b"\r\n")
        return b"".join(lines)

    def _content(self, index: int) -> tuple[bytes, bytes]:
        line = self._lines[index][0]
        if _several(line):
            raise _unreadable(index)
        ending = line_ending(line)
        return line[: len(line) - len(ending)], ending

    @staticmethod
    def _end(lines: list[bytes]) -> None:
        if lines and not line_ending(lines[-1]):
            lines[-1] += b"\r\n"


def _several(line: bytes) -> bool:
    return b"\r" in line.rstrip(b"\r\n")


def _unreadable(index: int) -> EditRefused:
    return EditRefused(
        f"Line {index + 1} holds several lines that only a carriage return separates."
        " Save the map once in the editor, then try again."
    )
