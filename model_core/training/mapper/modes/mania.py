"""An osu!mania map: columns by pitch and by drum, chords by how much sounds at once.

A tune's pitch decides a column, turned round every other bar group, so that scales become stairs;
drums have columns of their own in what is left. Held notes are holds. No column is struck twice
nearer than the level allows, nor while it is held.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

import numpy as np

from model_core.beatmap.columns import COLUMN_Y, column_x
from model_core.beatmap.new_objects import NewObject, ObjectKind, Sound
from model_core.training.mapper.accents import Accent, accents, tick_in_bar
from model_core.training.mapper.levels import EASY, HARD, INSANE, NORMAL, Level, step_for
from model_core.training.mapper.modes.pulse import Grids, followed, tick_ms
from model_core.training.mapper.sounds import Drummer
from model_core.training.mapper.styles import Style
from model_core.training.songs import TICKS_PER_BEAT, SongPlan

_STROKES = (560.0, 330.0, 210.0, 140.0, 95.0, 74.0)
_CYMBALS = (9999.0, 9999.0, 560.0, 330.0, 180.0, 110.0)
_REST = (800.0, 560.0, 400.0, 250.0, 150.0, 100.0)
_JACK_MS = (560.0, 380.0, 270.0, 190.0, 150.0, 120.0)
_AFTER_HOLD_MS = (400.0, 300.0, 190.0, 120.0, 85.0, 65.0)
_MOST_CHORD = (1, 1, 2, 2, 3, 4)
_CHORD_STRENGTH = (2.0, 0.75, 0.6, 0.45, 0.35, 0.28)
_LEAST_HOLD_MS = 100.0
_MEMORY = 12
# What a note more than in the least used column weighs, in columns away from the one wanted.
_EVEN = 0.55
_TURN_BARS = 2


def map_mania(plan: SongPlan, level: Level, style: Style, seed: int, keys: int) -> list[NewObject]:
    """The objects of a map of ``keys`` columns."""
    return _Mania(plan, level, style, seed, keys).objects()


class _Mania:
    def __init__(self, plan: SongPlan, level: Level, style: Style, seed: int, keys: int) -> None:
        self._plan = plan
        self._level = level
        self._style = style
        self._keys = keys
        self._heard: Mapping[int, Accent] = accents(plan)
        self._drummer = Drummer(plan, style, self._heard, phrases=level.index < HARD)
        self._rng = np.random.default_rng([seed, style.mapper_id, keys])
        self._pitches: deque[int] = deque(maxlen=_MEMORY)
        self._struck = [-1e9] * keys  # ms of the last stroke in each column
        self._held = [-1e9] * keys  # ms at which the last hold there ended
        self._used = [0] * keys
        self._last = keys // 2
        # Which columns kick, snare and the rest prefer: outermost first, on the style's side.
        order = sorted(range(keys), key=lambda column: -abs(column - (keys - 1) / 2))
        self._drum_columns = order if style.mapper_id % 2 else order[::-1]

    def objects(self) -> list[NewObject]:
        grids = Grids.at(self._level.value, _STROKES, _CYMBALS, _REST)
        made: list[NewObject] = []
        for accent in followed(self._plan, self._heard, grids):
            made.extend(self._chord(accent))
        return made

    # ---------------------------------------------------------------- one moment

    def _chord(self, accent: Accent) -> list[NewObject]:
        now = self._plan.milliseconds(accent.tick)
        chosen: list[NewObject] = []
        taken: set[int] = set()
        for number in range(self._size(accent)):
            wanted = self._wanted(accent, number)
            column = self._free(wanted, now, taken)
            if column is None:
                break
            taken.add(column)
            end = self._hold_end(accent) if number == 0 else None
            chosen.append(self._note(accent, column, end))
            self._struck[column] = now
            if end is not None:
                self._held[column] = self._plan.milliseconds(end)
            self._used[column] += 1
        if taken:
            self._last = next(iter(taken))
        return sorted(chosen, key=lambda item: item.x)

    def _size(self, accent: Accent) -> int:
        """Notes at once: one, and more the more sounds together."""
        level = self._level.index
        least = _CHORD_STRENGTH[level]
        if accent.strength < least:
            return 1
        most = min(_MOST_CHORD[level], self._keys - 1)
        share = (accent.strength - least) / (1.01 - least)
        size = 2 + int(share * (most - 1))
        if self._style.emphasis < 0.15 and not accent.crash:
            size -= 1
        return min(most, max(1, size))

    def _wanted(self, accent: Accent, number: int) -> int:
        """The column that suits the ``number``-th note of a chord best."""
        if accent.melody is not None and number == 0:
            return self._by_pitch(accent)
        drums = self._drum_columns
        if accent.kick and not accent.snare:
            return drums[number % len(drums)]
        if accent.snare:
            return drums[(1 + number) % len(drums)]
        return (self._last + (1 if tick_in_bar(self._plan, accent.tick) % 48 < 24 else -1)) % (
            self._keys
        )

    def _by_pitch(self, accent: Accent) -> int:
        """Higher is further right, within what the tune has reached lately."""
        self._pitches.append(accent.pitch)
        low, high = min(self._pitches), max(self._pitches)
        place = 0.5 if low == high else (accent.pitch - low) / (high - low)
        bar = self._plan.tempo_at(accent.tick).meter * TICKS_PER_BEAT
        if (accent.tick // (bar * _TURN_BARS)) % 2:
            place = 1.0 - place
        return min(self._keys - 1, int(place * self._keys))

    def _free(self, wanted: int, now: float, taken: set[int]) -> int | None:
        """The column nearest to ``wanted`` that may be struck now; the less used on ties."""
        level = self._level.index
        after = _AFTER_HOLD_MS[level]
        able = [
            column
            for column in range(self._keys)
            if column not in taken
            and now - self._struck[column] >= _JACK_MS[level] - 0.01
            and now - self._held[column] >= after - 0.01
        ]
        if not able:
            # Rather a faster repeat than nothing, but never into a hold or onto a note.
            able = [
                column
                for column in range(self._keys)
                if column not in taken
                and now - self._struck[column] >= 60.0
                and now - self._held[column] >= 60.0
                and not taken
            ]
        if not able:
            return None
        fewest = min(self._used)
        return min(
            able,
            key=lambda column: (
                abs(column - wanted) + _EVEN * (self._used[column] - fewest),
                self._used[column],
                column,
            ),
        )

    def _hold_end(self, accent: Accent) -> int | None:
        """Where a hold on a held note ends; None where a note is enough."""
        if not accent.held:
            return None
        size = tick_ms(self._plan, accent.tick)
        if self._style.long_sliders_only and self._level.index >= INSANE:
            shortest = TICKS_PER_BEAT * size
        else:
            shortest = max(_LEAST_HOLD_MS, 0.8 * _STROKES[min(self._level.index, HARD)])
        if self._level.index == EASY:
            shortest = max(shortest, TICKS_PER_BEAT * size)
        snap = max(6, step_for(size, 0.5 * self._level.melody_ms, self._plan.triplets))
        if self._level.index <= NORMAL:
            snap = max(snap, 8 if self._plan.triplets else 12)
        ticks = min(accent.held, 8 * TICKS_PER_BEAT) // snap * snap
        return accent.tick + ticks if ticks * size >= shortest - 0.01 else None

    def _note(self, accent: Accent, column: int, end: int | None) -> NewObject:
        volume = self._drummer.volume(accent.tick)
        usual = self._drummer.at(accent.tick, volume)
        # One column carries the drum; the others of a chord only the plain sound.
        drum = self._drum_columns[0]
        carries = accent.melody is None or column == drum or self._size(accent) == 1
        sound = Sound(
            usual.additions if carries else 0, usual.sample_set, usual.addition_set, volume
        )
        return NewObject(
            ObjectKind.CIRCLE if end is None else ObjectKind.HOLD,
            self._time(accent.tick),
            column_x(column, self._keys),
            COLUMN_Y,
            False,
            (sound,),
            end_time=None if end is None else self._time(end),
            slider_velocity=self._speed(accent.tick),
        )

    def _speed(self, tick: int) -> float:
        """Scroll speed: even, but for styles that slow down quiet sections on high levels."""
        section = self._plan.section_at(tick)
        slow = self._style.quiet_velocity
        if self._level.index >= INSANE and slow < 0.85 and section.energy < 0.35:
            return slow
        return 1.0

    def _time(self, tick: int) -> int:
        return round(self._plan.milliseconds(tick))
