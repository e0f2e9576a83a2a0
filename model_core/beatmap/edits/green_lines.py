"""Where green lines must stand so that new objects sound and move as they should.

What is wanted is a list of :class:`Demand`: from this moment on, this slider velocity, this
volume. :func:`place` walks the moments in order, keeps track of what the lines written so far
say, and adds, changes or removes a green line only where that differs from what is wanted.
Sample set, custom index and kiai follow the map's own lines at every moment.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from ..new_objects import NewObject, ObjectKind
from ..numbers import format_beat_length, format_number
from ..timing import SAMPLE_LENIENCY, Timing
from ..timing_points import KIAI, TimingPoint
from .object_lines import node_sounds, object_span

#: The body of a slider takes back its volume this many ms after a node's own.
BODY_DELAY = int(SAMPLE_LENIENCY) + 1
#: Wanted slider velocities closer than this to what is in effect need no line.
SAME_VELOCITY = 1e-6
MIN_VELOCITY, MAX_VELOCITY = 0.1, 10.0


@dataclass(frozen=True, slots=True)
class LineState:
    """All that a timing line sets but the tempo. ``beat_text`` is how a green line says it."""

    velocity: float
    beat_text: str
    sample_set: int
    sample_index: int
    volume: int
    kiai: bool

    def same(self, other: LineState) -> bool:
        """Whether both mean the same; spelling does not count, missing ticks do."""
        return (
            self.velocity == other.velocity
            and (self.beat_text == "NaN") == (other.beat_text == "NaN")
            and self.sample_set == other.sample_set
            and self.sample_index == other.sample_index
            and self.volume == other.volume
            and self.kiai == other.kiai
        )


@dataclass(frozen=True, slots=True)
class Demand:
    """From ``time`` on: this slider velocity, this volume; ``None`` leaves it alone."""

    time: float
    velocity: float | None = None
    volume: int | None = None


@dataclass(frozen=True, slots=True)
class GreenLine:
    """A green line to be written."""

    time: float
    meter: int
    state: LineState

    def text(self, offset: float, other_effects: int = 0) -> str:
        """The line without its line end; ``offset`` is what the game adds to times."""
        state = self.state
        effects = (KIAI if state.kiai else 0) | (other_effects & ~KIAI)
        return (
            f"{format_number(self.time - offset)},{state.beat_text},{self.meter},"
            f"{state.sample_set},{state.sample_index},{state.volume},0,{effects}"
        )

    def point(self) -> TimingPoint:
        """The line as lookups see it."""
        state = self.state
        return TimingPoint(
            line=-1,
            time=self.time,
            beat_length=float(state.beat_text),
            meter=self.meter,
            sample_set=state.sample_set,
            sample_index=state.sample_index,
            volume=state.volume,
            uninherited=False,
            effects=KIAI if state.kiai else 0,
        )


@dataclass(frozen=True, slots=True)
class Placement:
    """What to do with green lines. ``restoring`` are those of ``added`` at the range's end."""

    added: tuple[GreenLine, ...] = ()
    changed: tuple[tuple[TimingPoint, GreenLine], ...] = ()
    removed: tuple[TimingPoint, ...] = ()
    restoring: int = 0


@dataclass(slots=True)
class _Walk:
    """What the lines say so far, and what is wanted instead of the map's own state."""

    running: LineState
    velocity: float | None = None
    volume: int | None = None
    added: list[GreenLine] = field(default_factory=list)
    changed: list[tuple[TimingPoint, GreenLine]] = field(default_factory=list)
    removed: list[TimingPoint] = field(default_factory=list)

    def wanted(self, base: LineState) -> LineState:
        state = base
        if self.volume is not None:
            state = replace(state, volume=self.volume)
        if self.velocity is not None:
            state = replace(
                state, velocity=self.velocity, beat_text=format_beat_length(self.velocity)
            )
            if abs(self.velocity - self.running.velocity) <= SAME_VELOCITY:
                state = replace(
                    state, velocity=self.running.velocity, beat_text=self.running.beat_text
                )
        return state

    def pass_fixed(self, point: TimingPoint) -> None:
        """A line that stays sets everything at once, also over what was wanted before it."""
        self.running = state_of(point)
        if self.velocity is not None:
            self.velocity = self.running.velocity
        if self.volume is not None:
            self.volume = self.running.volume

    def demand(self, demand: Demand) -> None:
        if demand.velocity is not None:
            self.velocity = min(MAX_VELOCITY, max(MIN_VELOCITY, demand.velocity))
        if demand.volume is not None:
            self.volume = min(100, max(0, demand.volume))


def state_of(point: TimingPoint) -> LineState:
    """What one timing line sets."""
    beat_text = "-100"
    if math.isnan(point.beat_length):
        beat_text = "NaN"
    elif point.beat_length < 0:
        beat_text = format_number(point.beat_length)
    return LineState(
        point.slider_velocity,
        beat_text,
        point.sample_set,
        point.sample_index,
        point.volume,
        point.kiai,
    )


def state_at(timing: Timing, t: float) -> LineState:
    """What the lines of a map say at ``t`` (no sample leniency)."""
    velocity = timing.velocity_point_at(t)
    sample = timing.sample_point_at(t)
    moving = LineState(1.0, "-100", 1, 0, 100, False) if velocity is None else state_of(velocity)
    sounding = moving if sample is None else state_of(sample)
    return LineState(
        moving.velocity,
        moving.beat_text,
        sounding.sample_set,
        sounding.sample_index,
        sounding.volume,
        timing.kiai_at(t),
    )


def demands_of(
    objects: Iterable[NewObject],
    velocity_of: Callable[[NewObject], float] | None,
    take_volume: bool = True,
) -> list[Demand]:
    """What new objects ask of green lines, in order of time, one entry per moment.

    ``velocity_of`` gives the slider velocity that a slider needs; ``None`` asks for none.
    """
    moments: dict[float, Demand] = {}

    def ask(time: float, velocity: float | None = None, volume: int | None = None) -> None:
        old = moments.get(time, Demand(time))
        moments[time] = Demand(
            time,
            old.velocity if velocity is None else velocity,
            old.volume if volume is None else volume,
        )

    for item in sorted(objects, key=lambda each: each.time):
        if item.kind is ObjectKind.SLIDER and velocity_of is not None:
            ask(item.time, velocity=velocity_of(item))
        if not take_volume or not item.sounds:
            continue
        if item.kind is ObjectKind.SPINNER:
            end = item.end_time if item.end_time is not None else item.time
            ask(end, volume=item.sounds[-1].volume)
        elif item.kind is ObjectKind.CIRCLE:
            ask(item.time, volume=item.sounds[0].volume)
        else:
            _ask_nodes(item, ask)
    return [moments[time] for time in sorted(moments)]


def _ask_nodes(item: NewObject, ask: Callable[[float, float | None, int | None], None]) -> None:
    span = object_span(item)
    sounds = node_sounds(item)
    body = item.body
    for index, sound in enumerate(sounds):
        # A whisker of rounding must not push a node to the millisecond before.
        node = item.time + math.floor(span * index + 1e-6)
        ask(node, None, sound.volume)
        following = span * (index + 1) + item.time if index < item.slides else -math.inf
        if body is not None and body.volume != sound.volume and node + BODY_DELAY < following:
            ask(node + BODY_DELAY, None, body.volume)


def place(
    base: Callable[[float], LineState],
    meter: Callable[[float], int],
    before: LineState,
    fixed: Sequence[TimingPoint],
    editable: Sequence[TimingPoint],
    demands: Sequence[Demand],
    switches: Iterable[float] = (),
    restore: float = math.inf,
) -> Placement:
    """Finds the green lines to add, change and remove.

    ``base`` is the map's own state at a moment and ``before`` what is in effect before the
    first of the moments given; ``fixed`` lines stay (red, or outside the range), ``editable``
    green ones may change; ``switches`` are further moments at which ``base`` changes. From
    ``restore`` on the map's own state is wanted again.
    """
    walk = _Walk(before)
    wanted_at = {demand.time: demand for demand in demands if demand.time < restore}
    moments = {*wanted_at, *switches}
    moments.update(point.time for point in fixed)
    moments.update(point.time for point in editable)
    restoring = 0
    if math.isfinite(restore) and wanted_at:
        moments.add(restore)
    for time in sorted(moments):
        if time >= restore:
            walk.velocity = walk.volume = None
        reds = [p for p in fixed if p.time == time and p.uninherited]
        stuck = [p for p in fixed if p.time == time and not p.uninherited]
        greens = [p for p in editable if p.time == time]
        if reds:
            walk.pass_fixed(reds[0])
        if stuck:
            walk.pass_fixed(stuck[-1])
            continue
        if time in wanted_at:
            walk.demand(wanted_at[time])
        wanted = walk.wanted(base(time))
        if greens and state_of(greens[-1]).same(wanted):
            walk.running = state_of(greens[-1])
        elif walk.running.same(wanted):
            walk.removed += greens
        else:
            line = GreenLine(time, meter(time), wanted)
            if greens:
                walk.changed.append((greens[-1], replace(line, meter=greens[-1].meter)))
                walk.removed += greens[:-1]
            else:
                walk.added.append(line)
                restoring += time == restore
            walk.running = wanted
    return Placement(tuple(walk.added), tuple(walk.changed), tuple(walk.removed), restoring)
