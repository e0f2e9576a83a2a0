"""The endpoint file: how a client of the same user finds the running daemon.

A JSON object in the state folder, mode 0600 (on Windows the user's profile keeps others out)::

    {"host": "127.0.0.1", "port": 50123, "token": "...", "pid": 4242,
     "started_at": 1760000000.0, "version": "0.1.0"}

It is written once the daemon answers and removed when it stops. One left behind by a killed
daemon names a dead process: :meth:`Endpoint.process_alive` tells, and a client asks
``grpc.health.v1`` (no token needed) before it trusts the rest.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

# ErrorInfo.domain of every error the daemon sends.
ERROR_DOMAIN = "osu-companion"

# A map is well under 4 MiB; a patch carries its lines and an outline, rarely more than that.
MAX_MESSAGE_BYTES = 16 * 1024 * 1024
# The report on a map of nothing but faults says as much of each of its 20,000 objects.
MAX_ANSWER_BYTES = 64 * 1024 * 1024

# What every client channel wants: http_proxy must not capture the loopback.
CHANNEL_OPTIONS: tuple[tuple[str, int], ...] = (
    ("grpc.enable_http_proxy", 0),
    ("grpc.max_receive_message_length", MAX_ANSWER_BYTES),
    ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
)


_REPLACE_ATTEMPTS = 20
_REPLACE_PAUSE_S = 0.02


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a daemon listens and the token it wants.

    Attributes:
        started_at: creation time of the daemon's process, seconds since the epoch, as psutil
            reports it; with ``pid`` it tells a daemon from a later process of the same number.
    """

    host: str
    port: int
    token: str
    pid: int
    started_at: float
    version: str

    @property
    def address(self) -> str:
        """``host:port`` for a gRPC channel."""
        return f"{self.host}:{self.port}"

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        """The metadata that every call but health and reflection carries."""
        return (("authorization", f"Bearer {self.token}"),)

    def process_alive(self) -> bool:
        """Whether the process that wrote this still runs."""
        try:
            process = psutil.Process(self.pid)
            # A dead process that its parent has not waited for yet serves nobody.
            if process.status() == psutil.STATUS_ZOMBIE:
                return False
            created = process.create_time()
        except psutil.Error:
            return False
        return abs(created - self.started_at) < 2.0


def new_token() -> str:
    """A fresh bearer token of 256 random bits."""
    return secrets.token_urlsafe(32)


def write_endpoint(path: Path, endpoint: Endpoint) -> None:
    """Write the file whole or not at all; it is never readable by others, not even for a moment."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(endpoint), file)
            file.flush()
            os.fsync(file.fileno())
        _replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def _replace(temporary: Path, path: Path) -> None:
    # On Windows a client that is reading the old file at this moment makes the replace fail.
    for attempt in range(_REPLACE_ATTEMPTS):
        try:
            temporary.replace(path)
        except PermissionError:
            if attempt + 1 == _REPLACE_ATTEMPTS:
                raise
            time.sleep(_REPLACE_PAUSE_S)
        else:
            return


def read_endpoint(path: Path) -> Endpoint | None:
    """The endpoint in the file; None where there is no file or it holds something else."""
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        endpoint = Endpoint(
            host=str(fields["host"]),
            port=int(fields["port"]),
            token=str(fields["token"]),
            pid=int(fields["pid"]),
            started_at=float(fields["started_at"]),
            version=str(fields["version"]),
        )
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None
    usable = 0 < endpoint.port < 1 << 16 and 0 < endpoint.pid < 1 << 32
    # gRPC takes header values of visible ASCII only.
    plain = all(" " <= letter <= "~" for letter in endpoint.token + endpoint.host)
    return endpoint if usable and plain else None


def remove_endpoint(path: Path, pid: int) -> None:
    """Remove the file if it is the given process's own."""
    endpoint = read_endpoint(path)
    if endpoint is not None and endpoint.pid == pid:
        with contextlib.suppress(OSError):
            path.unlink()
