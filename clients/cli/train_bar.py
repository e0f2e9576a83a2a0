"""How far a training is: a bar on a terminal, a line now and then without one."""

from __future__ import annotations

import sys
import time
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

__all__ = ["Bar", "LiveBar", "make_bar", "share_of"]

# Without a terminal at most one line in so many seconds, but for what is the last.
_EVERY_S = 10.0


def share_of(row: dict[str, Any]) -> float | None:
    """How much is done, 0 to 1, by a row of progress; None where it does not say."""
    done, count = row.get("done"), row.get("count")
    if isinstance(done, int | float) and isinstance(count, int | float) and count > 0:
        return min(1.0, done / count)
    spent, left = row.get("minutes"), row.get("minutes_left")
    if isinstance(spent, int | float) and isinstance(left, int | float) and spent + left > 0:
        return float(spent / (spent + left))
    return None


class Bar:
    """Lines on standard error, for who has no terminal."""

    def __init__(self) -> None:
        self._shown = -_EVERY_S

    def show(self, row: dict[str, Any]) -> None:
        """Show a row of progress; ``text`` is what it says to people."""
        now = time.monotonic()
        if now - self._shown >= _EVERY_S or share_of(row) == 1.0:
            self._shown = now
            print(row.get("text", ""), file=sys.stderr, flush=True)

    def say(self, line: str, stream: IO[str]) -> None:
        """A line that stays, on the stream where it belongs."""
        encoding = getattr(stream, "encoding", None) or "utf-8"
        print(line.encode(encoding, "replace").decode(encoding), file=stream, flush=True)

    def end(self) -> None:
        """Nothing more comes."""


class LiveBar(Bar):
    """A bar that is redrawn in place and leaves the screen at the end."""

    def __init__(self) -> None:
        from rich.console import Console

        super().__init__()
        self._console = Console(stderr=True)
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def show(self, row: dict[str, Any]) -> None:
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

        if self._progress is None or self._task is None:
            self._progress = Progress(
                SpinnerColumn(),
                BarColumn(bar_width=24),
                TextColumn("{task.description}", markup=False),
                console=self._console,
                transient=True,
            )
            self._task = self._progress.add_task("", total=None)
            self._progress.start()
        share = share_of(row)
        self._progress.update(
            self._task,
            description=str(row.get("text", "")),
            completed=share or 0.0,
            total=None if share is None else 1.0,
        )

    def say(self, line: str, stream: IO[str]) -> None:
        if stream is sys.stdout and not sys.stdout.isatty():
            super().say(line, stream)
        else:
            self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def end(self) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress = self._task = None


def make_bar() -> Bar:
    """Live on a terminal, lines otherwise."""
    return LiveBar() if sys.stderr.isatty() else Bar()
