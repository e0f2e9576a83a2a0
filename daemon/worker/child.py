"""The child's side: a thread that listens, and the main thread, which owns the device.

Everything torch does happens on the main thread. The listener only fills the queue and sets
cancel flags, so that a flag is up while the model runs. When the daemon goes away, however it
goes, the pipe closes and this process ends with it.
"""

from __future__ import annotations

import importlib
import logging
import os
import queue
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, BinaryIO

from daemon.worker import frames
from daemon.worker.engine_api import Engine, Progress, TaskFailed
from daemon.worker.frames import Frame

log = logging.getLogger(__name__)

# The engine's class as "module:name". Another one than the default is for tests.
ENGINE_VARIABLE = "OSU_COMPANION_WORKER_ENGINE"
_DEFAULT_ENGINE = "daemon.worker.engine:ModelEngine"

# Progress goes out at most this often, but for a change of stage.
_PROGRESS_SECONDS = 0.045


def main() -> None:
    """Serve until the daemon closes the pipe."""
    incoming, outgoing = take_pipes()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    Child(incoming, outgoing).serve()


class Child:
    """The loop over questions."""

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._writing = threading.Lock()
        self._questions: queue.SimpleQueue[Frame] = queue.SimpleQueue()
        self._flags: dict[int, threading.Event] = {}
        self._engine: Engine | None = None

    def serve(self) -> None:
        threading.Thread(target=self._listen, name="listener", daemon=True).start()
        self._send({"type": "ready", "pid": os.getpid()})
        while True:
            self._answer(self._questions.get())

    def _listen(self) -> None:
        try:
            while True:
                frame = frames.read(self._incoming)
                question = int(frame["id"])
                if frame["type"] == "cancel":
                    flag = self._flags.get(question)
                    if flag is not None:
                        flag.set()
                else:
                    self._flags[question] = threading.Event()
                    self._questions.put(frame)
        except frames.BrokenPipe:
            pass
        finally:
            # Not sys.exit: the main thread may be inside a kernel, and nothing here is unsaved.
            os._exit(0)

    def _answer(self, frame: Frame) -> None:
        question = int(frame["id"])
        cancelled = self._flags[question]
        try:
            if cancelled.is_set():
                raise TaskFailed("CANCELLED", "Cancelled")
            engine = self._get_engine()
            if frame["type"] == "load":
                answer = engine.load(
                    frame["model"],
                    frame["device"],
                    frame["precision"],
                    frame["threads"],
                    frame["mode"],
                )
            else:
                answer = engine.work(frame, self._reporter(question), cancelled.is_set)
            self._send({**answer, "type": "done", "id": question})
        except TaskFailed as error:
            self._fail(question, error, fatal=error.fatal)
        except MemoryError:
            self._fail(question, TaskFailed("OUT_OF_MEMORY", _OUT_OF_MEMORY), fatal=True)
        except Exception as error:
            log.exception("the worker failed")
            message = (
                f"The model worker hit an unexpected error ({type(error).__name__}: {error}). "
                "The log has the details"
            )
            # What state the device is in after an error of its own is anybody's guess.
            self._fail(question, TaskFailed("INTERNAL", message), fatal=True)
        finally:
            self._flags.pop(question, None)

    def _get_engine(self) -> Engine:
        if self._engine is None:
            module, _, name = os.environ.get(ENGINE_VARIABLE, _DEFAULT_ENGINE).partition(":")
            make: Callable[[], Engine] = getattr(importlib.import_module(module), name)
            self._engine = make()
        return self._engine

    def _reporter(self, question: int) -> Callable[[Progress], None]:
        last_stage = ""
        last_time = 0.0

        def report(progress: Progress) -> None:
            nonlocal last_stage, last_time
            now = time.monotonic()
            if progress.stage == last_stage and now - last_time < _PROGRESS_SECONDS:
                return
            last_stage, last_time = progress.stage, now
            self._send({"type": "progress", "id": question, **progress.as_dict()})

        return report

    def _fail(self, question: int, failure: TaskFailed, *, fatal: bool) -> None:
        self._send(
            {
                "type": "failed",
                "id": question,
                "reason": failure.reason,
                "message": str(failure),
                "lines": list(failure.lines),
                "fields": failure.fields,
                "fatal": fatal,
            }
        )

    def _send(self, frame: dict[str, Any]) -> None:
        data = frames.encode(frame)
        try:
            with self._writing:
                self._outgoing.write(data)
                self._outgoing.flush()
        except OSError:
            os._exit(0)


_OUT_OF_MEMORY = (
    "The model ran out of memory. Ask for fewer variants or a shorter range, close other programs, "
    'or set device = "cpu" in the configuration'
)


def take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """The pipes to the daemon, for this module alone.

    Whatever else prints to stdout (libraries do) goes to stderr, which is the daemon's log;
    whatever reads stdin finds it empty.
    """
    incoming = os.fdopen(os.dup(0), "rb", buffering=0)
    outgoing = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    sys.stdout = sys.stderr
    return incoming, outgoing
