"""Beatmaps: lossless .osu documents, typed views, timing, edits and patches. No torch.

``parse(data).to_bytes() == data`` holds for any bytes, and every edit is a list of line
replacements, so that what a request does not name stays as it was.
"""

from __future__ import annotations

from .beatmap import Beatmap, parse
from .breaks import BreakPeriod
from .document import Document, split_lines
from .edits import RemapEdit, RemapSummary, remap
from .hit_objects import HitObject, HitSample
from .new_map import MapHeader, RedLine, write_map
from .new_objects import NewObject, ObjectKind, Sound
from .patch import LineEdit, Patch, rebase
from .ranges import FreeRange, free_range, replaced_objects
from .slider_path import CurveSegment, SliderCurve, SliderPath
from .timestamps import Range, Timestamp, format_timestamp, parse_range, parse_timestamp
from .timing import SampleState, Timing
from .timing_points import TimingPoint

__all__ = [
    "Beatmap",
    "BreakPeriod",
    "CurveSegment",
    "Document",
    "FreeRange",
    "HitObject",
    "HitSample",
    "LineEdit",
    "MapHeader",
    "NewObject",
    "ObjectKind",
    "Patch",
    "Range",
    "RedLine",
    "RemapEdit",
    "RemapSummary",
    "SampleState",
    "SliderCurve",
    "SliderPath",
    "Sound",
    "Timestamp",
    "Timing",
    "TimingPoint",
    "format_timestamp",
    "free_range",
    "parse",
    "parse_range",
    "parse_timestamp",
    "rebase",
    "remap",
    "replaced_objects",
    "split_lines",
    "write_map",
]
