"""How the bytes of a file become lines of text.

Beatmaps are UTF-8. The game looks at a byte order mark all the same, so a file that an editor
saved as UTF-16 or UTF-32 plays, and its views are read here as the game reads them. Bytes that
are no text become U+FFFD.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate

UTF8 = "utf-8"
#: Longer marks first: that of UTF-32 begins with that of UTF-16.
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"\xef\xbb\xbf", UTF8),
)
_HALF = re.compile("[\ud800-\udfff]")


def find_encoding(data: bytes) -> tuple[str, bytes]:
    """The encoding of a file and its byte order mark, which may be empty."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding, mark
    return UTF8, b""


def text_rows(data: bytes) -> Iterable[tuple[int, str]]:
    """Lines as the game reads them, with the index of the byte line that each begins in.

    A line ends at a newline, at a carriage return, or at both together (of which the return
    may be left at the end of the row).
    """
    encoding, mark = find_encoding(data)
    if encoding != UTF8:
        return _split_returns(_wide_rows(data, encoding, len(mark)))
    # A newline byte is never part of another character, so text and bytes split alike.
    rows = enumerate(data[len(mark) :].decode(UTF8, errors="replace").split("\n"))
    if data.count(b"\r") == data.count(b"\r\n"):
        return rows
    return _split_returns(rows)


def _split_returns(rows: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    for index, row in rows:
        if "\r" in row:
            for part in row.split("\r"):
                yield index, part
        else:
            yield index, row


def _wide_rows(data: bytes, encoding: str, start: int) -> Iterator[tuple[int, str]]:
    unit = 4 if "32" in encoding else 2
    whole = data[start : len(data) - (len(data) - start) % unit]
    try:
        # Halves of a pair stay countable: each is one unit of the file.
        text = whole.decode(encoding, errors="surrogatepass")
    except UnicodeDecodeError:
        text = whole.decode(encoding, errors="replace")
    line_starts = [0, *accumulate(len(line) + 1 for line in data.split(b"\n"))]
    offset = start
    for row in text.split("\n"):
        yield bisect_right(line_starts, offset) - 1, _HALF.sub("\ufffd", row)
        wide = 0 if unit == 4 or row.isascii() else sum(char > "\uffff" for char in row)
        offset += unit * (len(row) + 1 + wide)
