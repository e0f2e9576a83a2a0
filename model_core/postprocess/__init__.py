"""From events to a whole map, as the published models' programs do it.

What these programs write is reproduced here to the letter, so that every difference of a map to
theirs is one that was chosen. Requests share the pieces that are right for them (velocities,
drumrolls, stacking) and write their objects through :mod:`model_core.beatmap`, which follows the
game.
"""

from model_core.postprocess.overlaps import snap_near_overlaps
from model_core.postprocess.reference_map import (
    ReferenceHeader,
    WrittenMap,
    post_process_reference,
    write_reference,
)

__all__ = [
    "ReferenceHeader",
    "WrittenMap",
    "post_process_reference",
    "snap_near_overlaps",
    "write_reference",
]
