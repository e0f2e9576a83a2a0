"""ModService: reports as jobs, what is dismissed, and suggested edits as patches."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

from osu_companion.local.config import Config
from osu_companion.v1 import (
    jobs_pb2,
    modding_pb2,
    modding_pb2_grpc,
    provenance_pb2,
)

from daemon.access import Access
from daemon.fixing.asking import Edits
from daemon.jobs import Scheduler
from daemon.jobs.modding import MODDING
from daemon.jobs.preparation import readable_beatmap
from daemon.jobs.reception import Reception
from daemon.mod_memory import ModMemory
from daemon.notices import notices_for
from daemon.refusal import Refusal, bad_field, precondition
from daemon.services.jobs import no_such_job
from daemon.songs.mapper_names import mapper_names
from daemon.store import JobTable
from model_core.beatmap import parse


class ModServicer(modding_pb2_grpc.ModServiceServicer):
    """See modding.proto.

    Args:
        expect: told of the hash of what a patch that is handed out makes of its file.
    """

    def __init__(
        self,
        access: Access,
        config: Config,
        reception: Reception,
        scheduler: Scheduler,
        table: JobTable,
        memory: ModMemory,
        edits: Edits,
        expect: Callable[[str], Awaitable[None]],
    ) -> None:
        self._access = access
        self._config = config
        self._reception = reception
        self._scheduler = scheduler
        self._table = table
        self._memory = memory
        self._edits = edits
        self._expect = expect

    async def ModBeatmap(  # noqa: N802
        self, request: modding_pb2.ModBeatmapRequest, context: Any
    ) -> AsyncIterator[modding_pb2.ModBeatmapResponse]:
        async with aclosing(self._reception.events(MODDING, request)) as events:
            async for event in events:
                yield modding_pb2.ModBeatmapResponse(event=event)

    async def DismissSuggestions(  # noqa: N802
        self, request: modding_pb2.DismissSuggestionsRequest, context: Any
    ) -> modding_pb2.DismissSuggestionsResponse:
        path, data = await asyncio.to_thread(self._read, request.path)
        ids = await self._memory.dismissed(
            str(path), data, tuple(request.ids), restore=request.restore
        )
        return modding_pb2.DismissSuggestionsResponse(ids=ids)

    async def FixSuggestions(  # noqa: N802
        self, request: modding_pb2.FixSuggestionsRequest, context: Any
    ) -> modding_pb2.FixSuggestionsResponse:
        if not request.ids:
            raise bad_field("OPTION_INVALID", "ids", "Name the suggestions whose edits are wanted")
        asked, result = await self._modded(request.job_id)
        path, data = await asyncio.to_thread(self._access.read_map, asked.path)
        if hashlib.sha256(data).hexdigest() != asked.base_sha256:
            raise precondition(
                "MAP_CHANGED",
                str(path),
                f"{path.name} has changed since it was modded, and its suggested edits are for what"
                " it was. Mod it again",
            )
        answer, by_model = await self._edits.make(
            path.name, data, asked.SerializeToString(), result.report.json, tuple(request.ids)
        )
        answer.path = str(path)
        if answer.patch.edits:
            answer.notices.extend(await asyncio.to_thread(self._notices, data, by_model))
            await self._expect(answer.patch.result_sha256)
        return answer

    async def _modded(
        self, job_id: str
    ) -> tuple[modding_pb2.ModBeatmapRequest, jobs_pb2.JobResult]:
        """What a job was asked, and its result.

        Raises:
            Refusal: it is no finished job of modding, or its report is no longer kept.
        """
        # A job that has just ended may not be in the table yet.
        job = self._scheduler.find(job_id)
        if job is not None:
            method, asked, result = job.kind.method, job.request.SerializeToString(), job.result
        else:
            row = await self._table.get(job_id)
            if row is None:
                raise no_such_job(job_id)
            method, asked = row.kind, row.request
            result = None if row.result is None else jobs_pb2.JobResult.FromString(row.result)
        if method != MODDING.method:
            raise Refusal("JOB_NOT_FOUND", f"Job {job_id} is no modding, and suggests nothing")
        if result is None:
            raise Refusal(
                "VARIANT_NOT_FOUND",
                f"Job {job_id} has no report (any more): it did not finish, or it was kept for as "
                "long as the configuration says. Mod the map again",
            )
        return modding_pb2.ModBeatmapRequest.FromString(asked), result

    def _read(self, path: str) -> tuple[Path, bytes]:
        real, data = self._access.read_map(path)
        readable_beatmap(real, data)
        return real, data

    def _notices(self, data: bytes, by_model: bool) -> list[provenance_pb2.Notice]:
        """What is to be said before the map is changed; what rules suggest is no model's work."""
        ranking = provenance_pb2.Notice.CODE_RANKING
        notices = notices_for(parse(data), mapper_names(self._config))
        return [each for each in notices if by_model or each.code != ranking]
