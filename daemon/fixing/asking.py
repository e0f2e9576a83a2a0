"""Suggested edits, as the daemon asks for them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

from osu_companion.v1 import modding_pb2

from daemon.errands import Errands
from daemon.refusal import Refusal

# Processes that make edits at one time; other requests wait.
_AT_ONCE = 2
_SECONDS = 100.0


class Edits:
    """Makes suggested edits in children, a few at a time."""

    def __init__(self) -> None:
        self._errands = Errands("daemon.fixing", "makes suggested edits")
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def make(
        self, name: str, data: bytes, request: bytes, report: str, ids: Sequence[str]
    ) -> tuple[modding_pb2.FixSuggestionsResponse, bool]:
        """The answer, and whether one of the edits is a model's alone.

        Args:
            name: what errors call the map.
            data: the map that the report is about.
            request: what the report was asked with, serialised.
            report: its JSON.

        Raises:
            Refusal: the child failed, or took too long.
        """
        question = {
            "type": "fix",
            "map": data,
            "request": request,
            "report": report,
            "ids": list(ids),
        }
        async with self._places:
            answers = self._errands.ask(question, name)
            try:
                async with asyncio.timeout(_SECONDS), contextlib.aclosing(answers):
                    async for frame in answers:
                        answer = modding_pb2.FixSuggestionsResponse.FromString(frame["answer"])
                        return answer, bool(frame["by_model"])
            except TimeoutError:
                raise Refusal(
                    "INTERNAL",
                    f"The edits of {name} could not be made within {_SECONDS:.0f} s. Ask for fewer",
                ) from None
        raise AssertionError("unreachable")

    async def close(self) -> None:
        """End every child."""
        await self._errands.close()
