"""Which worker runs, with which model, for how long.

There is at most one worker. It is started by the first request, replaced after a crash, and ended
when it was idle for the keep-alive time: its exit is what gives the GPU's memory back.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

from osu_companion.local.config import Config
from osu_companion.v1 import status_pb2

from daemon.worker.engine_api import Loaded
from daemon.worker.frames import Frame
from daemon.worker.process import WorkerDied, WorkerFailed, WorkerProcess

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")

# A cancelled task that has not ended after this long takes its worker with it.
_CANCEL_SECONDS = 5.0


class Cancelled(Exception):  # noqa: N818
    """The caller's cancel flag went up."""


class Supervisor:
    """Keeps the worker. All methods belong to the daemon's loop."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._process: WorkerProcess | None = None
        self._loading: asyncio.Task[Loaded] | None = None
        self._loading_model: tuple[str, int | None] = ("", None)
        # Held by whoever uses the worker: a job, or a call that loads or unloads.
        self._turn = asyncio.Lock()
        self._busy = False
        self._ending = False
        self._keep_alive: float | None = None
        self._expiry: asyncio.TimerHandle | None = None
        self._background: set[asyncio.Task[None]] = set()
        self.loaded: Loaded | None = None
        # time.time() at which an idle worker ends; None: never, or not idle.
        self.expires_at: float | None = None
        self.crashes = 0
        self.last_crash = ""

    @property
    def state(self) -> status_pb2.WorkerState:
        if self._process is None:
            starting = self._loading is not None and not self._loading.done()
            return status_pb2.WORKER_STATE_STARTING if starting else status_pb2.WORKER_STATE_STOPPED
        if self._loading is not None and not self._loading.done():
            return status_pb2.WORKER_STATE_LOADING
        return status_pb2.WORKER_STATE_BUSY if self._busy else status_pb2.WORKER_STATE_IDLE

    @property
    def pid(self) -> int:
        """Of the worker; 0 where none runs."""
        return 0 if self._process is None else self._process.pid

    @contextlib.asynccontextmanager
    async def turn(self, cancel: asyncio.Event | None = None) -> AsyncIterator[None]:
        """Have the worker for oneself; the keep-alive clock stands still meanwhile.

        Raises:
            Cancelled: the flag went up while waiting.
        """
        await or_cancelled(self._turn.acquire(), cancel, undo=self._turn.release)
        self._stop_clock()
        try:
            yield
        finally:
            self._turn.release()
            self._start_clock()

    async def load(
        self,
        model: str,
        cancel: asyncio.Event | None = None,
        *,
        mode: int | None = None,
        keep_alive: float | None = None,
    ) -> Loaded:
        """Have a worker with the model loaded (within :meth:`turn`).

        A load that is cancelled goes on for the next request to find.

        Args:
            model: as configured or requested.
            mode: of the map that is to be worked on; None: any will do.
            keep_alive: seconds that replace the configured ones until the next request; 0 or
                less: for ever.

        Raises:
            WorkerDied, WorkerFailed: it could not be loaded.
            Cancelled: the flag went up.
        """
        self._keep_alive = keep_alive
        while True:
            loading = self._loading
            wanted = (model, mode)
            if loading is not None and not loading.done() and self._loading_model != wanted:
                await or_cancelled(asyncio.wait([loading]), cancel)
                continue
            if loading is None or loading.done():
                if self._process and self.serves(model, mode):
                    assert self.loaded is not None
                    return self.loaded
                loading = asyncio.create_task(self._load(model, mode or 0), name="load")
                # The last one waiting for it may have left.
                loading.add_done_callback(_look_at)
                self._loading, self._loading_model = loading, wanted
            return await or_cancelled(asyncio.shield(loading), cancel)

    async def have_worker(
        self, cancel: asyncio.Event | None = None, *, keep_alive: float | None = None
    ) -> None:
        """Have a worker, whatever model it holds, or none (within :meth:`turn`).

        Args:
            keep_alive: as for :meth:`load`.

        Raises:
            Cancelled: the flag went up.
        """
        self._keep_alive = keep_alive
        loading = self._loading
        if loading is not None and not loading.done():
            await or_cancelled(asyncio.wait([loading]), cancel)
        await self._started()

    def serves(self, model: str, mode: int | None = None) -> bool:
        """Whether this model is loaded, and for this mode."""
        loaded = self.loaded
        return loaded is not None and loaded.name == model and mode in (None, loaded.mode)

    async def work(
        self, task: Frame, on_progress: Callable[[Frame], None], cancel: asyncio.Event
    ) -> Frame:
        """Do a task on the loaded model (within :meth:`turn`) and return its ``done`` frame.

        Raises:
            WorkerDied, WorkerFailed: it could not be done.
            Cancelled: the flag went up and the task has ended.
        """
        process = self._process
        if process is None:
            raise WorkerDied("it ended before the task began")
        self._busy = True
        try:
            question, answer = process.ask(
                {**task, "type": "work", "refiner": self._config.refiner}, on_progress
            )
            try:
                return await or_cancelled(asyncio.shield(answer), cancel)
            except (Cancelled, asyncio.CancelledError):
                process.cancel(question)
                done, _ = await asyncio.wait([answer], timeout=_CANCEL_SECONDS)
                if not done:
                    log.warning("the worker did not heed a cancel: it is ended")
                    await self._end(process)
                raise
        except WorkerFailed as failure:
            if failure.fatal:
                await self._end(process)
            raise
        finally:
            self._busy = False

    async def unload(self) -> bool:
        """End the worker (within :meth:`turn`, or at the end); False where none ran."""
        process = self._process
        if process is None:
            return False
        await self._end(process)
        return True

    async def close(self) -> None:
        """End the worker whatever it does."""
        self._stop_clock()
        self._ending = True
        if self._loading is not None:
            self._loading.cancel()
            await asyncio.gather(self._loading, return_exceptions=True)
        if self._process is not None:
            await self._end(self._process)
        for task in tuple(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)

    async def _load(self, model: str, mode: int) -> Loaded:
        process = await self._started()
        self.loaded = None
        started = time.monotonic()
        _, answer = process.ask(
            {
                "type": "load",
                "model": model,
                "device": self._config.device,
                "precision": self._config.precision,
                "threads": self._config.threads,
                "mode": mode,
            }
        )
        try:
            facts = await answer
        except WorkerFailed:
            # What a failed load left on the device goes with its process.
            await self._end(process)
            raise
        self.loaded = Loaded(
            name=model,
            device=str(facts["device"]),
            device_reason=str(facts["device_reason"]),
            precision=str(facts["precision"]),
            family=str(facts.get("family", "")),
            parameters=int(facts.get("parameters", 0)),
            load_ms=(time.monotonic() - started) * 1000,
            mode=mode,
        )
        log.info("loaded %s", self.loaded)
        return self.loaded

    async def _started(self) -> WorkerProcess:
        """The worker, which is started where none is alive."""
        process = self._process
        if process is None or not process.alive:
            process = await WorkerProcess.start()
            self._process, self.loaded = process, None
            self._run(self._watch(process))
        return process

    async def _watch(self, process: WorkerProcess) -> None:
        """Notice the end of a worker that nobody asked to end."""
        await process.ended.wait()
        if self._process is process:
            self._process = None
            self.loaded = None
            self._stop_clock()
            self.crashes += 1
            self.last_crash = process.describe_end()
            log.warning("worker %d died: %s", process.pid, self.last_crash)

    async def _end(self, process: WorkerProcess) -> None:
        if self._process is process:
            self._process = None
            self.loaded = None
        await process.end()

    def _start_clock(self) -> None:
        if self._process is None or self._ending or self._turn.locked():
            return
        override = self._keep_alive
        seconds = self._config.keep_alive_minutes * 60 if override is None else override
        if seconds < 0 or (override is not None and override <= 0):
            return
        self.expires_at = time.time() + seconds
        self._expiry = asyncio.get_running_loop().call_later(
            seconds, lambda: self._run(self._expire())
        )

    def _stop_clock(self) -> None:
        self.expires_at = None
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None

    async def _expire(self) -> None:
        if self._turn.locked():
            return
        async with self._turn:
            self._stop_clock()
            log.info("the model was idle for its keep-alive time: the worker ends")
            await self.unload()

    def _run(self, work: Awaitable[None]) -> None:
        async def run() -> None:
            await work

        task = asyncio.create_task(run())
        self._background.add(task)
        task.add_done_callback(self._background.discard)


async def or_cancelled(
    work: Awaitable[Answer],
    cancel: asyncio.Event | None,
    undo: Callable[[], None] | None = None,
) -> Answer:
    """Await ``work``, but no longer than until the flag goes up.

    Args:
        undo: called where the work was done in the very moment it was given up.

    Raises:
        Cancelled: the flag went up first; the work was cancelled (shield what must go on).
    """
    if cancel is None:
        return await work
    task = asyncio.ensure_future(work)
    flag = asyncio.ensure_future(cancel.wait())
    delivered = False
    try:
        await asyncio.wait([task, flag], return_when=asyncio.FIRST_COMPLETED)
        if cancel.is_set():
            raise Cancelled
        delivered = True
        return task.result()
    finally:
        flag.cancel()
        if not delivered:
            done = task.done() and not task.cancelled() and task.exception() is None
            if not done:
                task.cancel()
            elif undo is not None:
                undo()


def _look_at(task: asyncio.Task[Loaded]) -> None:
    if not task.cancelled():
        task.exception()
