"""Mapping a song plan: rhythm, places and sounds put together into a beatmap file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from model_core.beatmap.new_objects import NewObject, ObjectKind
from model_core.training.mapper.file import map_file
from model_core.training.mapper.flow import Cursor, Placed
from model_core.training.mapper.levels import Level, level_of
from model_core.training.mapper.rhythm import Beat, rhythm
from model_core.training.mapper.settings import DEFAULT_KEYS, MODE_NAMES, settings_of
from model_core.training.mapper.sounds import Drummer
from model_core.training.mapper.styles import Style, style_of
from model_core.training.mapper.timing_lines import Change
from model_core.training.songs import TICKS_PER_BEAT, SectionKind, SongPlan


@dataclass(frozen=True)
class MappedSong:
    """A finished map and what a model is told about it.

    ``osu_bytes`` is the whole file; ``level`` the value in [0, 1] it was made for. The star
    rating is the caller's to compute.
    """

    osu_bytes: bytes
    objects: tuple[NewObject, ...]
    level: float
    level_name: str
    mapper_id: int
    descriptors: tuple[str, ...]
    circle_size: float
    slider_multiplier: float
    mode: int = 0
    key_count: int | None = None

    @property
    def style(self) -> int:
        """The mapper id under its other name."""
        return self.mapper_id


def map_song(
    plan: SongPlan,
    *,
    style: int,
    level: float,
    mode: int = 0,
    seed: int = 0,
    keys: int | None = None,
    audio_filename: str = "audio.wav",
) -> MappedSong:
    """Map a song.

    Args:
        plan: the song.
        style: mapper id, one of those in ``STYLES``.
        level: 0 (Easy) to 1 (Extra).
        mode: 0 osu!standard, 1 taiko, 2 catch, 3 mania.
        seed: decides places only, never times.
        keys: columns of a mania map (4 where None); of no meaning in other modes.
        audio_filename: what the file names as its audio.

    Raises:
        ValueError: there is no such style or mode, or the level lies outside of 0 to 1.
    """
    manner = style_of(style)
    if not 0 <= mode < len(MODE_NAMES):
        raise ValueError(f"There is no mode {mode}; modes are 0 to {len(MODE_NAMES) - 1}.")
    if not 0.0 <= level <= 1.0:
        raise ValueError(f"A level lies between 0 and 1, not at {level}.")
    grade = level_of(level)
    columns = (DEFAULT_KEYS if keys is None else keys) if mode == 3 else None
    chosen = settings_of(mode, level, keys=columns, multiplier_change=manner.multiplier_change)
    drummer = Drummer(plan, manner)
    if mode == 0:
        multiplier = chosen.slider_multiplier
        placed, combos = _place(plan, grade, manner, multiplier, _tightness(level), seed)
        objects = tuple(
            _object(plan, drummer, item, new_combo)
            for item, new_combo in zip(placed, combos, strict=True)
        )
    else:
        objects = tuple(_placer()(plan, level, style, mode, seed, columns))
    changes = [
        Change(
            round(plan.milliseconds(section.first_tick)),
            section_velocity(manner, grade, section.kind) if mode == 0 else None,
            drummer.volume(section.first_tick),
            manner.sample_set,
            section.kiai,
        )
        for section in plan.sections
    ]
    changes += [
        Change(item.time, velocity=item.slider_velocity)
        for item in objects
        if item.slider_velocity is not None
    ]
    data = map_file(
        plan,
        chosen,
        changes,
        objects,
        name=grade.name,
        mapper_id=manner.mapper_id,
        sample_set=manner.sample_set,
        stack_leniency=0.7,
        audio_filename=audio_filename,
    )
    return MappedSong(
        osu_bytes=data,
        objects=objects,
        level=level,
        level_name=grade.name,
        mapper_id=manner.mapper_id,
        descriptors=manner.descriptors if mode == 0 else (),
        circle_size=chosen.circle_size,
        slider_multiplier=chosen.slider_multiplier,
        mode=mode,
        key_count=columns,
    )


def _placer() -> Callable[[SongPlan, float, int, int, int, int | None], list[NewObject]]:
    """The mapper of the other modes, which builds on this package and so is imported late."""
    try:
        from model_core.training.mapper.modes import place
    except ImportError as error:
        raise NotImplementedError(
            "Only osu!standard can be mapped: model_core.training.mapper.modes is missing."
        ) from error
    return place


def _tightness(level: float) -> float:
    """Spacing within a level: 0.9 at its lower end, 1.1 at its upper."""
    return 0.9 + 0.2 * ((level * 5) % 1.0 if level < 1 else 1.0)


def section_velocity(style: Style, level: Level, kind: SectionKind) -> float:
    """Slider velocity multiplier of a section; constant on the two easiest levels."""
    if level.index < 2:
        return 1.0
    if kind is SectionKind.CHORUS:
        return style.chorus_velocity
    if kind in (SectionKind.INTRO, SectionKind.OUTRO, SectionKind.BREAK):
        return style.quiet_velocity
    return 1.0


def _place(
    plan: SongPlan, level: Level, style: Style, multiplier: float, tightness: float, seed: int
) -> tuple[list[Placed], list[bool]]:
    cursor = Cursor(level, style, tightness, seed)
    placed: list[Placed] = []
    combos: list[bool] = []
    group: tuple[int, int] | None = None
    after_spinner = True
    for beat in rhythm(plan, level, style):
        here = _combo_group(plan, level, beat)
        new_combo = here != group or after_spinner or beat.is_spinner
        group, after_spinner = here, beat.is_spinner
        velocity = section_velocity(style, level, plan.section_at(beat.tick).kind)
        placed.append(cursor.place(beat, new_combo, velocity, 100.0 * multiplier))
        combos.append(new_combo)
    return placed, combos


def _combo_group(plan: SongPlan, level: Level, beat: Beat) -> tuple[int, int]:
    """Objects of one group share a combo: one or two bars, counted from the section's start."""
    section = plan.section_at(beat.tick)
    bar = plan.tempo_at(beat.tick).meter * TICKS_PER_BEAT
    return section.first_tick, (beat.tick - section.first_tick) // (bar * level.combo_bars)


def _object(plan: SongPlan, drummer: Drummer, placed: Placed, new_combo: bool) -> NewObject:
    beat = placed.beat
    time, end = round(plan.milliseconds(beat.tick)), round(plan.milliseconds(beat.end_tick))
    if beat.is_spinner:
        sound = drummer.at(beat.end_tick, drummer.volume(beat.tick))
        return NewObject(ObjectKind.SPINNER, time, 256, 192, new_combo, (sound,), end_time=end)
    volume = drummer.volume(beat.tick)
    if placed.shape is None:
        sound = drummer.at(beat.tick, volume)
        return NewObject(ObjectKind.CIRCLE, time, placed.x, placed.y, new_combo, (sound,))
    span = (beat.end_tick - beat.tick) // placed.slides
    return NewObject(
        ObjectKind.SLIDER,
        time,
        placed.x,
        placed.y,
        new_combo,
        tuple(drummer.at(beat.tick + node * span, volume) for node in range(placed.slides + 1)),
        body=drummer.body(volume),
        end_time=end,
        curve_letter=placed.shape.letter,
        curve_points=placed.shape.points,
        slides=placed.slides,
        length=placed.length,
        slider_velocity=placed.velocity,
    )
