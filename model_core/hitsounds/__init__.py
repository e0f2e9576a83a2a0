"""Hitsounding: new sounds for the objects of a map, chosen by a model that reads all the rest.

No screens, no gRPC: beatmap, audio and options in, sounds and a patch out.
"""

from model_core.hitsounds.options import HitsoundOptions
from model_core.hitsounds.request import choose_sounds, hitsound
from model_core.hitsounds.results import (
    Choices,
    HitsoundResult,
    Left,
    ObjectChoice,
    Source,
)

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
