"""MapsetService: a request becomes a job, and its events are streamed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from osu_companion.v1 import mapset_pb2, mapset_pb2_grpc

from daemon.jobs.mapset import GENERATE_MAPSET
from daemon.jobs.reception import Reception


class MapsetServicer(mapset_pb2_grpc.MapsetServiceServicer):
    """See mapset.proto."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception

    async def GenerateMapset(  # noqa: N802
        self, request: mapset_pb2.GenerateMapsetRequest, context: Any
    ) -> AsyncIterator[mapset_pb2.GenerateMapsetResponse]:
        async with aclosing(self._reception.events(GENERATE_MAPSET, request)) as events:
            async for event in events:
                yield mapset_pb2.GenerateMapsetResponse(event=event)
