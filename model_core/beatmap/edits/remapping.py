"""The remap of a range: new objects in, old ones out, everything else as it was.

The steps: find what is replaced and where there is room, fit the new objects in, place green
lines for their speed and volume and one that restores the map's own state after them, split
breaks, write the lines where the old ones stood, and check the result against the contract
(:mod:`.contract`) before it leaves.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...errors import EditRefused, InputError, NotSupported
from ..beatmap import Beatmap, parse
from ..hit_objects import HitObject
from ..new_objects import NewObject, ObjectKind
from ..patches import Patch
from ..timestamps import format_timestamp
from ..timing import SAMPLE_LENIENCY, Timing
from ..timing_points import TimingPoint
from .break_edits import break_lines
from .contracts import check
from .contracts.objects import END_TOLERANCE
from .edit import Edit, EditKind, Scope
from .fitting import fit_objects, wanted_velocity
from .green_lines import Demand, GreenLine, LineState, Placement, demands_of, place, state_at
from .line_builder import LineBuilder
from .object_lines import format_object
from .ranges import FreeRange, free_range, replaced_objects
from .summary import remap_summary

MODE_NAMES = ("osu!standard", "osu!taiko", "osu!catch", "osu!mania")

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
) -> RemapEdit:
    """Replaces the objects that start within ``start_ms..end_ms`` by ``objects``.

    ``take_volume`` and ``take_sv`` say whether the new objects' volumes and slider velocities
    are written as green lines; without the latter, sliders get other lengths instead and keep
    their duration. Raises ``NotSupported`` for other modes, ``InputError`` for a range that
    ends before it starts, and ``EditRefused`` where the edit would change what it must not.
    """
    require_editable(beatmap)
    if end_ms < start_ms:
        raise InputError(f"The range ends ({end_ms} ms) before it starts ({start_ms} ms).")
    free = free_range(beatmap, start_ms, end_ms)
    replaced = replaced_objects(beatmap, start_ms, end_ms)
    if not take_sv:
        objects = [_without_velocity(item, beatmap) for item in objects]
    fitted = fit_objects(objects, beatmap, free)
    new = _with_first_combo(fitted.objects, beatmap, replaced)
    builder = LineBuilder(beatmap.document)
    placement = _place_greens(beatmap, start_ms, end_ms, free, new, take_volume, take_sv)
    _write_greens(builder, beatmap, placement)
    timing = _timing_after(beatmap, placement)
    new = tuple(_at_actual_velocity(item, beatmap, timing) for item in new)
    breaks = break_lines(beatmap, new)
    for period, texts in breaks:
        builder.replace(period.line, texts)
    for item in replaced:
        builder.delete(item.line)
    lines = [format_object(i, timing, beatmap.version, beatmap.time_offset) for i in new]
    builder.insert(_object_gap(beatmap, start_ms, end_ms, replaced), lines)
    patch = Patch.from_edits(beatmap.document.data, builder.edits())
    result = parse(patch.apply(beatmap.document.data))
    scope = Scope(EditKind.OBJECTS, start_ms, end_ms)
    check(scope, beatmap, result)
    _check_new(result, new, start_ms, free)
    summary = remap_summary(len(replaced), len(new), fitted, placement, len(breaks))
    return RemapEdit(patch, scope, summary, result, new)


def require_editable(beatmap: Beatmap) -> None:
    """Raises unless the file is a standard map with a place for objects."""
    if beatmap.document.data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise NotSupported(
            "This file is saved as UTF-16, which is not supported yet. Open the map in the"
            " editor and save it once; that makes it UTF-8."
        )
    if not beatmap.document.has_section("HitObjects"):
        kind = "map" if beatmap.document.has_header else "file"
        raise EditRefused(
            f"This {kind} has no [HitObjects] section, so there is nowhere to put objects."
            " Is it really a beatmap? Open it in the editor and save it once."
        )
    if beatmap.mode != 0:
        raise NotSupported(
            f"Remapping {MODE_NAMES[beatmap.mode]} maps is not supported yet; only osu!standard"
            " maps can be remapped."
        )


def _without_velocity(item: NewObject, beatmap: Beatmap) -> NewObject:
    """The slider at the map's own velocity: another length, the same duration."""
    if item.kind is not ObjectKind.SLIDER or item.slider_velocity is None:
        return item
    own = beatmap.timing.slider_velocity_at(item.time)
    length = item.length * own / wanted_velocity(item, beatmap.timing)
    return replace(item, length=length, slider_velocity=None)


def _with_first_combo(
    objects: tuple[NewObject, ...], beatmap: Beatmap, replaced: Sequence[HitObject]
) -> tuple[NewObject, ...]:
    """The first new object starts a combo exactly where the first replaced one did."""
    if not objects or not replaced:
        return objects
    first = min(replaced, key=lambda item: item.time)
    starts = beatmap.combo_starts()[beatmap.hit_objects.index(first)] or first.new_combo
    return (replace(objects[0], new_combo=starts), *objects[1:])


def _place_greens(
    beatmap: Beatmap,
    start_ms: int,
    end_ms: int,
    free: FreeRange,
    objects: Sequence[NewObject],
    take_volume: bool,
    take_sv: bool,
) -> Placement:
    timing = beatmap.timing
    if not objects or not timing.red_lines:
        return Placement()
    # Green lines before the first red one do not work everywhere: none is put there.
    earliest = max(float(start_ms), timing.red_lines[0].time)
    restore = _restore_time(beatmap, end_ms, free, objects)
    asked = demands_of(
        objects, (lambda item: wanted_velocity(item, timing)) if take_sv else None, take_volume
    )
    demands = _after_sounds(asked, free.sounds_until_ms)
    demands = [demand for demand in demands if demand.time >= earliest]
    within = [p for p in beatmap.timing_points if earliest <= p.time <= max(restore, end_ms)]
    editable = [p for p in within if not p.uninherited and p.time <= end_ms]
    fixed = [p for p in within if p.uninherited or p.time > end_ms]

    def base(time: float) -> LineState:
        return state_at(timing, time)

    before = state_at(timing, math.nextafter(earliest, -math.inf))
    return place(base, timing.meter_at, before, fixed, editable, demands, (), restore)


def _after_sounds(demands: Sequence[Demand], until: float) -> list[Demand]:
    """Volumes wait until the objects before the range have looked theirs up."""
    moments: dict[float, Demand] = {}
    for demand in demands:
        time = demand.time
        if demand.volume is not None and time <= until:
            if demand.velocity is not None:
                moments[time] = replace(demand, volume=None)
            time = float(math.floor(until) + 1)
            demand = Demand(time, None, demand.volume)
        known = moments.get(time)
        if known is not None:
            demand = Demand(
                time,
                known.velocity if demand.velocity is None else demand.velocity,
                known.volume if demand.volume is None else demand.volume,
            )
        moments[time] = demand
    return [moments[time] for time in sorted(moments)]


def _restore_time(
    beatmap: Beatmap, end_ms: int, free: FreeRange, objects: Sequence[NewObject]
) -> float:
    """When the map's own state is to hold again.

    Behind the last new sound's lookup and at the range's end, at a line of the map's own if
    one stands there already; at the next object's start where there is no room.
    """
    last = max(item.end_time or item.time for item in objects)
    earliest = last + SAMPLE_LENIENCY + 2
    if earliest > free.following_ms:
        return free.following_ms
    latest = max(earliest, float(end_ms))
    own = [point.time for point in beatmap.timing_points if earliest <= point.time <= latest]
    return min(own, default=latest)


def _write_greens(builder: LineBuilder, beatmap: Beatmap, placement: Placement) -> None:
    offset = beatmap.time_offset
    for point in placement.removed:
        builder.delete(point.line)
    for point, line in placement.changed:
        builder.replace(point.line, [line.text(offset, point.effects)])
    for green in placement.added:
        builder.insert(_timing_gap(beatmap, green.time), [green.text(offset)])


def _timing_gap(beatmap: Beatmap, time: float) -> int:
    """The line before which a new timing line belongs."""
    points = beatmap.timing_points
    earlier = [point for point in points if point.time <= time]
    if earlier:
        latest = max(point.time for point in earlier)
        return max(point.line for point in earlier if point.time == latest) + 1
    return points[0].line


def _timing_after(beatmap: Beatmap, placement: Placement) -> Timing:
    """The timing as it will be, without writing the file first."""
    changed = {point.line: green for point, green in placement.changed}
    gone = {point.line for point in placement.removed}
    added: dict[int, list[GreenLine]] = {}
    for green in placement.added:
        added.setdefault(_timing_gap(beatmap, green.time), []).append(green)
    points: list[TimingPoint] = []
    for point in beatmap.timing_points:
        points += [green.point() for green in added.pop(point.line, ())]
        if point.line not in gone:
            replacement = changed.get(point.line)
            points.append(point if replacement is None else replacement.point())
        points += [green.point() for green in added.pop(point.line + 1, ())]
    return Timing(points)


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
        elif abs(item.end_time - end) > END_TOLERANCE:
            what = "duration"
        else:
            continue
        stamp = format_timestamp(meant.time).removesuffix(" - ")
        raise EditRefused(
            f"The {what} of the new {meant.kind} at {stamp} does not read back as it was meant."
            " Nothing was changed."
        )
