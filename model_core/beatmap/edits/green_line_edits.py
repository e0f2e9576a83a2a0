"""Green lines as a request wants them: put in, changed, taken out, within a range.

Behind the range the map sounds, looks and moves as it did: where the last green line of the range
would go on into what follows, one more restores the map's own state. Lines that say the same stay
byte for byte; a changed one keeps the fields that are not asked for.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ...errors import InputError
from ..beatmap import Beatmap, parse
from ..hit_objects import LAZER_VERSION
from ..numbers import format_beat_length
from ..patches import Patch
from ..timing import SAMPLE_LENIENCY, Timing
from ..timing_points import MAX_SCROLL, MIN_SCROLL, TimingPoint
from .contracts import check
from .edit import Edit, EditKind, Scope
from .green_lines import GreenLine, LineState, state_at, state_of
from .line_builder import LineBuilder
from .red_line_texts import line_text, with_fields
from .timing_gaps import TimingGaps
from .timing_summary import green_summary, time_name

#: Slider velocities this near to each other (in relation) are the same in another spelling.
SAME_VELOCITY = 1e-9
#: So long after the range the sounds of its last nodes are looked up; then the state returns.
RESTORE_DELAY = SAMPLE_LENIENCY + 2


@dataclass(frozen=True, slots=True)
class GreenSetting:
    """What a green line sets from ``time`` (ms) on; ``None``: what its line says, or is in effect.

    ``slider_velocity`` is a multiplier 0.01..10 (sliders take less than 0.1 for 0.1); ``ticks``
    is false for sliders without ticks. ``sample_set`` is 0 the map's, 1 normal, 2 soft, 3 drum,
    ``sample_index`` 0 the skin's, ``volume`` 0..100.
    """

    time: float
    slider_velocity: float | None = None
    sample_set: int | None = None
    sample_index: int | None = None
    volume: int | None = None
    kiai: bool | None = None
    ticks: bool | None = None


@dataclass(frozen=True, slots=True)
class GreenChanges:
    """What happens to green lines; ``restoring`` is the line behind the range, if there is one."""

    added: tuple[GreenLine, ...] = ()
    changed: tuple[tuple[TimingPoint, GreenLine], ...] = ()
    removed: tuple[TimingPoint, ...] = ()
    restoring: GreenLine | None = None


def green_lines_of(beatmap: Beatmap, start_ms: int, end_ms: int) -> tuple[GreenSetting, ...]:
    """The green lines in effect within a range, every field given, in order of time."""
    settings = []
    for _, points in sorted(_by_time(beatmap, start_ms, end_ms).items()):
        state = state_of(points[-1])
        settings.append(
            GreenSetting(
                points[-1].time,
                state.velocity,
                state.sample_set,
                state.sample_index,
                state.volume,
                state.kiai,
                points[-1].ticks,
            )
        )
    return tuple(settings)


def change_green_lines(
    beatmap: Beatmap,
    start_ms: int,
    end_ms: int,
    *,
    put: Sequence[GreenSetting] = (),
    remove: Sequence[float] = (),
) -> Edit:
    """Puts single green lines into a range, or changes or takes out those that are there.

    What is ``put`` holds until the range's next line or its end. Raises as
    :func:`set_green_lines` does, and ``InputError`` where there is no line to ``remove``.
    """
    settings = {setting.time: setting for setting in green_lines_of(beatmap, start_ms, end_ms)}
    for time in remove:
        if settings.pop(time, None) is None:
            raise InputError(f"There is no green line at {time_name(time)} in the range.")
    for setting in put:
        settings[_whole(beatmap, setting.time)] = setting
    return set_green_lines(beatmap, start_ms, end_ms, list(settings.values()))


def set_green_lines(
    beatmap: Beatmap, start_ms: int, end_ms: int, settings: Sequence[GreenSetting]
) -> Edit:
    """Makes ``settings`` the green lines of the range, and restores the map's state behind it.

    Times become whole milliseconds, as the editor writes them, but in maps of the newer format
    and where the map has a green line at that very time. Raises ``InputError`` for settings that
    no line can have or that stand outside the range or before the first red line, and
    ``EditRefused`` where an object outside the range would change.
    """
    if end_ms < start_ms:
        raise InputError(f"The range ends ({end_ms} ms) before it starts ({start_ms} ms).")
    ordered = _ordered(beatmap, settings, start_ms, end_ms)
    changes = _changes(beatmap, ordered, start_ms, end_ms)
    data = beatmap.document.data
    patch = _patch(beatmap, changes)
    if patch.edits:
        middle = parse(patch.apply(data))
        changes = replace(changes, restoring=_restoring(beatmap, middle, end_ms))
        patch = _patch(beatmap, changes)
    result = parse(patch.apply(data))
    scope = Scope(EditKind.GREEN_LINES, start_ms, end_ms)
    check(scope, beatmap, result)
    restoring = changes.restoring
    summary = green_summary(changes.added, changes.changed, changes.removed, restoring)
    return Edit(patch, scope, summary, result)


def _by_time(beatmap: Beatmap, start_ms: float, end_ms: float) -> dict[float, list[TimingPoint]]:
    found: dict[float, list[TimingPoint]] = {}
    for point in beatmap.timing_points:
        if not point.uninherited and start_ms <= point.time <= end_ms:
            found.setdefault(point.time, []).append(point)
    return found


def _whole(beatmap: Beatmap, time: float) -> float:
    if not math.isfinite(time):
        raise InputError(f"A green line cannot stand at {time} ms.")
    if beatmap.version >= LAZER_VERSION or any(
        point.time == time and not point.uninherited for point in beatmap.timing_points
    ):
        return time
    return float(math.floor(time + 0.5))


def _ordered(
    beatmap: Beatmap, settings: Sequence[GreenSetting], start_ms: int, end_ms: int
) -> list[GreenSetting]:
    """The settings in order of time, as they can be written."""
    own = set(_by_time(beatmap, start_ms, end_ms))
    reds = beatmap.timing.red_lines
    known: dict[float, GreenSetting] = {}
    for setting in settings:
        time = setting.time if setting.time in own else _whole(beatmap, setting.time)
        name = time_name(time)
        if not start_ms <= time <= end_ms:
            raise InputError(
                f"The green line at {name} is outside the range"
                f" ({time_name(start_ms)} to {time_name(end_ms)})."
            )
        if time not in own and not reds:
            raise InputError(
                f"The map has no red line, so no green line works at {name}. Time it first."
            )
        if time not in own and time < reds[0].time:
            raise InputError(
                f"The green line at {name} would stand before the first red line, where it does"
                " not work everywhere."
            )
        if time in known:
            raise InputError(f"Two green lines would stand at {name}; a time has one.")
        _require_possible(setting, name)
        known[time] = replace(setting, time=time)
    return [known[time] for time in sorted(known)]


def _require_possible(setting: GreenSetting, name: str) -> None:
    for what, value, low, high in (
        ("slider velocity", setting.slider_velocity, MIN_SCROLL, MAX_SCROLL),
        ("sample set", setting.sample_set, 0, 3),
        ("sample index", setting.sample_index, 0, 2**31 - 1),
        ("volume", setting.volume, 0, 100),
    ):
        if value is not None and not low <= value <= high:
            raise InputError(
                f"The green line at {name} would have the {what} {value:g}; give it {low:g} to"
                f" {high:g}."
            )


@dataclass(slots=True)
class _Running:
    """The state before each setting: of the line before it, or of what stands between."""

    kept: Timing
    times: list[float]
    last: float = -math.inf
    state: LineState | None = None

    def at(self, time: float) -> LineState:
        index = bisect_right(self.times, time)
        if self.state is not None and (not index or self.times[index - 1] <= self.last):
            return self.state
        return state_at(self.kept, time)

    def put(self, time: float, state: LineState) -> None:
        self.last, self.state = time, state


def _changes(
    beatmap: Beatmap, settings: Sequence[GreenSetting], start_ms: int, end_ms: int
) -> GreenChanges:
    own = _by_time(beatmap, start_ms, end_ms)
    gone = {point.line for points in own.values() for point in points}
    kept = [point for point in beatmap.timing_points if point.line not in gone]
    running = _Running(Timing(kept), sorted(point.time for point in kept))
    added: list[GreenLine] = []
    changed: list[tuple[TimingPoint, GreenLine]] = []
    for setting in settings:
        points = own.pop(setting.time, None)
        before = state_of(points[-1]) if points else running.at(setting.time)
        state = _state(setting, before)
        meter = points[-1].meter if points else beatmap.timing.meter_at(setting.time)
        if points is None:
            added.append(GreenLine(setting.time, meter, state))
        elif not state.same(before):
            changed.append((points[-1], GreenLine(setting.time, meter, state)))
        running.put(setting.time, state)
    removed = tuple(point for points in own.values() for point in points)
    return GreenChanges(tuple(added), tuple(changed), removed)


def _state(setting: GreenSetting, before: LineState) -> LineState:
    velocity, beat_text = before.velocity, before.beat_text
    wanted = setting.slider_velocity
    if wanted is not None and not math.isclose(wanted, velocity, rel_tol=SAME_VELOCITY):
        velocity = wanted
        if beat_text != "NaN":
            beat_text = format_beat_length(wanted)
    if setting.ticks is False or (setting.ticks is None and beat_text == "NaN"):
        if not math.isclose(velocity, 1.0):
            raise InputError(
                f"The green line at {time_name(setting.time)} cannot take ticks away and set a"
                " slider velocity; the format has one field for both."
            )
        velocity, beat_text = 1.0, "NaN"
    elif beat_text == "NaN":
        beat_text = format_beat_length(velocity)
    return LineState(
        velocity,
        beat_text,
        before.sample_set if setting.sample_set is None else setting.sample_set,
        before.sample_index if setting.sample_index is None else setting.sample_index,
        before.volume if setting.volume is None else setting.volume,
        before.kiai if setting.kiai is None else setting.kiai,
    )


def _restoring(beatmap: Beatmap, middle: Beatmap, end_ms: int) -> GreenLine | None:
    """The line behind the range that gives the map its own state back, where one is needed."""
    end = float(end_ms)
    lines = [point.time for point in beatmap.timing_points if point.time > end]
    nodes = [
        moment
        for item in beatmap.hit_objects
        if item.end_time > end
        for moment in (item.time, *item.node_times, item.end_time)
        if moment > end
    ]
    if not lines and not nodes:
        return None
    # Behind the last lookup of the range's own nodes, unless others come before that.
    time = end + RESTORE_DELAY if min(nodes, default=math.inf) > end + RESTORE_DELAY else end + 1
    if min(lines, default=math.inf) <= time:
        return None
    reds = middle.timing.red_lines
    wanted = state_at(beatmap.timing, time)
    if state_at(middle.timing, time).same(wanted) or not reds or time < reds[0].time:
        return None
    return GreenLine(time, middle.timing.meter_at(time), wanted)


def _patch(beatmap: Beatmap, changes: GreenChanges) -> Patch:
    builder = LineBuilder(beatmap.document)
    offset = beatmap.time_offset
    for point in changes.removed:
        builder.delete(point.line)
    for point, line in changes.changed:
        text = _changed_text(beatmap, point, line)
        builder.replace(point.line, [text.encode("utf-8", errors="surrogateescape")])
    added: Iterable[GreenLine] = changes.added
    if changes.restoring is not None:
        added = (*changes.added, changes.restoring)
    TimingGaps(beatmap).insert(builder, [(line.time, False, line.text(offset)) for line in added])
    return Patch.from_edits(beatmap.document.data, builder.edits())


def _changed_text(beatmap: Beatmap, point: TimingPoint, line: GreenLine) -> str:
    """The line with the changed fields; every other byte stays."""
    offset = beatmap.time_offset
    was = GreenLine(point.time, point.meter, state_of(point)).text(offset, point.effects)
    now = line.text(offset, point.effects)
    fields = tuple(now.split(","))
    pairs = enumerate(zip(was.split(","), fields, strict=True))
    changes = {index: after for index, (before, after) in pairs if before != after}
    return with_fields(line_text(beatmap, point.line), changes, fields)
