"""Waits until a file was quiet for a moment, but never for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

QUIET_SECONDS = 0.25
LONGEST_SECONDS = 2.0


class Debouncer:
    """Gathers paths and hands each over once it was quiet, or had its longest wait.

    Per path: one file that is written all the time does not hold back the others.
    """

    def __init__(self, ready: Callable[[Path], None]) -> None:
        self._ready = ready
        self._pending: dict[Path, tuple[float, asyncio.TimerHandle]] = {}

    def touch(self, path: Path) -> None:
        """Something happened to the path. Call in the loop."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        first = now
        if path in self._pending:
            first, timer = self._pending[path]
            timer.cancel()
        delay = max(0.0, min(QUIET_SECONDS, first + LONGEST_SECONDS - now))
        self._pending[path] = (first, loop.call_later(delay, self._fire, path))

    def close(self) -> None:
        for _, timer in self._pending.values():
            timer.cancel()
        self._pending.clear()

    def _fire(self, path: Path) -> None:
        self._pending.pop(path, None)
        self._ready(path)
