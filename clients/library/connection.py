"""The way to the daemon: found or started, and found or started anew when it has gone."""

from __future__ import annotations

import threading

from osu_companion.local.endpoint import Endpoint
from osu_companion.local.paths import Paths, find_paths

from clients.client.errors import CancelledError, ClientError, UnreachableError, UsageError
from clients.client.starting import Say, ensure_running
from clients.client.synchronous import Client


class Connection:
    """Hands out a client of the daemon that runs. For use from any thread.

    Args:
        on_start: told, in words for people, when the daemon has to be started.
    """

    def __init__(self, on_start: Say | None = None, paths: Paths | None = None) -> None:
        self.paths = paths or find_paths()
        self._on_start = on_start
        self._lock = threading.Lock()
        self._client: Client | None = None
        self._closed = False

    def client(self) -> Client:
        """A client of the running daemon, which is started where there is none.

        Raises:
            UnreachableError: it cannot be started, or does not answer.
            UsageError: the connection was closed.
        """
        with self._lock:
            if self._closed:
                raise UsageError("This connection was closed; make another with connect().")
            if self._client is not None and not self._client.endpoint.process_alive():
                self._drop()
            if self._client is None:
                self._client = Client(ensure_running(self.paths, self._on_start))
            return self._client

    def lost(self, endpoint: Endpoint) -> None:
        """That daemon does not answer: the next call looks for it, or starts it, anew."""
        with self._lock:
            if self._client is not None and self._client.endpoint == endpoint:
                self._drop()

    def close(self) -> None:
        """Close the channel. The daemon runs on: other programs use it, too."""
        with self._lock:
            self._closed = True
            self._drop()

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None


def gone(endpoint: Endpoint, error: ClientError) -> ClientError:
    """The error of a job's stream, or what to say where the daemon itself has gone."""
    died = not error.reason and not endpoint.process_alive()
    if died or (isinstance(error, UnreachableError) and not error.reason):
        return UnreachableError(
            "The daemon ended, or was stopped, while this was under way. Nothing was written. "
            "Ask again: the next call starts it."
        )
    if isinstance(error, CancelledError) and not error.reason:
        return closed_meanwhile()
    return error


def closed_meanwhile() -> CancelledError:
    """The error of a call whose connection was closed under it."""
    return CancelledError(
        "The connection was closed while this was under way, which cancels it. Nothing was "
        "written.",
        reason="CANCELLED",
    )
