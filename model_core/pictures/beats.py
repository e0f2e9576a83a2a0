"""Beat lines of a range, and the cuts that divide it into frames."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ..beatmap import Beatmap
from ..beatmap.numbers import parse_int
from ..beatmap.timing_points import OMIT_BARLINE

#: What the editor shows where a map does not say, and the finest that it can show.
DEFAULT_DIVISOR, FINEST = 4, 16
#: More lines than this are a grey area.
MOST_LINES = 3000
#: Frames begin this many ms before their bar.
EARLY = 2.0


@dataclass(frozen=True, slots=True)
class Beat:
    """A beat line at ``time`` ms; ``divisor`` 1 is a whole beat, ``bar`` the first of a bar."""

    time: float
    divisor: int
    bar: bool


def editor_divisor(beatmap: Beatmap) -> int:
    """The beat divisor that the map was last edited with."""
    try:
        divisor = parse_int(beatmap.editor.get("BeatDivisor", ""))
    except ValueError:
        return DEFAULT_DIVISOR
    return divisor if 1 <= divisor <= FINEST else DEFAULT_DIVISOR


def beats(beatmap: Beatmap, start: float, end: float, divisor: int = 1) -> list[Beat]:
    """The beat lines from ``start`` to ``end`` (ms, both included), at most ``MOST_LINES``.

    Where they are too many, only whole beats are given. None without red lines.
    """
    reds = beatmap.timing.red_lines
    found: list[Beat] = []
    for index, red in enumerate(reds):
        low = start if index == 0 else max(start, red.time)
        high = end if index + 1 == len(reds) else min(end, reds[index + 1].time - 0.5)
        step = red.milliseconds_per_beat / divisor
        first, last = math.ceil((low - red.time) / step - 1e-6), (high - red.time) / step
        if last - first > MOST_LINES - len(found):
            return found if divisor == 1 else beats(beatmap, start, end)
        for count in range(first, math.floor(last + 1e-6) + 1):
            share = count % divisor
            bar = count % (divisor * max(1, red.meter)) == 0
            bar = bar and not (count == 0 and red.effects & OMIT_BARLINE)
            found.append(Beat(red.time + count * step, divisor // math.gcd(share, divisor), bar))
    return found


def cuts(beatmap: Beatmap, start: float, end: float, wanted: float) -> list[tuple[float, float]]:
    """The range in pieces of about ``wanted`` ms that begin with bars, or with beats.

    Without a beat near, a piece is ``wanted`` ms long. The pieces cover the range.
    """
    lines = beats(beatmap, start, end)
    pieces: list[tuple[float, float]] = []
    at, first = start, 0
    while end - at > wanted * 1.35:
        while first < len(lines) and lines[first].time < at + 0.6 * wanted:
            first += 1
        last = first
        while last < len(lines) and lines[last].time <= at + 1.5 * wanted:
            last += 1
        cut = _best(lines[first:last], at + wanted)
        # An object a moment early belongs to the beat behind it.
        cut = at + wanted if cut is None else cut - EARLY
        pieces.append((at, cut))
        at = cut
    pieces.append((at, end + 1.0))
    return pieces


def _best(lines: Sequence[Beat], wanted: float) -> float | None:
    bars = [line for line in lines if line.bar] or lines
    return min((line.time for line in bars), key=lambda t: abs(t - wanted), default=None)
