"""RemapService: a request becomes a job, and its events are streamed."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from typing import Any

from osu_companion.local.config import Config
from osu_companion.v1 import remap_pb2, remap_pb2_grpc

from daemon.access import Access
from daemon.jobs import Scheduler
from daemon.jobs.preparation import prepare_remap
from daemon.model_choice import ModelChoice
from daemon.store import JobTable

log = logging.getLogger(__name__)


class RemapServicer(remap_pb2_grpc.RemapServiceServicer):
    """See remap.proto."""

    def __init__(
        self,
        config: Config,
        models: ModelChoice,
        access: Access,
        scheduler: Scheduler,
        table: JobTable,
    ) -> None:
        self._config = config
        self._models = models
        self._access = access
        self._scheduler = scheduler
        self._table = table

    async def RemapBeatmap(  # noqa: N802
        self, request: remap_pb2.RemapBeatmapRequest, context: Any
    ) -> AsyncIterator[remap_pb2.RemapBeatmapResponse]:
        job = await asyncio.to_thread(
            prepare_remap, request, self._access, self._config, self._models
        )
        try:
            await self._table.keep_base(job.request.base_sha256, job.base)
        except sqlite3.Error as error:
            # A full disk must not stop the work; clients send the base along to be rebased.
            log.error("the base of job %s could not be kept: %s", job.job_id, error)
        await self._scheduler.submit(job)
        try:
            async for event in job.events():
                yield remap_pb2.RemapBeatmapResponse(event=event)
        finally:
            # Reached by the end of the stream, and by a caller that went away before it.
            if not job.request.detached:
                self._scheduler.cancel(job, "The caller went away")
