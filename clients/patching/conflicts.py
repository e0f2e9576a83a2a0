"""Copies of bytes that could not be written, kept in the state folder for the user to look at."""

from __future__ import annotations

import re
import time
from pathlib import Path

KEPT_COPIES = 50


def keep_copy(state_folder: Path, path: Path, data: bytes, label: str, now: float) -> Path:
    """Write ``data`` to ``conflicts/<map> (<label> <time>).osu``; the oldest beyond 50 go.

    Raises:
        OSError: the state folder cannot be written.
    """
    folder = state_folder / "conflicts"
    folder.mkdir(parents=True, exist_ok=True)
    stamp = time.strftime("%Y-%m-%d %H-%M-%S", time.localtime(now))
    stem = re.sub(r'[<>:"/\\|?*\x00-\x1f]', "_", path.stem)[:120]
    number = 1
    while True:
        suffix = "" if number == 1 else f" {number}"
        copy = folder / f"{stem} ({label} {stamp}{suffix}).osu"
        try:
            with copy.open("xb") as file:
                file.write(data)
            break
        except FileExistsError:
            number += 1
    copies = sorted(folder.glob("*.osu"), key=lambda file: file.stat().st_mtime)
    for old in copies[:-KEPT_COPIES]:
        old.unlink(missing_ok=True)
    return copy
