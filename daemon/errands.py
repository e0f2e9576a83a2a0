"""Child processes that answer one question and end.

For what the daemon must not do itself: it would block the loop, or take memory that only the end
of a process gives back. The child is a module's ``__main__``; between them go the frames of
:mod:`daemon.worker.frames`, and the child's own words go to the log.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import subprocess
import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

from daemon.model_errors import refuse
from daemon.refusal import Refusal
from daemon.worker import frames
from daemon.worker.frames import Frame

log = logging.getLogger(__name__)

_END_SECONDS = 3.0
_LAST_LINES = 20


class Errands:
    """Starts a child for each question.

    Args:
        module: whose ``__main__`` the child runs.
        what: names the child in errors, as in "The process that draws ended".
        environment: variables that the child gets besides the daemon's own.
    """

    def __init__(
        self, module: str, what: str, environment: Mapping[str, str] | None = None
    ) -> None:
        self._module = module
        self._what = what
        self._environment = dict(environment or {})
        self._children: set[asyncio.subprocess.Process] = set()

    async def ask(
        self, question: Frame, subject: str, inputs: Sequence[bytes] = ()
    ) -> AsyncGenerator[Frame, None]:
        """The child's answers, the last one of type ``done``; whoever stops listening ends it.

        Args:
            subject: what the question is about, for errors.
            inputs: bytes that follow the question as they are, their lengths under ``inputs``:
                a large file in a frame would take several times its size.

        Raises:
            Refusal: the child answered with an error, or not at all.
        """
        child = await self._start()
        self._children.add(child)
        said = asyncio.create_task(_drain(child))
        try:
            assert child.stdin is not None and child.stdout is not None
            lengths = {"inputs": [len(each) for each in inputs]} if inputs else {}
            # A child that ended before it read everything says why, or its log does.
            with contextlib.suppress(OSError):
                child.stdin.write(frames.encode({**question, **lengths}))
                for each in inputs:
                    child.stdin.write(each)
                    await child.stdin.drain()
            while True:
                try:
                    frame = await frames.read_async(child.stdout)
                except frames.BrokenPipe:
                    raise Refusal("INTERNAL", self._how_it_ended(await said)) from None
                if frame["type"] == "failed":
                    raise refuse(
                        frame["reason"], frame["message"], subject, fields=frame.get("fields")
                    )
                yield frame
                if frame["type"] == "done":
                    return
        finally:
            await _end(child)
            self._children.discard(child)
            said.cancel()

    async def close(self) -> None:
        """End every child."""
        for child in tuple(self._children):
            await _end(child)

    async def _start(self) -> asyncio.subprocess.Process:
        options: dict[str, Any] = {}
        if sys.platform == "win32":
            options["creationflags"] = (
                subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
            )
        else:
            options["start_new_session"] = True
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            self._module,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONIOENCODING": "utf-8", **self._environment},
            **options,
        )

    def _how_it_ended(self, lines: list[str]) -> str:
        last = f": {lines[-1]}" if lines else ""
        return f"The process that {self._what} ended before it was done{last}. See the log"


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
