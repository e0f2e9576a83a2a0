"""How far a request is, as its ``on_progress`` is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from osu_companion.v1 import jobs_pb2

from clients.progress import describe, stage_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One report of progress.

    Attributes:
        stage: ``"waiting"`` behind other jobs, then what the daemon does: ``"loading the model"``,
            ``"mapping"``, ... For people; more may come.
        text: all of this in one line, for people.
        ahead: while waiting, how many jobs are before this one.
        window, windows: from 1; 0 of 0 while not known.
        fraction: of the windows that are done, 0 to 1; ``None`` while not known.
        objects: made so far, over all variants.
        seconds_left: ``None`` while not known.
        attempt: 2 where the model's process died and the job runs again.
    """

    job_id: str
    stage: str
    text: str
    ahead: int = 0
    window: int = 0
    windows: int = 0
    fraction: float | None = None
    objects: int = 0
    tokens_per_second: float = 0.0
    seconds_left: float | None = None
    attempt: int = 1


OnProgress = Callable[[Progress], None]


def progress_of(event: jobs_pb2.JobEvent, method: str = "") -> Progress | None:
    """The progress that an event tells of; ``None`` for other events.

    ``method`` as for :func:`clients.progress.stage_words`.
    """
    if event.WhichOneof("event") == "queued":
        ahead = event.queued.position
        text = f"Waiting: {ahead} {'job' if ahead == 1 else 'jobs'} before this"
        return Progress(
            job_id=event.job_id,
            stage="waiting",
            text=text if ahead else "Waiting: next",
            ahead=ahead,
        )
    if event.WhichOneof("event") != "progress":
        return None
    told = event.progress
    return Progress(
        job_id=event.job_id,
        stage=stage_words(told.stage, method),
        text=describe(told, method),
        window=told.window,
        windows=told.windows,
        fraction=max(0, told.window - 1) / told.windows if told.windows else None,
        objects=told.objects,
        tokens_per_second=told.tokens_per_second,
        seconds_left=told.seconds_left if told.seconds_left >= 0 else None,
        attempt=max(1, told.attempt),
    )
