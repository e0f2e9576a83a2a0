"""Beatmaps: lossless .osu documents, typed views, timing, edits and patches. No torch.

``parse(data).to_bytes() == data`` holds for any bytes, and every edit is a list of line
replacements, so that what a request does not name stays as it was.
"""

from __future__ import annotations

from .beatmap import Beatmap, parse
from .breaks import BreakPeriod
from .document import Document, split_lines
from .edits import Edit, EditKind, EditSummary, RemapEdit, Scope, rebase, remap
from .edits.green_line_edits import (
    GreenSetting,
    change_green_lines,
    green_lines_of,
    set_green_lines,
)
from .edits.hitsounding import HitsoundEdit, set_hitsounds
from .edits.new_map import MapHeader, RedLine, write_map
from .edits.ranges import FreeRange, free_range, replaced_objects
from .edits.red_lines import red_lines_of, set_red_lines
from .edits.unlocked import remap_with_timing
from .geometry.slider_path import CurveSegment, SliderCurve, SliderPath
from .hit_objects import HitObject, HitSample
from .new_objects import NewObject, ObjectKind, Sound
from .object_sounds import ObjectSounds, object_sounds
from .patches import LineEdit, Patch
from .timestamps import Range, Timestamp, format_timestamp, parse_range, parse_timestamp
from .timing import SampleState, Timing
from .timing_points import TimingPoint

__all__ = [
    "Beatmap",
    "BreakPeriod",
    "CurveSegment",
    "Document",
    "Edit",
    "EditKind",
    "EditSummary",
    "FreeRange",
    "GreenSetting",
    "HitObject",
    "HitSample",
    "HitsoundEdit",
    "LineEdit",
    "MapHeader",
    "NewObject",
    "ObjectKind",
    "ObjectSounds",
    "Patch",
    "Range",
    "RedLine",
    "RemapEdit",
    "SampleState",
    "Scope",
    "SliderCurve",
    "SliderPath",
    "Sound",
    "Timestamp",
    "Timing",
    "TimingPoint",
    "change_green_lines",
    "format_timestamp",
    "free_range",
    "green_lines_of",
    "object_sounds",
    "parse",
    "parse_range",
    "parse_timestamp",
    "rebase",
    "red_lines_of",
    "remap",
    "remap_with_timing",
    "replaced_objects",
    "set_green_lines",
    "set_hitsounds",
    "set_red_lines",
    "split_lines",
    "write_map",
]
