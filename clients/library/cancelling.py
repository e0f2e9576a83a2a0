"""What ends a request before its result: a token from another thread, a time limit."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from clients.client.errors import CancelledError, ClientError, FailedError


class TimedOutError(FailedError, TimeoutError):
    """The request took longer than its ``timeout``; its job was cancelled, nothing was written."""


class Cancellation:
    """Cancels the requests that it is given to, from any thread, as often as wanted.

    One given to several requests cancels them all, also those that are asked afterwards.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cancelled = False
        self._stops: list[Callable[[], None]] = []

    @property
    def cancelled(self) -> bool:
        """Whether :meth:`cancel` was called."""
        return self._cancelled

    def cancel(self) -> None:
        """Cancel; returns at once. The daemon stops each job within one token."""
        with self._lock:
            self._cancelled = True
            stops, self._stops = self._stops, []
        for stop in stops:
            stop()

    def add(self, stop: Callable[[], None]) -> None:
        """Have ``stop`` called when it is cancelled; at once, if it is already."""
        with self._lock:
            if not self._cancelled:
                self._stops.append(stop)
                return
        stop()

    def remove(self, stop: Callable[[], None]) -> None:
        """Forget ``stop``."""
        with self._lock:
            if stop in self._stops:
                self._stops.remove(stop)


class Ending:
    """Stops one request when it is cancelled or its time is up, and says afterwards which it was.

    Args:
        timeout: in seconds.
        stop: leaves the job's stream; called from any thread, at most a few times.
    """

    def __init__(
        self, cancel: Cancellation | None, timeout: float | None, stop: Callable[[], None]
    ) -> None:
        self._cancel = cancel
        self._stop = stop
        self._timeout = timeout
        self._timer: threading.Timer | None = None
        self._error: ClientError | None = None

    def __enter__(self) -> Self:
        if self._timeout is not None:
            self._timer = threading.Timer(max(0.0, self._timeout), self._out_of_time)
            self._timer.daemon = True
            self._timer.start()
        if self._cancel is not None:
            self._cancel.add(self._cancelled)
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self._cancel is not None:
            self._cancel.remove(self._cancelled)
        if self._timer is not None:
            self._timer.cancel()

    @property
    def error(self) -> ClientError | None:
        """Why the request was stopped, if it was."""
        return self._error

    def _cancelled(self) -> None:
        self._end(CancelledError("Cancelled; nothing was written.", reason="CANCELLED"))

    def _out_of_time(self) -> None:
        self._end(
            TimedOutError(
                f"There was no result within {self._timeout:g} s. The job was cancelled; nothing "
                "was written.",
                reason="TIMEOUT",
            )
        )

    def _end(self, error: ClientError) -> None:
        self._error = self._error or error
        self._stop()
