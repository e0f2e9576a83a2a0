"""Questions to the hub, as the daemon asks them: a child process for each."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import subprocess
import sys
from collections.abc import AsyncGenerator, Sequence
from typing import Any

from daemon.model_errors import refuse
from daemon.refusal import Refusal
from daemon.worker import frames
from daemon.worker.frames import Frame

log = logging.getLogger(__name__)

_END_SECONDS = 3.0
_LAST_LINES = 20


class HubQuestions:
    """Asks the hub; downloads come one after another."""

    def __init__(self) -> None:
        self._downloading = asyncio.Lock()
        self._children: set[asyncio.subprocess.Process] = set()

    async def look(self, model: str) -> Frame:
        """What the hub says about a model now: commit, size, licence, modes.

        Raises:
            Refusal: it says nothing, or no.
        """
        async for frame in self._ask({"type": "look", "model": model}):
            return frame
        raise AssertionError("unreachable")

    async def describe(self, folder: str, deep: bool) -> Frame:
        """What a checkpoint's own files say, and what is wrong with them.

        Args:
            deep: read every byte.

        Raises:
            Refusal: the child did not answer.
        """
        async for frame in self._ask({"type": "describe", "model": folder, "deep": deep}):
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
            async with contextlib.aclosing(self._ask(question)) as answers:
                async for frame in answers:
                    yield frame

    async def close(self) -> None:
        """End every child."""
        for child in tuple(self._children):
            await _end(child)

    async def _ask(self, question: Frame) -> AsyncGenerator[Frame, None]:
        child = await _start()
        self._children.add(child)
        said = asyncio.create_task(_drain(child))
        try:
            assert child.stdin is not None and child.stdout is not None
            child.stdin.write(frames.encode(question))
            while True:
                try:
                    frame = await frames.read_async(child.stdout)
                except frames.BrokenPipe:
                    raise Refusal("INTERNAL", _how_it_ended(await said)) from None
                if frame["type"] == "failed":
                    raise refuse(frame["reason"], frame["message"], str(question["model"]))
                yield frame
                if frame["type"] == "done":
                    return
        finally:
            await _end(child)
            self._children.discard(child)
            said.cancel()


async def _start() -> asyncio.subprocess.Process:
    options: dict[str, Any] = {}
    if sys.platform == "win32":
        options["creationflags"] = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
    else:
        options["start_new_session"] = True
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        "daemon.downloads",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={
            **os.environ,
            "PYTHONIOENCODING": "utf-8",
            # Nobody sees the library's bars, and what it tells its makers is the user's to decide.
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
            "HF_HUB_DISABLE_TELEMETRY": os.environ.get("HF_HUB_DISABLE_TELEMETRY", "1"),
        },
        **options,
    )


async def _end(child: asyncio.subprocess.Process) -> None:
    """Close its pipe, which ends it; kill it if it takes too long."""
    if child.stdin is not None:
        with contextlib.suppress(OSError, RuntimeError):
            child.stdin.close()
    try:
        async with asyncio.timeout(_END_SECONDS):
            await child.wait()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.wait()


async def _drain(child: asyncio.subprocess.Process) -> list[str]:
    lines: list[str] = []
    assert child.stderr is not None
    while True:
        try:
            raw = await child.stderr.readline()
        except ValueError:
            continue
        if not raw:
            return lines
        line = raw.decode("utf-8", "replace").rstrip()
        if line:
            log.info("%s", line)
            lines = [*lines[-_LAST_LINES:], line]


def _how_it_ended(lines: list[str]) -> str:
    last = f": {lines[-1]}" if lines else ""
    return f"The process that talks to the model hub ended before it was done{last}. See the log"
