"""An osu!taiko map: dons from kicks and low notes, kats from snares, hats and high ones.

The file spells a kat as a whistle or a clap, and a big note as a finish; what a circle sounds
like is what it is. Drum rolls lie on long notes that nothing is played over, swells on rising
noises.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

import numpy as np

from model_core.beatmap.new_objects import CLAP, FINISH, NewObject, ObjectKind, Sound
from model_core.training.mapper.accents import Accent, accents, tick_in_bar
from model_core.training.mapper.levels import EASY, HARD, INSANE, Level
from model_core.training.mapper.modes.pulse import Grids, followed, swell_end, tick_ms
from model_core.training.mapper.settings import settings_of
from model_core.training.mapper.sounds import Drummer
from model_core.training.mapper.styles import Style
from model_core.training.songs import TICKS_PER_BEAT, SongPlan

X, Y = 256, 192
_STROKES = (620.0, 400.0, 250.0, 150.0, 95.0, 66.0)
_CYMBALS = (9999.0, 9999.0, 620.0, 380.0, 180.0, 95.0)
_REST = (900.0, 620.0, 420.0, 250.0, 150.0, 100.0)
_LEAST_SWELL_MS, _SWELL_RECOVERY_MS = 900.0, 300.0
# Beats around a big note without another: two keys are hit at once.
_BIG_GAP = (1.05, 0.55, 0.55, 0.55, 0.55, 0.55)
_ROLL_TICKS = 2 * TICKS_PER_BEAT
_MEMORY = 8
_QUIET = 0.4
_WIDTH = 512


def map_taiko(plan: SongPlan, level: Level, style: Style) -> list[NewObject]:
    """The objects of a map."""
    return _Taiko(plan, level, style).objects()


class _Taiko:
    def __init__(self, plan: SongPlan, level: Level, style: Style) -> None:
        self._plan = plan
        self._level = level
        self._style = style
        self._heard: Mapping[int, Accent] = accents(plan)
        self._drummer = Drummer(plan, style, self._heard)
        self._multiplier = settings_of(1, level.value).slider_multiplier
        self._pitches: deque[int] = deque(maxlen=_MEMORY)
        self._kat = False

    def objects(self) -> list[NewObject]:
        plan, level = self._plan, self._level
        grids = Grids.at(level.value, _STROKES, _CYMBALS, _REST)
        chosen = list(followed(plan, self._heard, grids))
        times = [plan.milliseconds(accent.tick) for accent in chosen]
        made: list[NewObject] = []
        free = -1e9
        for index, (accent, now) in enumerate(zip(chosen, times, strict=True)):
            if now < free - 0.01:
                continue
            end = swell_end(plan, accent, _LEAST_SWELL_MS)
            if end is not None:
                made.append(self._swell(accent, end))
                free = plan.milliseconds(end) + _SWELL_RECOVERY_MS
                continue
            end = self._roll_end(accent)
            if end is not None:
                made.append(self._roll(accent, end))
                free = plan.milliseconds(end) + max(grids.strokes, 120.0)
                continue
            gap = _BIG_GAP[level.index] * TICKS_PER_BEAT * tick_ms(plan, accent.tick)
            before = now - times[index - 1] if index else 1e9
            after = times[index + 1] - now if index + 1 < len(times) else 1e9
            made.append(self._hit(accent, big=min(before, after) >= gap - 0.01))
        return made

    # ---------------------------------------------------------------- one object

    def _hit(self, accent: Accent, big: bool) -> NewObject:
        additions = CLAP if self._is_kat(accent) else 0
        downbeat = tick_in_bar(self._plan, accent.tick) == 0
        strong = accent.crash or (accent.phrase and accent.kick and downbeat)
        if big and strong and self._level.index > EASY:
            additions |= FINISH
        return NewObject(
            ObjectKind.CIRCLE, self._time(accent.tick), X, Y, False,
            (self._sound(accent.tick, additions),), slider_velocity=self._speed(accent.tick),
        )  # fmt: skip

    def _is_kat(self, accent: Accent) -> bool:
        """Drums decide where they sound; else whether the tune lies above where it was."""
        if accent.melody is not None:
            usual = float(np.mean(self._pitches)) if self._pitches else float(accent.pitch)
            above = accent.pitch > usual + 0.5 or (self._kat and accent.pitch > usual - 0.5)
            self._pitches.append(accent.pitch)
        else:
            above = accent.cymbal
        if accent.snare:
            above = True
        elif accent.kick or accent.tom:
            above = False
        self._kat = above
        return above

    def _swell(self, accent: Accent, end: int) -> NewObject:
        return NewObject(
            ObjectKind.SPINNER, self._time(accent.tick), X, Y, True,
            (self._sound(accent.tick, 0),), end_time=self._time(end),
            slider_velocity=self._speed(accent.tick),
        )  # fmt: skip

    def _roll_end(self, accent: Accent) -> int | None:
        """Where a drum roll on a long note ends; None where none begins.

        Above Hard only what has no drums under it is a roll: there is too much to play else.
        """
        if accent.held < _ROLL_TICKS:
            return None
        if self._level.index >= HARD and self._plan.section_at(accent.tick).has_drums:
            return None
        # Quarter beats above Hard, half beats below: a roll ends where the next note could be.
        snap = TICKS_PER_BEAT // 4 if self._level.index >= INSANE else TICKS_PER_BEAT // 2
        ticks = min(accent.held, 4 * TICKS_PER_BEAT) // snap * snap
        return accent.tick + ticks

    def _roll(self, accent: Accent, end: int) -> NewObject:
        speed = self._speed(accent.tick)
        start_ms, end_ms = self._plan.milliseconds(accent.tick), self._plan.milliseconds(end)
        beats = (end_ms - start_ms) / (TICKS_PER_BEAT * tick_ms(self._plan, accent.tick))
        length = round(100.0 * self._multiplier * speed * beats, 6)
        big = FINISH if accent.crash and self._level.index >= HARD else 0
        sound = self._sound(accent.tick, big)
        # The game shows no path; it goes to and fro so that it stays on the playfield.
        turns = int(np.ceil(length / _WIDTH))
        points = [(_WIDTH if turn % 2 == 0 else 0, Y) for turn in range(turns)]
        rest = int(np.ceil(length - (turns - 1) * _WIDTH))
        points[-1] = (rest if turns % 2 else _WIDTH - rest, Y)
        return NewObject(
            ObjectKind.SLIDER, self._time(accent.tick), 0, Y, False, (sound, sound), body=sound,
            end_time=self._time(end), curve_letter="L", curve_points=tuple(points), slides=1,
            length=length, slider_velocity=speed,
        )  # fmt: skip

    # ---------------------------------------------------------------- shared by all

    def _sound(self, tick: int, additions: int) -> Sound:
        usual = self._drummer.at(tick, self._drummer.volume(tick))
        return Sound(additions, usual.sample_set, usual.addition_set, usual.volume)

    def _speed(self, tick: int) -> float:
        """Scroll speed: even on low levels, by section above."""
        if self._level.index < HARD:
            return 1.0
        section = self._plan.section_at(tick)
        if section.kiai:
            return self._style.kiai_velocity
        return self._style.quiet_velocity if section.energy < _QUIET else 1.0

    def _time(self, tick: int) -> int:
        return round(self._plan.milliseconds(tick))
