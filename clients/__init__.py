"""What people and tools touch; for editor tools one import is all that is needed.

::

    import clients

    with clients.connect() as companion:  # starts the daemon if none runs
        result = companion.remap("Map [Insane].osu", range_text="00:12:345 (1,2) - 00:16:000 - ")
        result.apply()

``connect_async`` is the same for asyncio; docs/library.md has examples. Names are imported on first
use: grpc takes longer to import than a short command to run.
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
    from clients.library.async_companion import AsyncCompanion, connect_async
    from clients.library.async_outcomes import (
        AsyncFixes,
        AsyncModding,
        AsyncNewMap,
        AsyncNewMapset,
        AsyncPatches,
        AsyncTiming,
    )
    from clients.library.cancelling import Cancellation, TimedOutError
    from clients.library.companion import Companion, connect
    from clients.library.outcomes import Fixes, Modding, NewMap, NewMapset, Patches, Timing
    from clients.library.pictures import Picture
    from clients.library.progress import Progress
    from clients.library.results import Notice, Timings
    from clients.library.writing import Change
    from clients.patching import PatchingError

_OPTIONS = "osu_companion.v1.parameters"
_ERRORS = "clients.client.errors"
_OUTCOMES = "clients.library.outcomes"
_ASYNC_OUTCOMES = "clients.library.async_outcomes"
_HOMES = {
    "AsyncCompanion": "clients.library.async_companion",
    "AsyncFixes": _ASYNC_OUTCOMES,
    "AsyncModding": _ASYNC_OUTCOMES,
    "AsyncNewMap": _ASYNC_OUTCOMES,
    "AsyncNewMapset": _ASYNC_OUTCOMES,
    "AsyncPatches": _ASYNC_OUTCOMES,
    "AsyncTiming": _ASYNC_OUTCOMES,
    "Cancellation": "clients.library.cancelling",
    "CancelledError": _ERRORS,
    "Change": "clients.library.writing",
    "ChangedError": _ERRORS,
    "ClientError": _ERRORS,
    "Companion": "clients.library.companion",
    "DifficultyOptions": _OPTIONS,
    "DifficultyWish": "clients.client.songs",
    "FailedError": _ERRORS,
    "Fixes": _OUTCOMES,
    "HitsoundOptions": _OPTIONS,
    "MapOptions": _OPTIONS,
    "ModOptions": _OPTIONS,
    "Modding": _OUTCOMES,
    "NewMap": _OUTCOMES,
    "NewMapset": _OUTCOMES,
    "Notice": "clients.library.results",
    "Patches": _OUTCOMES,
    "PatchingError": "clients.patching",
    "Picture": "clients.library.pictures",
    "Progress": "clients.library.progress",
    "RefusedError": _ERRORS,
    "RemapOptions": _OPTIONS,
    "SongMetadata": "clients.client.songs",
    "TimedOutError": "clients.library.cancelling",
    "Timing": _OUTCOMES,
    "TimingOptions": _OPTIONS,
    "Timings": "clients.library.results",
    "UnreachableError": _ERRORS,
    "UsageError": _ERRORS,
    "Variant": "clients.client.pictures",
    "connect": "clients.library.companion",
    "connect_async": "clients.library.async_companion",
}

__all__ = [
    "AsyncCompanion",
    "AsyncFixes",
    "AsyncModding",
    "AsyncNewMap",
    "AsyncNewMapset",
    "AsyncPatches",
    "AsyncTiming",
    "Cancellation",
    "CancelledError",
    "Change",
    "ChangedError",
    "ClientError",
    "Companion",
    "DifficultyOptions",
    "DifficultyWish",
    "FailedError",
    "Fixes",
    "HitsoundOptions",
    "MapOptions",
    "ModOptions",
    "Modding",
    "NewMap",
    "NewMapset",
    "Notice",
    "Patches",
    "PatchingError",
    "Picture",
    "Progress",
    "RefusedError",
    "RemapOptions",
    "SongMetadata",
    "TimedOutError",
    "Timing",
    "TimingOptions",
    "Timings",
    "UnreachableError",
    "UsageError",
    "Variant",
    "connect",
    "connect_async",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
