"""The timing of a song, from its sound: red lines by one hearing, or by the vote of many.

Names are imported on first use: what a request may ask needs no torch.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from model_core.timing.marks import Mark
    from model_core.timing.parameters import TimingParameters
    from model_core.timing.retiming import Retimed, retime
    from model_core.timing.song import Mode, SongTiming, TimingOptions, time_song, timing_of

_HOMES = {
    "Mark": "marks",
    "Mode": "song",
    "Retimed": "retiming",
    "SongTiming": "song",
    "TimingOptions": "song",
    "TimingParameters": "parameters",
    "retime": "retiming",
    "time_song": "song",
    "timing_of": "song",
}

__all__ = [
    "Mark",
    "Mode",
    "Retimed",
    "SongTiming",
    "TimingOptions",
    "TimingParameters",
    "retime",
    "time_song",
    "timing_of",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
