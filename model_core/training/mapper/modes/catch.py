"""An osu!catch map: fruits that fall where the tune goes, streams on held notes.

The rhythm is that of osu!standard. A fruit's place follows the pitch of the tune and the style's
way of turning; how far it may lie from the last one is decided in time: what a walk, a dash or
a hyperdash of the catcher reaches, as the level allows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from math import pi

import numpy as np

from model_core.beatmap.geometry.catch import CATCHER_WIDTH, DASH_SPEED, GRACE
from model_core.beatmap.geometry.rules import circle_scale
from model_core.beatmap.new_objects import NewObject, ObjectKind
from model_core.training.mapper.accents import Accent, accents, tick_in_bar
from model_core.training.mapper.flow import fold
from model_core.training.mapper.levels import EASY, EXPERT, HARD, Level
from model_core.training.mapper.rhythm import Beat, rhythm
from model_core.training.mapper.settings import settings_of
from model_core.training.mapper.shapes import Area, Shape, shape
from model_core.training.mapper.sounds import Drummer
from model_core.training.mapper.styles import Style, Turn
from model_core.training.songs import TICKS_PER_BEAT, SongPlan

_AREA = Area(16, 40, 496, 344)
_LEFT, _RIGHT = 16.0, 496.0
# osu! pixels a millisecond that a move may ask for; the catcher walks 0.5 and dashes 1.
_PACE = (0.18, 0.34, 0.55, 0.8, 1.0, 1.15)
_AT = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_REACH = (110.0, 170.0, 240.0, 320.0, 400.0, 460.0)
_HYPER_FROM_MS, _HYPER_REACH = 120.0, 1.25
_HYPER_STRENGTH = (9.0, 9.0, 9.0, 0.85, 0.7, 0.6)
_QUIET = 0.4
_MEMORY = 10
_COMBO_BARS = 2
_SPINNER_GAP_MS, _SHORTEST_SHOWER_MS = 255.0, 700.0


def map_catch(plan: SongPlan, level: Level, style: Style, seed: int) -> list[NewObject]:
    """The objects of a map."""
    return _Catch(plan, level, style, seed).objects()


def hyperdash_distance(gap_ms: float, circle_size: float) -> float:
    """How far the next fruit has to lie for a hyperdash, in osu! pixels.

    The game's rule for catchers that have no speed left over: what they reach in ``gap_ms`` at
    a dash, and half of their width.
    """
    half = CATCHER_WIDTH * circle_scale(circle_size, allowance=False)  # scale 0.5 is full width
    return max(0.0, gap_ms - GRACE) * DASH_SPEED + half


class _Catch:
    def __init__(self, plan: SongPlan, level: Level, style: Style, seed: int) -> None:
        self._plan = plan
        self._level = level
        self._style = style
        self._heard: Mapping[int, Accent] = accents(plan)
        self._drummer = Drummer(plan, style, self._heard, phrases=level.index < HARD)
        self._settings = settings_of(2, level.value, multiplier_change=style.multiplier_change)
        self._rng = np.random.default_rng([seed, style.mapper_id, level.index, 2])
        self._pace = float(np.interp(level.value, _AT, _PACE))
        self._reach = float(np.interp(level.value, _AT, _REACH))
        self._pitches: deque[int] = deque(maxlen=_MEMORY)
        self._x = 256.0
        self._end_ms = -1e9
        self._sign = 1.0
        self._count = 0

    def objects(self) -> list[NewObject]:
        made: list[NewObject] = []
        group: tuple[int, int] | None = None
        fresh = True
        for beat in rhythm(self._plan, self._level, self._style, frozenset(), self._heard):
            here = self._combo(beat.tick)
            new_combo = fresh or here != group or beat.is_spinner
            group, fresh = here, beat.is_spinner
            if beat.is_spinner:
                shower = self._shower(beat)
                if shower is not None:
                    made.append(shower)
                continue
            accent = self._heard[beat.tick]
            if new_combo:
                self._sign = -self._sign
            self._x = self._target(accent, self._plan.milliseconds(beat.tick))
            made.append(
                self._stream(beat, new_combo) if beat.is_slider else self._fruit(beat, new_combo)
            )
            self._count += 1
        return made

    # ---------------------------------------------------------------- where

    def _target(self, accent: Accent, now: float) -> float:
        """The x of the next fruit, in whole osu! pixels."""
        gap = min(now - self._end_ms, 2000.0)
        strength = accent.strength
        far = min(self._reach, self._pace * gap)
        share = 0.35 + 0.65 * min(1.0, strength + 0.2)
        distance = far * share
        hyper = hyperdash_distance(gap, self._settings.circle_size)
        able = min(distance, hyper * 0.92)
        distance = hyper * _HYPER_REACH if self._hyper(accent, gap) else able
        x = self._x + self._direction(accent) * distance
        if not _LEFT <= x <= _RIGHT:
            self._sign = -self._sign
            x = self._x - (x - self._x)
        return float(round(min(_RIGHT, max(_LEFT, x))))

    def _hyper(self, accent: Accent, gap: float) -> bool:
        index = self._level.index
        if index < EXPERT or gap < _HYPER_FROM_MS or gap > 500.0:
            return False
        return accent.strength >= _HYPER_STRENGTH[index] and (accent.crash or accent.snare)

    def _direction(self, accent: Accent) -> float:
        """1 to the right, -1 to the left: by the tune, else by the style."""
        before = self._pitches[-1] if self._pitches else None
        if accent.melody is not None:
            self._pitches.append(accent.pitch)
            if before is not None and accent.pitch != before:
                up = 1.0 if accent.pitch > before else -1.0
                self._sign = up if self._style.mapper_id % 2 else -up
                return self._sign
        if self._turns(self._style.turn):
            self._sign = -self._sign
        return self._sign

    def _turns(self, turn: Turn) -> bool:
        if turn in (Turn.SHARP, Turn.BACK):
            return True
        if turn in (Turn.SQUARE, Turn.TRIANGLE, Turn.WIDE):
            return self._count % 2 == 1
        return turn is Turn.FREE and bool(self._rng.random() < 0.4)

    # ---------------------------------------------------------------- what

    def _fruit(self, beat: Beat, new_combo: bool) -> NewObject:
        self._end_ms = self._plan.milliseconds(beat.tick)
        volume = self._drummer.volume(beat.tick)
        return NewObject(
            ObjectKind.CIRCLE, self._time(beat.tick), int(self._x), 192, new_combo,
            (self._drummer.at(beat.tick, volume),),
        )  # fmt: skip

    def _stream(self, beat: Beat, new_combo: bool) -> NewObject:
        plan, drummer = self._plan, self._drummer
        begins, ends = plan.milliseconds(beat.tick), plan.milliseconds(beat.end_tick)
        velocity = self._velocity(beat.tick)
        pace = 100.0 * self._settings.slider_multiplier * velocity
        whole = (ends - begins) * pace / plan.tempo_at(beat.tick).beat_length
        slides = fold(beat, whole)
        length = whole / slides
        body = self._path(length)
        span = (beat.end_tick - beat.tick) // slides
        nodes = [beat.tick + node * span for node in range(slides + 1)]
        start = int(self._x)
        volume = drummer.volume(beat.tick)
        if slides % 2:
            self._x = min(_RIGHT, max(_LEFT, body.end[0]))
        self._end_ms = ends
        return NewObject(
            ObjectKind.SLIDER, self._time(beat.tick), start, 192, new_combo,
            tuple(drummer.at(tick, drummer.volume(tick)) for tick in nodes),
            body=drummer.body(beat.tick, volume), end_time=self._time(beat.end_tick),
            curve_letter=body.letter, curve_points=body.points, slides=slides,
            length=round(length, 6), slider_velocity=velocity,
        )  # fmt: skip

    def _path(self, length: float) -> Shape:
        """Sideways in the direction of play; steeper on low levels, where streams drift less."""
        steep = float(np.interp(self._level.value, _AT, (1.1, 0.9, 0.6, 0.4, 0.25, 0.15)))
        heading = steep if self._sign > 0 else pi - steep
        if self._count % 2:
            heading = -heading
        curves = self._style.curves
        kind = curves[self._count % len(curves)] if self._level.index >= HARD else "L"
        bend = self._sign * 0.6
        return shape(kind, (self._x, 192.0), heading, length, bend, _AREA)

    def _shower(self, beat: Beat) -> NewObject | None:
        """Bananas on a rising noise, once the catcher has had time to see them coming."""
        start, end = beat.tick, self._time(beat.end_tick)
        while self._plan.milliseconds(start) - self._end_ms < _SPINNER_GAP_MS:
            start += TICKS_PER_BEAT // 2
        if end - self._time(start) < _SHORTEST_SHOWER_MS:
            return None
        self._end_ms, self._x = float(end), 256.0
        sound = self._drummer.at(beat.end_tick, self._drummer.volume(beat.end_tick))
        return NewObject(
            ObjectKind.SPINNER, self._time(start), 256, 192, True, (sound,), end_time=end
        )

    def _velocity(self, tick: int) -> float:
        if self._level.index < HARD:
            return 1.0
        section = self._plan.section_at(tick)
        if section.kiai:
            return self._style.kiai_velocity
        return self._style.quiet_velocity if section.energy < _QUIET else 1.0

    def _combo(self, tick: int) -> tuple[int, int]:
        bars = _COMBO_BARS if self._level.index <= EASY else 1
        section = self._plan.section_at(tick)
        bar = self._plan.tempo_at(tick).meter * TICKS_PER_BEAT
        into = tick - tick_in_bar(self._plan, tick) - section.first_tick
        return section.first_tick, into // (bar * bars)

    def _time(self, tick: int) -> int:
        return round(self._plan.milliseconds(tick))
