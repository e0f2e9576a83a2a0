"""HitsoundService: a request becomes a job, and its events are streamed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from osu_companion.v1 import hitsound_pb2, hitsound_pb2_grpc

from daemon.jobs.hitsound import HITSOUND
from daemon.jobs.reception import Reception


class HitsoundServicer(hitsound_pb2_grpc.HitsoundServiceServicer):
    """See hitsound.proto."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception

    async def HitsoundBeatmap(  # noqa: N802
        self, request: hitsound_pb2.HitsoundBeatmapRequest, context: Any
    ) -> AsyncIterator[hitsound_pb2.HitsoundBeatmapResponse]:
        async with aclosing(self._reception.events(HITSOUND, request)) as events:
            async for event in events:
                yield hitsound_pb2.HitsoundBeatmapResponse(event=event)
