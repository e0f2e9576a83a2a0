"""Hitsounding: new sounds for the objects of a map, chosen by a model that reads all the rest.

No screens, no gRPC: beatmap, audio and options in, sounds and a patch out.

Names are imported on first use: options need no torch.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from model_core.hitsounds.options import HitsoundOptions
    from model_core.hitsounds.request import choose_sounds, hitsound
    from model_core.hitsounds.results import Choices, HitsoundResult, Left, ObjectChoice, Source

_HOMES = {
    "Choices": "results",
    "HitsoundOptions": "options",
    "HitsoundResult": "results",
    "Left": "results",
    "ObjectChoice": "results",
    "Source": "results",
    "choose_sounds": "request",
    "hitsound": "request",
}

__all__ = [
    "Choices",
    "HitsoundOptions",
    "HitsoundResult",
    "Left",
    "ObjectChoice",
    "Source",
    "choose_sounds",
    "hitsound",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
