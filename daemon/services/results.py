"""Results of jobs that have ended, for whoever asks for them later."""

from __future__ import annotations

from osu_companion.v1 import jobs_pb2, patches_pb2

from daemon.jobs import Scheduler
from daemon.refusal import Refusal
from daemon.services.jobs import no_such_job
from daemon.store import JobTable


class Results:
    """Finds results, whether or not the table has them yet."""

    def __init__(self, scheduler: Scheduler, table: JobTable) -> None:
        self._scheduler = scheduler
        self._table = table

    async def variant(
        self, job_id: str, number: int
    ) -> tuple[jobs_pb2.JobResult, patches_pb2.BeatmapVariant]:
        """A job's result, and the variant of that number.

        Raises:
            Refusal: there is no such job, or none of that number (any more).
        """
        # A job that has just ended may not be in the table yet.
        job = self._scheduler.find(job_id)
        if job is not None:
            result = job.result or jobs_pb2.JobResult()
        else:
            row = await self._table.get(job_id)
            if row is None:
                raise no_such_job(job_id)
            result = jobs_pb2.JobResult.FromString(row.result or b"")
        for variant in result.variants:
            if variant.number == number:
                return result, variant
        kept = len(result.variants)
        raise Refusal(
            "VARIANT_NOT_FOUND",
            f"Job {job_id} has variants 1 to {kept}, not {number}"
            if kept
            else f"Job {job_id} has no variants (any more): it did not finish, or they "
            "were kept for as long as the configuration says",
        )
