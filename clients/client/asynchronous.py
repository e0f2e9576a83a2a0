"""The asynchronous client: as the synchronous one, for use inside one asyncio loop.

A client belongs to the loop that it was made in.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Self

import grpc
from osu_companion.local.endpoint import CHANNEL_OPTIONS, Endpoint
from osu_companion.local.paths import Paths
from osu_companion.v1 import (
    jobs_pb2,
    jobs_pb2_grpc,
    modding_pb2,
    models_pb2,
    models_pb2_grpc,
    patches_pb2,
    patches_pb2_grpc,
    pictures_pb2,
    pictures_pb2_grpc,
    songs_pb2,
    songs_pb2_grpc,
    status_pb2,
    status_pb2_grpc,
)

from clients.client import requests
from clients.client.asking import Asking, stub
from clients.client.errors import from_rpc
from clients.client.pictures import Variant, picture_request
from clients.client.starting import Say, ensure_running
from clients.client.synchronous import (
    CALL_TIMEOUT_S,
    CHECK_TIMEOUT_S,
    DRAW_TIMEOUT_S,
    FIX_TIMEOUT_S,
    JOB_TIMEOUT_S,
    LOAD_TIMEOUT_S,
    PULL_TIMEOUT_S,
)


class AsyncJobStream:
    """The events of a job, in order; iterate to the end, or ``close`` to leave.

    Leaving the stream of a request that is not detached cancels its job; leaving one from
    ``attach`` does not.

    Attributes:
        method: that was called, by its name in the contract; ``AttachJob`` for a job joined.
        job_id: known with the first event.
    """

    def __init__(self, call: Any, method: str) -> None:
        self.method = method
        self._call = call
        self._events = aiter(call)
        self.job_id = ""

    def __aiter__(self) -> AsyncIterator[jobs_pb2.JobEvent]:
        return self

    async def __anext__(self) -> jobs_pb2.JobEvent:
        """The next event.

        Raises:
            ClientError: the request never became a job, or the daemon went away.
        """
        try:
            event: jobs_pb2.JobEvent = (await anext(self._events)).event
        except grpc.RpcError as error:
            raise from_rpc(error) from None
        self.job_id = event.job_id or self.job_id
        return event

    def close(self) -> None:
        """Stop listening."""
        self._call.cancel()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()


class AsyncClient(Asking[AsyncJobStream]):
    """Calls a daemon. Every method raises ``ClientError`` as the synchronous client's does."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._channel = grpc.aio.insecure_channel(endpoint.address, options=CHANNEL_OPTIONS)
        super().__init__(self._channel)
        self._jobs = stub(jobs_pb2_grpc.JobServiceStub, self._channel)
        self._models = stub(models_pb2_grpc.ModelServiceStub, self._channel)
        self._patches = stub(patches_pb2_grpc.PatchServiceStub, self._channel)
        self._pictures = stub(pictures_pb2_grpc.PictureServiceStub, self._channel)
        self._songs = stub(songs_pb2_grpc.SongServiceStub, self._channel)
        self._status = stub(status_pb2_grpc.StatusServiceStub, self._channel)

    @classmethod
    async def connect(cls, paths: Paths | None = None, say: Say | None = None) -> Self:
        """A client of the running daemon, which is started if there is none.

        Raises:
            UnreachableError: it cannot be started; the message holds its last log lines.
        """
        return cls(await asyncio.to_thread(ensure_running, paths, say))

    # --- jobs ---------------------------------------------------------------------------------

    def attach(self, job_id: str) -> AsyncJobStream:
        """Join a job; leaving the stream does not cancel it."""
        return self._ask(self._jobs.AttachJob, jobs_pb2.AttachJobRequest(job_id=job_id))

    async def cancel(self, job_id: str) -> jobs_pb2.Job:
        """Stop a job within one token."""
        request = jobs_pb2.CancelJobRequest(job_id=job_id)
        answer: jobs_pb2.CancelJobResponse = await self._call(self._jobs.CancelJob, request)
        return answer.job

    async def job(self, job_id: str) -> jobs_pb2.Job:
        """What is known of a job."""
        request = jobs_pb2.GetJobRequest(job_id=job_id)
        answer: jobs_pb2.GetJobResponse = await self._call(self._jobs.GetJob, request)
        return answer.job

    async def jobs(
        self, states: Sequence[jobs_pb2.JobState] = (), limit: int = 0
    ) -> list[jobs_pb2.Job]:
        """Jobs, newest first."""
        request = jobs_pb2.ListJobsRequest(states=states, limit=limit)
        answer: jobs_pb2.ListJobsResponse = await self._call(self._jobs.ListJobs, request)
        return list(answer.jobs)

    # --- patches ------------------------------------------------------------------------------

    async def variant(self, job_id: str, number: int) -> patches_pb2.GetVariantResponse:
        """A variant of a finished job, by its number (1: the best)."""
        request = patches_pb2.GetVariantRequest(job_id=job_id, number=number)
        answer: patches_pb2.GetVariantResponse = await self._call(self._patches.GetVariant, request)
        return answer

    async def rebase(
        self,
        patch: patches_pb2.BeatmapPatch,
        current: bytes | str | os.PathLike[str],
        base: bytes = b"",
    ) -> patches_pb2.BeatmapPatch:
        """The patch re-made on the file as it is now (its bytes or its path).

        Raises:
            ChangedError: the touched range changed too; ``violations`` name the lines.
        """
        request = requests.rebase_request(patch, current, base)
        answer: patches_pb2.RebasePatchResponse = await self._call(
            self._patches.RebasePatch, request
        )
        return answer.patch

    # --- pictures -----------------------------------------------------------------------------

    async def draw(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        content: bytes | None = None,
        variant: Variant | None = None,
        patch: patches_pb2.BeatmapPatch | None = None,
        path_beside: str | os.PathLike[str] | None = None,
        start_ms: int | None = None,
        end_ms: int | None = None,
        range_text: str = "",
        form: str = "png",
        width: int = 0,
        playfield: bool = True,
        timeline: bool = True,
    ) -> pictures_pb2.DrawBeatmapResponse:
        """A picture, as the synchronous client's ``draw`` makes it."""
        request = picture_request(
            path,
            content=content,
            variant=variant,
            patch=patch,
            path_beside=path_beside,
            start_ms=start_ms,
            end_ms=end_ms,
            range_text=range_text,
            form=form,
            width=width,
            playfield=playfield,
            timeline=timeline,
        )
        answer: pictures_pb2.DrawBeatmapResponse = await self._call(
            self._pictures.DrawBeatmap, request, DRAW_TIMEOUT_S
        )
        return answer

    # --- modding ------------------------------------------------------------------------------

    async def dismiss(
        self, path: str | os.PathLike[str], ids: Sequence[str] = (), *, restore: bool = False
    ) -> list[str]:
        """Dismiss suggestions of a map for good, or take that back; all that is dismissed of it.

        Without ids nothing changes.

        Raises:
            UsageError: an id that names none.
        """
        request = modding_pb2.DismissSuggestionsRequest(
            path=requests.absolute(path), ids=ids, restore=restore
        )
        answer: modding_pb2.DismissSuggestionsResponse = await self._call(
            self._modding.DismissSuggestions, request
        )
        return list(answer.ids)

    async def fix(self, job_id: str, ids: Sequence[str]) -> modding_pb2.FixSuggestionsResponse:
        """The suggested edits of a job's report, by the suggestions' ids, as one patch.

        Nothing is written: ``clients.remapping.apply`` does that.

        Raises:
            ChangedError: the map is not the one that was modded any more.
        """
        request = modding_pb2.FixSuggestionsRequest(job_id=job_id, ids=ids)
        answer: modding_pb2.FixSuggestionsResponse = await self._call(
            self._modding.FixSuggestions, request, FIX_TIMEOUT_S
        )
        return answer

    # --- models -------------------------------------------------------------------------------

    async def models(self) -> list[models_pb2.Model]:
        """What can be loaded, and what is."""
        answer: models_pb2.ListModelsResponse = await self._call(
            self._models.ListModels, models_pb2.ListModelsRequest()
        )
        return list(answer.models)

    async def load_model(self, name: str = "") -> models_pb2.Model:
        """Load a model (the configured one if not named) and wait until it is ready."""
        answer: models_pb2.LoadModelResponse = await self._call(
            self._models.LoadModel, models_pb2.LoadModelRequest(name=name), LOAD_TIMEOUT_S
        )
        return answer.model

    async def unload_model(self, force: bool = False) -> bool:
        """End the model worker, which gives all its memory back; False if none ran."""
        answer: models_pb2.UnloadModelResponse = await self._call(
            self._models.UnloadModel, models_pb2.UnloadModelRequest(force=force)
        )
        return answer.unloaded

    async def list_models(self) -> models_pb2.ListModelsResponse:
        """The models, and which one each task gets."""
        answer: models_pb2.ListModelsResponse = await self._call(
            self._models.ListModels, models_pb2.ListModelsRequest()
        )
        return answer

    async def pull_model(
        self, name: str, modes: Sequence[int] = ()
    ) -> AsyncIterator[models_pb2.PullModelResponse]:
        """Download a model of the hub: its progress, then its result.

        Whoever leaves the iteration stops the download; the next one carries on.
        """
        request = models_pb2.PullModelRequest(name=name, modes=modes)
        call = self._models.PullModel(
            request, timeout=PULL_TIMEOUT_S, metadata=self.endpoint.metadata
        )
        try:
            async for event in call:
                yield event
        except grpc.RpcError as error:
            raise from_rpc(error) from None
        finally:
            call.cancel()

    async def describe_model(
        self, name: str = "", deep: bool = False, ask_hub: bool = False
    ) -> models_pb2.DescribeModelResponse:
        """Everything that is known of a model; ``deep`` proves every byte of its files."""
        request = models_pb2.DescribeModelRequest(name=name, deep=deep, ask_hub=ask_hub)
        answer: models_pb2.DescribeModelResponse = await self._call(
            self._models.DescribeModel, request, CHECK_TIMEOUT_S
        )
        return answer

    async def remove_model(self, name: str) -> models_pb2.RemoveModelResponse:
        """Free the space of a model that came from the hub."""
        answer: models_pb2.RemoveModelResponse = await self._call(
            self._models.RemoveModel, models_pb2.RemoveModelRequest(name=name), CHECK_TIMEOUT_S
        )
        return answer

    async def use_model(self, name: str = "", task: str = "") -> models_pb2.UseModelResponse:
        """Choose the model for a task, or (empty) for all; an empty name takes the choice back."""
        answer: models_pb2.UseModelResponse = await self._call(
            self._models.UseModel, models_pb2.UseModelRequest(name=name, task=task)
        )
        return answer

    # --- songs --------------------------------------------------------------------------------

    async def active_map(self) -> songs_pb2.MapFile:
        """The map saved last in Songs."""
        answer: songs_pb2.GetActiveMapResponse = await self._call(
            self._songs.GetActiveMap, songs_pb2.GetActiveMapRequest()
        )
        return answer.map

    async def recent_maps(self, limit: int = 0) -> list[songs_pb2.MapFile]:
        """Maps by the time of their last save, newest first."""
        answer: songs_pb2.ListRecentMapsResponse = await self._call(
            self._songs.ListRecentMaps, songs_pb2.ListRecentMapsRequest(limit=limit)
        )
        return list(answer.maps)

    async def report_write(self, path: str | os.PathLike[str], sha256: str) -> None:
        """Tell of a file that we write, so that it is not taken for a save by the editor."""
        request = songs_pb2.ReportWriteRequest(path=requests.absolute(path), sha256=sha256)
        await self._call(self._songs.ReportWrite, request)

    # --- the daemon ---------------------------------------------------------------------------

    async def status(self, timeout_s: float = CALL_TIMEOUT_S) -> status_pb2.GetStatusResponse:
        """What the daemon is doing, on which device, and why."""
        answer: status_pb2.GetStatusResponse = await self._call(
            self._status.GetStatus, status_pb2.GetStatusRequest(), timeout_s
        )
        return answer

    async def stop(self, finish_running: bool = False) -> None:
        """Ask the daemon to stop; it answers first."""
        await self._call(
            self._status.StopDaemon, status_pb2.StopDaemonRequest(finish_running=finish_running)
        )

    async def close(self) -> None:
        """Close the channel; running streams end."""
        await self._channel.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    # ------------------------------------------------------------------------------------------

    def _ask(self, method: Callable[..., Any], request: Any) -> AsyncJobStream:
        return AsyncJobStream(self._start(method, request), requests.method_of(request))

    def _start(self, method: Callable[..., Any], request: Any) -> Any:
        return method(request, timeout=JOB_TIMEOUT_S, metadata=self.endpoint.metadata)

    async def _call(
        self, method: Callable[..., Any], request: Any, timeout_s: float = CALL_TIMEOUT_S
    ) -> Any:
        try:
            return await method(request, timeout=timeout_s, metadata=self.endpoint.metadata)
        except grpc.RpcError as error:
            raise from_rpc(error) from None
