"""JobService: jobs beyond the stream that made them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from osu_companion.v1 import jobs_pb2, jobs_pb2_grpc

from daemon.jobs import Scheduler
from daemon.jobs.job import final_event, message_from_row
from daemon.refusal import Refusal, bad_field
from daemon.store import JobTable

_DEFAULT_LIMIT, _MOST = 50, 1000


class JobServicer(jobs_pb2_grpc.JobServiceServicer):
    """See jobs.proto.

    Args:
        kept_s: how long results are kept, in seconds.
    """

    def __init__(self, scheduler: Scheduler, table: JobTable, kept_s: float) -> None:
        self._scheduler = scheduler
        self._table = table
        self._kept_s = kept_s

    async def AttachJob(  # noqa: N802
        self, request: jobs_pb2.AttachJobRequest, context: Any
    ) -> AsyncIterator[jobs_pb2.AttachJobResponse]:
        job = self._scheduler.find(request.job_id)
        if job is not None:
            async for event in job.events():
                yield jobs_pb2.AttachJobResponse(event=event)
            return
        row = await self._table.get(request.job_id)
        if row is None:
            raise no_such_job(request.job_id)
        final = final_event(row)
        if final is None:
            raise Refusal(
                "VARIANT_NOT_FOUND",
                f"The result of job {request.job_id} is no longer kept. Ask for it again",
            )
        yield jobs_pb2.AttachJobResponse(event=final)

    async def CancelJob(  # noqa: N802
        self, request: jobs_pb2.CancelJobRequest, context: Any
    ) -> jobs_pb2.CancelJobResponse:
        job = self._scheduler.find(request.job_id)
        if job is not None:
            self._scheduler.cancel(job, "Cancelled on request")
        return jobs_pb2.CancelJobResponse(job=await self._message(request.job_id))

    async def ListJobs(  # noqa: N802
        self, request: jobs_pb2.ListJobsRequest, context: Any
    ) -> jobs_pb2.ListJobsResponse:
        if request.limit < 0:
            raise bad_field("OPTION_INVALID", "limit", "limit must be 0 (50) or more")
        limit = min(request.limit or _DEFAULT_LIMIT, _MOST)
        rows = await self._table.newest(request.states, limit)
        jobs = []
        for row in rows:
            # The table lags behind by a turn of the loop; what runs knows better.
            alive = self._scheduler.find(row.job_id)
            message = message_from_row(row) if alive is None else alive.message()
            jobs.append(self._with_end(message))
        return jobs_pb2.ListJobsResponse(jobs=jobs)

    async def GetJob(  # noqa: N802
        self, request: jobs_pb2.GetJobRequest, context: Any
    ) -> jobs_pb2.GetJobResponse:
        return jobs_pb2.GetJobResponse(job=await self._message(request.job_id))

    async def _message(self, job_id: str) -> jobs_pb2.Job:
        job = self._scheduler.find(job_id)
        if job is not None:
            return self._with_end(job.message())
        row = await self._table.get(job_id)
        if row is None:
            raise no_such_job(job_id)
        return self._with_end(message_from_row(row))

    def _with_end(self, job: jobs_pb2.Job) -> jobs_pb2.Job:
        """The job, with the time until which its variants are kept."""
        if job.variants:
            finished_s = job.finished_at.ToNanoseconds() / 1e9
            # The latest that such a message holds, for whoever keeps them for ever.
            until_s = min(finished_s + self._kept_s, 253_402_300_799.0)
            job.kept_until.FromNanoseconds(round(until_s * 1e9))
        return job


def no_such_job(job_id: str) -> Refusal:
    """The answer to a job id that is not known."""
    return Refusal(
        "JOB_NOT_FOUND",
        f"There is no job {job_id!r} (any more). `osu-companion variants` lists those whose "
        "results are kept",
    )
