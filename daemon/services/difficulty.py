"""DifficultyService: a request becomes a job, and its events are streamed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from osu_companion.v1 import difficulty_pb2, difficulty_pb2_grpc

from daemon.jobs.difficulty import GUEST_DIFFICULTY
from daemon.jobs.reception import Reception


class DifficultyServicer(difficulty_pb2_grpc.DifficultyServiceServicer):
    """See difficulty.proto."""

    def __init__(self, reception: Reception) -> None:
        self._reception = reception

    async def MakeGuestDifficulty(  # noqa: N802
        self, request: difficulty_pb2.MakeGuestDifficultyRequest, context: Any
    ) -> AsyncIterator[difficulty_pb2.MakeGuestDifficultyResponse]:
        async with aclosing(self._reception.events(GUEST_DIFFICULTY, request)) as events:
            async for event in events:
                yield difficulty_pb2.MakeGuestDifficultyResponse(event=event)
