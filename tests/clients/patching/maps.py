"""Maps and patches for the tests of patching. Made up here; no parser is involved."""

from __future__ import annotations

from pathlib import Path

from clients.patching import LineEdit, LinePatch, Origin, sha256_hex, split_lines

MAP = (
    "\ufeffosu file format v14\r\n\r\n[General]\r\nAudioFilename: audio.ogg\r\n"
    "[Metadata]\r\nTitleUnicode:変わった\r\n\r\n// a comment\n[HitObjects]\r\n"
    + "".join(f"{100 + i},192,{1000 + 250 * i},1,0,0:0:0:0:\r\n" for i in range(20))
    + "256,192,9000,12,0,9500"
).encode()

REMAP = Origin(verb="remap", job="job-1", variant=1, summary="3 objects replaced by 2")


def patch_of(base: bytes, *edits: LineEdit) -> LinePatch:
    """A patch with right hashes, its result made the slow, obvious way."""
    lines = split_lines(base)
    for edit in reversed(edits):
        lines[edit.first_line : edit.first_line + edit.count] = edit.replacement
    return LinePatch(sha256_hex(base), sha256_hex(b"".join(lines)), edits)


def some_patch(base: bytes = MAP, mark: bytes = b"1") -> LinePatch:
    """Replace three object lines by two."""
    replacement = (b"1,1,1500," + mark + b",0\r\n", b"2,2,1600," + mark + b",0\r\n")
    return patch_of(base, LineEdit(11, 3, replacement))


def write_map(folder: Path, name: str = "Artist - Title (Me) [Insane].osu") -> Path:
    """A map on disk, in a folder like those of Songs."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(MAP)
    return path
