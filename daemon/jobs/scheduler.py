"""The queues: in each one job at a time, first come first served, and not too many waiting.

Jobs that ask a model wait for one another, as there is one worker that holds it. Those that ask
none have a queue and a process of their own: nothing that a model does keeps them waiting.
"""

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


class _Lane:
    """One queue, and the job of it that runs."""

    def __init__(self) -> None:
        self.waiting: deque[Job] = deque()
        self.running: Job | None = None
        self.work = asyncio.Event()
        self.runner: asyncio.Task[None] | None = None
        self.typical = _TYPICAL_SECONDS

    def renumber(self) -> None:
        """Tell every job that waits how many are ahead."""
        ahead = 0 if self.running is None else 1
        for index, job in enumerate(self.waiting):
            job.move_to(ahead + index)


class Scheduler:
    """Runs jobs in order.

    Args:
        run: does a job's work and returns its result; raises Refusal where it cannot, and ends
            soon after ``job.cancel_wanted`` is set. Called for one job with a model and one
            without at a time.
        table: where jobs are kept beyond this process.
        capacity: how many may wait, of either kind.
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
        self._with_model, self._without = _Lane(), _Lane()
        self._jobs: dict[str, Job] = {}
        self._recent: deque[str] = deque()
        self._storing: set[asyncio.Task[None]] = set()
        self._stopping = False

    @property
    def waiting(self) -> int:
        """Jobs that wait for the model, without the running one."""
        return len(self._with_model.waiting)

    @property
    def running(self) -> Job | None:
        """The job that has the model."""
        return self._with_model.running

    def start(self) -> None:
        for lane, name in ((self._with_model, "jobs"), (self._without, "jobs without a model")):
            lane.runner = asyncio.create_task(self._run_all(lane), name=name)

    async def submit(self, job: Job) -> None:
        """Queue a job.

        Raises:
            Refusal: the queue is full, or the daemon is stopping.
        """
        if self._stopping:
            raise retry_later(
                "DAEMON_STOPPING", "The daemon is stopping. Ask again in a moment", 2.0
            )
        lane = self._lane_of(job)
        if len(lane.waiting) >= self.capacity:
            seconds = lane.typical * max(1, len(lane.waiting) // 2)
            raise retry_later(
                "QUEUE_FULL",
                f"{len(lane.waiting)} jobs are waiting already, which is all the queue takes. "
                "Try again later, cancel one, or raise queue_size in the configuration",
                seconds,
            )
        self._jobs[job.job_id] = job
        lane.waiting.append(job)
        lane.renumber()
        lane.work.set()
        await self._store(job)

    def find(self, job_id: str) -> Job | None:
        """A job of this process, if it still has it."""
        return self._jobs.get(job_id)

    def cancel(self, job: Job, message: str) -> None:
        """End a job: at once where it waits, within one token where it runs."""
        if job.finished:
            return
        job.cancel(message)
        lane = self._lane_of(job)
        if job in lane.waiting:
            lane.waiting.remove(job)
            lane.renumber()
            self._retire(job)
            self._end_cancelled(job)
        else:
            asyncio.get_running_loop().call_later(_CANCEL_PATIENCE, self._end_cancelled, job)

    async def stop(self, *, finish_running: bool, grace: float) -> None:
        """Take no more, end what runs, and leave detached jobs that wait for the next daemon."""
        self._stopping = True
        message = "The daemon is stopping; ask again when it runs"
        lanes = (self._with_model, self._without)
        for job in (job for lane in lanes for job in tuple(lane.waiting)):
            if not job.request.detached:
                self.cancel(job, message)
        running = [lane.running for lane in lanes if lane.running is not None]
        for job in running if not finish_running else ():
            self.cancel(job, message)
        await asyncio.gather(*(_ended(job, grace) for job in running))
        runners = [lane.runner for lane in lanes if lane.runner is not None]
        for runner in runners:
            runner.cancel()
        await asyncio.gather(*runners, return_exceptions=True)
        await asyncio.gather(*self._storing, return_exceptions=True)

    def _lane_of(self, job: Job) -> _Lane:
        return self._with_model if job.request.model else self._without

    async def _run_all(self, lane: _Lane) -> None:
        while True:
            await lane.work.wait()
            if not lane.waiting or self._stopping:
                lane.work.clear()
                continue
            job = lane.waiting.popleft()
            lane.renumber()
            await self._run_one(job, lane)

    async def _run_one(self, job: Job, lane: _Lane) -> None:
        lane.running = job
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
            lane.running = None
            lane.renumber()
            self._retire(job)
            took = (job.finished_at or 0.0) - (job.started_at or 0.0)
            lane.typical = 0.5 * (lane.typical + took)
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


async def _ended(job: Job, grace: float) -> None:
    """Wait for a job's end, but no longer than so many seconds."""
    try:
        async with asyncio.timeout(grace):
            async for _ in job.events():
                pass
    except TimeoutError:
        log.warning("job %s did not end in time", job.job_id)
