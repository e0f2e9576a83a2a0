"""Beatmaps: lossless .osu documents, typed views, timing, edits and patches. No torch.

``parse(data).to_bytes() == data`` holds for any bytes, and every edit is a list of line
replacements, so that what a request does not name stays as it was.
"""

from __future__ import annotations

from .beatmap import Beatmap, parse
from .breaks import BreakPeriod
from .document import Document, split_lines
from .hit_objects import HitObject, HitSample
from .new_objects import NewObject, ObjectKind, Sound
from .slider_path import CurveSegment, SliderCurve, SliderPath
from .timing import SampleState, Timing
from .timing_points import TimingPoint

__all__ = [
    "Beatmap",
    "BreakPeriod",
    "CurveSegment",
    "Document",
    "HitObject",
    "HitSample",
    "NewObject",
    "ObjectKind",
    "SampleState",
    "SliderCurve",
    "SliderPath",
    "Sound",
    "Timing",
    "TimingPoint",
    "parse",
    "split_lines",
]
