"""Questions to the hub, as the daemon asks them: a child process for each."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncGenerator, Sequence

from daemon.errands import Errands
from daemon.worker.frames import Frame


class HubQuestions:
    """Asks the hub; downloads come one after another."""

    def __init__(self) -> None:
        self._downloading = asyncio.Lock()
        # Nobody sees the library's bars, and what it tells its makers is the user's to decide.
        environment = {
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
            "HF_HUB_DISABLE_TELEMETRY": os.environ.get("HF_HUB_DISABLE_TELEMETRY", "1"),
        }
        self._errands = Errands("daemon.downloads", "talks to the model hub", environment)

    async def look(self, model: str) -> Frame:
        """What the hub says about a model now: commit, size, licence, modes.

        Raises:
            Refusal: it says nothing, or no.
        """
        async for frame in self._errands.ask({"type": "look", "model": model}, model):
            return frame
        raise AssertionError("unreachable")

    async def describe(self, folder: str, deep: bool) -> Frame:
        """What a checkpoint's own files say, and what is wrong with them.

        Args:
            deep: read every byte.

        Raises:
            Refusal: the child did not answer.
        """
        question = {"type": "describe", "model": folder, "deep": deep}
        async for frame in self._errands.ask(question, folder):
            return frame
        raise AssertionError("unreachable")

    @property
    def busy(self) -> bool:
        """Whether a download is under way."""
        return self._downloading.locked()

    async def pull(self, model: str, modes: Sequence[int]) -> AsyncGenerator[Frame, None]:
        """Download a model: frames of progress, then the one that says ``done``.

        Whoever stops iterating stops the download.

        Raises:
            Refusal: it cannot be had.
        """
        async with self._downloading:
            question = {"type": "pull", "model": model, "modes": list(modes)}
            async with contextlib.aclosing(self._errands.ask(question, model)) as answers:
                async for frame in answers:
                    yield frame

    async def close(self) -> None:
        """End every child."""
        await self._errands.close()
