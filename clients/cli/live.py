"""Live progress on a terminal: a bar over the windows, redrawn in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn

from clients.cli.output import Output
from clients.progress import describe, describe_pull

if TYPE_CHECKING:
    from osu_companion.v1 import jobs_pb2, models_pb2
    from osu_companion.v1.provenance_pb2 import Notice


class LiveOutput(Output):
    """The bar, which leaves the screen when the job ends."""

    def __init__(self) -> None:
        super().__init__()
        self._console = Console(stderr=True)
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def queued(self, _job_id: str, position: int) -> None:
        jobs = "job" if position == 1 else "jobs"
        self._show(f"Waiting: {position} {jobs} before this" if position else "Starting", 0, 0)

    def progress(self, _job_id: str, progress: jobs_pb2.JobProgress) -> None:
        # A window under way counts half, so that the bar moves inside a single one too.
        done = max(progress.window - 0.5, 0.0)
        self._show(describe(progress, self.method), done, progress.windows)

    def pulling(self, progress: models_pb2.PullProgress) -> None:
        self._show(describe_pull(progress), progress.bytes_done, progress.bytes_total)

    def finish_progress(self) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = self._task = None

    def notice(self, text: str) -> None:
        self._console.print(text, style="dim", markup=False, highlight=False)

    def told(self, notice: Notice) -> None:
        self._console.print(notice.text, style="yellow", markup=False, highlight=False)

    def _show(self, text: str, done: float, total: int) -> None:
        if self._bar is None or self._task is None:
            self._bar = Progress(
                SpinnerColumn(),
                BarColumn(bar_width=24),
                TextColumn("{task.description}", markup=False),
                console=self._console,
                transient=True,
            )
            self._task = self._bar.add_task(text, total=None)
            self._bar.start()
        self._bar.update(self._task, description=text, completed=done, total=total or None)
