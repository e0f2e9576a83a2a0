"""Where requests come in: prepared, queued, and their events handed out as they happen."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncGenerator

from osu_companion.v1 import jobs_pb2

from daemon.jobs.job import Job, JobKind, JobRequest
from daemon.jobs.preparation import Desk
from daemon.jobs.scheduler import Scheduler
from daemon.store import JobTable

log = logging.getLogger(__name__)


class Reception:
    """Takes requests of every kind."""

    def __init__(self, desk: Desk, scheduler: Scheduler, table: JobTable) -> None:
        self._desk = desk
        self._scheduler = scheduler
        self._table = table

    async def events(
        self, kind: JobKind, request: JobRequest
    ) -> AsyncGenerator[jobs_pb2.JobEvent, None]:
        """The events of a request's job. Whoever closes this early cancels it, unless detached.

        Raises:
            Refusal: the request never becomes a job.
        """
        job = await self.prepared(kind, request)
        try:
            # A song is not kept: nothing is ever rebased on it.
            if job.base:
                await self._table.keep_base(job.request.base_sha256, job.base)
        except sqlite3.Error as error:
            # A full disk must not stop the work; clients send the base along to be rebased.
            log.error("the base of job %s could not be kept: %s", job.job_id, error)
        await self._scheduler.submit(job)
        try:
            async for event in job.events():
                yield event
        finally:
            # Reached by the end of the stream, and by a caller that went away before it.
            if not job.request.detached:
                self._scheduler.cancel(job, "The caller went away")

    async def prepared(self, kind: JobKind, request: JobRequest) -> Job:
        """The job of a request, not queued yet.

        Raises:
            Refusal: it asks for what cannot be done.
        """
        return await asyncio.to_thread(kind.prepare, request, self._desk)
