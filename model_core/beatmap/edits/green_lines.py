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
from ..timing_points import KIAI, MAX_SCROLL, MIN_SCROLL, TimingPoint
from .object_lines import node_sounds, object_span

#: The body of a slider takes back its volume this many ms after a node's own.
BODY_DELAY = int(SAMPLE_LENIENCY) + 1
#: Wanted slider velocities closer than this to what is in effect need no line.
SAME_VELOCITY = 1e-6


@dataclass(frozen=True, slots=True)
class LineState:
    """All that a timing line sets but the tempo. ``beat_text`` is how a green line says it.

    ``velocity`` goes from 0.01 to 10, as scroll speeds do; sliders take less than 0.1 for 0.1.
    """

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
    """From ``time`` on: this slider velocity, this volume; ``None`` leaves it alone.

    ``own_velocity`` asks for the map's own slider velocity again.
    """

    time: float
    velocity: float | None = None
    volume: int | None = None
    own_velocity: bool = False


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
            near = abs(self.velocity - self.running.velocity) <= SAME_VELOCITY
            # A line without a number says 1 as well, but takes a slider's ticks away.
            if near and self.running.beat_text != "NaN":
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
            self.velocity = min(MAX_SCROLL, max(MIN_SCROLL, demand.velocity))
        elif demand.own_velocity:
            self.velocity = None
        if demand.volume is not None:
            self.volume = min(100, max(0, demand.volume))


def state_of(point: TimingPoint) -> LineState:
    """What one timing line sets."""
    beat_text = "-100"
    if math.isnan(point.beat_length):
        beat_text = "NaN"
    elif point.beat_length < 0:
        # The fastest there is: what asks for more may be too small a number to be written.
        beat_text = format_number(min(point.beat_length, -100.0 / MAX_SCROLL))
    return LineState(
        point.scroll_speed,
        beat_text,
        point.sample_set,
        point.sample_index,
        point.volume,
        point.kiai,
    )


def state_at(timing: Timing, t: float) -> LineState:
    """What the lines of a map say at ``t`` (no sample leniency)."""
    velocity = timing.velocity_point_at(t)
    scroll = timing.scroll_point_at(t)
    if velocity is None or velocity.ticks:
        # Of scroll speeds below 0.1, which only taiko and mania tell apart, this one knows.
        slow = 1.0 if velocity is None else velocity.slider_velocity
        if scroll is not None and scroll.ticks and scroll.slider_velocity == slow:
            velocity = scroll
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
    velocity_of: Callable[[NewObject], float | None] | None,
    take_volume: bool = True,
    every_kind: bool = False,
) -> list[Demand]:
    """What new objects ask of green lines, in order of time, one entry per moment.

    ``velocity_of`` gives the slider velocity that a slider needs; ``None`` asks for none. With
    ``every_kind``, as in taiko and mania, all objects are asked, and one for which it gives
    ``None`` wants the map's own.
    """
    moments: dict[float, Demand] = {}

    def ask(
        time: float, velocity: float | None = None, volume: int | None = None, own: bool = False
    ) -> None:
        old = moments.get(time)
        if old is None:
            moments[time] = Demand(time, velocity, volume, own)
            return
        moments[time] = Demand(
            time,
            old.velocity if velocity is None else velocity,
            old.volume if volume is None else volume,
            old.own_velocity or own,
        )

    for item in sorted(objects, key=lambda each: each.time):
        if velocity_of is not None and (every_kind or item.kind is ObjectKind.SLIDER):
            velocity = velocity_of(item)
            ask(item.time, velocity, None, velocity is None)
        if not take_volume or not item.sounds:
            continue
        if item.kind is ObjectKind.SPINNER:
            end = item.end_time if item.end_time is not None else item.time
            ask(end, None, item.sounds[-1].volume)
        elif item.kind is ObjectKind.SLIDER:
            _ask_nodes(item, ask)
        else:
            ask(item.time, None, item.sounds[0].volume)
            if item.end_time is not None and item.end_time > item.time:
                # The game looks a hold's sounds up at its end, older ones at its start.
                ask(item.end_time, None, item.sounds[0].volume)
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
    reds_at = _by_time(point for point in fixed if point.uninherited)
    stuck_at = _by_time(point for point in fixed if not point.uninherited)
    greens_at = _by_time(editable)
    moments = {*wanted_at, *switches, *reds_at, *stuck_at, *greens_at}
    restoring = 0
    if math.isfinite(restore) and moments:
        moments.add(restore)
    for time in sorted(moments):
        if time >= restore:
            walk.velocity = walk.volume = None
        reds, stuck = reds_at.get(time, ()), stuck_at.get(time, ())
        greens = greens_at.get(time, ())
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


def _by_time(points: Iterable[TimingPoint]) -> dict[float, list[TimingPoint]]:
    grouped: dict[float, list[TimingPoint]] = {}
    for point in points:
        grouped.setdefault(point.time, []).append(point)
    return grouped
