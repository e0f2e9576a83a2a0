"""StatusService: the daemon about itself, honestly; and its end."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from typing import Any

from osu_companion.local.config import Config
from osu_companion.local.paths import Paths
from osu_companion.v1 import status_pb2, status_pb2_grpc

from daemon import version
from daemon.jobs import Scheduler
from daemon.jobs.job import timestamp
from daemon.memory import resident_bytes
from daemon.model_choice import ModelChoice
from daemon.songs.library import Library
from daemon.worker.supervisor import Supervisor


class StatusServicer(status_pb2_grpc.StatusServiceServicer):
    """See status.proto.

    Args:
        address: where the daemon listens, once it does.
        stop: begins the end; its argument is whether the running job may finish.
    """

    def __init__(
        self,
        *,
        config: Config,
        models: ModelChoice,
        warnings: Sequence[str],
        paths: Paths,
        supervisor: Supervisor,
        scheduler: Scheduler,
        library: Library,
        address: Callable[[], str],
        stop: Callable[[bool], None],
    ) -> None:
        self._config = config
        self._models = models
        self._warnings = tuple(warnings)
        self._paths = paths
        self._supervisor = supervisor
        self._scheduler = scheduler
        self._library = library
        self._address = address
        self._stop = stop
        self._started_at = time.time()

    async def GetStatus(  # noqa: N802
        self, request: status_pb2.GetStatusRequest, context: Any
    ) -> status_pb2.GetStatusResponse:
        supervisor, scheduler = self._supervisor, self._scheduler
        loaded = supervisor.loaded
        running = scheduler.running
        return status_pb2.GetStatusResponse(
            version=version(),
            pid=os.getpid(),
            started_at=timestamp(self._started_at),
            uptime_seconds=time.time() - self._started_at,
            address=self._address(),
            device="" if loaded is None else loaded.device,
            device_reason=(
                "no model is loaded; the device is chosen when one is "
                f"(configured: {self._config.device})"
                if loaded is None
                else loaded.device_reason
            ),
            precision="" if loaded is None else loaded.precision,
            model=self._models.choose("remap").name if loaded is None else loaded.name,
            worker_state=supervisor.state,
            worker_pid=supervisor.pid,
            worker_crashes=supervisor.crashes,
            queue_length=scheduler.waiting,
            queue_capacity=scheduler.capacity,
            running_job_id="" if running is None else running.job_id,
            songs=self._library.folders(),
            daemon_memory_bytes=resident_bytes(os.getpid()),
            worker_memory_bytes=resident_bytes(supervisor.pid),
            warnings=self._all_warnings(),
            log_file=str(self._paths.log_file),
            config_file=str(self._paths.config_file),
            state_folder=str(self._paths.state),
        )

    async def StopDaemon(  # noqa: N802
        self, request: status_pb2.StopDaemonRequest, context: Any
    ) -> status_pb2.StopDaemonResponse:
        self._stop(request.finish_running)
        return status_pb2.StopDaemonResponse()

    def _all_warnings(self) -> list[str]:
        warnings = [*self._warnings, *self._library.warnings()]
        loaded = self._supervisor.loaded
        if loaded is not None and loaded.device == "cpu" and self._config.device != "cpu":
            warnings.append(f"the model runs on the CPU: {loaded.device_reason}")
        if self._supervisor.crashes:
            warnings.append(
                f"the model worker died {self._supervisor.crashes} time(s), last: "
                f"{self._supervisor.last_crash}"
            )
        return warnings
