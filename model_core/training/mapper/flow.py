"""Flow: where the objects lie.

The cursor has a place and a direction. Each object lies a distance ahead that grows with the
time since the last one; the style turns the direction, and traits change either. Rhythm is never
changed here, with one exception in the open: a slider too long for the playfield is folded into
repeats.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, cos, exp, hypot, pi, sin, sqrt

import numpy as np

from model_core.training.mapper import traits as trait
from model_core.training.mapper.levels import HARD, INSANE, Level
from model_core.training.mapper.rhythm import Beat
from model_core.training.mapper.shapes import Area, Shape, reachable, shape
from model_core.training.mapper.styles import Style, Turn
from model_core.training.songs import TICKS_PER_BEAT

LONGEST_SPAN = 290.0
STREAM_MS = 132.0  # notes nearer than this are played as a stream
_STREAM_SHARE, _SPACED_SHARE = 0.45, 0.95
_FURTHEST, _FURTHEST_STREAM = 360.0, 150.0
_LONG_REST_MS = 2000.0
# Of low levels: what is further apart in time does not overlap by more than so many pixels.
_APART_MS, _TOUCHING = 240.0, 6.0
_INNER, _WIDE = Area(44, 36, 468, 348), Area(6, 6, 506, 378)
_GRID, _HEX = 32.0, 40.0
_PLAIN_CURVES, _COMPLEX_CURVES = "L", "MSRM"


@dataclass(frozen=True, slots=True)
class Moment:
    """What the cursor is told about a beat beside its ticks.

    Attributes:
        rest_ms: since the end of the object before it.
        span_pixels: how far a slider over the whole beat would travel.
        velocity: slider velocity multiplier in force.
        new_combo: it begins a combo.
        weight: factor on the distance, by what the song does here.
        bar: the tick at which its bar begins; patterns are repeated or mirrored bar by bar.
    """

    rest_ms: float
    span_pixels: float
    velocity: float
    new_combo: bool
    weight: float
    bar: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A beat with its place. ``slides`` may be more than the beat asked for."""

    beat: Beat
    x: int
    y: int
    slides: int
    length: float
    velocity: float
    shape: Shape | None


def fold(beat: Beat, span_pixels: float) -> int:
    """Slides of a slider: more than asked for where one span would be too long.

    Spans are whole twelfths, eighths or multiples of them, so that repeats lie on the grid.
    """
    ticks = beat.end_tick - beat.tick
    for slides in range(beat.slides, ticks + 1):
        if ticks % slides or (ticks // slides % 2 and ticks // slides % 3):
            continue
        if span_pixels / slides <= LONGEST_SPAN:
            return slides
    return beat.slides


class Cursor:
    """Places beats one after the other.

    Args:
        scale: factor on all distances, by which a map is fitted to its stars.
        radius: of a circle, in osu! pixels.
    """

    def __init__(
        self,
        level: Level,
        style: Style,
        traits: frozenset[str],
        scale: float,
        radius: float,
        seed: int,
    ) -> None:
        self._level = level
        self._style = style
        self._traits = traits
        self._scale = scale
        self._radius = radius
        self._rng = np.random.default_rng([seed, style.mapper_id, level.index])
        self._area = _WIDE if trait.PLAYFIELD in traits else _INNER
        if level.index > INSANE and trait.PLAYFIELD not in traits:
            self._area = Area()
        self._x = float(self._rng.integers(120, 392))
        self._y = float(self._rng.integers(100, 284))
        self._heading = float(self._rng.uniform(-pi, pi))
        self._sign = 1.0
        self._count = 0
        self._sliders = 0
        self._bar = -1
        # Directions taken in this bar and in the one before, by ticks since the bar began.
        self._headings: dict[int, float] = {}
        self._last_headings: dict[int, float] = {}
        self._places: list[tuple[float, float]] = [(self._x, self._y)]
        self._was_slider = False
        self._stacked = False

    def place(self, beat: Beat, moment: Moment) -> Placed:
        """Place the next beat."""
        if beat.is_spinner:
            self._x, self._y, self._was_slider = 256.0, 192.0, False
            self._places.append((256.0, 192.0))
            return Placed(beat, 256, 192, 0, 0.0, moment.velocity, None)
        if moment.new_combo:
            self._sign = -self._sign
            self._count = 0
        if moment.bar != self._bar:
            self._bar = moment.bar
            self._last_headings, self._headings = self._headings, {}
        self._stacked = self._stacks(beat, moment)
        if not self._stacked:
            self._move(beat, moment)
        self._headings[beat.tick - moment.bar] = self._heading
        self._count += 1
        self._places.append((self._x, self._y))
        self._was_slider = beat.is_slider
        if not beat.is_slider:
            return Placed(beat, int(self._x), int(self._y), 1, 0.0, moment.velocity, None)
        return self._slider(beat, moment)

    def _stacks(self, beat: Beat, moment: Moment) -> bool:
        """Whether the next object lies exactly on the one before."""
        return (
            trait.PERFECT_STACKS in self._traits
            and not self._stacked
            and not self._was_slider
            and self._count > 0
            and beat.tick % TICKS_PER_BEAT != 0
            and moment.rest_ms < 420
        )

    def _move(self, beat: Beat, moment: Moment) -> None:
        distance = self._distance(moment)
        heading = self._aim(beat.tick - moment.bar, moment, distance)
        overlap = self._overlap(distance, moment)
        if overlap is not None:
            x, y = overlap
            heading = atan2(y - self._y, x - self._x)
        else:
            x, y, heading = reachable(self._x, self._y, heading, distance, self._area)
        x, y = self._snapped(x, y, moment)
        self._x, self._y, self._heading = float(round(x)), float(round(y)), heading

    def _snapped(self, x: float, y: float, moment: Moment) -> tuple[float, float]:
        if trait.GRID_SNAP in self._traits:
            near = _GRID * round(x / _GRID), _GRID * round(y / _GRID)
        elif trait.HEXGRID in self._traits:
            row = round(y / (_HEX * sqrt(3) / 2))
            shift = _HEX / 2 if row % 2 else 0.0
            near = _HEX * round((x - shift) / _HEX) + shift, row * _HEX * sqrt(3) / 2
        else:
            return x, y
        streams = moment.rest_ms <= STREAM_MS
        return near if not streams and Area().holds(*near) else (x, y)

    def _overlap(self, distance: float, moment: Moment) -> tuple[float, float] | None:
        """A place half over the object before the last, every second time."""
        if trait.OVERLAPS not in self._traits or len(self._places) < 3 or self._count % 2 == 0:
            return None
        if moment.rest_ms <= STREAM_MS:
            return None
        x, y = self._places[-2]
        angle = float(self._rng.uniform(-pi, pi))
        x, y = x + self._radius * cos(angle), y + self._radius * sin(angle)
        off = hypot(x - self._x, y - self._y)
        if not 0.55 * distance <= off <= 1.7 * distance or not self._area.holds(x, y):
            return None
        return x, y

    def _slider(self, beat: Beat, moment: Moment) -> Placed:
        slides = fold(beat, moment.span_pixels)
        span = moment.span_pixels / slides
        curves = self._style.curves
        if trait.SIMPLE in self._traits:
            curves = _PLAIN_CURVES
        elif trait.COMPLEX_SHAPES in self._traits:
            curves = _COMPLEX_CURVES
        kind = curves[self._sliders % len(curves)]
        self._sliders += 1
        bend = self._sign * (0.5 + min(1.2, span / 200.0))
        body = shape(kind, (self._x, self._y), self._heading, span, bend, self._area)
        length = round(span, 12)
        placed = Placed(beat, int(self._x), int(self._y), slides, length, moment.velocity, body)
        if slides % 2:
            self._x, self._y, self._heading = body.end[0], body.end[1], body.end_heading
        else:
            self._heading += pi
        return placed

    def _distance(self, moment: Moment) -> float:
        level, rest = self._level, moment.rest_ms
        distance = level.speed * self._scale * rest
        if level.index < HARD:  # one distance for one time, and no overlaps of what is apart
            apart = 2 * self._radius - _TOUCHING if rest > _APART_MS else 0.0
            return max(apart, min(distance, level.reach))
        if rest <= STREAM_MS:
            spaced = trait.SPACED_STREAMS in self._traits
            share = _SPACED_SHARE if spaced else _STREAM_SHARE
            return min(distance * share, _FURTHEST_STREAM) * moment.weight
        # Beyond a part of the reach distances grow more slowly; what stands out still does.
        reach = level.reach * max(1.0, sqrt(self._scale))
        soft = 0.6 * reach
        if distance > soft:
            distance = soft + (reach - soft) * (1 - exp(-(distance - soft) / (reach - soft)))
        if self._was_slider:
            distance *= self._style.after_slider
        if trait.MESSY in self._traits:
            distance *= exp(float(self._rng.normal(0, 0.28)))
        return min(distance * moment.weight, 200.0 if rest > _LONG_REST_MS else _FURTHEST)

    def _aim(self, place: int, moment: Moment, distance: float) -> float:
        """The wanted direction, in radians; ``place`` are ticks since the bar began."""
        streams = moment.rest_ms <= STREAM_MS
        if not streams and place in self._last_headings:
            if trait.REPETITION in self._traits:
                return self._last_headings[place]
            if trait.SYMMETRICAL in self._traits:
                return pi - self._last_headings[place]
        turn = self._turn(streams)
        ways = (self._heading + turn, self._heading - turn)
        if trait.PLAYFIELD in self._traits and not streams:
            return max(ways, key=lambda way: self._outwardness(way, distance))
        if not self._holds(ways[0], distance) and self._holds(ways[1], distance):
            self._sign = -self._sign  # the same turn to the other side, off the edge
            return ways[1]
        return ways[0]

    def _holds(self, heading: float, distance: float) -> bool:
        x, y = self._x + distance * cos(heading), self._y + distance * sin(heading)
        return self._area.holds(x, y)

    def _outwardness(self, heading: float, distance: float) -> float:
        x, y, _ = reachable(self._x, self._y, heading, distance, self._area)
        return hypot((x - 256) / 256, (y - 192) / 192)

    def _turn(self, streams: bool) -> float:
        """Change of direction in radians before the next object."""
        messy = trait.MESSY in self._traits
        jitter = float(self._rng.normal(0, 0.6 if messy else 0.05))
        if streams:
            return self._sign * 0.2 + jitter / 2
        turn = self._style.turn
        sharp = 1.0 if self._level.index >= HARD else 0.5
        if turn is Turn.FLOW:
            angle = 0.55
        elif turn is Turn.SHARP:
            angle = 2.5 * sharp
        elif turn is Turn.SQUARE:
            angle = pi / 2
        elif turn is Turn.TRIANGLE:
            angle = 2 * pi / 3 * sharp
        elif turn is Turn.LINEAR:
            angle = 0.1 if self._count % 4 else pi * sharp
        elif turn is Turn.BACK:
            angle = 3.05 * sharp
        elif turn is Turn.WIDE:
            angle = 1.0 if self._count % 2 else -1.0
        else:
            angle = float(self._rng.normal(0, 0.9))
        return self._sign * angle + jitter
