"""RemapService: a request becomes a job, and its events are streamed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from osu_companion.v1 import remap_pb2, remap_pb2_grpc

from daemon.jobs.reception import Reception
from daemon.jobs.remap import REMAP


class RemapServicer(remap_pb2_grpc.RemapServiceServicer):
    """See remap.proto."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception

    async def RemapBeatmap(  # noqa: N802
        self, request: remap_pb2.RemapBeatmapRequest, context: Any
    ) -> AsyncIterator[remap_pb2.RemapBeatmapResponse]:
        async with aclosing(self._reception.events(REMAP, request)) as events:
            async for event in events:
                yield remap_pb2.RemapBeatmapResponse(event=event)
