"""Line edits on bytes.

Lines are split after ``b"\n"`` and nowhere else, and keep their ending: a file with CRLF, a lone
CR, a byte order mark or no final newline comes back byte for byte. Nothing here knows what a line
of a map means.
"""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass


def sha256_hex(data: bytes) -> str:
    """SHA-256 of the bytes, as 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


def split_lines(data: bytes) -> list[bytes]:
    r"""Split after each ``\n``, which stays with its line. ``b"".join`` restores the bytes."""
    lines = data.split(b"\n")
    last = lines.pop()
    kept = [line + b"\n" for line in lines]
    if last:
        kept.append(last)
    return kept


@dataclass(frozen=True, slots=True)
class LineEdit:
    """Replace ``count`` lines from ``first_line`` (0-based) by ``replacement``.

    Replacement lines carry their own endings. ``count`` 0 inserts before ``first_line``.
    """

    first_line: int
    count: int
    replacement: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class LinePatch:
    """Line edits with the hashes of the file before and after.

    ``edits`` are in ascending order and do not overlap; their line numbers are those of the base.
    """

    base_sha256: str
    result_sha256: str
    edits: tuple[LineEdit, ...]

    def apply(self, base: bytes) -> bytes:
        """The patched bytes.

        Raises:
            ValueError: the bytes are not the base, or the patch is not well formed. The message
                says which; nothing is ever half applied.
        """
        found = sha256_hex(base)
        if found != self.base_sha256:
            raise ValueError(
                f"the patch is for other bytes: it wants {self.base_sha256[:12]}…, "
                f"these are {found[:12]}…"
            )
        result = _apply_edits(base, self.edits)
        if self.result_sha256 and sha256_hex(result) != self.result_sha256:
            raise ValueError("the patch does not give the result that it promises; refused")
        return result


def _apply_edits(base: bytes, edits: Sequence[LineEdit]) -> bytes:
    lines = split_lines(base)
    out: list[bytes] = []
    position = 0
    for number, edit in enumerate(edits, start=1):
        end = edit.first_line + edit.count
        if edit.first_line < position or edit.count < 0 or end > len(lines):
            raise ValueError(
                f"edit {number} of the patch covers lines {edit.first_line + 1} to {end}, "
                f"which overlaps the edit before it or runs past the {len(lines)} lines of the map"
            )
        out += lines[position : edit.first_line]
        out += edit.replacement
        position = end
    out += lines[position:]
    return b"".join(out)


def difference(before: bytes, after: bytes) -> LinePatch:
    """The patch that makes one of the other; without edits where they are the same."""
    old, new = split_lines(before), split_lines(after)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    edits = tuple(
        LineEdit(first, stop - first, tuple(new[begin:end]))
        for kind, first, stop, begin, end in matcher.get_opcodes()
        if kind != "equal"
    )
    return LinePatch(sha256_hex(before), sha256_hex(after), edits)


def unified_diff(before: bytes, after: bytes, name: str, context: int = 2) -> str:
    """A unified diff for people; a line ending is shown only where it is unusual for the file."""
    usual = b"\r\n" if before.count(b"\r\n") * 2 > before.count(b"\n") else b"\n"
    diff = difflib.unified_diff(
        [_readable(line, usual) for line in split_lines(before)],
        [_readable(line, usual) for line in split_lines(after)],
        fromfile=f"{name} (before)",
        tofile=f"{name} (after)",
        n=context,
        lineterm="",
    )
    return "\n".join(diff)


def _readable(line: bytes, usual: bytes) -> str:
    if line.endswith(usual):
        body, ending = line.removesuffix(usual), ""
        if usual == b"\n" and body.endswith(b"\r"):
            body, ending = body[:-1], " (CRLF)"
    elif line.endswith(b"\n"):
        body, ending = line[:-1], " (LF)"
    else:
        body, ending = line, " (no line end)"
    return body.decode("utf-8", "backslashreplace").replace("\r", "\\r") + ending
