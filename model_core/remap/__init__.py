"""The remap request: new hit objects for a range of a map, as patches that are ranked.

No screens, no gRPC: beatmap, audio and options in, candidates out.

Names are imported on first use: options need no torch.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from model_core.remap.options import Candidate, Progress, RemapOptions, RemapResult
    from model_core.remap.request import remap_range

_HOMES = {
    "Candidate": "options",
    "Progress": "options",
    "RemapOptions": "options",
    "RemapResult": "options",
    "remap_range": "request",
}

__all__ = [
    "Candidate",
    "Progress",
    "RemapOptions",
    "RemapResult",
    "remap_range",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
