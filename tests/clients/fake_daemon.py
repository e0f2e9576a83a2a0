"""A daemon without a model: serves the contract from what a test puts in.

It checks the token as the real one does, and records what it was asked.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
import psutil
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc import code_pb2, error_details_pb2
from google.rpc import status_pb2 as rpc_status_pb2
from grpc_status import rpc_status
from osu_companion.local.endpoint import ERROR_DOMAIN, Endpoint, write_endpoint
from osu_companion.local.paths import find_paths
from osu_companion.v1 import (
    difficulty_pb2,
    difficulty_pb2_grpc,
    hitsound_pb2,
    hitsound_pb2_grpc,
    jobs_pb2,
    jobs_pb2_grpc,
    mapset_pb2,
    mapset_pb2_grpc,
    modding_pb2,
    modding_pb2_grpc,
    models_pb2,
    models_pb2_grpc,
    patches_pb2,
    patches_pb2_grpc,
    pictures_pb2,
    pictures_pb2_grpc,
    provenance_pb2,
    remap_pb2,
    remap_pb2_grpc,
    songs_pb2,
    songs_pb2_grpc,
    status_pb2,
    status_pb2_grpc,
    timing_pb2,
    timing_pb2_grpc,
)

from clients.patching import LinePatch

TOKEN = "a-token"
JOB = "job-1"
#: What DrawBeatmap answers with: the beginning of a PNG, and more than one piece of a terminal's.
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(5000)

Answer = Callable[[Any, Any], Iterator[jobs_pb2.JobEvent]]


def refusal(code: int, reason: str, message: str, *lines: str) -> rpc_status_pb2.Status:
    """An error as the daemon makes it."""
    details: list[Any] = [error_details_pb2.ErrorInfo(reason=reason, domain=ERROR_DOMAIN)]
    if lines:
        violation = error_details_pb2.PreconditionFailure.Violation
        details.append(
            error_details_pb2.PreconditionFailure(
                violations=[violation(type="LINE", description=line) for line in lines]
            )
        )
    packed = []
    for detail in details:
        packed.append(AnyMessage())
        packed[-1].Pack(detail)
    return rpc_status_pb2.Status(code=code, message=message, details=packed)


def abort(context: Any, status: rpc_status_pb2.Status) -> None:
    """End a call with an error."""
    context.abort_with_status(rpc_status.to_status(status))


def beatmap_patch(patch: LinePatch, text: str = "3 objects replaced by 2") -> Any:
    """The contract's message for a patch."""
    return patches_pb2.BeatmapPatch(
        base_sha256=patch.base_sha256,
        result_sha256=patch.result_sha256,
        edits=[
            patches_pb2.LineEdit(first_line=e.first_line, count=e.count, replacement=e.replacement)
            for e in patch.edits
        ],
        summary=patches_pb2.PatchSummary(text=text, replaced=3, generated=2),
        start_ms=1500,
        end_ms=2250,
    )


RANKING = provenance_pb2.Notice(
    code=provenance_pb2.Notice.CODE_RANKING, text="the ranking criteria want people"
)
OTHER_MAPPER = provenance_pb2.Notice(
    code=provenance_pb2.Notice.CODE_OTHER_MAPPER, text="this map is by Somebody"
)
MAPPER_UNKNOWN = provenance_pb2.Notice(
    code=provenance_pb2.Notice.CODE_MAPPER_UNKNOWN, text="is this map yours?"
)


def provenance(seed: int) -> provenance_pb2.Provenance:
    """Where a job's result comes from, as the daemon tells it."""
    made = provenance_pb2.Provenance(
        verb="remap",
        job_id=JOB,
        program_version="0",
        model="starter",
        checkpoint=provenance_pb2.Checkpoint(family="fake", weights_sha256="ab" * 32),
        seed=seed,
        device="cpu",
        precision="float32",
        base_sha256="cd" * 32,
    )
    made.options.update({"temperature": 0.9, "top_k": 0, "variants": 2, "descriptors": ["a"]})
    made.made_at.FromSeconds(1_700_000_000)
    return made


def answering(
    *patches: LinePatch, notices: tuple[provenance_pb2.Notice, ...] = (RANKING,)
) -> Answer:
    """The events of a job that goes well: one variant per patch, best first."""

    def answer(request: remap_pb2.RemapBeatmapRequest, _: Any) -> Iterator[jobs_pb2.JobEvent]:
        yield jobs_pb2.JobEvent(job_id=JOB, queued=jobs_pb2.JobQueued(position=1))
        for notice in notices:
            yield jobs_pb2.JobEvent(job_id=JOB, notice=notice)
        for window in (1, 2):
            progress = jobs_pb2.JobProgress(
                stage=jobs_pb2.JOB_STAGE_DECODE,
                window=window,
                windows=2,
                tokens_per_second=321.0,
                objects=window,
                seconds_left=2.0 - window,
                attempt=1,
            )
            yield jobs_pb2.JobEvent(job_id=JOB, progress=progress)
        result = jobs_pb2.JobResult(
            variants=variants_of(*patches),
            path=request.path,
            seed=request.seed,
            model="starter",
            device="cpu",
            precision="float32",
            notices=notices,
            provenance=provenance(request.seed),
        )
        yield jobs_pb2.JobEvent(job_id=JOB, result=result)

    return answer


def variants_of(*patches: LinePatch) -> list[Any]:
    """Variants numbered from 1; the seam of the last is unknown."""
    return [
        patches_pb2.BeatmapVariant(
            number=number,
            seam_bits=float("nan") if number == len(patches) else number / 2,
            patch=beatmap_patch(patch),
        )
        for number, patch in enumerate(patches, start=1)
    ]


class FakeDaemon(
    difficulty_pb2_grpc.DifficultyServiceServicer,  # type: ignore[misc]
    hitsound_pb2_grpc.HitsoundServiceServicer,  # type: ignore[misc]
    jobs_pb2_grpc.JobServiceServicer,  # type: ignore[misc]
    mapset_pb2_grpc.MapsetServiceServicer,  # type: ignore[misc]
    modding_pb2_grpc.ModServiceServicer,  # type: ignore[misc]
    models_pb2_grpc.ModelServiceServicer,  # type: ignore[misc]
    patches_pb2_grpc.PatchServiceServicer,  # type: ignore[misc]
    pictures_pb2_grpc.PictureServiceServicer,  # type: ignore[misc]
    remap_pb2_grpc.RemapServiceServicer,  # type: ignore[misc]
    songs_pb2_grpc.SongServiceServicer,  # type: ignore[misc]
    status_pb2_grpc.StatusServiceServicer,  # type: ignore[misc]
    timing_pb2_grpc.TimingServiceServicer,  # type: ignore[misc]
):
    """Attributes are what it answers with, and what it was asked."""

    def __init__(self) -> None:
        self.answer: Answer = answering()
        self.variants: list[Any] = []
        self.variant_notices = [RANKING]
        self.rebased: LinePatch | rpc_status_pb2.Status | None = None
        self.active: Path | None = None
        self.songs: list[Path] = []
        self.asked: list[Any] = []
        self.remaining: list[float] = []
        self.cancelled: list[str] = []
        self.dropped = threading.Event()
        self.stopped = threading.Event()
        self._server = grpc.server(futures.ThreadPoolExecutor(8))
        difficulty_pb2_grpc.add_DifficultyServiceServicer_to_server(self, self._server)
        hitsound_pb2_grpc.add_HitsoundServiceServicer_to_server(self, self._server)
        jobs_pb2_grpc.add_JobServiceServicer_to_server(self, self._server)
        mapset_pb2_grpc.add_MapsetServiceServicer_to_server(self, self._server)
        modding_pb2_grpc.add_ModServiceServicer_to_server(self, self._server)
        models_pb2_grpc.add_ModelServiceServicer_to_server(self, self._server)
        patches_pb2_grpc.add_PatchServiceServicer_to_server(self, self._server)
        pictures_pb2_grpc.add_PictureServiceServicer_to_server(self, self._server)
        remap_pb2_grpc.add_RemapServiceServicer_to_server(self, self._server)
        songs_pb2_grpc.add_SongServiceServicer_to_server(self, self._server)
        status_pb2_grpc.add_StatusServiceServicer_to_server(self, self._server)
        timing_pb2_grpc.add_TimingServiceServicer_to_server(self, self._server)
        self.port = self._server.add_insecure_port("127.0.0.1:0")

    @property
    def endpoint(self) -> Endpoint:
        created = psutil.Process().create_time()
        return Endpoint("127.0.0.1", self.port, TOKEN, os.getpid(), created, "0")

    def start(self) -> None:
        """Serve, and write the endpoint file."""
        paths = find_paths()
        paths.create()
        self._server.start()
        write_endpoint(paths.endpoint_file, self.endpoint)

    def stop(self) -> None:
        """Stop at once."""
        self._server.stop(0).wait()

    def _heard(self, request: Any, context: Any) -> None:
        self.asked.append(request)
        self.remaining.append(context.time_remaining())
        metadata = dict(context.invocation_metadata())
        if metadata.get("authorization") != f"Bearer {TOKEN}":
            abort(context, refusal(code_pb2.UNAUTHENTICATED, "TOKEN_WRONG", "wrong token"))

    def RemapBeatmap(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802
        self._heard(request, context)
        context.add_callback(self.dropped.set)
        for event in self.answer(request, context):
            yield remap_pb2.RemapBeatmapResponse(event=event)

    def HitsoundBeatmap(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802
        self._heard(request, context)
        for event in self.answer(request, context):
            yield hitsound_pb2.HitsoundBeatmapResponse(event=event)

    def MakeGuestDifficulty(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802
        self._heard(request, context)
        for event in self.answer(request, context):
            yield difficulty_pb2.MakeGuestDifficultyResponse(event=event)

    def GenerateMapset(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802
        self._heard(request, context)
        for event in self.answer(request, context):
            yield mapset_pb2.GenerateMapsetResponse(event=event)

    def ModBeatmap(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802
        self._heard(request, context)
        for event in self.answer(request, context):
            yield modding_pb2.ModBeatmapResponse(event=event)

    def TimeSong(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802
        self._heard(request, context)
        for event in self.answer(request, context):
            yield timing_pb2.TimeSongResponse(event=event)

    def DrawBeatmap(self, request: Any, context: Any) -> Any:  # noqa: N802
        self._heard(request, context)
        svg = request.format == pictures_pb2.PICTURE_FORMAT_SVG
        return pictures_pb2.DrawBeatmapResponse(
            picture=b"<svg/>" if svg else PICTURE,
            media_type="image/svg+xml" if svg else "image/png",
            width=request.width or 1600,
            height=900,
            start_ms=1500,
            end_ms=2250,
            left_out=["waveform: no audio"],
        )

    def DismissSuggestions(self, request: Any, context: Any) -> Any:  # noqa: N802
        self._heard(request, context)
        return modding_pb2.DismissSuggestionsResponse(ids=request.ids)

    def FixSuggestions(self, request: Any, context: Any) -> Any:  # noqa: N802
        self._heard(request, context)
        if request.job_id != JOB:
            abort(context, refusal(code_pb2.FAILED_PRECONDITION, "MAP_CHANGED", "it has changed"))
        return modding_pb2.FixSuggestionsResponse(made=request.ids, path=str(self.active))

    def AttachJob(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802
        self._heard(request, context)
        for event in self.answer(remap_pb2.RemapBeatmapRequest(), context):
            yield jobs_pb2.AttachJobResponse(event=event)

    def CancelJob(self, request: Any, context: Any) -> Any:  # noqa: N802
        self._heard(request, context)
        self.cancelled.append(request.job_id)
        return jobs_pb2.CancelJobResponse(job=jobs_pb2.Job(job_id=request.job_id))

    def GetJob(self, request: Any, context: Any) -> Any:  # noqa: N802
        self._heard(request, context)
        return jobs_pb2.GetJobResponse(job=jobs_pb2.Job(job_id=request.job_id, model="starter"))

    def ListJobs(self, request: Any, context: Any) -> Any:  # noqa: N802
        self._heard(request, context)
        return jobs_pb2.ListJobsResponse(jobs=[jobs_pb2.Job(job_id=JOB)])

    def GetVariant(self, request: Any, context: Any) -> Any:  # noqa: N802
        self._heard(request, context)
        if not 1 <= request.number <= len(self.variants):
            abort(context, refusal(code_pb2.NOT_FOUND, "VARIANT_NOT_FOUND", "no such variant"))
        return patches_pb2.GetVariantResponse(
            variant=self.variants[request.number - 1],
            path=str(self.active),
            seed=7,
            notices=self.variant_notices,
            provenance=provenance(7),
        )

    def RebasePatch(self, request: Any, context: Any) -> Any:  # noqa: N802
        self._heard(request, context)
        if isinstance(self.rebased, rpc_status_pb2.Status):
            abort(context, self.rebased)
        assert isinstance(self.rebased, LinePatch)
        return patches_pb2.RebasePatchResponse(patch=beatmap_patch(self.rebased))

    def ListModels(self, request: Any, context: Any) -> Any:  # noqa: N802
        self._heard(request, context)
        model = models_pb2.Model(
            name="starter", description="small", configured=True, installed=True
        )
        return models_pb2.ListModelsResponse(models=[model])

    def LoadModel(self, request: Any, context: Any) -> Any:  # noqa: N802
        self._heard(request, context)
        return models_pb2.LoadModelResponse(model=models_pb2.Model(name=request.name, loaded=True))

    def UnloadModel(self, request: Any, context: Any) -> Any:  # noqa: N802
        self._heard(request, context)
        return models_pb2.UnloadModelResponse(unloaded=request.force)

    def GetActiveMap(self, request: Any, context: Any) -> Any:  # noqa: N802
        self._heard(request, context)
        if self.active is None:
            abort(context, refusal(code_pb2.NOT_FOUND, "NO_ACTIVE_MAP", "no map was saved yet"))
        return songs_pb2.GetActiveMapResponse(map=songs_pb2.MapFile(path=str(self.active)))

    def ListRecentMaps(self, request: Any, context: Any) -> Any:  # noqa: N802
        self._heard(request, context)
        return songs_pb2.ListRecentMapsResponse(maps=[songs_pb2.MapFile(path=str(self.active))])

    def ReportWrite(self, request: Any, context: Any) -> Any:  # noqa: N802
        self._heard(request, context)
        return songs_pb2.ReportWriteResponse()

    def GetStatus(self, request: Any, context: Any) -> Any:  # noqa: N802
        self._heard(request, context)
        songs = [status_pb2.SongsFolder(path=str(p), present=p.is_dir()) for p in self.songs]
        return status_pb2.GetStatusResponse(
            version="0", pid=os.getpid(), model="starter", songs=songs
        )

    def StopDaemon(self, request: Any, context: Any) -> Any:  # noqa: N802
        self._heard(request, context)
        self.stopped.set()
        return status_pb2.StopDaemonResponse()
