"""How far a generation is, for whoever watches it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

_INTERVAL_S = 0.1


@dataclass(frozen=True, slots=True)
class Progress:
    """One report. Windows count over everything that is generated, every context included."""

    stage: str  # what is being written: "timing", "map", …
    window: int  # windows done
    windows: int  # windows in all
    tokens: int  # tokens written so far, of all variants
    tokens_per_second: float
    objects: int  # objects in finished windows, of the first variant


class Meter:
    """Counts, and reports at most every tenth of a second, and at every window's end."""

    def __init__(self, windows: int, report: Callable[[Progress], None] | None) -> None:
        self._windows = windows
        self._report = report
        self._begun = self._last = time.monotonic()
        self._stage = ""
        self._window = self._tokens = self._objects = 0

    def stage(self, name: str) -> None:
        """Another context begins."""
        self._stage = name
        self._send()

    def tokens(self, count: int) -> None:
        """Some tokens more."""
        self._tokens += count
        if time.monotonic() - self._last >= _INTERVAL_S:
            self._send()

    def window_done(self, objects: int | None = None) -> None:
        """A window is finished; ``objects``: how many new ones the first variant holds in all."""
        self._window += 1
        if objects is None:
            self._send()
        else:
            self.objects(objects)

    def objects(self, count: int) -> None:
        """The first variant holds this many new objects in all."""
        self._objects = count
        self._send()

    def _send(self) -> None:
        if self._report is None:
            return
        now = self._last = time.monotonic()
        speed = self._tokens / max(now - self._begun, 1e-9)
        self._report(
            Progress(self._stage, self._window, self._windows, self._tokens, speed, self._objects)
        )
