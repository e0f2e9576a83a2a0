"""The synchronous client: one channel, every method of the contract, blocking.

Addresses are 127.0.0.1 as the endpoint file says, never "localhost" (which may mean another
address family), and no proxy is asked. Every call has a deadline.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence
from types import TracebackType
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
from clients.client.streams import JobStream, PullStream

CALL_TIMEOUT_S = 15.0
# A picture of a long range, behind others.
DRAW_TIMEOUT_S = 240.0
LOAD_TIMEOUT_S = 600.0
JOB_TIMEOUT_S = 3600.0
# A day: the largest model over a line of 10 kB/s.
PULL_TIMEOUT_S = 24 * 3600.0
# Making many edits, each of which must not get in the way of another.
FIX_TIMEOUT_S = 120.0
# Proving every byte of a large model on a slow disk.
CHECK_TIMEOUT_S = 600.0


class Client(Asking[JobStream]):
    """Calls a daemon. Not for use after ``close``; safe to use from several threads.

    Every method raises ``ClientError`` (see :mod:`clients.client.errors`) where the daemon
    answers with an error, or not at all.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._channel = grpc.insecure_channel(endpoint.address, options=CHANNEL_OPTIONS)
        super().__init__(self._channel)
        self._jobs = stub(jobs_pb2_grpc.JobServiceStub, self._channel)
        self._models = stub(models_pb2_grpc.ModelServiceStub, self._channel)
        self._patches = stub(patches_pb2_grpc.PatchServiceStub, self._channel)
        self._pictures = stub(pictures_pb2_grpc.PictureServiceStub, self._channel)
        self._songs = stub(songs_pb2_grpc.SongServiceStub, self._channel)
        self._status = stub(status_pb2_grpc.StatusServiceStub, self._channel)

    @classmethod
    def connect(cls, paths: Paths | None = None, say: Say | None = None) -> Self:
        """A client of the running daemon, which is started if there is none.

        Args:
            say: told when the daemon has to be started.

        Raises:
            UnreachableError: it cannot be started; the message holds its last log lines.
        """
        return cls(ensure_running(paths, say))

    # --- jobs ---------------------------------------------------------------------------------

    def attach(self, job_id: str) -> JobStream:
        """Join a job; leaving the stream does not cancel it."""
        return self._ask(self._jobs.AttachJob, jobs_pb2.AttachJobRequest(job_id=job_id))

    def cancel(self, job_id: str) -> jobs_pb2.Job:
        """Stop a job within one token."""
        request = jobs_pb2.CancelJobRequest(job_id=job_id)
        answer: jobs_pb2.CancelJobResponse = self._call(self._jobs.CancelJob, request)
        return answer.job

    def job(self, job_id: str) -> jobs_pb2.Job:
        """What is known of a job."""
        request = jobs_pb2.GetJobRequest(job_id=job_id)
        answer: jobs_pb2.GetJobResponse = self._call(self._jobs.GetJob, request)
        return answer.job

    def jobs(self, states: Sequence[jobs_pb2.JobState] = (), limit: int = 0) -> list[jobs_pb2.Job]:
        """Jobs, newest first."""
        request = jobs_pb2.ListJobsRequest(states=states, limit=limit)
        answer: jobs_pb2.ListJobsResponse = self._call(self._jobs.ListJobs, request)
        return list(answer.jobs)

    # --- patches ------------------------------------------------------------------------------

    def variant(self, job_id: str, number: int) -> patches_pb2.GetVariantResponse:
        """A variant of a finished job, by its number (1: the best)."""
        request = patches_pb2.GetVariantRequest(job_id=job_id, number=number)
        answer: patches_pb2.GetVariantResponse = self._call(self._patches.GetVariant, request)
        return answer

    def rebase(
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
        answer: patches_pb2.RebasePatchResponse = self._call(self._patches.RebasePatch, request)
        return answer.patch

    # --- pictures -----------------------------------------------------------------------------

    def draw(
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
        """A picture of a map at ``path``, of a map's ``content``, or of a job's ``variant``.

        Args:
            patch: draw what it makes of the map as well, beside it.
            path_beside: with ``content``, a file of its mapset's folder, where the audio is.
            start_ms, end_ms: the range; or ``range_text`` as copied from the editor.
            form: ``"png"`` or ``"svg"``.
            width: in pixels; 0 is 1600.
        """
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
        answer: pictures_pb2.DrawBeatmapResponse = self._call(
            self._pictures.DrawBeatmap, request, DRAW_TIMEOUT_S
        )
        return answer

    # --- modding ------------------------------------------------------------------------------

    def dismiss(
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
        answer: modding_pb2.DismissSuggestionsResponse = self._call(
            self._modding.DismissSuggestions, request
        )
        return list(answer.ids)

    def fix(self, job_id: str, ids: Sequence[str]) -> modding_pb2.FixSuggestionsResponse:
        """The suggested edits of a job's report, by the suggestions' ids, as one patch.

        Nothing is written: ``clients.remapping.apply`` does that.

        Raises:
            ChangedError: the map is not the one that was modded any more.
        """
        request = modding_pb2.FixSuggestionsRequest(job_id=job_id, ids=ids)
        answer: modding_pb2.FixSuggestionsResponse = self._call(
            self._modding.FixSuggestions, request, FIX_TIMEOUT_S
        )
        return answer

    # --- models -------------------------------------------------------------------------------

    def models(self) -> list[models_pb2.Model]:
        """What can be loaded, and what is."""
        answer: models_pb2.ListModelsResponse = self._call(
            self._models.ListModels, models_pb2.ListModelsRequest()
        )
        return list(answer.models)

    def list_models(self) -> models_pb2.ListModelsResponse:
        """The models, and which one each task gets."""
        answer: models_pb2.ListModelsResponse = self._call(
            self._models.ListModels, models_pb2.ListModelsRequest()
        )
        return answer

    def pull_model(self, name: str, modes: Sequence[int] = ()) -> PullStream:
        """Download a model of the hub, with the fine-tunes of some game modes or (empty) of all."""
        request = models_pb2.PullModelRequest(name=name, modes=modes)
        return PullStream(
            self._models.PullModel(request, timeout=PULL_TIMEOUT_S, metadata=self.endpoint.metadata)
        )

    def describe_model(
        self, name: str = "", deep: bool = False, ask_hub: bool = False
    ) -> models_pb2.DescribeModelResponse:
        """Everything that is known of a model; ``deep`` proves every byte of its files."""
        request = models_pb2.DescribeModelRequest(name=name, deep=deep, ask_hub=ask_hub)
        answer: models_pb2.DescribeModelResponse = self._call(
            self._models.DescribeModel, request, CHECK_TIMEOUT_S
        )
        return answer

    def remove_model(self, name: str) -> models_pb2.RemoveModelResponse:
        """Free the space of a model that came from the hub."""
        answer: models_pb2.RemoveModelResponse = self._call(
            self._models.RemoveModel, models_pb2.RemoveModelRequest(name=name), CHECK_TIMEOUT_S
        )
        return answer

    def use_model(self, name: str = "", task: str = "") -> models_pb2.UseModelResponse:
        """Choose the model for a task, or (empty) for all; an empty name takes the choice back."""
        answer: models_pb2.UseModelResponse = self._call(
            self._models.UseModel, models_pb2.UseModelRequest(name=name, task=task)
        )
        return answer

    def load_model(self, name: str = "") -> models_pb2.Model:
        """Load a model (the configured one if not named) and wait until it is ready."""
        answer: models_pb2.LoadModelResponse = self._call(
            self._models.LoadModel, models_pb2.LoadModelRequest(name=name), LOAD_TIMEOUT_S
        )
        return answer.model

    def unload_model(self, force: bool = False) -> bool:
        """End the model worker, which gives all its memory back; False if none ran."""
        answer: models_pb2.UnloadModelResponse = self._call(
            self._models.UnloadModel, models_pb2.UnloadModelRequest(force=force)
        )
        return answer.unloaded

    # --- songs --------------------------------------------------------------------------------

    def active_map(self) -> songs_pb2.MapFile:
        """The map saved last in Songs."""
        answer: songs_pb2.GetActiveMapResponse = self._call(
            self._songs.GetActiveMap, songs_pb2.GetActiveMapRequest()
        )
        return answer.map

    def recent_maps(self, limit: int = 0) -> list[songs_pb2.MapFile]:
        """Maps by the time of their last save, newest first."""
        answer: songs_pb2.ListRecentMapsResponse = self._call(
            self._songs.ListRecentMaps, songs_pb2.ListRecentMapsRequest(limit=limit)
        )
        return list(answer.maps)

    def report_write(
        self, path: str | os.PathLike[str], sha256: str, timeout_s: float = CALL_TIMEOUT_S
    ) -> None:
        """Tell of a file that we write, so that it is not taken for a save by the editor."""
        request = songs_pb2.ReportWriteRequest(path=requests.absolute(path), sha256=sha256)
        self._call(self._songs.ReportWrite, request, timeout_s)

    # --- the daemon ---------------------------------------------------------------------------

    def status(self, timeout_s: float = CALL_TIMEOUT_S) -> status_pb2.GetStatusResponse:
        """What the daemon is doing, on which device, and why."""
        answer: status_pb2.GetStatusResponse = self._call(
            self._status.GetStatus, status_pb2.GetStatusRequest(), timeout_s
        )
        return answer

    def stop(self, finish_running: bool = False) -> None:
        """Ask the daemon to stop; it answers first."""
        self._call(
            self._status.StopDaemon, status_pb2.StopDaemonRequest(finish_running=finish_running)
        )

    def close(self) -> None:
        """Close the channel; running streams end."""
        with contextlib.suppress(Exception):
            self._channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    # ------------------------------------------------------------------------------------------

    def _ask(self, method: Callable[..., Any], request: Any) -> JobStream:
        return JobStream(self._start(method, request), requests.method_of(request))

    def _start(self, method: Callable[..., Any], request: Any) -> Any:
        return method(request, timeout=JOB_TIMEOUT_S, metadata=self.endpoint.metadata)

    def _call(
        self, method: Callable[..., Any], request: Any, timeout_s: float = CALL_TIMEOUT_S
    ) -> Any:
        try:
            return method(request, timeout=timeout_s, metadata=self.endpoint.metadata)
        except grpc.RpcError as error:
            raise from_rpc(error) from None
