"""What a map's file says that makes good defaults: its mode, its song, where its objects are.

Not a parser of maps, which the clients do not have: three lines, and the times of the objects. What
cannot be read so is left out; the daemon judges the file.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

# Above it a file is no map that the game opens.
_LARGEST_BYTES = 32 << 20
MODES = ("osu!", "osu!taiko", "osu!catch", "osu!mania")


@dataclass(frozen=True, slots=True)
class Facts:
    """mode: 0 to 3. first_ms, last_ms: the starts of the first and of the last object."""

    mode: int | None = None
    difficulty_name: str = ""
    audio: Path | None = None
    first_ms: int | None = None
    last_ms: int | None = None


def facts_of(path: Path) -> Facts:
    """The facts of a map; nothing where the file is none (a song, say) or cannot be read."""
    try:
        if path.suffix.lower() != ".osu" or path.stat().st_size > _LARGEST_BYTES:
            return Facts()
        text = path.read_bytes().decode("utf-8-sig", errors="replace")
    except (OSError, ValueError):
        return Facts()
    section, told, times = "", dict[str, str](), list[int]()
    for line in map(str.strip, text.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            section = line
        elif section == "[HitObjects]":
            _read_time(line, times)
        elif section in ("[General]", "[Metadata]") and ":" in line:
            key, _, value = line.partition(":")
            told.setdefault(key.strip(), value.strip())
    mode = told.get("Mode", "0")
    audio = told.get("AudioFilename", "")
    return Facts(
        int(mode) if mode in ("0", "1", "2", "3") else None,
        told.get("Version", ""),
        path.parent / audio.replace("\\", "/") if audio else None,
        min(times, default=None),
        max(times, default=None),
    )


def _read_time(line: str, times: list[int]) -> None:
    fields = line.split(",")
    try:
        times.append(int(float(fields[2])))
    except (IndexError, ValueError, OverflowError):
        return
