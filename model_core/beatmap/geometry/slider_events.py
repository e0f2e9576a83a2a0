"""The events along a slider: head, ticks, repeats, the old last tick and the tail.

The algorithm is the game's ``SliderEventGenerator``. Modes turn the events into objects of
their own: :mod:`.nested` for osu!standard, :mod:`.catch` for catch.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from .rules import SliderSpeed

#: The playable end of a slider is this many ms before its end, or half way if that is later.
LAST_TICK_OFFSET = -36.0
#: No slider has ticks beyond this many pixels.
MAX_TICK_LENGTH = 100_000.0
#: No tick lies nearer to the end of a slide than the path of this many ms.
TICK_END_GAP = 10.0
#: A slider that would have more ticks than this is no slider of a map; it has none.
MAX_TICKS = 100_000
#: A map that has more parts of objects than this is no map: from there on, objects go without
#: what can be left out (ticks, tiny droplets, bananas).
MAX_MAP_PARTS = 500_000
#: A path shorter than this is no path; its slides count as one.
NO_LENGTH = 1e-7


class SliderEventKind(Enum):
    """What happens on a slider. ``LAST_TICK`` sounds nowhere, but ends the playable part."""

    HEAD = "head"
    TICK = "tick"
    REPEAT = "repeat"
    LAST_TICK = "last tick"
    TAIL = "tail"


@dataclass(frozen=True, slots=True)
class SliderEvent:
    """One event. ``time`` in ms; ``span`` counts slides from 0; ``progress`` along the path,
    0 at the head and 1 at the other end, whichever way the slide runs."""

    kind: SliderEventKind
    time: float
    span: int
    progress: float


def span_count(slides: int, length: float) -> int:
    """The slides that the game plays: a slider without a length has one, whatever it says."""
    return slides if length >= NO_LENGTH else 1


def slider_events(
    start: float, slides: int, length: float, speed: SliderSpeed, *, ticks: bool = True
) -> Iterator[SliderEvent]:
    """Events in the order of their times; the last tick comes right before the tail.

    ``start`` in ms, ``length`` of the drawn path in pixels; ``ticks=False`` leaves ticks out.
    """
    slides = span_count(slides, length)
    span = slides * length / speed.velocity / slides
    yield SliderEvent(SliderEventKind.HEAD, start, 0, 0.0)
    places = _tick_places(length, speed, slides) if ticks else []
    if length > 0:
        for index in range(slides):
            span_start = start + index * span
            back = index % 2 == 1
            # Ticks are placed from the head on the way back, too: they lie where they lay.
            for place in reversed(places) if back else places:
                moment = span_start + (1.0 - place if back else place) * span
                yield SliderEvent(SliderEventKind.TICK, moment, index, place)
            if index < slides - 1:
                end = float((index + 1) % 2)
                yield SliderEvent(SliderEventKind.REPEAT, span_start + span, index, end)
    final_start = start + (slides - 1) * span
    last = max(start + slides * span / 2.0, final_start + span + LAST_TICK_OFFSET)
    progress = (last - final_start) / span if span > 0 else 0.0
    if slides % 2 == 0:
        progress = 1.0 - progress
    yield SliderEvent(SliderEventKind.LAST_TICK, last, slides - 1, progress)
    end = float(slides % 2)
    yield SliderEvent(SliderEventKind.TAIL, start + slides * span, slides - 1, end)


def _tick_places(length: float, speed: SliderSpeed, slides: int) -> list[float]:
    """Progress of each tick of one slide."""
    length = min(MAX_TICK_LENGTH, length)
    step = min(length, max(0.0, speed.tick_distance))
    if step <= 0 or slides * (length / step) > MAX_TICKS:
        return []
    limit = length - speed.velocity * TICK_END_GAP
    places: list[float] = []
    distance = step
    while distance < limit:
        places.append(distance / length)
        distance += step
    return places
