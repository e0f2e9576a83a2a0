"""Which green lines change, and which are added, so that nodes sound as loud as they should.

The game looks volumes up at moments: a node's own and five ms later. Between two such moments a
green line may stand anywhere. :func:`place_volumes` walks the map's own lines in order of time.
A green line of the range takes the volume that the first lookup behind it wants; behind it, a line
is added wherever the next lookup wants another volume than the last. No line is removed, and none
says anything new but a volume, so that no other arrangement needs fewer lines.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum
from itertools import groupby

from ..timing import Timing
from ..timing_points import TimingPoint
from .green_lines import GreenLine, Placement, state_at, state_of


class Rank(IntEnum):
    """Who is heard where lookups that no line can tell apart want different volumes."""

    #: What the request does not cover keeps its volume.
    KEPT = 0
    #: A node or body of the request.
    WANTED = 1
    #: The time between two nodes, which only some players of the game look up.
    BETWEEN = 2


@dataclass(frozen=True, slots=True)
class Lookup:
    """At ``moment`` (ms), the volume in effect is to be ``volume`` (``None``: the map's own).

    ``stand`` is where a mapper would put a line for it. ``line`` and ``node`` name the object.
    """

    moment: float
    volume: int | None
    stand: float
    rank: Rank
    line: int = -1
    node: int = -1


@dataclass(frozen=True, slots=True)
class VolumePlan:
    """What to do with green lines; ``missed`` are wanted lookups that no line can serve.

    ``effects`` are the effect bits for each added line, as they were in effect there.
    """

    greens: Placement
    effects: tuple[int, ...]
    missed: tuple[Lookup, ...]


class LineTimes:
    """The timing lines of a map by time, one in effect per time."""

    def __init__(self, points: Sequence[TimingPoint]) -> None:
        self._winners: dict[float, TimingPoint] = {}
        for point in points:
            known = self._winners.get(point.time)
            # Of several green lines the last counts, of several red ones the first.
            if known is None or not point.uninherited:
                self._winners[point.time] = point
        self.times: list[float] = sorted(self._winners)
        last_lines: dict[float, int] = {}
        for point in points:
            last_lines[point.time] = max(point.line, last_lines.get(point.time, -1))
        self._gaps = [last_lines[time] + 1 for time in self.times]
        self._first_line = min((point.line for point in points), default=0)

    def segment(self, moment: float) -> int:
        """How many different times lines stand at up to ``moment``."""
        return bisect_right(self.times, moment)

    def at(self, moment: float) -> TimingPoint | None:
        """The line in effect at ``moment``; ``None`` before the first."""
        count = self.segment(moment)
        return self._winners[self.times[count - 1]] if count else None

    def gap(self, moment: float) -> int:
        """The line of the file before which a new timing line at ``moment`` belongs."""
        count = self.segment(moment)
        return self._gaps[count - 1] if count else self._first_line


@dataclass(slots=True)
class _Walk:
    running: int
    heard_until: float = -math.inf
    added: list[GreenLine] = field(default_factory=list)
    effects: list[int] = field(default_factory=list)
    changed: list[tuple[TimingPoint, GreenLine]] = field(default_factory=list)
    missed: list[Lookup] = field(default_factory=list)
    restoring: int = 0


def place_volumes(
    timing: Timing,
    lines: LineTimes,
    first_ms: float,
    last_ms: float,
    lookups: Iterable[Lookup],
    first_line_fixed: bool,
) -> VolumePlan:
    """Serves ``lookups`` by changing green lines within ``first_ms..last_ms`` and adding some.

    No line is added before ``first_ms`` or before the first red line. ``first_line_fixed`` says
    that the map's first line may not change, because sounds before it follow it too.
    """
    reds = timing.red_lines
    earliest = max(first_ms, reds[0].time) if reds else math.inf
    own = _volume_at(timing, math.nextafter(first_ms, -math.inf))
    walk = _Walk(own)
    groups = _groups(lookups, timing, lines)
    entered = lines.segment(math.nextafter(first_ms, -math.inf))
    for segment, members in groupby(groups, key=lambda group: group[0]):
        line = lines.at(lines.times[segment - 1]) if segment else None
        waiting = [lookups for _, lookups in members]
        editable = (
            line is not None
            and not line.uninherited
            and first_ms <= line.time <= last_ms
            and not (first_line_fixed and segment == 1)
        )
        if line is not None and (segment > entered or line.time >= first_ms):
            walk.running = line.volume
            if editable:
                volume = _wanted(waiting[0], timing, line.volume)
                if volume != line.volume:
                    state = replace(state_of(line), volume=volume)
                    walk.changed.append((line, GreenLine(line.time, line.meter, state)))
                    walk.running = volume
        for group in waiting:
            _serve(walk, group, timing, line, earliest)
    placement = Placement(tuple(walk.added), tuple(walk.changed), (), walk.restoring)
    return VolumePlan(placement, tuple(walk.effects), tuple(walk.missed))


def _groups(
    lookups: Iterable[Lookup], timing: Timing, lines: LineTimes
) -> list[tuple[int, list[Lookup]]]:
    """Lookups in order of time, those together that no line at a whole ms can tell apart."""

    def key(lookup: Lookup) -> tuple[int, int]:
        return (math.floor(lookup.moment), lines.segment(lookup.moment))

    ordered = sorted(lookups, key=lambda lookup: lookup.moment)
    return [(each[1], list(members)) for each, members in groupby(ordered, key=key)]


def _volume_at(timing: Timing, moment: float) -> int:
    return timing.sample_at(moment).volume


def _wanted(group: Sequence[Lookup], timing: Timing, running: int) -> int:
    """The volume that most lookups of the highest rank want; what is in effect, on a tie."""
    rank = min(lookup.rank for lookup in group)
    volumes = Counter(
        _volume_at(timing, lookup.moment) if lookup.volume is None else lookup.volume
        for lookup in group
        if lookup.rank == rank
    )
    most = max(volumes.values())
    if volumes[running] == most:
        return running
    return next(volume for volume, count in volumes.items() if count == most)


def _serve(
    walk: _Walk,
    group: Sequence[Lookup],
    timing: Timing,
    line: TimingPoint | None,
    earliest: float,
) -> None:
    volume = _wanted(group, timing, walk.running)
    if volume != walk.running:
        time = _line_time(walk, group, volume, line, earliest)
        if time is not None:
            state = replace(state_at(timing, time), volume=volume)
            walk.added.append(GreenLine(time, timing.meter_at(time), state))
            walk.effects.append(0 if line is None else line.effects)
            walk.restoring += all(lookup.rank is Rank.KEPT for lookup in group)
            walk.running = volume
    walk.missed += [
        lookup for lookup in group if lookup.rank is Rank.WANTED and lookup.volume != walk.running
    ]
    walk.heard_until = max(lookup.moment for lookup in group)


def _line_time(
    walk: _Walk,
    group: Sequence[Lookup],
    volume: int,
    line: TimingPoint | None,
    earliest: float,
) -> float | None:
    """Where a line for ``group`` may stand: behind the last lookup, before its own."""
    latest = min(lookup.moment for lookup in group)
    stand = min(lookup.stand for lookup in group)
    after = walk.heard_until
    if line is not None:
        earliest = max(earliest, line.time)
        if not line.uninherited:
            # Never two lines of one kind at one time.
            after = max(after, line.time)
    candidates = [stand, earliest]
    if math.isfinite(after):
        candidates.append(float(math.floor(after) + 1))
    for time in candidates:
        if after < time <= latest and time >= earliest:
            return float(time)
    return None
