"""The Python client of the daemon, synchronous and asynchronous.

::

    from clients.client import Client

    with Client.connect() as client:            # starts the daemon if none runs
        for event in client.remap("/…/map.osu", start_ms=12345, end_ms=16000, seed=7):
            ...

Names are imported on first use: grpc takes longer to import than a short command to run.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from osu_companion.v1.parameters import (
        DifficultyOptions,
        HitsoundOptions,
        MapOptions,
        ModOptions,
        RemapOptions,
        TimingOptions,
    )

    from clients.client.asynchronous import AsyncClient
    from clients.client.errors import (
        CancelledError,
        ChangedError,
        ClientError,
        FailedError,
        RefusedError,
        UnreachableError,
        UsageError,
    )
    from clients.client.pictures import Variant
    from clients.client.songs import DifficultyWish, SongMetadata
    from clients.client.starting import ensure_running, find_running
    from clients.client.streams import JobStream
    from clients.client.synchronous import Client

_HOMES = {
    "AsyncClient": "asynchronous",
    "CancelledError": "errors",
    "ChangedError": "errors",
    "Client": "synchronous",
    "ClientError": "errors",
    "DifficultyOptions": "osu_companion.v1.parameters",
    "DifficultyWish": "songs",
    "FailedError": "errors",
    "HitsoundOptions": "osu_companion.v1.parameters",
    "JobStream": "streams",
    "MapOptions": "osu_companion.v1.parameters",
    "ModOptions": "osu_companion.v1.parameters",
    "RefusedError": "errors",
    "RemapOptions": "osu_companion.v1.parameters",
    "SongMetadata": "songs",
    "TimingOptions": "osu_companion.v1.parameters",
    "UnreachableError": "errors",
    "Variant": "pictures",
    "UsageError": "errors",
    "ensure_running": "starting",
    "find_running": "starting",
}

__all__ = [
    "AsyncClient",
    "CancelledError",
    "ChangedError",
    "Client",
    "ClientError",
    "DifficultyOptions",
    "DifficultyWish",
    "FailedError",
    "HitsoundOptions",
    "JobStream",
    "MapOptions",
    "ModOptions",
    "RefusedError",
    "RemapOptions",
    "SongMetadata",
    "TimingOptions",
    "UnreachableError",
    "UsageError",
    "Variant",
    "ensure_running",
    "find_running",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = _HOMES[name]
    return getattr(importlib.import_module(home if "." in home else f"{__name__}.{home}"), name)
