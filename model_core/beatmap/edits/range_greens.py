"""Green lines of a remapped range: what the new objects need, kiai as asked, the state restored."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from ...errors import EditRefused
from ..beatmap import Beatmap
from ..new_objects import NewObject
from ..timing import SAMPLE_LENIENCY, Timing
from ..timing_points import TimingPoint
from .fitting import scrolls, wanted_scroll, wanted_velocity
from .green_lines import (
    BODY_DELAY,
    Demand,
    GreenLine,
    LineState,
    Placement,
    demands_of,
    place,
    state_at,
)
from .line_builder import LineBuilder
from .ranges import FreeRange
from .timing_gaps import TimingGaps

#: Kiai spans of (start, end) in ms, the end not included.
KiaiSpans = Sequence[tuple[int, int]]


def place_greens(
    beatmap: Beatmap,
    start_ms: int,
    end_ms: int,
    free: FreeRange,
    objects: Sequence[NewObject],
    take_volume: bool = True,
    take_sv: bool = True,
    kiai: KiaiSpans | None = None,
) -> Placement:
    """Where green lines must stand so that ``objects`` move and sound as they should.

    ``kiai`` holds from the end of the objects that reach into the range to where the map's own
    state is restored; ``None`` leaves kiai as it is. No line is put before the first red one:
    there, green lines do not work everywhere. Raises ``EditRefused`` where kiai is asked for in
    a map without a red line.
    """
    timing = beatmap.timing
    if not timing.red_lines:
        if kiai:
            raise EditRefused(
                "The map has no red line, so there is nowhere to switch kiai. Time it in the"
                " editor first."
            )
        return Placement()
    if not objects and kiai is None:
        return Placement()
    earliest = max(float(start_ms), timing.red_lines[0].time)
    restore = _restore_time(beatmap, start_ms, end_ms, free, objects, kiai is not None)
    if restore < earliest:
        return Placement()
    demands = _demands(beatmap, objects, take_volume, take_sv)
    # A volume that had to wait is no use behind the range: only restoring lines stand there.
    latest = max((item.end_time or item.time for item in objects), default=end_ms)
    latest = max(latest, end_ms)
    demands = _after_sounds(demands, free.sounds_until_ms)
    demands = [demand for demand in demands if earliest <= demand.time <= latest]
    within = [p for p in beatmap.timing_points if earliest <= p.time <= max(restore, end_ms)]
    editable = [p for p in within if not p.uninherited and p.time <= end_ms]
    fixed = [p for p in within if p.uninherited or p.time > end_ms]
    kiai_from = max(earliest, float(free.first_ms))
    switches: list[float] = []
    if kiai is not None:
        switches = [kiai_from, *(float(edge) for span in kiai for edge in span)]
        switches = [edge for edge in switches if kiai_from <= edge < min(restore, end_ms + 1)]

    def base(time: float) -> LineState:
        own = state_at(timing, time)
        if kiai is None or not kiai_from <= time < restore:
            return own
        # Behind the range nothing is switched until all is restored.
        asked = min(time, end_ms)
        return replace(own, kiai=any(first <= asked < last for first, last in kiai))

    before = state_at(timing, math.nextafter(earliest, -math.inf))
    return place(base, timing.meter_at, before, fixed, editable, demands, switches, restore)


def _demands(
    beatmap: Beatmap, objects: Sequence[NewObject], take_volume: bool, take_sv: bool
) -> list[Demand]:
    timing = beatmap.timing
    if not take_sv:
        return demands_of(objects, None, take_volume)
    if not scrolls(beatmap.mode):
        return demands_of(objects, lambda item: wanted_velocity(item, timing), take_volume)
    if all(item.slider_velocity is None for item in objects):
        return demands_of(objects, None, take_volume)
    return demands_of(objects, wanted_scroll, take_volume, every_kind=True)


def _after_sounds(demands: Sequence[Demand], until: float) -> list[Demand]:
    """Volumes wait until the objects before the range have looked theirs up."""
    moments: dict[float, Demand] = {}
    for demand in demands:
        time = demand.time
        if demand.volume is not None and time <= until:
            if demand.velocity is not None or demand.own_velocity:
                moments[time] = replace(demand, volume=None)
            time = float(math.floor(until) + 1)
            if time > demand.time + BODY_DELAY:
                continue  # nothing would hear it
            demand = Demand(time, None, demand.volume)
        known = moments.get(time)
        if known is not None:
            demand = Demand(
                time,
                known.velocity if demand.velocity is None else demand.velocity,
                known.volume if demand.volume is None else demand.volume,
                known.own_velocity or demand.own_velocity,
            )
        moments[time] = demand
    return [moments[time] for time in sorted(moments)]


def _restore_time(
    beatmap: Beatmap,
    start_ms: int,
    end_ms: int,
    free: FreeRange,
    objects: Sequence[NewObject],
    to_the_end: bool,
) -> float:
    """When the map's own state is to hold again.

    Behind the last new sound's lookup and at the range's end, at a line of the map's own if
    one stands there already (unless kiai is asked for ``to_the_end``); at the next object's
    start where there is no room.
    """
    last = max((item.end_time or item.time for item in objects), default=start_ms)
    earliest = last + SAMPLE_LENIENCY + 2 if objects else float(start_ms)
    if earliest > free.following_ms:
        return free.following_ms
    latest = max(earliest, float(end_ms))
    if to_the_end:
        return latest
    own = [point.time for point in beatmap.timing_points if earliest <= point.time <= latest]
    return min(own, default=latest)


def write_greens(builder: LineBuilder, beatmap: Beatmap, placement: Placement) -> None:
    """Puts a placement into the file's lines."""
    offset = beatmap.time_offset
    for point in placement.removed:
        builder.delete(point.line)
    for point, line in placement.changed:
        builder.replace(point.line, [line.text(offset, point.effects)])
    gaps = TimingGaps(beatmap)
    for green in placement.added:
        builder.insert(gaps.gap(green.time, red=False), [green.text(offset)])


def timing_after(beatmap: Beatmap, placement: Placement) -> Timing:
    """The timing as it will be, without writing the file first."""
    if not (placement.added or placement.changed or placement.removed):
        return beatmap.timing
    changed = {point.line: green for point, green in placement.changed}
    gone = {point.line for point in placement.removed}
    added: dict[int, list[GreenLine]] = {}
    gaps = TimingGaps(beatmap)
    for green in placement.added:
        added.setdefault(gaps.gap(green.time, red=False), []).append(green)
    points: list[TimingPoint] = []
    for point in beatmap.timing_points:
        points += [green.point() for green in added.pop(point.line, ())]
        if point.line not in gone:
            replacement = changed.get(point.line)
            points.append(point if replacement is None else replacement.point())
        points += [green.point() for green in added.pop(point.line + 1, ())]
    return Timing(points)
