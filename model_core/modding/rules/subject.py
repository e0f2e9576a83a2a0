"""A map as rules look at it: objects in order of time, and what several rules ask for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate

from model_core.beatmap import Beatmap, HitObject, ObjectKind, Timing, TimingPoint
from model_core.beatmap.geometry.catch import CatchObject, catch_objects
from model_core.beatmap.geometry.nested import standard_end
from model_core.beatmap.geometry.slider_path import Point
from model_core.beatmap.geometry.stacking import stacked_positions
from model_core.beatmap.stars import star_rating
from model_core.beatmap.timing import TICK_DIVISORS

from ..words import object_name
from .findings import ObjectRef
from .levels import Level, level_of, named_level

STANDARD, TAIKO, CATCH, MANIA = range(4)
#: The nodes of a slider that are looked at one by one; what slides more often is no slider that
#: anybody plays, and its head and tail have to do.
MAX_NODES = 200
#: More objects than this at one moment are as good as all of them.
MEETING = 8


class Placed:
    """One object with what is asked of it again and again. Times in ms.

    ``index`` counts in ``beatmap.hit_objects``, ``label`` is the number in the combo, ``column``
    None but in mania.
    """

    __slots__ = ("column", "end", "index", "item", "kind", "label", "mode", "time")

    def __init__(
        self, index: int, item: HitObject, label: int, column: int | None, mode: int
    ) -> None:
        self.index, self.item, self.label, self.column = index, item, label, column
        self.mode = mode
        self.kind = item.kind
        self.time, self.end = item.time, item.end_time

    @property
    def duration(self) -> float:
        """From start to end in ms."""
        return self.end - self.time

    @property
    def ref(self) -> ObjectRef:
        """The object as a finding names it."""
        return ObjectRef(self.index, self.kind, self.time, self.end, self.label, self.column)

    @property
    def name(self) -> str:
        """What a mapper of its mode calls it: "slider", "fruit", "hold note"."""
        return object_name(self.kind, self.mode)

    def node_times(self) -> tuple[float, ...]:
        """A slider's head, repeats and end; any other's start and, where it lasts, end."""
        if self.kind is ObjectKind.SLIDER and self.item.slides <= MAX_NODES:
            return self.item.node_times
        return (self.time,) if self.kind is ObjectKind.CIRCLE else (self.time, self.end)


_Edge = tuple[float, int, Placed]


def _edge_place(edge: _Edge) -> tuple[float, int]:
    return edge[0], edge[1]


class Subject:
    """One map to be checked.

    level: how difficult it counts as; None: by ``stars``, or where those are None by its name in
        taiko and catch, or by its own star rating, which is only computed if a rule asks.
    song_length: of the audio in ms, if it is known.
    divisors: the beat divisions on which objects may stand.
    """

    def __init__(
        self,
        beatmap: Beatmap,
        *,
        level: Level | None = None,
        stars: float | None = None,
        song_length: float | None = None,
        divisors: Sequence[int] = TICK_DIVISORS,
    ) -> None:
        self.beatmap = beatmap
        self.timing: Timing = beatmap.timing
        self.mode = beatmap.mode
        self.song_length = song_length
        # Every tick of 1/4 is one of 1/8: of those, the finest are enough.
        self.divisors = tuple(
            one
            for one in divisors
            if not any(other % one == 0 for other in divisors if other > one)
        )
        self._level, self._stars = level, stars

    @cached_property
    def stars(self) -> float | None:
        """The star rating; None where the map has none, an empty one for example."""
        return self._stars if self._stars is not None else star_rating(self.beatmap.to_bytes())

    @cached_property
    def level(self) -> Level | None:
        """How difficult the map counts as; None where nothing says."""
        if self._level is not None:
            return self._level
        if self._stars is None:
            named = named_level(self.mode, self.beatmap.difficulty_name)
            if named is not None:
                return named
        return None if self.stars is None else level_of(self.stars)

    def at_most(self, level: Level) -> bool:
        """Whether the map is known to be no more difficult than ``level``."""
        return self.level is not None and self.level <= level

    @cached_property
    def objects(self) -> tuple[Placed, ...]:
        """All objects in order of time, those at one time in the order of the file."""
        beatmap = self.beatmap
        mania = self.mode == MANIA
        placed = [
            Placed(index, item, label, beatmap.column_of(item) if mania else None, self.mode)
            for index, (item, label) in enumerate(
                zip(beatmap.hit_objects, beatmap.combos.numbers, strict=True)
            )
        ]
        return tuple(sorted(placed, key=lambda each: each.time))

    @cached_property
    def columns(self) -> tuple[tuple[Placed, ...], ...]:
        """The objects of each of mania's columns in order of time; in other modes all together."""
        if self.mode != MANIA:
            return (self.objects,)
        lists: list[list[Placed]] = [[] for _ in range(self.beatmap.key_count)]
        for each in self.objects:
            lists[each.column or 0].append(each)
        return tuple(tuple(each) for each in lists)

    @cached_property
    def points(self) -> tuple[TimingPoint, ...]:
        """All timing lines in order of time, those at one time in the order of the file."""
        return tuple(sorted(self.beatmap.timing_points, key=lambda point: point.time))

    @cached_property
    def lines_in_order(self) -> bool:
        """Whether the file's timing lines are sorted; in others the game leaves some out."""
        return self.points == self.beatmap.timing_points

    @cached_property
    def moments(self) -> tuple[tuple[list[TimingPoint], list[TimingPoint]], ...]:
        """The red and the green lines of each time that has any, in order of time."""
        times: dict[float, tuple[list[TimingPoint], list[TimingPoint]]] = {}
        for point in self.points:
            times.setdefault(point.time, ([], []))[0 if point.uninherited else 1].append(point)
        return tuple(times.values())

    def meeting(self, low: float, high: float, column: int | None = None) -> list[Placed]:
        """Objects (of one column) that start or end within ``low..high`` ms, both included."""
        starts, ends = self._edges[column]
        found = {}
        for edges in (starts, ends):
            first = bisect_left(edges, (low,))
            for time, _, each in edges[first : first + MEETING]:
                if time > high:
                    break
                found[each.index] = each
        return list(found.values())

    @cached_property
    def _edges(self) -> dict[int | None, tuple[list[_Edge], list[_Edge]]]:
        edges: dict[int | None, tuple[list[_Edge], list[_Edge]]] = {None: ([], [])}
        for each in self.objects:
            starts, ends = edges.setdefault(each.column, ([], []))
            starts.append((each.time, each.index, each))
            ends.append((each.end, each.index, each))
        for starts, ends in edges.values():
            starts.sort(key=_edge_place)
            ends.sort(key=_edge_place)
        return edges

    @cached_property
    def starts(self) -> tuple[float, ...]:
        """The start of each of :attr:`objects`."""
        return tuple(each.time for each in self.objects)

    @cached_property
    def ends(self) -> tuple[float, ...]:
        """The ends of all objects, ascending."""
        return tuple(sorted(each.end for each in self.objects))

    @cached_property
    def latest_ends(self) -> tuple[float, ...]:
        """For each of :attr:`objects` the latest end of it and of all before it."""
        return tuple(accumulate((each.end for each in self.objects), max))

    @cached_property
    def lookups(self) -> tuple[float, ...]:
        """The moments at which something starts or sounds, ascending."""
        moments = {time for each in self.objects for time in (each.time, each.end)}
        for each in self.objects:
            moments.update(each.node_times())
        return tuple(sorted(moments))

    @cached_property
    def drain(self) -> float:
        """Milliseconds that are played: from the first object to the last end, without breaks."""
        if not self.objects:
            return 0.0
        breaks = sum(period.end - period.start for period in self.beatmap.breaks)
        return self.ends[-1] - self.starts[0] - breaks

    @cached_property
    def stacked(self) -> tuple[Point, ...]:
        """Where each object is drawn, parallel to ``beatmap.hit_objects``, in osu! pixels."""
        return stacked_positions(self.beatmap)

    def stacked_end(self, each: Placed) -> Point:
        """Where an object ends, as it is drawn."""
        x, y = self.stacked[each.index]
        end_x, end_y = standard_end(each.item)
        return (end_x + x - each.item.x, end_y + y - each.item.y)

    @cached_property
    def falling(self) -> tuple[tuple[CatchObject, ...], ...]:
        """What falls in catch, parallel to ``beatmap.hit_objects``."""
        return catch_objects(self.beatmap)

    @cached_property
    def ticks(self) -> Ticks:
        """Where objects may stand."""
        return Ticks(self.timing, self.divisors)


class Ticks:
    """The beat-snap ticks of a map."""

    def __init__(self, timing: Timing, divisors: Sequence[int]) -> None:
        self._timing, self._divisors = timing, divisors
        self._reds = [red.time for red in timing.red_lines]
        # Rules ask again and again of the same moments.
        self._known: dict[float, float] = {}

    def nearest(self, time: float) -> float:
        """The tick nearest to ``time`` in ms; a red line itself is one, also from before it."""
        tick = self._known.get(time)
        if tick is None:
            tick = self._known[time] = self._nearest(time)
        return tick

    def off(self, time: float) -> float:
        """How far from the nearest tick ``time`` is, in ms; negative where it is early."""
        return time - self.nearest(time)

    def _nearest(self, time: float) -> float:
        tick = self._timing.nearest_tick(time, self._divisors)
        following = self._following(time)
        if following is not None and abs(following - time) < abs(tick - time):
            return following
        return tick

    def _following(self, time: float) -> float | None:
        index = bisect_right(self._reds, time)
        return self._reds[index] if index < len(self._reds) else None
