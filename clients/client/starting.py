"""Finds the running daemon, or starts one and waits until it answers.

The daemon is a process of its own that outlives the command which started it: it is detached from
the terminal and from our process group. If it dies while starting, the reason is in the last lines
that it wrote.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from osu_companion.local.endpoint import CHANNEL_OPTIONS, Endpoint, read_endpoint
from osu_companion.local.paths import Paths, find_paths

from clients.client.errors import UnreachableError

# Told, in words for people, when the daemon has to be started.
Say = Callable[[str], None]

START_TIMEOUT_S = 30.0
_ANSWER_TIMEOUT_S = 3.0
_POLL_S = 0.03
_OTHER_GRACE_S = 0.5
_TOLD_LINES = 8


def find_running(paths: Paths | None = None) -> Endpoint | None:
    """The daemon that runs and answers; None where there is none.

    Raises:
        UnreachableError: its process lives but it does not answer.
    """
    endpoint = read_endpoint((paths or find_paths()).endpoint_file)
    if endpoint is None or not endpoint.process_alive():
        return None
    if answers(endpoint):
        return endpoint
    # It may have ended while we asked.
    if not endpoint.process_alive():
        return None
    raise UnreachableError(
        f"the daemon (process {endpoint.pid}) runs but does not answer at {endpoint.address}. "
        "`osu-companion stop --force` ends it; the next command starts a new one."
    )


def ensure_running(
    paths: Paths | None = None, say: Say | None = None, timeout_s: float = START_TIMEOUT_S
) -> Endpoint:
    """The running daemon's endpoint; starts the daemon if none runs.

    Raises:
        UnreachableError: it does not start, or does not answer; the message holds the last lines
            that it wrote.
    """
    paths = paths or find_paths()
    endpoint = find_running(paths)
    if endpoint is not None:
        return endpoint
    if say is not None:
        say("Starting the daemon …")
    started = time.monotonic()
    process, output = _spawn(paths)
    # Reaped when it ends: a dead child that nobody waited for still counts as a process.
    threading.Thread(target=process.wait, name="daemon reaper", daemon=True).start()
    while True:
        endpoint = read_endpoint(paths.endpoint_file)
        if endpoint is not None and endpoint.process_alive() and answers(endpoint):
            return endpoint
        status = process.poll()
        if status is not None and (endpoint is None or not endpoint.process_alive()):
            # Another command may have started one at the same moment; then ours gave way to it.
            endpoint = _await_other(paths)
            if endpoint is not None:
                return endpoint
            raise UnreachableError(
                f"the daemon could not be started (it ended with status {status}). "
                f"{_last_words(output, paths.log_file)}"
            )
        if time.monotonic() - started > timeout_s:
            raise UnreachableError(
                f"the daemon did not get ready within {timeout_s:.0f} s. "
                f"{_last_words(output, paths.log_file)}"
            )
        time.sleep(_POLL_S)


def answers(endpoint: Endpoint, timeout_s: float = _ANSWER_TIMEOUT_S) -> bool:
    """Whether a daemon that accepts this token answers there."""
    import grpc
    from osu_companion.v1 import status_pb2, status_pb2_grpc

    factory: Any = status_pb2_grpc.StatusServiceStub
    with grpc.insecure_channel(endpoint.address, options=CHANNEL_OPTIONS) as channel:
        try:
            factory(channel).GetStatus(
                status_pb2.GetStatusRequest(), timeout=timeout_s, metadata=endpoint.metadata
            )
        except grpc.RpcError:
            return False
    return True


def daemon_command() -> list[str]:
    """The command line of a daemon in this very environment."""
    return [sys.executable, "-m", "daemon", "serve"]


def _spawn(paths: Paths) -> tuple[subprocess.Popen[bytes], Path]:
    """Start the daemon; what it prints goes to a file that only tells about this start."""
    try:
        paths.create()
        output = paths.logs / "daemon-start.log"
        with output.open("wb") as stream:
            process = subprocess.Popen(
                daemon_command(),
                # Not the user's folder: `-m` would find a folder named daemon there, and on
                # Windows a process keeps its folder from being deleted.
                cwd=paths.state,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                close_fds=True,
                **_detached(),
            )
    except OSError as error:
        raise UnreachableError(
            f"the daemon could not be started: {error.strerror or error}"
            + (f" ({error.filename})" if error.filename else "")
        ) from error
    return process, output


def _detached() -> dict[str, Any]:
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}


def _await_other(paths: Paths) -> Endpoint | None:
    """A daemon that someone else started at the same moment, once it answers."""
    deadline = time.monotonic() + _OTHER_GRACE_S
    while time.monotonic() < deadline:
        endpoint = read_endpoint(paths.endpoint_file)
        if endpoint is not None and endpoint.process_alive() and answers(endpoint):
            return endpoint
        time.sleep(_POLL_S)
    return None


def _last_words(*files: Path) -> str:
    """The end of the first file that says anything."""
    for file in files:
        with contextlib.suppress(OSError):
            lines = file.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            if lines:
                return "Its last words:\n" + "\n".join(f"  {line}" for line in lines[-_TOLD_LINES:])
    return f"It said nothing; the log is {files[-1]}."
