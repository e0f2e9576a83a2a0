"""PatchService: variants of finished jobs, and patches for files that changed meanwhile."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from osu_companion.v1 import patches_pb2, patches_pb2_grpc

from daemon.access import MAX_MAP_BYTES, Access
from daemon.jobs import Scheduler
from daemon.patch_messages import patch_from_message, patch_to_message, scope_from_message
from daemon.refusal import Refusal, bad_field, precondition
from daemon.services.results import Results
from daemon.store import JobTable
from model_core.beatmap import rebase
from model_core.errors import PatchMismatch, RebaseConflict


class PatchServicer(patches_pb2_grpc.PatchServiceServicer):
    """See patches.proto.

    Args:
        expect: told of the hash of what a patch that is handed out makes of its file.
    """

    def __init__(
        self,
        access: Access,
        scheduler: Scheduler,
        table: JobTable,
        expect: Callable[[str], Awaitable[None]],
    ) -> None:
        self._access = access
        self._expect = expect
        self._results = Results(scheduler, table)
        self._table = table

    async def RebasePatch(  # noqa: N802
        self, request: patches_pb2.RebasePatchRequest, context: Any
    ) -> patches_pb2.RebasePatchResponse:
        wanted = request.patch.base_sha256.lower()
        base = request.base_bytes or await self._table.base(wanted)
        if base is None or hashlib.sha256(base).hexdigest() != wanted:
            raise Refusal(
                "BASE_NOT_FOUND",
                "The file that this patch was made for is no longer kept. Ask for the range again",
            )
        current, name = await asyncio.to_thread(self._current, request)
        patch = await asyncio.to_thread(_rebase, request.patch, base, current, name)
        await self._table.keep_base(patch.base_sha256, current)
        await self._expect(patch.result_sha256)
        return patches_pb2.RebasePatchResponse(patch=patch)

    async def GetVariant(  # noqa: N802
        self, request: patches_pb2.GetVariantRequest, context: Any
    ) -> patches_pb2.GetVariantResponse:
        result, variant = await self._results.variant(request.job_id, request.number)
        return patches_pb2.GetVariantResponse(
            variant=variant,
            path=result.path,
            seed=result.seed,
            notices=result.notices,
            provenance=result.provenance,
        )

    def _current(self, request: patches_pb2.RebasePatchRequest) -> tuple[bytes, str]:
        match request.WhichOneof("current"):
            case "current_path":
                path, data = self._access.read_map(request.current_path)
                return data, str(path)
            case "current_bytes":
                if len(request.current_bytes) > MAX_MAP_BYTES:
                    raise bad_field(
                        "NOT_A_BEATMAP", "current_bytes", "This is larger than any beatmap"
                    )
                return request.current_bytes, "the map"
        raise bad_field(
            "OPTION_INVALID", "current", "Give the file as it is now: its path or its bytes"
        )


def _rebase(
    message: patches_pb2.BeatmapPatch, base: bytes, current: bytes, name: str
) -> patches_pb2.BeatmapPatch:
    try:
        patch = patch_from_message(message)
        scope = scope_from_message(message)
        patch.apply(base)
    except (PatchMismatch, ValueError, IndexError) as error:
        raise bad_field("OPTION_INVALID", "patch", f"This is not a usable patch: {error}") from None
    try:
        rebased = rebase(patch, base, current, scope)
    except RebaseConflict as conflict:
        raise precondition(
            "PATCH_CONFLICT", Path(name).name, str(conflict), conflict.lines
        ) from None
    answer = patch_to_message(rebased, scope)
    answer.summary.CopyFrom(message.summary)
    answer.preview.CopyFrom(message.preview)
    return answer
