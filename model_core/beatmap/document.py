"""A .osu file as lines of bytes, and the sections they fall into.

Nothing is normalised: joining :attr:`Document.lines` gives the file back, whatever it holds.
Lines end after every ``\\n`` and nowhere else, so that a program without a parser can apply a
patch. The game also ends a line at a lone carriage return; such a line is one line here and
several *readings* (see :meth:`Document.section`).

What the game does not read is not read here either: blank lines, comments, lines of sections
that it has no reader for. What stands before the first section or in one of an unknown name
counts as [General], as it does in the game.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import NamedTuple

from .encodings import UTF8, find_encoding, text_rows
from .numbers import parse_enum, parse_int

BOM = b"\xef\xbb\xbf"
HEADER_PREFIX = "osu file format v"
#: The version the game assumes where the first line names none.
DEFAULT_VERSION = 14
#: The order is the game's: a section may be called by its number.
SECTIONS = (
    "General",
    "Editor",
    "Metadata",
    "Difficulty",
    "Events",
    "TimingPoints",
    "Colours",
    "HitObjects",
    "Variables",
    "Fonts",
    "CatchTheBeat",
    "Mania",
)
_SECTION_NUMBERS = {name: number for number, name in enumerate(SECTIONS)}
_METADATA = "Metadata"
#: What the game takes for a space. Python adds four control characters.
SPACES = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_NO_SPACES = re.compile(rb"[\x1c-\x1f]")


def split_lines(data: bytes) -> list[bytes]:
    """The lines of ``data`` with their line ends; split after ``\\n`` only."""
    if data.count(b"\r") == data.count(b"\r\n"):
        return data.splitlines(keepends=True)
    lines = data.split(b"\n")
    last = lines.pop()
    result = [line + b"\n" for line in lines]
    if last:
        result.append(last)
    return result


def line_ending(line: bytes) -> bytes:
    """The line end of one line: ``\\r\\n``, ``\\n``, or nothing."""
    if line.endswith(b"\r\n"):
        return b"\r\n"
    return b"\n" if line.endswith(b"\n") else b""


class Reading(NamedTuple):
    """One line as the game sees it: comment and trailing space removed, never empty."""

    line: int
    text: str


class SectionSpan(NamedTuple):
    """A section's header line and the lines after it, ``first <= line < end``.

    ``name`` is the name by which the game knows the section; where it knows none, the text
    between the brackets.
    """

    name: str
    header: int
    first: int
    end: int


class _Scan(NamedTuple):
    spans: tuple[SectionSpan, ...]
    readings: dict[str, tuple[Reading, ...]]
    first_text: str


class Document:
    """The lines of a file, immutable; ``b"".join(document.lines)`` is the file."""

    def __init__(self, data: bytes) -> None:
        self.data = bytes(data)

    @cached_property
    def lines(self) -> tuple[bytes, ...]:
        """Every line with its line end."""
        return tuple(split_lines(self.data))

    @property
    def encoding(self) -> str:
        """``utf-8``, unless a byte order mark says otherwise (``utf-16-le`` and the like).

        Views read any; edits write UTF-8 only.
        """
        return find_encoding(self.data)[0]

    @property
    def is_utf8(self) -> bool:
        """Whether lines of ASCII may be put between the lines of this file."""
        return self.encoding == UTF8

    @cached_property
    def _scan(self) -> _Scan:
        # Python takes four more characters for spaces than the game does.
        spaces = SPACES if _NO_SPACES.search(self.data) else None
        spans: list[SectionSpan] = []
        readings: dict[str, list[Reading]] = {}
        reader, name, header, first_text = SECTIONS[0], "", -1, ""
        current = readings.setdefault(reader, [])
        for index, row in text_rows(self.data):
            text = row.rstrip(spaces)
            if not text:
                continue
            first_text = first_text or text
            if "//" in text:
                if text.lstrip(spaces).startswith("//"):
                    continue
                if reader != _METADATA:
                    text = text[: text.index("//")].rstrip(spaces)
            if text[0] == "[" and text[-1] == "]":
                if header >= 0:
                    spans.append(SectionSpan(name, header, header + 1, index))
                reader, name = _section(text[1:-1])
                header, current = index, readings.setdefault(reader, [])
                continue
            current.append(Reading(index, text))
        if header >= 0:
            spans.append(SectionSpan(name, header, header + 1, len(self.lines)))
        return _Scan(
            tuple(spans), {key: tuple(value) for key, value in readings.items()}, first_text
        )

    @cached_property
    def version(self) -> int:
        """The format version of the first line that is not blank; 14 where it names none."""
        header = self._header
        return header if header is not None else DEFAULT_VERSION

    @property
    def has_header(self) -> bool:
        """Whether the file begins as a beatmap does."""
        return self._header is not None

    @cached_property
    def _header(self) -> int | None:
        text = self._scan.first_text.lstrip()
        if not text.startswith(HEADER_PREFIX):
            return None
        try:
            return parse_int(text.rsplit("v", 1)[1])
        except ValueError:
            return None

    @property
    def sections(self) -> tuple[SectionSpan, ...]:
        """Every section of the file in order; a name may occur more than once."""
        return self._scan.spans

    def section(self, name: str) -> tuple[Reading, ...]:
        """All readings of the sections called ``name``, in file order."""
        return self._scan.readings.get(name, ())

    def has_section(self, name: str) -> bool:
        """Whether a section of that name exists, empty or not."""
        return any(span.name == name for span in self.sections)

    def __len__(self) -> int:
        return len(self.lines)


def _section(text: str) -> tuple[str, str]:
    """Who reads the lines of a section, and the section's name."""
    try:
        number = parse_enum(text, _SECTION_NUMBERS)
    except ValueError:
        return SECTIONS[0], text.strip()
    if 0 <= number < len(SECTIONS):
        return SECTIONS[number], SECTIONS[number]
    return f"[{number}]", text.strip()
