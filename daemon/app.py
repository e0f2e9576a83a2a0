"""The daemon put together: its parts started in order, and stopped in order."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sqlite3
from collections.abc import Callable, Sequence

import psutil
from osu_companion.local.config import Config
from osu_companion.local.endpoint import Endpoint, new_token, remove_endpoint, write_endpoint
from osu_companion.local.paths import Paths
from osu_companion.v1 import jobs_pb2

from daemon import version
from daemon.access import Access
from daemon.downloads.asking import HubQuestions
from daemon.drawing.asking import Drawings
from daemon.fixing.asking import Edits
from daemon.jobs import Job, Scheduler
from daemon.jobs.kinds import KINDS
from daemon.jobs.preparation import Desk
from daemon.jobs.reception import Reception
from daemon.jobs.runner import JobRunner
from daemon.mod_memory import ModMemory
from daemon.model_choice import ModelChoice
from daemon.refusal import Refusal
from daemon.server import Server
from daemon.services.difficulty import DifficultyServicer
from daemon.services.hitsound import HitsoundServicer
from daemon.services.jobs import JobServicer
from daemon.services.mapset import MapsetServicer
from daemon.services.modding import ModServicer
from daemon.services.models import ModelServicer
from daemon.services.patches import PatchServicer
from daemon.services.pictures import PictureServicer
from daemon.services.remap import RemapServicer
from daemon.services.songs import SongServicer
from daemon.services.status import StatusServicer
from daemon.services.timing import TimingServicer
from daemon.songs.library import Library
from daemon.store import Database, JobRow, JobTable, ModTable, SongTable
from daemon.worker.supervisor import Supervisor

log = logging.getLogger(__name__)

_FORGET_SECONDS = 3600.0
_CANCEL_GRACE = 6.0
_FINISH_GRACE = 600.0


class Daemon:
    """One daemon. :meth:`run` serves until :meth:`stop` and leaves nothing behind.

    Args:
        warnings: odd things about the configuration, for the status.
    """

    def __init__(self, paths: Paths, config: Config, warnings: Sequence[str] = ()) -> None:
        self._paths = paths
        self._config = config
        self._database = Database(paths.database_file)
        self._table = JobTable(self._database)
        self._mod_memory = ModMemory(ModTable(self._database))
        self._supervisor = Supervisor(config)
        self._choice = ModelChoice(paths.config_file, config)
        self._hub = HubQuestions()
        self._drawings = Drawings()
        self._edits = Edits()
        self._beside = Supervisor(config)
        self._runner = JobRunner(self._supervisor, self._beside)
        self._scheduler = Scheduler(self._run_job, self._table, config.queue_size)
        self._library = Library(config, SongTable(self._database))
        self._access = Access(paths.config_file, self._library.roots)
        self._reception = Reception(
            Desk(self._access, config, self._choice), self._scheduler, self._table
        )
        self._warnings = warnings
        self._stopping = asyncio.Event()
        self._finish_running = False
        self._server: Server | None = None

    def stop(self, finish_running: bool = False) -> None:
        """Begin the end. Call in the loop."""
        self._finish_running = finish_running
        self._stopping.set()

    async def run(self, ready: Callable[[Endpoint], None]) -> None:
        """Serve until :meth:`stop`.

        Args:
            ready: called once, when requests are answered.

        Raises:
            StoreError: the store cannot be opened.
            OSError: no port can be bound, or the endpoint file cannot be written.
        """
        await self._database.open()
        token = new_token()
        server = self._server = self._make_server(token)
        forgetting: asyncio.Task[None] | None = None
        try:
            port = await server.start()
            await self._take_over()
            self._scheduler.start()
            self._library.start()
            forgetting = asyncio.create_task(self._forget(), name="forget")
            endpoint = Endpoint(
                host="127.0.0.1",
                port=port,
                token=token,
                pid=os.getpid(),
                started_at=psutil.Process().create_time(),
                version=version(),
            )
            write_endpoint(self._paths.endpoint_file, endpoint)
            await server.serving()
            log.info("serving at %s, version %s", endpoint.address, endpoint.version)
            ready(endpoint)
            await self._stopping.wait()
        finally:
            log.info("stopping")
            # New clients start a daemon of their own; they wait for our lock, not for our work.
            remove_endpoint(self._paths.endpoint_file, os.getpid())
            await server.not_serving()
            grace = _FINISH_GRACE if self._finish_running else _CANCEL_GRACE
            await self._scheduler.stop(finish_running=self._finish_running, grace=grace)
            # Streams take the last event of their jobs with them.
            await server.stop(grace=2.0)
            if forgetting is not None:
                forgetting.cancel()
                await asyncio.gather(forgetting, return_exceptions=True)
            await self._hub.close()
            await self._drawings.close()
            await self._edits.close()
            await self._library.stop()
            await self._supervisor.close()
            await self._beside.close()
            await self._database.close()
            log.info("stopped")

    def _make_server(self, token: str) -> Server:
        return Server(
            token=token,
            paths=self._paths,
            remap=RemapServicer(self._reception),
            hitsound=HitsoundServicer(self._reception),
            difficulty=DifficultyServicer(self._reception),
            mapset=MapsetServicer(self._reception),
            timing=TimingServicer(self._reception),
            modding=ModServicer(
                self._access,
                self._config,
                self._reception,
                self._scheduler,
                self._table,
                self._mod_memory,
                self._edits,
                self._library.expect,
            ),
            jobs=JobServicer(self._scheduler, self._table, self._config.keep_variants_hours * 3600),
            patches=PatchServicer(self._access, self._scheduler, self._table, self._library.expect),
            pictures=PictureServicer(self._access, self._scheduler, self._table, self._drawings),
            models=ModelServicer(self._choice, self._supervisor, self._scheduler, self._hub),
            songs=SongServicer(self._library),
            status=StatusServicer(
                config=self._config,
                models=self._choice,
                warnings=self._warnings,
                paths=self._paths,
                supervisor=self._supervisor,
                scheduler=self._scheduler,
                library=self._library,
                address=lambda: "" if self._server is None else self._server.address,
                stop=self.stop,
            ),
        )

    async def _run_job(self, job: Job) -> jobs_pb2.JobResult:
        await self._mod_memory.prepare(job)
        result = await self._runner.run(job)
        await self._mod_memory.learn(job, result)
        for variant in result.variants:
            patch = variant.patch
            written = variant.file.sha256 or patch.result_sha256
            if written != patch.base_sha256:
                await self._library.expect(written)
            for file in variant.mapset.maps:
                await self._library.expect(file.sha256)
        return result

    async def _take_over(self) -> None:
        """Deal with what an earlier daemon left: what ran has failed, what waited waits again.

        Only detached jobs wait again: the callers of the others went away with that daemon.
        """
        for row in await self._table.unfinished():
            if row.state == jobs_pb2.JOB_STATE_QUEUED and row.detached:
                await self._requeue(row)
                continue
            await self._fail(
                row,
                Refusal(
                    "DAEMON_RESTARTED",
                    "The daemon restarted while this job was running or waiting. Ask again",
                ),
            )

    async def _requeue(self, row: JobRow) -> None:
        kind = KINDS[row.kind]
        try:
            job = await self._reception.prepared(kind, kind.request.FromString(row.request))
            job.job_id, job.created_at = row.job_id, row.created_at
            await self._scheduler.submit(job)
        except Refusal as refusal:
            await self._fail(row, refusal)

    async def _fail(self, row: JobRow, refusal: Refusal) -> None:
        log.warning("job %s of an earlier daemon: %s", row.job_id, refusal)
        await self._table.fail(row.job_id, refusal.status().SerializeToString())

    async def _forget(self) -> None:
        while True:
            with contextlib.suppress(sqlite3.Error):
                await self._table.forget(self._config.keep_variants_hours * 3600)
            await asyncio.sleep(_FORGET_SECONDS)
