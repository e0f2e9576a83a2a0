"""Copies of bytes that could not be written, kept in the state folder for the user to look at."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

KEPT_COPIES = 50
KEPT_COPY_BYTES = 64 * 1024 * 1024

# Room for the state folder's own path in Windows' 260 characters, and for four-byte characters in
# other systems' 255 bytes of name.
_STEM_CHARACTERS, _STEM_BYTES = 80, 160
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(?=[. ]|$)")


def keep_copy(state_folder: Path, path: Path, data: bytes, label: str, now: float) -> Path:
    """Write ``data`` to ``conflicts/<map> (<label> <time>).osu``; the oldest beyond the bounds go.

    Raises:
        OSError: the state folder cannot be written.
    """
    folder = state_folder / "conflicts"
    folder.mkdir(parents=True, exist_ok=True)
    stamp = time.strftime("%Y-%m-%d %H-%M-%S", time.localtime(now))
    stem = safe_stem(path.stem)
    # Asked again and again, the same answer must not push other maps' copies out.
    for copy in folder.glob("*.osu"):
        if copy.name.startswith(f"{stem} ({label} ") and _holds(copy, data):
            return copy
    number = 1
    while True:
        suffix = "" if number == 1 else f" {number}"
        copy = folder / f"{stem} ({label} {stamp}{suffix}).osu"
        try:
            with copy.open("xb") as file:
                try:
                    file.write(data)
                    file.flush()
                except OSError:
                    file.close()
                    copy.unlink(missing_ok=True)
                    raise
            break
        except FileExistsError:
            number += 1
    _prune(folder, copy)
    return copy


def safe_stem(name: str) -> str:
    """The name with what any file system we know refuses replaced, and not too long for one."""
    stem = name.encode("utf-8", "replace").decode("utf-8")
    stem = re.sub(r'[<>:"/\\|?*\x00-\x1f\x7f]', "_", stem)[:_STEM_CHARACTERS]
    stem = stem.encode()[:_STEM_BYTES].decode("utf-8", "ignore").strip(" .")
    return _DEVICES.sub(r"\1_", stem, count=1) if _DEVICES.match(stem) else stem or "map"


def _holds(copy: Path, data: bytes) -> bool:
    try:
        if copy.stat().st_size != len(data) or copy.read_bytes() != data:
            return False
        os.utime(copy)  # as new as one written now, for what goes first
    except OSError:
        return False
    return True


def _prune(folder: Path, newest: Path) -> None:
    kept = []
    for file in folder.glob("*.osu"):
        try:
            status = file.stat()
        except OSError:
            continue
        kept.append((file != newest, -status.st_mtime_ns, status.st_size, file))
    total = 0
    for place, (_, _, size, file) in enumerate(sorted(kept)):
        total += size
        if place and (place >= KEPT_COPIES or total > KEPT_COPY_BYTES):
            file.unlink(missing_ok=True)
