"""Telling the watcher of a running daemon which writes are ours, where no other call is made."""

from __future__ import annotations

import contextlib
from pathlib import Path

from osu_companion.local.endpoint import read_endpoint
from osu_companion.local.paths import Paths

# A courtesy; a daemon that hangs must not hold up an undo.
_COURTESY_S = 1.0


def tell_watcher(paths: Paths, path: Path, sha256: str) -> None:
    """So that the watcher of a running daemon does not take our write for the editor's.

    Args:
        sha256: of what the file holds now; ``""`` where it was removed, which needs no telling.
    """
    endpoint = read_endpoint(paths.endpoint_file)
    if not sha256 or endpoint is None or not endpoint.process_alive():
        return
    from clients.client import Client, ClientError

    with contextlib.suppress(ClientError), Client(endpoint) as client:
        client.report_write(path, sha256, timeout_s=_COURTESY_S)
