"""ModelService: what can be loaded, what is; downloads, removals, and which task gets which."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from osu_companion.v1 import models_pb2, models_pb2_grpc

from daemon.downloads.asking import HubQuestions
from daemon.jobs import Scheduler
from daemon.jobs.job import timestamp
from daemon.jobs.runner import crash_refusal, refusal_of
from daemon.model_choice import Choice, ModelChoice, require_here, require_known
from daemon.model_errors import refusal_of as refusal_of_error
from daemon.model_messages import model_message, task_message
from daemon.refusal import Refusal, bad_field, precondition
from daemon.worker.frames import Frame
from daemon.worker.process import WorkerDied, WorkerFailed
from daemon.worker.supervisor import Supervisor
from model_core.checkpoints import installed
from model_core.checkpoints.naming import in_full, in_short, is_folder, read_name
from model_core.checkpoints.published import PUBLISHED, canonical, hub_name, published, short_name
from model_core.checkpoints.resolve import STARTER_NAME
from model_core.errors import CompanionError

_STAGES = {
    "looking": models_pb2.PULL_STAGE_LOOKING,
    "downloading": models_pb2.PULL_STAGE_DOWNLOADING,
    "waiting": models_pb2.PULL_STAGE_WAITING,
    "checking": models_pb2.PULL_STAGE_CHECKING,
}


class ModelServicer(models_pb2_grpc.ModelServiceServicer):
    """See models.proto."""

    def __init__(
        self,
        choice: ModelChoice,
        supervisor: Supervisor,
        scheduler: Scheduler,
        hub: HubQuestions,
    ) -> None:
        self._choice = choice
        self._supervisor = supervisor
        self._scheduler = scheduler
        self._hub = hub

    async def ListModels(  # noqa: N802
        self, request: models_pb2.ListModelsRequest, context: Any
    ) -> models_pb2.ListModelsResponse:
        choices, models = await asyncio.to_thread(self._list)
        return models_pb2.ListModelsResponse(
            models=[self._with_loaded(model) for model in models],
            tasks=[task_message(choice) for choice in choices],
        )

    async def LoadModel(  # noqa: N802
        self, request: models_pb2.LoadModelRequest, context: Any
    ) -> models_pb2.LoadModelResponse:
        name = await asyncio.to_thread(self._choice.usable, "remap", 0, request.name)
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
        return models_pb2.LoadModelResponse(model=await self._message(name))

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

    async def PullModel(  # noqa: N802
        self, request: models_pb2.PullModelRequest, context: Any
    ) -> AsyncIterator[models_pb2.PullModelResponse]:
        name = _on_hub(request.name)
        if any(not 0 <= mode <= 3 for mode in request.modes):
            raise bad_field("OPTION_INVALID", "modes", "a game mode is a number from 0 to 3")
        before = {choice.task: choice.name for choice in self._choice.choose_all()}
        known = published(name)
        needs = [canonical(each) for each in known.needs] if known is not None else []
        # What it needs comes after it, and only if it is not here: it was not asked for by name.
        wanted = [name, *(each for each in needs if not installed.is_installed(each))]
        downloaded, updated = 0, False
        if self._hub.busy:
            yield _progress({"stage": "", "repository": name})
        for each in wanted:
            modes = request.modes if each == name else ()
            async with contextlib.aclosing(self._hub.pull(each, modes)) as frames:
                async for frame in frames:
                    if frame["type"] == "progress":
                        yield _progress(frame)
                        continue
                    downloaded += int(frame["downloaded"])
                    updated = updated or bool(frame["changed"])
        if updated or downloaded:
            # Also for a fine-tune that came beside what was here: its base may serve that mode now.
            await self._drop_if_loaded(name)
        yield models_pb2.PullModelResponse(
            result=models_pb2.PullResult(
                model=await self._message(name),
                downloaded_bytes=downloaded,
                updated=updated,
                now_used_for=[
                    choice.task
                    for choice in self._choice.choose_all()
                    if choice.name == name and before[choice.task] != name
                ],
            )
        )

    async def DescribeModel(  # noqa: N802
        self, request: models_pb2.DescribeModelRequest, context: Any
    ) -> models_pb2.DescribeModelResponse:
        name = in_full(request.name) if request.name else self._choice.choose("remap").name
        require_known(name)
        named = read_name(name)
        answer = models_pb2.DescribeModelResponse(model=await self._message(name))
        base = await self._message(named.base) if named.adapter else answer.model
        if base.installed:
            _fill_in(answer, await self._hub.describe(base.folder, request.deep))
        if named.adapter:
            adapter = await self._message(named.adapter)
            if not adapter.installed:
                answer.problems.append(f"{adapter.short_name} is not on this machine")
            else:
                told = await self._hub.describe(adapter.folder, request.deep)
                answer.problems.extend(f"{adapter.short_name}: {each}" for each in told["problems"])
        if request.ask_hub and hub_name(name) is not None:
            try:
                said = await self._hub.look(name)
            except Refusal as refusal:
                answer.hub.error = refusal.message
            else:
                answer.hub.revision = said["commit"]
                answer.hub.size_bytes = said["size"]
                answer.hub.licence = said["licence"]
                answer.hub.own_modes.extend(said["modes"])
        return answer

    async def RemoveModel(  # noqa: N802
        self, request: models_pb2.RemoveModelRequest, context: Any
    ) -> models_pb2.RemoveModelResponse:
        name = _one(request.name)
        if not name:
            raise bad_field("OPTION_INVALID", "name", "Which model? The name is empty")
        if name == STARTER_NAME or is_folder(name) or hub_name(name) is None:
            raise Refusal(
                "NOT_SUPPORTED",
                f"{name} did not come from the hub, so it is not removed: your own folders are "
                "never touched, and the starter belongs to the program",
            )
        if self._hub.busy:
            raise precondition(
                "MODEL_BUSY", name, "A model is being downloaded. Wait until it is done, or stop it"
            )
        running = self._scheduler.running
        if running is not None and _same(running.request.model, name):
            raise precondition(
                "MODEL_BUSY",
                name,
                f"Job {running.job_id} is using {short_name(name)}. Wait until it is done, or "
                "cancel it",
            )
        unloaded = await self._drop_if_loaded(name)
        try:
            removed = await asyncio.to_thread(installed.remove, name)
        except CompanionError as error:
            raise refusal_of_error(error, name) from None
        return models_pb2.RemoveModelResponse(
            name=name,
            freed_bytes=removed.freed,
            unloaded=unloaded,
            tasks=[task_message(choice) for choice in self._choice.choose_all()],
        )

    async def UseModel(  # noqa: N802
        self, request: models_pb2.UseModelRequest, context: Any
    ) -> models_pb2.UseModelResponse:
        if request.name:
            require_known(request.name)
            require_here(in_full(request.name))
        warnings = await asyncio.to_thread(self._choice.use, request.name, request.task)
        return models_pb2.UseModelResponse(
            tasks=[task_message(choice) for choice in self._choice.choose_all()],
            config_file=str(self._choice.config_file),
            warnings=warnings,
        )

    def _list(self) -> tuple[list[Choice], list[models_pb2.Model]]:
        choices = self._choice.choose_all()
        names = [STARTER_NAME]
        names += [each.repository for each in PUBLISHED if each.listed]
        names += [str(each.name) for each in installed.installed()]
        names += [choice.name for choice in choices]
        if self._supervisor.loaded is not None:
            names.append(self._supervisor.loaded.name)
        return choices, [model_message(name, choices) for name in dict.fromkeys(names)]

    async def _message(self, name: str) -> models_pb2.Model:
        choices = self._choice.choose_all()
        return self._with_loaded(await asyncio.to_thread(model_message, name, choices))

    def _with_loaded(self, message: models_pb2.Model) -> models_pb2.Model:
        loaded = self._supervisor.loaded
        if loaded is not None and loaded.name == message.name:
            message.loaded = True
            message.device = loaded.device
            message.precision = loaded.precision
            message.family = loaded.family
            message.parameters = loaded.parameters
            expires = timestamp(self._supervisor.expires_at)
            if expires is not None:
                message.expires_at.CopyFrom(expires)
        return message

    async def _drop_if_loaded(self, name: str) -> bool:
        """End a worker that holds the model's files; the next request loads what is there then."""
        loaded = self._supervisor.loaded
        if loaded is None or not _same(loaded.name, name):
            return False
        async with self._supervisor.turn():
            return await self._supervisor.unload()


def _fill_in(answer: models_pb2.DescribeModelResponse, told: Frame) -> None:
    """What the checkpoint's own files say."""
    answer.problems.extend(told["problems"])
    if not told["known"]:
        return
    model = answer.model
    model.family = told["family"]
    model.parameters = told["parameters"] or model.parameters
    if told["modes"]:
        model.modes[:] = told["modes"]
    answer.weights_dtype = told["weights_dtype"]
    answer.window_ms = told["window_ms"]
    answer.mappers = told["mappers"]
    answer.descriptors = told["descriptors"]
    answer.contexts.extend(told["contexts"])


def _on_hub(name: str) -> str:
    if not name:
        raise bad_field("OPTION_INVALID", "name", "Which model? The name is empty")
    name = _one(name)
    found = hub_name(name)
    if found is None or is_folder(name):
        require_known(name)
        raise Refusal(
            "NOT_SUPPORTED", f"{name} is on this machine already; there is nothing to download"
        )
    return str(found)


def _same(one: str, other: str) -> bool:
    """Whether a model or its adapter is of the other's repository, whatever the revision."""
    of_one, of_other = (
        {found.repository for part in read_name(name).parts if (found := hub_name(part))}
        for name in (one, other)
    )
    return bool(of_one & of_other)


def _one(name: str) -> str:
    """The full name of a model, or of an adapter, that must not be both."""
    named = read_name(name)
    if named.adapter:
        raise bad_field(
            "OPTION_INVALID",
            "name",
            f"{in_short(name)} is a model with an adapter. Name one at a time",
        )
    return canonical(named.base)


def _progress(frame: Frame) -> models_pb2.PullModelResponse:
    return models_pb2.PullModelResponse(
        progress=models_pb2.PullProgress(
            stage=_STAGES.get(frame["stage"], models_pb2.PULL_STAGE_QUEUED),
            model=short_name(frame["repository"]),
            revision=frame.get("commit", ""),
            file=frame.get("file", ""),
            files_done=frame.get("files_done", 0),
            files=frame.get("files", 0),
            bytes_done=frame.get("bytes_done", 0),
            bytes_total=frame.get("bytes_total", 0),
            bytes_found=frame.get("bytes_found", 0),
            bytes_per_second=frame.get("bytes_per_second", 0.0),
            seconds_left=frame.get("seconds_left", -1.0),
            attempt=frame.get("attempt", 0),
        )
    )
