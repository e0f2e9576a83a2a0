"""One daemon per user: a lock file that the system releases when its holder dies."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import filelock
from osu_companion.local.endpoint import read_endpoint
from osu_companion.local.paths import Paths

# A daemon that is just stopping holds the lock a moment longer than its endpoint file.
_WAIT_SECONDS = 8.0


class AlreadyRunning(Exception):  # noqa: N818
    """Another daemon of this user runs; the message says where."""


@contextlib.contextmanager
def single_instance(paths: Paths) -> Iterator[None]:
    """Hold the lock of the only daemon.

    Raises:
        AlreadyRunning: another one holds it and serves, or does not let go.
    """
    lock = filelock.FileLock(paths.lock_file)
    endpoint = read_endpoint(paths.endpoint_file)
    serving = endpoint is not None and endpoint.process_alive()
    try:
        lock.acquire(timeout=0 if serving else _WAIT_SECONDS)
    except filelock.Timeout:
        endpoint = read_endpoint(paths.endpoint_file)
        if endpoint is None:
            raise AlreadyRunning(
                "Another daemon is just starting or stopping. Try again in a moment"
            ) from None
        raise AlreadyRunning(
            f"A daemon is running already at {endpoint.address} (process {endpoint.pid})"
        ) from None
    try:
        yield
    finally:
        lock.release()
