"""The queue: one job at a time, first come first served, never more waiting than configured."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections import deque
from collections.abc import Awaitable, Callable

from osu_companion.v1 import jobs_pb2

from daemon.jobs.job import Job
from daemon.refusal import Refusal, retry_later
from daemon.store import JobTable

log = logging.getLogger(__name__)

# Finished jobs that stay in memory for those who ask at once; older ones come from the store.
_RECENT = 32
# A guess for RetryInfo until a job has run.
_TYPICAL_SECONDS = 5.0
# A cancelled job's caller is told after this long, also if the worker is still in one long step;
# the next job waits for the worker itself.
_CANCEL_PATIENCE = 0.12


class Scheduler:
    """Runs jobs in order.

    Args:
        run: does a job's work and returns its result; raises Refusal where it cannot, and ends
            soon after ``job.cancel_wanted`` is set.
        table: where jobs are kept beyond this process.
        capacity: how many may wait.
    """

    def __init__(
        self,
        run: Callable[[Job], Awaitable[jobs_pb2.JobResult]],
        table: JobTable,
        capacity: int,
    ) -> None:
        self._run = run
        self._table = table
        self.capacity = capacity
        self._waiting: deque[Job] = deque()
        self._jobs: dict[str, Job] = {}
        self._recent: deque[str] = deque()
        self.running: Job | None = None
        self._work = asyncio.Event()
        self._runner: asyncio.Task[None] | None = None
        self._storing: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._typical = _TYPICAL_SECONDS

    @property
    def waiting(self) -> int:
        """Jobs in the queue, without the running one."""
        return len(self._waiting)

    def start(self) -> None:
        self._runner = asyncio.create_task(self._run_all(), name="jobs")

    async def submit(self, job: Job) -> None:
        """Queue a job.

        Raises:
            Refusal: the queue is full, or the daemon is stopping.
        """
        if self._stopping:
            raise retry_later(
                "DAEMON_STOPPING", "The daemon is stopping. Ask again in a moment", 2.0
            )
        if len(self._waiting) >= self.capacity:
            seconds = self._typical * max(1, len(self._waiting) // 2)
            raise retry_later(
                "QUEUE_FULL",
                f"{len(self._waiting)} jobs are waiting already, which is all the queue takes. "
                "Try again later, cancel one, or raise queue_size in the configuration",
                seconds,
            )
        self._jobs[job.job_id] = job
        self._waiting.append(job)
        self._renumber()
        self._work.set()
        await self._store(job)

    def find(self, job_id: str) -> Job | None:
        """A job of this process, if it still has it."""
        return self._jobs.get(job_id)

    def cancel(self, job: Job, message: str) -> None:
        """End a job: at once where it waits, within one token where it runs."""
        if job.finished:
            return
        job.cancel(message)
        if job in self._waiting:
            self._waiting.remove(job)
            self._renumber()
            self._retire(job)
            self._end_cancelled(job)
        else:
            asyncio.get_running_loop().call_later(_CANCEL_PATIENCE, self._end_cancelled, job)

    async def stop(self, *, finish_running: bool, grace: float) -> None:
        """Take no more, end what runs, and leave detached jobs that wait for the next daemon."""
        self._stopping = True
        message = "The daemon is stopping; ask again when it runs"
        for job in tuple(self._waiting):
            if not job.request.detached:
                self.cancel(job, message)
        running = self.running
        if running is not None:
            if not finish_running:
                self.cancel(running, message)
            try:
                async with asyncio.timeout(grace):
                    async for _ in running.events():
                        pass
            except TimeoutError:
                log.warning("job %s did not end in time", running.job_id)
        if self._runner is not None:
            self._runner.cancel()
            await asyncio.gather(self._runner, return_exceptions=True)
        await asyncio.gather(*self._storing, return_exceptions=True)

    async def _run_all(self) -> None:
        while True:
            await self._work.wait()
            if not self._waiting or self._stopping:
                self._work.clear()
                continue
            job = self._waiting.popleft()
            self._renumber()
            await self._run_one(job)

    async def _run_one(self, job: Job) -> None:
        self.running = job
        job.start()
        log.info("job %s runs: %s", job.job_id, job.path)
        await self._store(job)
        try:
            result = await self._run(job)
            if not job.finished:
                job.succeed(result)
        except Refusal as refusal:
            if not job.finished:
                job.fail(refusal.status(), cancelled=refusal.reason == "CANCELLED")
        except asyncio.CancelledError:
            self._accident(job, "DAEMON_STOPPING", "The daemon stopped before the job was done")
            raise
        except Exception:
            log.exception("job %s failed", job.job_id)
            self._accident(job, "INTERNAL", "The daemon hit an error of its own; see its log")
        finally:
            self.running = None
            self._renumber()
            self._retire(job)
            took = (job.finished_at or 0.0) - (job.started_at or 0.0)
            self._typical = 0.5 * (self._typical + took)
            log.info("job %s: %s in %.2f s", job.job_id, jobs_pb2.JobState.Name(job.state), took)
            await self._store(job)

    @staticmethod
    def _accident(job: Job, reason: str, message: str) -> None:
        if not job.finished:
            job.fail(Refusal(reason, message).status())

    def _end_cancelled(self, job: Job) -> None:
        if job.finished:
            return
        job.fail(Refusal("CANCELLED", job.cancel_message).status(), cancelled=True)
        storing = asyncio.create_task(self._store(job))
        self._storing.add(storing)
        storing.add_done_callback(self._storing.discard)

    def _renumber(self) -> None:
        ahead = 0 if self.running is None else 1
        for index, job in enumerate(self._waiting):
            job.move_to(ahead + index)

    def _retire(self, job: Job) -> None:
        self._recent.append(job.job_id)
        while len(self._recent) > _RECENT:
            self._jobs.pop(self._recent.popleft(), None)

    async def _store(self, job: Job) -> None:
        try:
            await self._table.put(job.row())
        except sqlite3.Error as error:
            # A full disk must not stop the work: the caller still gets the answer.
            log.error("job %s could not be stored: %s", job.job_id, error)
