"""Flow: where the objects lie.

The cursor has a place and a direction. Each object lies a distance ahead that grows with the
time since the last one; the style turns the direction. Rhythm is never changed here, with one
exception in the open: a slider too long for the playfield is folded into repeats.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi

import numpy as np

from model_core.training.mapper.levels import Level
from model_core.training.mapper.rhythm import Beat
from model_core.training.mapper.shapes import Shape, inside, reachable, shape
from model_core.training.mapper.styles import Style, Turn
from model_core.training.songs import TICKS_PER_BEAT

LONGEST_SPAN = 250.0
_LONG_REST = 3 * TICKS_PER_BEAT


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


def fold(beat: Beat, pixels_per_beat: float) -> int:
    """Slides of a slider: more than asked for where one span would be too long."""
    slides = beat.slides
    ticks = beat.end_tick - beat.tick
    while ticks / slides * pixels_per_beat / TICKS_PER_BEAT > LONGEST_SPAN:
        slides += 1
        while ticks % slides:
            slides += 1
    return slides


class Cursor:
    """Places beats one after the other."""

    def __init__(self, level: Level, style: Style, tightness: float, seed: int) -> None:
        self._level = level
        self._style = style
        self._tightness = tightness
        self._rng = np.random.default_rng([seed, style.mapper_id, level.index])
        self._x = float(self._rng.integers(120, 392))
        self._y = float(self._rng.integers(100, 284))
        self._heading = float(self._rng.uniform(-pi, pi))
        self._sign = 1.0
        self._count = 0
        self._sliders = 0
        self._end_tick = 0

    def place(self, beat: Beat, new_combo: bool, velocity: float, base: float) -> Placed:
        """Place the next beat.

        Args:
            beat: where it is in time.
            new_combo: turns change sides here.
            velocity: slider velocity multiplier in force.
            base: osu! pixels that a slider travels in a beat at multiplier 1.
        """
        if beat.is_spinner:
            self._x, self._y, self._end_tick = 256.0, 192.0, beat.end_tick
            return Placed(beat, 256, 192, 0, 0.0, velocity, None)
        if new_combo:
            self._sign = -self._sign
            self._count = 0
        rest = beat.tick - self._end_tick
        heading = self._heading + self._turn(rest)
        distance = self._distance(rest, base * velocity)
        x, y, heading = reachable(self._x, self._y, heading, distance)
        if self._style.turn is Turn.GRID:
            grid_x, grid_y = 32.0 * round(x / 32), 32.0 * round(y / 32)
            if inside(grid_x, grid_y):
                x, y = grid_x, grid_y
        x, y = float(round(x)), float(round(y))
        self._count += 1
        self._x, self._y, self._heading, self._end_tick = x, y, heading, beat.end_tick
        if not beat.is_slider:
            return Placed(beat, int(x), int(y), 1, 0.0, velocity, None)
        return self._slider(beat, velocity, base * velocity)

    def _slider(self, beat: Beat, velocity: float, pixels_per_beat: float) -> Placed:
        slides = fold(beat, pixels_per_beat)
        span = (beat.end_tick - beat.tick) / slides * pixels_per_beat / TICKS_PER_BEAT
        curves = self._style.curves
        kind = curves[self._sliders % len(curves)]
        self._sliders += 1
        bend = self._sign * (0.5 + min(1.2, span / 200.0))
        body = shape(kind, (self._x, self._y), self._heading, span, bend)
        length = round(span, 12)
        placed = Placed(beat, int(self._x), int(self._y), slides, length, velocity, body)
        if slides % 2:
            self._x, self._y, self._heading = body.end[0], body.end[1], body.end_heading
        else:
            self._heading += pi
        return placed

    def _distance(self, rest: int, pixels_per_beat: float) -> float:
        level = self._level
        stream = rest <= TICKS_PER_BEAT // 3
        if stream and self._style.stacks and level.index == 3:
            return 0.0
        spread = (level.stream if stream else level.spread) * self._tightness
        if not stream:
            spread *= self._style.spread
        distance = spread * pixels_per_beat * rest / TICKS_PER_BEAT
        reach = level.reach * self._tightness
        if rest >= _LONG_REST:
            reach = min(reach, 200.0)
        return float(min(distance, reach))

    def _turn(self, rest: int) -> float:
        """Change of direction in radians before the next object."""
        jitter = float(self._rng.normal(0, 0.05))
        if rest <= TICKS_PER_BEAT // 3:
            return self._sign * 0.2 + jitter
        turn = self._style.turn
        sharp = 1.0 if self._level.index >= 2 else 0.5
        if turn is Turn.FLOW:
            angle = 0.55
        elif turn is Turn.ZIGZAG:
            angle = 2.75 * sharp
        elif turn is Turn.SQUARE:
            angle = pi / 2
        elif turn is Turn.TRIANGLE:
            angle = 2 * pi / 3 * sharp
        elif turn is Turn.LINEAR:
            angle = 0.1 if self._count % 4 else pi * sharp
        elif turn is Turn.GRID:
            angle = pi / 2 if self._count % 2 else pi / 4
        elif turn is Turn.WIDE:
            angle = 1.0 if self._count % 2 else -1.0
        else:
            angle = float(self._rng.normal(0, 0.9))
        return self._sign * angle + jitter
