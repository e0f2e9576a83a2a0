"""One job, alive: its state and whoever listens to it.

Listeners see snapshots, not a log: a slow caller gets the newest progress and never makes the
daemon hold more. Nothing that matters is lost, since the last event stays.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc import status_pb2
from osu_companion.v1 import jobs_pb2, provenance_pb2

from daemon.store import JobRow

if TYPE_CHECKING:
    from daemon.jobs.preparation import Desk


class JobRequest(Protocol):
    """What the requests for jobs have in common, whatever else they ask.

    ``seed`` may be absent; so may ``start_ms`` and ``end_ms`` where they are optional, and both
    are 0 then.
    """

    path: str
    start_ms: int
    end_ms: int
    seed: int
    detached: bool
    base_sha256: str
    model: str

    def HasField(self, name: Any, /) -> bool: ...  # noqa: N802

    def CopyFrom(self, other: Any, /) -> None: ...  # noqa: N802

    def SerializeToString(self) -> bytes: ...  # noqa: N802

    def ListFields(self) -> Any: ...  # noqa: N802


@dataclass(frozen=True, slots=True)
class JobKind:
    """One of the requests that become jobs.

    Attributes:
        method: of the contract; stored with the job, and what the worker is told to do.
        verb: what was done, for the provenance.
        task: whose model is chosen.
        request: the message's class.
        prepare: makes the job of a request, or raises Refusal. Blocking.
        defaults: options that took effect where a request names none.
    """

    method: str
    verb: str
    task: str
    request: type[Any]
    prepare: Callable[[Any, Desk], Job]
    defaults: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Job:
    """A job that this daemon queues, runs or has just finished.

    Attributes:
        request: as the caller sent it, with ``seed`` filled in.
        base: the map's bytes as they were when the job was asked for.
        audio: path of the audio file.
        mode: game mode of what is made, 0..3.
        inputs: what the worker reads beside the map, by name.
        notices: what whoever takes the result is told first.
        created_at, started_at, finished_at: seconds since the epoch.
        arrived: ``time.monotonic()`` at creation, for the timings.
    """

    job_id: str
    kind: JobKind
    request: JobRequest
    path: str
    base: bytes
    audio: str
    notices: tuple[provenance_pb2.Notice, ...] = ()
    mode: int = 0
    inputs: Mapping[str, bytes] = field(default_factory=dict)
    created_at: float = field(default_factory=time.time)
    arrived: float = field(default_factory=time.monotonic)
    state: int = jobs_pb2.JOB_STATE_QUEUED
    started_at: float | None = None
    finished_at: float | None = None
    position: int = 0
    progress: jobs_pb2.JobProgress | None = None
    result: jobs_pb2.JobResult | None = None
    error: status_pb2.Status | None = None
    cancel_wanted: asyncio.Event = field(default_factory=asyncio.Event)
    cancel_message: str = ""
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def finished(self) -> bool:
        return self.state not in (jobs_pb2.JOB_STATE_QUEUED, jobs_pb2.JOB_STATE_RUNNING)

    def move_to(self, position: int) -> None:
        """Tell how many jobs are ahead."""
        if position != self.position:
            self.position = position
            self._wake()

    def start(self) -> None:
        self.state = jobs_pb2.JOB_STATE_RUNNING
        self.started_at = time.time()
        self.position = 0
        self._wake()

    def advance(self, progress: jobs_pb2.JobProgress) -> None:
        self.progress = progress
        self._wake()

    def succeed(self, result: jobs_pb2.JobResult) -> None:
        self.result = result
        self._finish(jobs_pb2.JOB_STATE_DONE)

    def fail(self, error: status_pb2.Status, *, cancelled: bool = False) -> None:
        self.error = error
        self._finish(jobs_pb2.JOB_STATE_CANCELLED if cancelled else jobs_pb2.JOB_STATE_FAILED)

    def cancel(self, message: str) -> None:
        """Ask for its end; the scheduler brings it about."""
        if not self.finished and not self.cancel_wanted.is_set():
            self.cancel_message = message
            self.cancel_wanted.set()

    async def events(self) -> AsyncIterator[jobs_pb2.JobEvent]:
        """What happened last, then what happens, ending with the result or the failure.

        The notices follow the first event; whoever joins after the end finds them in the result.
        """
        seen: jobs_pb2.JobEvent | None = None
        while True:
            # Taken before the snapshot: a change after it finds this one set.
            changed = self._changed
            event = self.event()
            first = seen is None
            if event != seen:
                yield event
                seen = event
            if event.WhichOneof("event") in ("result", "failure"):
                return
            for notice in self.notices if first else ():
                yield jobs_pb2.JobEvent(job_id=self.job_id, notice=notice)
            await changed.wait()

    def event(self) -> jobs_pb2.JobEvent:
        """The newest event."""
        if self.result is not None:
            return jobs_pb2.JobEvent(job_id=self.job_id, result=self.result)
        if self.error is not None:
            failure = jobs_pb2.JobFailure(status=self.error)
            return jobs_pb2.JobEvent(job_id=self.job_id, failure=failure)
        if self.progress is not None:
            return jobs_pb2.JobEvent(job_id=self.job_id, progress=self.progress)
        queued = jobs_pb2.JobQueued(position=self.position)
        return jobs_pb2.JobEvent(job_id=self.job_id, queued=queued)

    def row(self) -> JobRow:
        """As it is stored."""
        return JobRow(
            job_id=self.job_id,
            kind=self.kind.method,
            state=self.state,
            request=self.request.SerializeToString(),
            path=self.path,
            start_ms=self.request.start_ms,
            end_ms=self.request.end_ms,
            detached=self.request.detached,
            seed=self.request.seed,
            model=self.request.model,
            created_at=self.created_at,
            started_at=self.started_at,
            finished_at=self.finished_at,
            error=None if self.error is None else self.error.SerializeToString(),
            result=None if self.result is None else self.result.SerializeToString(),
            variants=0 if self.result is None else len(self.result.variants),
        )

    def message(self) -> jobs_pb2.Job:
        """As the contract shows it."""
        message = message_from_row(self.row())
        message.position = self.position
        if self.progress is not None and not self.finished:
            message.progress.CopyFrom(self.progress)
        return message

    def _finish(self, state: int) -> None:
        self.state = state
        self.finished_at = time.time()
        self._wake()

    def _wake(self) -> None:
        # Every listener holds the event it waits for; a new one serves the next change.
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


def message_from_row(row: JobRow) -> jobs_pb2.Job:
    """A stored job as the contract shows it."""
    message = jobs_pb2.Job(
        job_id=row.job_id,
        kind=row.kind,
        state=jobs_pb2.JobState.Name(row.state),
        path=row.path,
        start_ms=row.start_ms,
        end_ms=row.end_ms,
        detached=row.detached,
        created_at=timestamp(row.created_at),
        started_at=timestamp(row.started_at),
        finished_at=timestamp(row.finished_at),
        seed=row.seed,
        model=row.model,
        variants=row.variants,
    )
    if row.error is not None:
        message.error.ParseFromString(row.error)
    return message


def final_event(row: JobRow) -> jobs_pb2.JobEvent | None:
    """The last event of a stored job; None where its result was dropped for its age."""
    event = jobs_pb2.JobEvent(job_id=row.job_id)
    if row.result is not None:
        event.result.ParseFromString(row.result)
        return event
    if row.error is not None:
        event.failure.status.ParseFromString(row.error)
        return event
    return None


def timestamp(seconds: float | None) -> Timestamp | None:
    """Seconds since the epoch as a message."""
    if seconds is None:
        return None
    message = Timestamp()
    message.FromNanoseconds(round(seconds * 1e9))
    return message
