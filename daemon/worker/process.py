"""One worker process, as the daemon sees it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from daemon.worker import frames
from daemon.worker.frames import Frame

log = logging.getLogger(__name__)
worker_log = logging.getLogger("daemon.worker.output")

_STDERR_LINES = 100
# A worker that was told to end and does not is killed after this many seconds.
_END_SECONDS = 3.0
# A worker that has closed its output is given this long to end by itself.
_REAP_SECONDS = 0.5


class WorkerDied(Exception):  # noqa: N818
    """The process ended while something was asked of it; the message says how."""


class WorkerFailed(Exception):  # noqa: N818
    """The worker answered with a failure."""

    def __init__(
        self,
        reason: str,
        message: str,
        lines: tuple[int, ...],
        fatal: bool,
        fields: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.lines = lines
        self.fields = dict(fields or {})
        self.fatal = fatal


class WorkerProcess:
    """Start with :meth:`start`; ask with :meth:`ask`; end with :meth:`end`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._answers: dict[int, asyncio.Future[Frame]] = {}
        self._progress: dict[int, Callable[[Frame], None]] = {}
        self._next_id = 1
        self._last_lines: deque[str] = deque(maxlen=_STDERR_LINES)
        self._tasks = [
            asyncio.create_task(self._read_frames(), name="worker frames"),
            asyncio.create_task(self._read_stderr(), name="worker stderr"),
        ]
        # Set once the process is gone and every open question was answered with WorkerDied.
        self.ended = asyncio.Event()

    @classmethod
    async def start(cls) -> WorkerProcess:
        """Start the child; it is usable at once, its imports happen behind the first question."""
        options: dict[str, Any] = {}
        if sys.platform == "win32":
            # No console window, and Ctrl-C in the daemon's console is the daemon's alone.
            options["creationflags"] = (
                subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
            )
        else:
            options["start_new_session"] = True
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            # Not the current folder: the daemon may have been started inside a mapset.
            "-P",
            "-m",
            "daemon.worker",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={
                **os.environ,
                "PYTHONUNBUFFERED": "1",
                "PYTHONIOENCODING": "utf-8",
                # A request never waits for a download that nobody asked for.
                "HF_HUB_OFFLINE": "1",
            },
            **options,
        )
        log.info("worker %d started", process.pid)
        return cls(process)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.returncode is None and not self.ended.is_set()

    def send(self, frame: Frame) -> None:
        """Send without waiting for an answer. A pipe that is closed is noticed by the reader."""
        stdin = self._process.stdin
        assert stdin is not None
        with contextlib.suppress(OSError, RuntimeError):
            stdin.write(frames.encode(frame))

    def ask(
        self, frame: Frame, on_progress: Callable[[Frame], None] | None = None
    ) -> tuple[int, asyncio.Future[Frame]]:
        """Send a question; the future holds its ``done`` frame, WorkerFailed or WorkerDied.

        Returns the id, under which it can be cancelled, and the future.
        """
        question, self._next_id = self._next_id, self._next_id + 1
        future: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        if self.ended.is_set():
            future.set_exception(WorkerDied(self.describe_end()))
            return question, future
        self._answers[question] = future
        if on_progress is not None:
            self._progress[question] = on_progress
        self.send({**frame, "id": question})
        return question, future

    def cancel(self, question: int) -> None:
        """Ask for the end of a question; it is answered all the same."""
        self.send({"type": "cancel", "id": question})

    async def end(self) -> None:
        """Tell the process to end and wait until it has; kill it if it takes too long."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError, RuntimeError):
                self._process.stdin.close()
        try:
            async with asyncio.timeout(_END_SECONDS):
                await self._process.wait()
        except TimeoutError:
            self.kill()
            await self._process.wait()
        await self.ended.wait()

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    def describe_end(self) -> str:
        """How it ended, in words, with advice where the cause is known."""
        code = self._process.returncode
        said = "\n".join(self._last_lines)
        if "out of memory" in said.lower() or "MemoryError" in said:
            return "it ran out of memory"
        if code == -9:
            return "it was killed (by hand, or by the system for want of memory)"
        if "No module named" in said:
            return f"the installation is incomplete: {self._last_lines[-1]}"
        last = f": {self._last_lines[-1]}" if self._last_lines else ""
        return f"it ended with code {code}{last}"

    async def _read_frames(self) -> None:
        stdout = self._process.stdout
        assert stdout is not None
        try:
            while True:
                self._take(await frames.read_async(stdout))
        except frames.BrokenPipe as error:
            log.debug("worker %d: %s", self.pid, error)
        # Left alone for a moment to be reaped: a kill would take the exit status from the loop's
        # own watcher, which then makes one up (255).
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_REAP_SECONDS):
                await self._process.wait()
        # Whoever closes its output while alive is of no more use.
        if self._process.returncode is None:
            self.kill()
        await self._process.wait()
        with contextlib.suppress(asyncio.CancelledError, TimeoutError):
            async with asyncio.timeout(1.0):
                await self._tasks[1]
        log.info("worker %d ended: %s", self.pid, self.describe_end())
        self.ended.set()
        for future in self._answers.values():
            if not future.done():
                future.set_exception(WorkerDied(self.describe_end()))
                # Nobody may be waiting any more; that is no reason for a warning.
                future.exception()
        self._answers.clear()
        self._progress.clear()

    def _take(self, frame: Frame) -> None:
        question = frame.get("id")
        if not isinstance(question, int):
            return
        if frame["type"] == "progress":
            listener = self._progress.get(question)
            if listener is not None:
                listener(frame)
            return
        self._progress.pop(question, None)
        future = self._answers.pop(question, None)
        if future is None or future.done():
            return
        if frame["type"] == "failed":
            lines = tuple(int(line) for line in frame.get("lines", ()))
            future.set_exception(
                WorkerFailed(
                    frame["reason"],
                    frame["message"],
                    lines,
                    bool(frame.get("fatal")),
                    frame.get("fields"),
                )
            )
            future.exception()
        else:
            future.set_result(frame)

    async def _read_stderr(self) -> None:
        stderr = self._process.stderr
        assert stderr is not None
        while True:
            try:
                raw = await stderr.readline()
            except ValueError:
                # A line longer than the reader's buffer: progress bars do that.
                continue
            if not raw:
                return
            line = raw.decode("utf-8", "replace").rstrip()
            if line:
                self._last_lines.append(line)
                worker_log.info("%s", line)
