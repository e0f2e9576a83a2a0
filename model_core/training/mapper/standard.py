"""An osu!standard map: rhythm, combos, velocities, places and sounds put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from model_core.beatmap.new_objects import NewObject, ObjectKind
from model_core.training.mapper import traits as trait
from model_core.training.mapper.accents import Accent, tick_in_bar
from model_core.training.mapper.fitting import LEAST, MOST, fitted, stars_of
from model_core.training.mapper.flow import Cursor, Moment, Placed
from model_core.training.mapper.levels import HARD, Level
from model_core.training.mapper.rhythm import Beat, rhythm
from model_core.training.mapper.settings import Settings, settings_of
from model_core.training.mapper.sounds import Drummer
from model_core.training.mapper.styles import Style
from model_core.training.mapper.timing_lines import Change
from model_core.training.songs import TICKS_PER_BEAT, Section, SongPlan

_QUIET = 0.4  # energy below which a section is slow
_LONG_REST = 4 * TICKS_PER_BEAT
_SLOWEST, _FASTEST = 0.5, 2.5
_HIGH_SV, _LOW_SV = 1.45, 0.65
_SV_PATTERN = (1.0, 1.35, 0.75, 1.2)
_SMALLER = 1.3
_MOST_STRENGTH = 0.9
_RESTING_MS = 1500.0
_USUAL_STRENGTH = 0.45


class StandardMapper:
    """One map in the making. Times are settled at once, places by :meth:`objects`."""

    def __init__(
        self,
        plan: SongPlan,
        level: Level,
        style: Style,
        traits: frozenset[str],
        seed: int,
        heard: Mapping[int, Accent],
    ) -> None:
        self._plan = plan
        self._level = level
        self._style = style
        self._traits = traits
        self._seed = seed
        self._heard = heard
        self._drummer = Drummer(plan, style, heard, phrases=level.index < HARD)
        self.settings = _settings(level, style, traits)
        self._beats = rhythm(plan, level, style, traits, heard)
        self._combos = self._new_combos()
        self._moments = self._all_moments()

    def spans(self) -> list[tuple[int, int]]:
        """When each object begins and ends, in ms."""
        return [(self._time(beat.tick), self._time(beat.end_tick)) for beat in self._beats]

    def changes(self) -> list[Change]:
        """What the timing lines say beside the tempi."""
        changes = [
            Change(
                self._time(section.first_tick),
                self._velocity(section, section.first_tick),
                self._drummer.volume(section.first_tick),
                self._drummer.sample_set(section),
                section.kiai,
            )
            for section in self._plan.sections
        ]
        for beat, moment in zip(self._beats, self._moments, strict=True):
            if beat.is_slider:
                changes.append(Change(self._time(beat.tick), velocity=moment.velocity))
        return changes

    def objects(self, head: bytes) -> tuple[NewObject, ...]:
        """The objects, as far apart as the level's stars ask for under a file's head."""
        tried: dict[float, list[Placed]] = {}
        spans = self.spans()

        def rate(scale: float) -> float:
            tried[scale] = self._place(scale)
            return stars_of(head, spans, tried[scale])

        placed = tried[fitted(self._level.stars, rate, self._most_scale())]
        return tuple(
            self._object(item, new_combo)
            for item, new_combo in zip(placed, self._combos, strict=True)
        )

    def _most_scale(self) -> float:
        """Easy maps widen only as far as most moves keep one distance for one time."""
        rests = [moment.rest_ms for moment in self._moments if moment.rest_ms < _RESTING_MS]
        if self._level.index >= HARD or not rests:
            return MOST
        usual = max(1.0, float(np.quantile(rests, 0.6)))
        return min(MOST, max(LEAST, round(self._level.reach / (self._level.speed * usual), 2)))

    def _place(self, scale: float) -> list[Placed]:
        radius = 54.4 - 4.48 * self.settings.circle_size
        cursor = Cursor(self._level, self._style, self._traits, scale, radius, self._seed)
        return [
            cursor.place(beat, moment)
            for beat, moment in zip(self._beats, self._moments, strict=True)
        ]

    def _all_moments(self) -> list[Moment]:
        plan, moments = self._plan, []
        ended = plan.milliseconds(0)
        last = plan.milliseconds(plan.sections[-1].end_tick)
        for beat, new_combo in zip(self._beats, self._combos, strict=True):
            begins, ends = plan.milliseconds(beat.tick), plan.milliseconds(beat.end_tick)
            section = plan.section_at(beat.tick)
            velocity = self._velocity(section, beat.tick)
            pace = 100.0 * self.settings.slider_multiplier * velocity
            span = (ends - begins) * pace / plan.tempo_at(beat.tick).beat_length
            weight = self._weight(beat, section, min(1.0, max(0.0, begins / last)))
            bar = beat.tick - tick_in_bar(plan, beat.tick)
            moments.append(Moment(begins - ended, span, velocity, new_combo, weight, bar))
            ended = ends
        return moments

    def _weight(self, beat: Beat, section: Section, progress: float) -> float:
        """Factor on the distance to a beat; easy maps keep one distance for one time."""
        if self._level.index < HARD:
            return 1.0
        strength = min(_MOST_STRENGTH, beat.strength)
        weight = 1.0 + self._style.emphasis * (strength - _USUAL_STRENGTH)
        if trait.HIGH_CONTRAST in self._traits:
            weight *= 1.3 if section.kiai else 0.65
        elif trait.PROGRESSION in self._traits:
            weight *= 0.4 + 1.2 * progress
        return weight

    def _velocity(self, section: Section, tick: int) -> float:
        """Slider velocity multiplier; on the two easiest levels it only follows traits."""
        velocity = 1.0
        if trait.SIMPLE not in self._traits and self._level.index >= HARD:
            if section.kiai:
                velocity = self._style.kiai_velocity
            elif section.energy < _QUIET:
                velocity = self._style.quiet_velocity
        if trait.HIGH_SV in self._traits:
            velocity *= _HIGH_SV
        elif trait.LOW_SV in self._traits:
            velocity *= _LOW_SV
        if trait.COMPLEX_SV in self._traits:
            half_bar = (tick - section.first_tick) // (2 * TICKS_PER_BEAT)
            velocity *= _SV_PATTERN[half_bar % len(_SV_PATTERN)]
        return round(min(_FASTEST, max(_SLOWEST, velocity)), 2)

    def _new_combos(self) -> list[bool]:
        """Combos follow bars, sections and long rests; in some styles also phrases."""
        combos: list[bool] = []
        group: tuple[int, int] | None = None
        ended, after_spinner = 0, True
        for beat in self._beats:
            here = self._combo_group(beat.tick)
            accent = self._heard[beat.tick]
            new_combo = (
                here != group
                or after_spinner
                or beat.is_spinner
                or beat.tick - ended >= _LONG_REST
                or (self._style.phrase_combos and accent.phrase)
            )
            group, ended, after_spinner = here, beat.end_tick, beat.is_spinner
            combos.append(new_combo)
        return combos

    def _combo_group(self, tick: int) -> tuple[int, int]:
        """Objects of one group share a combo: some beats, counted from the section's start."""
        section = self._plan.section_at(tick)
        bar = self._plan.tempo_at(tick).meter * TICKS_PER_BEAT
        beats = self._style.combo_beats * (2 if self._level.index < HARD else 1)
        # lengths count in common time; in other metres a combo is as many bars, or half a bar
        length = bar * beats // 4 if beats >= 4 else min(bar, beats * TICKS_PER_BEAT)
        place = tick - section.first_tick
        if beats < 4:
            into_bar = tick_in_bar(self._plan, tick)
            return tick - into_bar, into_bar // length
        return section.first_tick, place // length

    def _time(self, tick: int) -> int:
        return round(self._plan.milliseconds(tick))

    def _object(self, placed: Placed, new_combo: bool) -> NewObject:
        beat, drummer = placed.beat, self._drummer
        time, volume = self._time(beat.tick), drummer.volume(beat.tick)
        if beat.is_spinner:
            end = self._time(beat.end_tick)
            sound = drummer.at(beat.end_tick, drummer.volume(beat.end_tick))
            return NewObject(ObjectKind.SPINNER, time, 256, 192, new_combo, (sound,), end_time=end)
        if placed.shape is None:
            sound = drummer.at(beat.tick, volume)
            return NewObject(ObjectKind.CIRCLE, time, placed.x, placed.y, new_combo, (sound,))
        span = (beat.end_tick - beat.tick) // placed.slides
        nodes: Sequence[int] = [beat.tick + node * span for node in range(placed.slides + 1)]
        return NewObject(
            ObjectKind.SLIDER,
            time,
            placed.x,
            placed.y,
            new_combo,
            tuple(drummer.at(tick, drummer.volume(tick)) for tick in nodes),
            body=drummer.body(beat.tick, volume),
            end_time=self._time(beat.end_tick),
            curve_letter=placed.shape.letter,
            curve_points=placed.shape.points,
            slides=placed.slides,
            length=placed.length,
            slider_velocity=placed.velocity,
        )


def _settings(level: Level, style: Style, traits: frozenset[str]) -> Settings:
    settings = settings_of(0, level.value, multiplier_change=style.multiplier_change)
    if trait.PRECISION in traits:
        smaller = round(settings.circle_size + _SMALLER, 1)
        return replace(settings, circle_size=smaller)
    return settings
