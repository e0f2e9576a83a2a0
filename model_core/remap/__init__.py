"""The remap request: new hit objects for a range of a map, as patches that are ranked.

No screens, no gRPC: beatmap, audio and options in, candidates out.
"""

from model_core.remap.options import Candidate, Progress, RemapOptions, RemapResult
from model_core.remap.request import remap_range

__all__ = ["Candidate", "Progress", "RemapOptions", "RemapResult", "remap_range"]
