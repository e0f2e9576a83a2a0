"""The remap of a range: new objects in, old ones out, everything else as it was.

The steps: find what is replaced and where there is room, fit the new objects in, place green
lines for their speed and volume and one that restores the map's own state after them, split
breaks, write the lines where the old ones stood, and check the result against the contract
(:mod:`.contracts.objects`) before it leaves.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...errors import EditRefused, InputError
from ..beatmap import Beatmap, parse
from ..hit_objects import HitObject
from ..new_objects import NewObject, ObjectKind
from ..patches import Patch
from ..timestamps import format_timestamp
from ..timing import Timing
from .break_edits import break_lines
from .combo_edits import (
    colour_repair,
    first_after,
    turned_line,
    with_first_combo,
    with_skip,
)
from .contracts import check, require_utf8
from .contracts.objects import END_TOLERANCE
from .edit import Edit, EditKind, Scope
from .fitting import MANIA, fit_objects, wanted_velocity
from .green_lines import Placement
from .line_builder import LineBuilder
from .object_lines import format_object
from .range_greens import KiaiSpans, place_greens, timing_after, write_greens
from .ranges import FreeRange, free_range, replaced_objects
from .summary import remap_summary

__all__ = ["RemapEdit", "remap", "require_editable"]


@dataclass(frozen=True, slots=True)
class RemapEdit(Edit):
    """A checked remap; ``objects`` are the new ones as they were written."""

    objects: tuple[NewObject, ...]


def remap(
    beatmap: Beatmap,
    start_ms: int,
    end_ms: int,
    objects: Sequence[NewObject],
    *,
    take_volume: bool = True,
    take_sv: bool = True,
    kiai: KiaiSpans | None = None,
    next_combo: bool = False,
) -> RemapEdit:
    """Replaces the objects that start within ``start_ms..end_ms`` by ``objects``, in any mode.

    ``take_volume`` and ``take_sv`` say whether the new objects' volumes and slider velocities
    are written as green lines; without the latter, sliders get other lengths instead and keep
    their duration. ``kiai`` gives the (start, end) spans in ms of kiai within the range, the
    end not included; ``None`` leaves kiai as it is. ``next_combo`` keeps later combo colours as
    they were, by the new-combo bit of the first object after the range or, where that cannot
    do it, by colours that the last new combo of the range leaves out.

    Raises ``InputError`` for a range that ends before it starts and for objects that the map's
    mode does not have, ``NotSupported`` for files of another encoding, and ``EditRefused`` where
    the edit would change what it must not.
    """
    require_editable(beatmap)
    if end_ms < start_ms:
        raise InputError(f"The range ends ({end_ms} ms) before it starts ({start_ms} ms).")
    free = free_range(beatmap, start_ms, end_ms)
    replaced = replaced_objects(beatmap, start_ms, end_ms)
    if not take_sv:
        objects = [_without_velocity(item, beatmap) for item in objects]
    fitted = fit_objects(objects, beatmap, free)
    new = with_first_combo(fitted.objects, beatmap, replaced)
    placement = place_greens(beatmap, start_ms, end_ms, free, new, take_volume, take_sv, kiai)
    timing = timing_after(beatmap, placement)
    new = tuple(_at_actual_velocity(item, beatmap, timing) for item in new)
    parts = _Parts(beatmap, start_ms, end_ms, replaced, placement, timing, take_volume)
    patch, breaks = parts.patch(new, None)
    result = parse(patch.apply(beatmap.document.data))
    turned: tuple[int, str] | None = None
    if next_combo:
        repair = colour_repair(beatmap, result, end_ms, free.last_ms)
        new = with_skip(new, repair.skip) if repair.skip else new
        following = first_after(beatmap, end_ms) if repair.toggle else None
        turned = None if following is None else turned_line(beatmap, following)
        if repair.skip or turned is not None:
            patch, breaks = parts.patch(new, turned)
            result = parse(patch.apply(beatmap.document.data))
    scope = Scope(EditKind.OBJECTS, start_ms, end_ms, kiai=kiai is not None, next_combo=next_combo)
    check(scope, beatmap, result)
    _check_new(result, new, start_ms, free)
    summary = remap_summary(
        len(replaced), len(new), fitted, placement, breaks, combo_changed=turned is not None
    )
    return RemapEdit(patch, scope, summary, result, new)


def require_editable(beatmap: Beatmap) -> None:
    """Raises unless the file is a map with a place for objects."""
    require_utf8(beatmap)
    if not beatmap.document.has_section("HitObjects"):
        kind = "map" if beatmap.document.has_header else "file"
        raise EditRefused(
            f"This {kind} has no [HitObjects] section, so there is nowhere to put objects."
            " Is it really a beatmap? Open it in the editor and save it once."
        )


@dataclass(frozen=True, slots=True)
class _Parts:
    """All of a remap but its objects."""

    beatmap: Beatmap
    start_ms: int
    end_ms: int
    replaced: Sequence[HitObject]
    placement: Placement
    timing: Timing
    take_volume: bool

    def patch(
        self, objects: Sequence[NewObject], turned: tuple[int, str] | None
    ) -> tuple[Patch, int]:
        """The patch that writes ``objects``, and how many breaks it changes.

        ``turned`` is a line of the file and what it becomes; see :func:`turned_line`.
        """
        beatmap = self.beatmap
        builder = LineBuilder(beatmap.document)
        write_greens(builder, beatmap, self.placement)
        breaks = break_lines(beatmap, objects)
        for period, texts in breaks:
            builder.replace(period.line, texts)
        for item in self.replaced:
            builder.delete(item.line)
        own_volume = self.take_volume and beatmap.mode == MANIA
        lines = [
            format_object(
                item, self.timing, beatmap.version, beatmap.time_offset, own_volume=own_volume
            )
            for item in objects
        ]
        builder.insert(_object_gap(beatmap, self.start_ms, self.end_ms, self.replaced), lines)
        if turned is not None:
            builder.replace(turned[0], [turned[1]])
        return Patch.from_edits(beatmap.document.data, builder.edits()), len(breaks)


def _without_velocity(item: NewObject, beatmap: Beatmap) -> NewObject:
    """The slider at the map's own velocity: another length, the same duration."""
    if item.kind is not ObjectKind.SLIDER or item.slider_velocity is None:
        return item
    own = beatmap.timing.slider_velocity_at(item.time)
    length = item.length * own / wanted_velocity(item, beatmap.timing)
    return replace(item, length=length, slider_velocity=None)


def _at_actual_velocity(item: NewObject, beatmap: Beatmap, timing: Timing) -> NewObject:
    """Where no green line could give a slider its velocity, its length keeps the duration."""
    if item.kind is not ObjectKind.SLIDER:
        return item
    wanted = wanted_velocity(item, beatmap.timing)
    actual = timing.slider_velocity_at(item.time)
    if math.isclose(wanted, actual, rel_tol=1e-9):
        return item
    return replace(item, length=item.length * actual / wanted, slider_velocity=actual)


def _object_gap(beatmap: Beatmap, start_ms: int, end_ms: int, replaced: Sequence[HitObject]) -> int:
    """The line before which new objects belong."""
    if replaced:
        return min(item.line for item in replaced)
    before = [item for item in beatmap.hit_objects if item.time < start_ms]
    if before:
        latest = max(item.time for item in before)
        return max(item.line for item in before if item.time == latest) + 1
    after = [item for item in beatmap.hit_objects if item.time > end_ms]
    if after:
        return min(item.line for item in after)
    return next(span.first for span in beatmap.document.sections if span.name == "HitObjects")


def _check_new(
    result: Beatmap, objects: Sequence[NewObject], start_ms: int, free: FreeRange
) -> None:
    """The new objects read back as they were meant."""
    found = sorted(
        (item for item in result.hit_objects if start_ms <= item.time <= free.last_ms),
        key=lambda item: item.time,
    )
    if len(found) != len(objects):
        raise EditRefused(
            f"{len(objects)} new objects were written but {len(found)} read back. Nothing was"
            " changed."
        )
    for item, meant in zip(found, objects, strict=True):
        end = meant.time if meant.end_time is None else meant.end_time
        if item.kind is not meant.kind or item.time != meant.time:
            what = "kind or time"
        elif item.kind is not ObjectKind.SPINNER and (item.x, item.y) != (meant.x, meant.y):
            what = "position"
        elif abs(item.end_time - end) > END_TOLERANCE:
            what = "duration"
        elif item.new_combo != meant.new_combo:
            what = "new combo"
        else:
            continue
        stamp = format_timestamp(meant.time).removesuffix(" - ")
        raise EditRefused(
            f"The {what} of the new {meant.kind} at {stamp} does not read back as it was meant."
            " Nothing was changed."
        )
