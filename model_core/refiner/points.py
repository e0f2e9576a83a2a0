"""A map as the refiner sees it: a sequence of points, each with its time, distance and kind.

Every part of an object that has a place is a point: circles, slider heads, anchors and ends, and
both ends of spinners, which have no place and stand in the middle. Beats, kiai and the like are
none. Source of the encoding: the published refiner.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import torch

from model_core.refiner.network import CONTEXT_CHANNELS, WAVE_CHANNELS, waves
from model_core.tokens.events import Event, EventType, TimedEvents
from model_core.tokens.layout import Layout

__all__ = ["HALF", "MIDDLE", "Point", "PointSequence", "SliderPoints", "read_points"]

Floats = npt.NDArray[np.float32]

#: Half the playfield, osu! pixels: a position is this times (1 + coordinate).
HALF = (256.0, 192.0)
#: Where a point is taken to be that has no place.
MIDDLE = (256.0, 192.0)

_TIME_SCALE = 0.1  # waves of time count in 10 ms
# Kinds of point; circles and slider heads that begin a combo have the next number.
_KINDS = {
    EventType.CIRCLE: 0,
    EventType.SPINNER: 2,
    EventType.SPINNER_END: 3,
    EventType.SLIDER_HEAD: 4,
    EventType.BEZIER_ANCHOR: 6,
    EventType.PERFECT_ANCHOR: 7,
    EventType.CATMULL_ANCHOR: 8,
    EventType.RED_ANCHOR: 9,
    EventType.LAST_ANCHOR: 10,
    EventType.SLIDER_END: 11,  # and four more, by the number of slides
}
_COMBO_KINDS = frozenset({EventType.CIRCLE, EventType.SLIDER_HEAD})
_PLAIN_SLIDES = 3  # so many have kinds of their own; beyond, ends at the head and at the tail do
_CURVES = {
    EventType.BEZIER_ANCHOR: "B",
    EventType.PERFECT_ANCHOR: "P",
    EventType.CATMULL_ANCHOR: "C",
}


@dataclass(frozen=True, slots=True)
class SliderPoints:
    """Which points make a slider's path, and which is at its end.

    ``path`` holds a red anchor's point twice. ``curve`` is "B", "P" or "C"; ``length`` that of one
    slide in osu! pixels, None where it is not said.
    """

    path: tuple[int, ...]
    end: int
    curve: str
    length: float | None


@dataclass(slots=True)
class Point:
    """A point while it is read. Position and distance in osu! pixels, time in ms."""

    type: EventType
    time: float
    x: int | None = None
    y: int | None = None
    distance: int | None = None
    new_combo: bool = False
    scroll_speed: float | None = None
    slides: int = 1


@dataclass(frozen=True, slots=True)
class PointSequence:
    """Points ready for the network.

    positions: float32 [2, N], the playfield being -1 to 1.
    times: float32 [N], ms.
    context: float32 [272, N].
    owners: for every event read, the point that it belongs to (N for those after the last).
    types: for every point, the event that says what it is.
    """

    positions: Floats
    times: Floats
    context: Floats
    owners: tuple[int, ...]
    types: tuple[int, ...]
    sliders: tuple[SliderPoints, ...]

    def __len__(self) -> int:
        return len(self.times)


@dataclass(slots=True)
class _OpenSlider:
    head: int
    path: list[int]
    curve: str = "B"
    last: int | None = None  # the point that closes its first slide
    points: list[int] = field(default_factory=list)


class _Reader:
    """Walks through events and gathers points and sliders."""

    def __init__(self, layout: Layout, pixels: Callable[[float], float]) -> None:
        self.points: list[Point] = []
        self.owners: list[int] = []
        self.types: list[int] = []
        self.sliders: list[SliderPoints] = []
        self._layout = layout
        self._pixels = pixels
        self._slider: _OpenSlider | None = None
        # What was said of a point whose type comes after it.
        self._coming = Point(EventType.CIRCLE, 0.0)
        self._open = False  # whether the last point may still be told of

    def read(self, event: Event, time: float) -> None:
        """The next event and the time it belongs to."""
        first = self._layout.types_first
        if event.type in _KINDS:
            self._finish()
            point = Point(event.type, time)
            if not first:
                point, self._coming = self._coming, Point(EventType.CIRCLE, 0.0)
                point.type, point.time = event.type, time
            self.types.append(len(self.owners))
            self.owners.append(len(self.points))
            self.points.append(point)
            self._open = True
            if not first:
                self._finish()
            return
        if event.type in _OTHER_TYPES:
            self._finish()
            self._coming = Point(EventType.CIRCLE, 0.0)
        if first and self._open:
            self.owners.append(len(self.points) - 1)
            _tell(self.points[-1], event)
        else:
            self.owners.append(len(self.points))
            _tell(self._coming, event)

    def finish(self) -> None:
        """Nothing more comes."""
        self._finish()

    def _finish(self) -> None:
        """The last point is whole: take it for what it is in a slider."""
        if not self._open:
            return
        self._open = False
        number, point = len(self.points) - 1, self.points[-1]
        slider = self._slider
        if point.type is EventType.SLIDER_HEAD:
            self._slider = _OpenSlider(number, [number])
        elif point.type in _CURVES or point.type is EventType.RED_ANCHOR:
            if slider is not None:
                slider.path += [number] * (2 if point.type is EventType.RED_ANCHOR else 1)
                slider.curve = _CURVES.get(point.type, slider.curve)
        elif point.type is EventType.LAST_ANCHOR:
            if slider is not None:
                self._last_anchor(slider, number, point)
        else:
            if point.type is EventType.SLIDER_END and slider is not None:
                self._close(slider, number, point)
            self._slider = None

    def _last_anchor(self, slider: _OpenSlider, number: int, point: Point) -> None:
        if slider.last is not None and point.x is None and point.y is None:
            # Version 2 says the place first and then, as if of another anchor, the time.
            self.points[slider.last].time = point.time
            self.points.pop()
            self.types.pop()
            self.owners = [min(owner, slider.last) for owner in self.owners]
            return
        slider.path.append(number)
        slider.last = number

    def _close(self, slider: _OpenSlider, number: int, point: Point) -> None:
        if slider.last is None:
            return
        head = self.points[slider.head]
        span = self.points[slider.last].time - head.time
        if span <= 0:
            return
        point.slides = max(round((point.time - head.time) / span), 1)
        speed = head.scroll_speed
        length = None if speed is None else speed * span * self._pixels(head.time)
        self.sliders.append(SliderPoints(tuple(slider.path), number, slider.curve, length))


_OTHER_TYPES = frozenset(
    {EventType.BEAT, EventType.MEASURE, EventType.TIMING_POINT, EventType.KIAI}
)


def _tell(point: Point, event: Event) -> None:
    kind, value = event
    match kind:
        case EventType.POSITION_X:
            point.x = value
        case EventType.POSITION_Y:
            point.y = value
        case EventType.DISTANCE:
            point.distance = value
        case EventType.NEW_COMBO:
            point.new_combo = True
        case EventType.SCROLL_SPEED:
            point.scroll_speed = value / 100


def read_points(
    timed: TimedEvents,
    layout: Layout,
    beat_length_at: Callable[[float], float],
    slider_multiplier: float,
    zero_is_nowhere: bool = False,
) -> PointSequence:
    """The points of a map's events, whose positions are in osu! pixels.

    Args:
        timed: events in their own order, ``timed.times`` in ms; other contexts' are passed over.
        layout: whether types come first.
        beat_length_at: ms of a beat at a time in ms.
        slider_multiplier: the map's, for slider lengths.
        zero_is_nowhere: as the reference does, take an x or a y of 0 for no place at all.
    """
    reader = _Reader(layout, lambda time: 100 * slider_multiplier / beat_length_at(time))
    for event, time in zip(timed.events, timed.times, strict=True):
        reader.read(event, time)
    reader.finish()
    points = reader.points
    places = [_place(point, zero_is_nowhere) for point in points]
    pixels = np.asarray(places, dtype=np.float32).reshape(-1, 2)
    half = np.asarray(HALF, dtype=np.float32)
    times = np.asarray([point.time for point in points], dtype=np.float32)
    return PointSequence(
        positions=np.ascontiguousarray((pixels / half - 1).T),
        times=times,
        context=_context(points, places, times),
        owners=tuple(reader.owners),
        types=tuple(reader.types),
        sliders=tuple(reader.sliders),
    )


def _place(point: Point, zero_is_nowhere: bool) -> tuple[float, float]:
    if point.x is None or point.y is None or (zero_is_nowhere and not (point.x and point.y)):
        return MIDDLE
    return float(point.x), float(point.y)


def _context(points: list[Point], places: list[tuple[float, float]], times: Floats) -> Floats:
    """What the network is told of each point beside its place, float32 [272, N]."""
    context = np.zeros((CONTEXT_CHANNELS, len(points)), dtype=np.float32)
    before = MIDDLE
    distances = np.zeros(len(points), dtype=np.float32)
    for index, (point, place) in enumerate(zip(points, places, strict=True)):
        distances[index] = point.distance or math.dist(before, place)
        before = place
        context[2 * WAVE_CHANNELS + _kind(point), index] = 1
    scaled = torch.from_numpy(times) * _TIME_SCALE
    context[:WAVE_CHANNELS] = waves(scaled, WAVE_CHANNELS).numpy().T
    far = waves(torch.from_numpy(distances), WAVE_CHANNELS)
    context[WAVE_CHANNELS : 2 * WAVE_CHANNELS] = far.numpy().T
    return context


def _kind(point: Point) -> int:
    kind = _KINDS[point.type]
    if point.type in _COMBO_KINDS:
        return kind + point.new_combo
    if point.type is EventType.SLIDER_END:
        if point.slides <= _PLAIN_SLIDES:
            return kind + point.slides - 1
        return kind + _PLAIN_SLIDES + point.slides % 2
    return kind
