"""How far a download is: bytes, rate and time left, as people want to see them."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

# The rate is that of the last seconds: a line that slows down is told soon, a hiccup is not.
_WINDOW_S = 12.0
# Reports go out at most this often, but for a change of file or stage.
_REPORT_S = 0.1
# A rate over less than this is noise.
_SHORTEST_S = 0.5


@dataclass(frozen=True, slots=True)
class PullProgress:
    """One report.

    Attributes:
        stage: ``looking`` (asking the hub), ``downloading``, ``waiting`` (the line broke; it is
            tried again), ``checking``.
        commit: what the name means on the hub; empty until known.
        file: the one that is being downloaded.
        bytes_done, bytes_total: over all files, those that were here included.
        bytes_found: of ``bytes_done``, what was here before this download began.
        bytes_per_second: of the last seconds; 0 where not known.
        seconds_left: negative where not known.
        attempt: in ``waiting``, the how many-th try comes next.
    """

    stage: str
    repository: str
    commit: str = ""
    file: str = ""
    files: int = 0
    files_done: int = 0
    bytes_done: int = 0
    bytes_total: int = 0
    bytes_found: int = 0
    bytes_per_second: float = 0.0
    seconds_left: float = -1.0
    attempt: int = 0


class Meter:
    """Counts bytes and reports.

    Args:
        start: what does not change, or begins so.
        told: gets the reports.
        found: bytes that are here already.
    """

    def __init__(
        self, start: PullProgress, told: Callable[[PullProgress], None], found: int
    ) -> None:
        self.progress = replace(start, bytes_done=found, bytes_found=found)
        self.received = 0
        self._told = told
        self._marks: deque[tuple[float, int]] = deque([(time.monotonic(), 0)])
        self._last = 0.0
        self._report(force=True)

    def begin(self, file: str) -> None:
        """The next file."""
        self.progress = replace(self.progress, stage="downloading", file=file)
        self._report(force=True)

    def add(self, count: int) -> None:
        """Bytes have come."""
        self.received += count
        done = self.progress.bytes_done + count
        self.progress = replace(self.progress, stage="downloading", bytes_done=done, attempt=0)
        self._report()

    def found(self, count: int) -> None:
        """Bytes were here already, as another file's."""
        done, found = self.progress.bytes_done + count, self.progress.bytes_found + count
        self.progress = replace(self.progress, bytes_done=done, bytes_found=found)

    def lost(self, count: int) -> None:
        """Bytes that had come have to come again."""
        done = max(0, self.progress.bytes_done - count)
        found = min(self.progress.bytes_found, done)
        self.progress = replace(self.progress, bytes_done=done, bytes_found=found)
        self._report(force=True)

    def waiting(self, attempt: int) -> None:
        """The line broke."""
        self.progress = replace(self.progress, stage="waiting", attempt=attempt)
        self._report(force=True)

    def file_done(self) -> None:
        self.progress = replace(self.progress, files_done=self.progress.files_done + 1)
        self._report(force=True)

    def stage(self, stage: str) -> None:
        self.progress = replace(self.progress, stage=stage, file="")
        self._report(force=True)

    def _report(self, force: bool = False) -> None:
        now = time.monotonic()
        if not force and now - self._last < _REPORT_S:
            return
        self._last = now
        self._marks.append((now, self.received))
        while len(self._marks) > 2 and now - self._marks[0][0] > _WINDOW_S:
            self._marks.popleft()
        since, then = self._marks[0]
        rate = (self.received - then) / (now - since) if now - since >= _SHORTEST_S else 0.0
        left = (self.progress.bytes_total - self.progress.bytes_done) / rate if rate > 0 else -1.0
        self.progress = replace(self.progress, bytes_per_second=rate, seconds_left=left)
        self._told(self.progress)
