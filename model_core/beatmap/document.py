"""A .osu file as lines of bytes, and the sections they fall into.

Nothing is normalised: joining :attr:`Document.lines` gives the file back, whatever it holds.
Lines end after every ``\\n`` and nowhere else, so that a program without a parser can apply a
patch. The game also ends a line at a lone carriage return; such a line is one line here and
several *readings* (see :meth:`Document.section`).

What the game does not read is not read here either: blank lines, comments, lines that begin
with a space or an underscore (storyboard commands), lines of unknown sections.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

BOM = b"\xef\xbb\xbf"
HEADER_PREFIX = "osu file format v"
MAX_VERSION_DIGITS = 9
#: The version the game assumes where the first line names none.
DEFAULT_VERSION = 14
SECTION_NAMES = frozenset(
    (
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
)


def split_lines(data: bytes) -> list[bytes]:
    """The lines of ``data`` with their line ends; split after ``\\n`` only."""
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


@dataclass(frozen=True, slots=True)
class Reading:
    """One line as the game sees it: comment and trailing space removed, never empty."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class SectionSpan:
    """A section's header line and the lines after it, ``first <= line < end``."""

    name: str
    header: int
    first: int
    end: int


class Document:
    """The lines of a file, immutable; ``b"".join(document.lines)`` is the file."""

    def __init__(self, data: bytes) -> None:
        self.data = bytes(data)
        self.lines: tuple[bytes, ...] = tuple(split_lines(self.data))

    @cached_property
    def _scan(self) -> tuple[tuple[SectionSpan, ...], dict[str, tuple[Reading, ...]]]:
        spans: list[SectionSpan] = []
        readings: dict[str, list[Reading]] = {}
        name, header = "", -1
        current: list[Reading] = []
        for index, line in enumerate(self.lines):
            for text in self._texts(index, line):
                if text[0] == "[" and text[-1] == "]":
                    if header >= 0:
                        spans.append(SectionSpan(name, header, header + 1, index))
                    name, header = text[1:-1].strip(), index
                    known = name in SECTION_NAMES
                    current = readings.setdefault(name, []) if known else []
                    continue
                if name != "Metadata":
                    cut = text.find("//")
                    if cut > 0:
                        text = text[:cut].rstrip()
                        if not text:
                            continue
                current.append(Reading(index, text))
        if header >= 0:
            spans.append(SectionSpan(name, header, header + 1, len(self.lines)))
        return tuple(spans), {key: tuple(value) for key, value in readings.items()}

    def _texts(self, index: int, line: bytes) -> Iterator[str]:
        if index == 0 and line.startswith(BOM):
            line = line[len(BOM) :]
        try:
            whole = line.decode("utf-8")
        except UnicodeDecodeError:
            whole = line.decode("utf-8", errors="replace")
        whole = whole.rstrip()
        for text in whole.split("\r") if "\r" in whole else (whole,):
            text = text.rstrip()
            if not text or text[0] == " " or text[0] == "_" or text.lstrip().startswith("//"):
                continue
            yield text

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
        for index, line in enumerate(self.lines):
            for text in self._texts(index, line):
                if not text.startswith(HEADER_PREFIX):
                    return None
                digits = text[len(HEADER_PREFIX) :].strip()
                plain = digits.isascii() and digits.isdigit() and len(digits) < MAX_VERSION_DIGITS
                return int(digits) if plain else None
        return None

    @property
    def sections(self) -> tuple[SectionSpan, ...]:
        """Every section of the file in order; a name may occur more than once."""
        return self._scan[0]

    def section(self, name: str) -> tuple[Reading, ...]:
        """All readings of the sections called ``name``, in file order."""
        return self._scan[1].get(name, ())

    def has_section(self, name: str) -> bool:
        """Whether a section of that name exists, empty or not."""
        return any(span.name == name for span in self.sections)

    def __len__(self) -> int:
        return len(self.lines)
