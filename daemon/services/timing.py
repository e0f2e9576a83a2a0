"""TimingService: a request becomes a job, and its events are streamed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from osu_companion.v1 import timing_pb2, timing_pb2_grpc

from daemon.jobs.reception import Reception
from daemon.jobs.timing import TIMING


class TimingServicer(timing_pb2_grpc.TimingServiceServicer):
    """See timing.proto."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception

    async def TimeSong(  # noqa: N802
        self, request: timing_pb2.TimeSongRequest, context: Any
    ) -> AsyncIterator[timing_pb2.TimeSongResponse]:
        async with aclosing(self._reception.events(TIMING, request)) as events:
            async for event in events:
                yield timing_pb2.TimeSongResponse(event=event)
