"""Moving times onto the beat division they were said to be on.

The model says times in steps of 10 ms and, beside them, the beat division (1..16) of the moment;
together they give back the exact tick.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence

from model_core.tokens.events import Event, EventType
from model_core.tokens.reference_timing import ReferenceTiming, TimingLine

_BORDER_MS = 20  # ticks of a neighbouring section count this far across the border

#: Divisions whose ticks are *not* meant: a time on 1/2 would have been called 2, not 4.
_COARSER: dict[int, tuple[int, ...]] = {
    1: (),
    4: (2,),
    6: (2, 3),
    8: (4,),
    9: (3,),
    10: (2, 5),
    12: (4, 6),
    14: (2, 7),
    15: (3, 5),
    16: (8,),
}


class Resnapper:
    """Snaps times to ticks of some timing lines.

    ``reference=True`` follows the published programs to the letter: where two ticks are equally
    near, whichever a hash table yields first wins, and a green line just before a red one is
    taken for a tempo. Otherwise the earlier tick wins and only red lines give ticks.
    ``rounded`` gives the nearest whole ms of a tick, as some maps have them; the game cuts.
    """

    def __init__(
        self, lines: Iterable[TimingLine], *, reference: bool = False, rounded: bool = False
    ) -> None:
        self._reference = reference
        self._whole = _nearest if rounded and not reference else int
        timing = ReferenceTiming(lines)
        self._reds = timing.red_lines
        self._red_times = [int(line.time) for line in self._reds]
        self._all = timing.lines if reference else timing.red_lines
        self._all_times = [int(line.time) for line in self._all]

    def snap(self, time: float, divisor: int | None) -> int:
        """The tick of 1/``divisor`` beats that is nearest to ``time``, in whole ms.

        ``time`` itself (in whole ms) if the divisor is 0 or None or there is no tick around.
        """
        unchanged = int(time)
        if not divisor or not self._reds:
            return unchanged
        index = max(bisect_right(self._red_times, time) - 1, 0)
        candidates: set[int] = set()
        start = self._red_times[index]
        has_next = index + 1 < len(self._reds)
        end = self._red_times[index + 1] if has_next else None
        for tick in self._meant(time, start, self._reds[index].beat_length, divisor):
            before_first = time < start  # the first section has no border on that side
            if (before_first or tick >= start - _BORDER_MS) and (
                end is None or tick <= end + _BORDER_MS
            ):
                candidates.add(tick)
        before = bisect_right(self._all_times, start - 1) - 1
        if before >= 0:
            line = self._all[before]
            ticks = self._meant(time, self._all_times[before], line.beat_length, divisor)
            candidates |= {tick for tick in ticks if tick <= start + _BORDER_MS}
        if end is not None:
            line = self._reds[index + 1]
            ticks = self._meant(time, end, line.beat_length, divisor)
            candidates |= {tick for tick in ticks if tick >= end - _BORDER_MS}
        if not candidates:
            return unchanged
        if self._reference:
            return min(candidates, key=lambda tick: abs(tick - time))
        return min(sorted(candidates), key=lambda tick: abs(tick - time))

    def _meant(self, time: float, start: int, beat_length: float, divisor: int) -> set[int]:
        ticks = _ticks(time, start, beat_length, divisor, self._whole)
        for coarser in _COARSER.get(divisor, (1,)):
            ticks -= _ticks(time, start, beat_length, coarser, self._whole)
        return ticks

    def snap_events(self, events: Sequence[Event]) -> list[Event]:
        """The events with every time that a snapping follows moved to its tick."""
        snapped: list[Event] = []
        for index, event in enumerate(events):
            if event.type is EventType.TIME:
                following = events[index + 1] if index + 1 < len(events) else None
                if following is not None and following.type is EventType.SNAPPING:
                    event = Event(EventType.TIME, self.snap(event.value, following.value))
            snapped.append(event)
        return snapped


def _nearest(time: float) -> int:
    return math.floor(time + 0.5)


def _ticks(
    time: float, start: int, beat_length: float, divisor: int, whole: Callable[[float], int]
) -> set[int]:
    """The four ticks around a time, in whole ms."""
    tick = beat_length / divisor
    if not tick:
        return set()
    past = (time - start) % tick
    return {
        whole(time - past - tick),
        whole(time - past),
        whole(time - past + tick),
        whole(time - past + 2 * tick),
    }
