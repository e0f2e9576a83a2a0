"""Moving objects onto the ticks of changed red lines.

Only objects move whose own tempo changed. Each keeps the beat division that it stood on before:
a note on 1/4 goes to the nearest 1/4 of the new timing. One that stood on none goes to the
nearest tick of any division. Ticks become whole milliseconds as the map has them, cut or
rounded; a map of the newer format with decimals keeps them.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..beatmap import Beatmap
from ..hit_objects import LAZER_VERSION, HitObject
from ..new_objects import ObjectKind
from ..numbers import format_number
from ..timing import TICK_DIVISORS, Timing
from ..timing_points import TimingPoint
from .red_line_texts import field_of, line_text, with_fields

#: An object nearer to a tick than this (ms) is on it; the game's own check of snaps agrees.
ON_TICK = 2.0
#: An object nearer to its tick than this stays: its tick became a whole ms in the other way.
SAME_TICK = 1.0
#: A computed tick may fall short of a whole ms by this much.
ROUNDING = 1e-6
#: The fields of a hit-object line that hold times.
TIME_FIELD, END_FIELD = 2, 5


@dataclass(frozen=True, slots=True)
class ObjectMove:
    """An object and its new times in ms; ``end_time`` is given for spinners and holds only."""

    item: HitObject
    time: float
    end_time: float | None

    def text(self, beatmap: Beatmap) -> bytes:
        """The object's line with nothing but its times changed, without its line end."""
        offset = beatmap.time_offset
        text = line_text(beatmap, self.item.line)
        changes: dict[int, str] = {}
        if self.time != self.item.time:
            changes[TIME_FIELD] = format_number(self.time - offset)
        if self.end_time is not None and self.end_time != self.item.end_time:
            _, colon, sample = field_of(text, END_FIELD).partition(":")
            end = format_number(self.end_time - offset)
            changes[END_FIELD] = f"{end}{colon}{sample}"
        return with_fields(text, changes).encode("utf-8", errors="surrogateescape")


def ticks_are_rounded(starts: Iterable[float], timing: Timing) -> bool:
    """Whether a map's objects stand on the nearest whole ms of their ticks.

    The game's editor cuts a tick's decimals off, other tools round; nothing in the map that
    tells them apart counts as cut.
    """
    votes = 0
    for start in starts:
        tick = timing.nearest_tick(start + 0.5)
        if tick - math.floor(tick) >= 0.5:
            votes += (start == math.floor(tick) + 1) - (start == math.floor(tick))
    return votes > 0


def resnapped(
    beatmap: Beatmap,
    timing: Timing,
    start_ms: float,
    end_ms: float,
    moved_reds: Iterable[tuple[TimingPoint, TimingPoint]] = (),
    divisors: Sequence[int] | None = None,
) -> tuple[ObjectMove, ...]:
    """The objects that start in ``start_ms..end_ms`` and move under ``timing``, in file order.

    ``moved_reds`` are red lines that stand at another time (before, after): what stood behind one
    stays behind it. ``divisors`` are the beat divisions to move to; ``None`` keeps each object's
    own.
    """
    grid = _Grid(beatmap, timing, moved_reds, divisors)
    moves = []
    for item in beatmap.hit_objects:
        if not start_ms <= item.time <= end_ms:
            continue
        time = grid.moved(item.time)
        end = None
        if item.kind in (ObjectKind.SPINNER, ObjectKind.HOLD) and item.end_time > item.time:
            end = grid.moved(item.end_time)
        if time != item.time or (end is not None and end != item.end_time):
            moves.append(ObjectMove(item, time, end))
    return tuple(moves)


class _Grid:
    def __init__(
        self,
        beatmap: Beatmap,
        new: Timing,
        moved_reds: Iterable[tuple[TimingPoint, TimingPoint]],
        divisors: Sequence[int] | None,
    ) -> None:
        self._old, self._new = beatmap.timing, new
        self._heirs = {before.time: (after, Timing((after,))) for before, after in moved_reds}
        self._new_times = [red.time for red in new.red_lines]
        self._divisors = divisors
        starts = [item.time for item in beatmap.hit_objects]
        self._decimals = beatmap.version >= LAZER_VERSION and any(
            not start.is_integer() for start in starts
        )
        self._rounded = ticks_are_rounded(starts, self._old)

    def moved(self, time: float) -> float:
        red, own = self._new.red_line_at(time), self._old.red_line_at(time)
        if red is None or same_tempo(own, red):
            return time
        divisors = self._divisors or self._own_divisors(time)
        heir, ticks = self._heirs.get(math.nan if own is None else own.time, (None, None))
        if heir is not None and ticks is not None and self._left_behind(time, own, heir):
            tick = max(heir.time, ticks.nearest_tick(time, divisors))
        else:
            tick = self._new.nearest_tick(time, divisors)
            following = bisect_right(self._new_times, time)
            if following < len(self._new_times) and red.time <= time:
                # The next red line is a tick itself, and its own ticks begin there.
                tick = min(tick, self._new_times[following])
        if abs(tick - time) < SAME_TICK and not self._decimals:
            return time
        return self._whole(tick)

    @staticmethod
    def _left_behind(time: float, own: TimingPoint | None, heir: TimingPoint) -> bool:
        """Whether a red line moved a little, over a moment behind it."""
        if own is None or not own.time <= time < heir.time:
            return False
        return heir.time - own.time <= heir.milliseconds_per_beat / 2

    def _own_divisors(self, time: float) -> Sequence[int]:
        for divisor in TICK_DIVISORS:
            if abs(self._old.nearest_tick(time, (divisor,)) - time) < ON_TICK:
                return (divisor,)
        return TICK_DIVISORS

    def _whole(self, tick: float) -> float:
        if self._decimals:
            return tick
        return float(math.floor(tick + (0.5 if self._rounded else ROUNDING)))


def same_tempo(before: TimingPoint | None, after: TimingPoint | None) -> bool:
    """Whether two red lines have the same ticks."""
    if before is None or after is None:
        return before is after
    return (before.time, before.milliseconds_per_beat) == (
        after.time,
        after.milliseconds_per_beat,
    )
