"""How much memory a process holds."""

from __future__ import annotations

import psutil


def resident_bytes(pid: int) -> int:
    """Resident memory of a process; 0 where there is none, or it may not be asked."""
    if pid <= 0:
        return 0
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.Error:
        return 0
