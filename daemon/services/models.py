"""ModelService: what can be loaded, what is, and giving memory back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from osu_companion.local.config import Config
from osu_companion.v1 import models_pb2, models_pb2_grpc

from daemon.jobs import Scheduler
from daemon.jobs.job import timestamp
from daemon.jobs.remap_runner import crash_refusal, refusal_of
from daemon.refusal import precondition
from daemon.worker.process import WorkerDied, WorkerFailed
from daemon.worker.supervisor import Supervisor

STARTER = "starter"


class ModelServicer(models_pb2_grpc.ModelServiceServicer):
    """See models.proto."""

    def __init__(self, config: Config, supervisor: Supervisor, scheduler: Scheduler) -> None:
        self._config = config
        self._supervisor = supervisor
        self._scheduler = scheduler

    async def ListModels(  # noqa: N802
        self, request: models_pb2.ListModelsRequest, context: Any
    ) -> models_pb2.ListModelsResponse:
        names = [self._config.model, STARTER]
        if self._supervisor.loaded is not None:
            names.append(self._supervisor.loaded.name)
        return models_pb2.ListModelsResponse(
            models=[self._message(name) for name in dict.fromkeys(names)]
        )

    async def LoadModel(  # noqa: N802
        self, request: models_pb2.LoadModelRequest, context: Any
    ) -> models_pb2.LoadModelResponse:
        name = request.name or self._config.model
        keep_alive = (
            request.keep_alive.ToTimedelta().total_seconds()
            if request.HasField("keep_alive")
            else None
        )
        try:
            async with self._supervisor.turn():
                await self._supervisor.load(name, keep_alive=keep_alive)
        except WorkerFailed as failure:
            raise refusal_of(failure, name) from None
        except WorkerDied as death:
            raise crash_refusal(death, f"while it loaded {name}") from None
        return models_pb2.LoadModelResponse(model=self._message(name))

    async def UnloadModel(  # noqa: N802
        self, request: models_pb2.UnloadModelRequest, context: Any
    ) -> models_pb2.UnloadModelResponse:
        running = self._scheduler.running
        if running is not None and not request.force:
            raise precondition(
                "MODEL_BUSY",
                running.job_id,
                f"Job {running.job_id} is using the model. Wait, cancel it, or unload by force",
            )
        if running is not None:
            self._scheduler.cancel(running, "The model was unloaded by force")
        async with self._supervisor.turn():
            return models_pb2.UnloadModelResponse(unloaded=await self._supervisor.unload())

    def _message(self, name: str) -> models_pb2.Model:
        message = models_pb2.Model(
            name=name, description=_describe(name), configured=name == self._config.model
        )
        loaded = self._supervisor.loaded
        if loaded is not None and loaded.name == name:
            message.loaded = True
            message.device = loaded.device
            message.precision = loaded.precision
            message.family = loaded.family
            message.parameters = loaded.parameters
            expires = timestamp(self._supervisor.expires_at)
            if expires is not None:
                message.expires_at.CopyFrom(expires)
        return message


def _describe(name: str) -> str:
    if name == STARTER:
        return "The small model that comes with the program"
    if Path(name).is_absolute() or Path(name).is_dir():
        return "A checkpoint in a local folder"
    return "A checkpoint on the Hugging Face hub"
