"""Where the timing lines of two files say different things.

Each property of timing lines holds from one line to the next, so two files differ in spans of
time. Finding these once is what makes checking every object quick: one that no span touches has
the same state before and after, whatever it is.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from ...timing import Timing
from ...timing_points import TimingPoint

#: From this moment on, this value.
Step = tuple[float, object]
Span = tuple[float, float]


class StateDifferences:
    """The spans ``[from, to)`` in which anything that timing lines say differs.

    ``scrolling`` compares scroll speeds too, which count in taiko and mania.
    """

    def __init__(self, old: Timing, new: Timing, scrolling: bool) -> None:
        pairs = [
            (_velocity_steps(old), _velocity_steps(new)),
            (_sample_steps(old), _sample_steps(new)),
            (_kiai_steps(old), _kiai_steps(new)),
            (_tempo_steps(old), _tempo_steps(new)),
        ]
        if scrolling:
            pairs.append((_scroll_steps(old), _scroll_steps(new)))
        spans = _merged(span for before, after in pairs for span in differing_spans(before, after))
        self._starts = [start for start, _ in spans]
        self._ends = [end for _, end in spans]

    def touch(self, first: float, last: float) -> bool:
        """Whether the files differ at any moment of ``first..last``, both included."""
        index = bisect_right(self._ends, first)
        return index < len(self._ends) and self._starts[index] <= last


def kiai_differences(old: Timing, new: Timing) -> list[Span]:
    """The spans in which kiai is on in one file and off in the other."""
    return differing_spans(_kiai_steps(old), _kiai_steps(new))


def differing_spans(old: Sequence[Step], new: Sequence[Step]) -> list[Span]:
    """The spans in which two courses of one property differ, in order; both begin at -infinity."""
    start, old_end, new_end = 0, len(old), len(new)
    while start < min(old_end, new_end) and old[start] == new[start]:
        start += 1
    while old_end > start and new_end > start and old[old_end - 1] == new[new_end - 1]:
        old_end -= 1
        new_end -= 1
    moments = sorted({time for time, _ in (*old[start:old_end], *new[start:new_end])})
    if not moments:
        return []
    until = old[old_end][0] if old_end < len(old) else math.inf
    spans: list[Span] = []
    befores, afters = _values(old, start, moments), _values(new, start, moments)
    stops = [*moments[1:], until]
    for moment, stop, before, after in zip(moments, stops, befores, afters, strict=True):
        if before != after and moment < stop:
            spans.append((moment, stop))
    return spans


def _values(steps: Sequence[Step], first: int, moments: Iterable[float]) -> Iterator[object]:
    """The value at each moment, given in order; none is earlier than the step ``first``."""
    index = first
    for moment in moments:
        while index < len(steps) and steps[index][0] <= moment:
            index += 1
        yield steps[index - 1][1] if index else None


def _merged(spans: Iterable[Span]) -> list[Span]:
    result: list[Span] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def _course(points: Sequence[TimingPoint], before: object, values: Sequence[object]) -> list[Step]:
    return [(-math.inf, before), *((p.time, v) for p, v in zip(points, values, strict=True))]


def _velocity_steps(timing: Timing) -> list[Step]:
    points = timing.velocity_lines
    return _course(points, (1.0, True), [(p.slider_velocity, p.ticks) for p in points])


def _scroll_steps(timing: Timing) -> list[Step]:
    points = timing.scroll_lines
    return _course(points, 1.0, [p.scroll_speed for p in points])


def _sample_steps(timing: Timing) -> list[Step]:
    points = timing.sample_lines
    values = [(p.sample_set, p.sample_index, p.volume) for p in points]
    return _course(points, values[0] if values else (1, 0, 100), values)


def _kiai_steps(timing: Timing) -> list[Step]:
    points = timing.kiai_lines
    return _course(points, False, [p.kiai for p in points])


def _tempo_steps(timing: Timing) -> list[Step]:
    points = timing.red_lines
    values = [(p.time, p.milliseconds_per_beat, p.meter) for p in points]
    return _course(points, values[0] if values else None, values)
