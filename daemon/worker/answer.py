"""A finished remap as the contract's messages: variants, patches, and what to draw."""

from __future__ import annotations

import math
from collections.abc import Sequence

from osu_companion.v1 import patches_pb2

from daemon.patch_messages import patch_to_message, summary_to_message
from model_core.beatmap import Beatmap, HitObject, ObjectKind
from model_core.beatmap.edits import RemapEdit
from model_core.beatmap.geometry.slider_path import slider_path

# How far around the range the objects that stay are shown.
_AROUND_MS = 3000.0
# Points of a slider's outline, at most: enough for a picture, whatever the curve.
_PATH_POINTS = 48

_KINDS = {
    ObjectKind.CIRCLE: patches_pb2.PreviewObject.KIND_CIRCLE,
    ObjectKind.SLIDER: patches_pb2.PreviewObject.KIND_SLIDER,
    ObjectKind.SPINNER: patches_pb2.PreviewObject.KIND_SPINNER,
    ObjectKind.HOLD: patches_pb2.PreviewObject.KIND_HOLD,
}
_INT32 = 2**31 - 1


def variant_message(
    number: int,
    seam_bits: float | None,
    before: Beatmap,
    edit: RemapEdit,
    start_ms: int,
    end_ms: int,
) -> patches_pb2.BeatmapVariant:
    """One candidate.

    Args:
        number: its rank, from 1.
        seam_bits: bits per token of the objects after the range; None where nothing survives.
        before: the map that the edit was made for.
    """
    patch = patch_to_message(edit.patch, edit.scope)
    patch.summary.CopyFrom(summary_to_message(edit.summary))
    patch.preview.CopyFrom(preview(before, edit, start_ms, end_ms))
    bits = math.nan if seam_bits is None else seam_bits
    return patches_pb2.BeatmapVariant(number=number, seam_bits=bits, patch=patch)


def preview(
    before: Beatmap, edit: RemapEdit, start_ms: int, end_ms: int
) -> patches_pb2.BeatmapPreview:
    """Replaced, generated and surrounding objects, in order of time."""
    replaced = [item for item in before.hit_objects if start_ms <= item.time <= end_ms]
    gone = {item.line for item in replaced}
    after = edit.result
    last_new = max((item.time for item in edit.objects), default=start_ms)
    times = {item.time for item in edit.objects}
    generated = [
        item
        for item in after.hit_objects
        if start_ms <= item.time <= max(last_new, end_ms) and item.time in times
    ]
    new_lines = {item.line for item in generated}
    kept = [
        item
        for item in after.hit_objects
        if item.line not in new_lines and start_ms - _AROUND_MS <= item.time <= end_ms + _AROUND_MS
    ]
    role = patches_pb2.PreviewObject
    drawn = [
        *_draw(before, [item for item in replaced if item.line in gone], role.ROLE_REPLACED),
        *_draw(after, generated, role.ROLE_GENERATED),
        *_draw(after, kept, role.ROLE_KEPT),
    ]
    drawn.sort(key=lambda item: (item.start_ms, item.role))
    return patches_pb2.BeatmapPreview(
        start_ms=start_ms,
        end_ms=end_ms,
        circle_size=before.circle_size,
        approach_rate=before.approach_rate,
        objects=drawn,
    )


def _draw(
    beatmap: Beatmap, items: Sequence[HitObject], role: patches_pb2.PreviewObject.Role
) -> list[patches_pb2.PreviewObject]:
    labels = {
        item.line: (label, starts)
        for item, label, starts in zip(
            beatmap.hit_objects, beatmap.combo_labels(), beatmap.combo_starts(), strict=True
        )
    }
    return [
        patches_pb2.PreviewObject(
            kind=_KINDS[item.kind],
            role=role,
            start_ms=_ms(item.time),
            end_ms=_ms(item.end_time),
            x=item.x,
            y=item.y,
            new_combo=labels[item.line][1],
            combo_number=labels[item.line][0],
            path=_outline(item),
            slides=item.slides,
        )
        for item in items
    ]


def _outline(item: HitObject) -> list[float]:
    """A slider's path as x0, y0, x1, y1, ..., thinned."""
    if item.curve is None:
        return []
    path = slider_path(item.curve, item.length)
    points = path.vertices
    if len(points) > _PATH_POINTS:
        last = _PATH_POINTS - 1
        points = tuple(path.position_at(index / last) for index in range(_PATH_POINTS))
    return [coordinate for point in points for coordinate in point]


def _ms(time: float) -> int:
    # Times in a file may be anything a double holds.
    return round(min(_INT32, max(-_INT32, time))) if math.isfinite(time) else 0
