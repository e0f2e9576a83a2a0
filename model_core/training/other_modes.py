"""The rule mapper's maps as maps of another mode: what a model that knows osu!standard is up to.

The rule mapper maps for osu!standard. Its objects, turned into the mode by the very rules that a
request turns a model's objects with, are the best that a request can come up with there.
"""

from __future__ import annotations

from model_core.beatmap import Beatmap, parse
from model_core.beatmap.edits.object_lines import format_object
from model_core.beatmap.numbers import format_number
from model_core.tokens import map_events, starter_layout
from model_core.tokens.decode import rescale_positions
from model_core.tokens.groups import events_to_groups
from model_core.tokens.to_objects import groups_to_objects
from model_core.tokens.translation import MANIA, translated

__all__ = ["in_mode"]


def in_mode(beatmap: Beatmap, mode: int, keys: int = 4) -> Beatmap:
    """A map of osu!standard as one of ``mode``, with ``keys`` columns in mania."""
    if mode == beatmap.mode:
        return beatmap
    layout = starter_layout()
    events = rescale_positions(map_events(beatmap, layout), layout)
    made = groups_to_objects(
        events_to_groups(events, layout), beatmap.timing, beatmap.slider_multiplier
    )
    timing, multiplier = beatmap.timing, beatmap.slider_multiplier
    objects = translated(made.objects, mode, timing, multiplier, keys)
    size = float(keys) if mode == MANIA else beatmap.circle_size
    head = (
        f"osu file format v14\n\n[General]\nMode: {mode}\n\n[Difficulty]\n"
        f"CircleSize:{format_number(size)}\nOverallDifficulty:7\n"
        f"SliderMultiplier:{format_number(multiplier)}\n\n[TimingPoints]\n"
    )
    lines = [beatmap.document.lines[point.line].rstrip() for point in beatmap.timing_points]
    own = [format_object(item, timing, 14, 0.0).encode() for item in objects]
    return parse(
        b"\n".join([head.encode() + lines[0], *lines[1:], b"", b"[HitObjects]", *own, b""])
    )
