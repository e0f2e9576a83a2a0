"""Mapping a song plan: one call for all four modes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from model_core.beatmap.new_objects import NewObject
from model_core.training.mapper.accents import accents
from model_core.training.mapper.file import file_head, map_file
from model_core.training.mapper.levels import Level, level_of
from model_core.training.mapper.settings import DEFAULT_KEYS, MODE_NAMES, Settings, settings_of
from model_core.training.mapper.sounds import Drummer
from model_core.training.mapper.standard import StandardMapper
from model_core.training.mapper.styles import Style, style_of
from model_core.training.mapper.timing_lines import Change
from model_core.training.mapper.traits import checked, draw
from model_core.training.songs import SongPlan

_STANDARD, _MANIA = 0, 3
_STACK_LENIENCY = 0.7
_VARIABLE_TIMING = "meta/variable timing"


@dataclass(frozen=True)
class MappedSong:
    """A finished map and what a model is told about it.

    ``osu_bytes`` is the whole file; ``level`` the value in [0, 1] it was made for. The star
    rating is the caller's to compute. ``key_count`` is the columns of a mania map, else None.
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
    traits: Iterable[str] | None = None,
    audio_filename: str = "audio.wav",
) -> MappedSong:
    """Map a song.

    Args:
        plan: the song.
        style: mapper id, one of those in ``STYLES``.
        level: 0 (Easy) to 1 (Extra).
        mode: 0 osu!standard, 1 taiko, 2 catch, 3 mania.
        seed: decides places, and which traits are drawn; nothing else.
        keys: columns of a mania map (4 where None); of no meaning in other modes.
        traits: descriptors of ``traits.TRAITS`` that an osu!standard map is to have, as far as
            its level allows; None draws some from the seed.
        audio_filename: what the file names as its audio.

    Raises:
        ValueError: there is no such style, mode or trait, or the level lies outside of 0 to 1.
    """
    manner = style_of(style)
    if not 0 <= mode < len(MODE_NAMES):
        raise ValueError(f"There is no mode {mode}; modes are 0 to {len(MODE_NAMES) - 1}.")
    if not 0.0 <= level <= 1.0:
        raise ValueError(f"A level lies between 0 and 1, not at {level}.")
    grade = level_of(level)
    if mode == _STANDARD:
        drawn = draw(grade, seed) if traits is None else checked(frozenset(traits), grade)
        return _standard(plan, grade, manner, drawn, seed, audio_filename)
    columns = (DEFAULT_KEYS if keys is None else keys) if mode == _MANIA else None
    settings = settings_of(mode, level, keys=columns, multiplier_change=manner.multiplier_change)
    objects = tuple(_placer()(plan, level, style, mode, seed, columns))
    drummer = Drummer(plan, manner)
    changes = [
        Change(
            time=round(plan.milliseconds(section.first_tick)),
            volume=drummer.volume(section.first_tick),
            sample_set=drummer.sample_set(section),
            kiai=section.kiai,
        )
        for section in plan.sections
    ]
    changes += _velocities(objects)
    spans = [(item.time, item.time if item.end_time is None else item.end_time) for item in objects]
    head = file_head(
        plan,
        settings,
        changes,
        spans,
        name=grade.name,
        mapper_id=manner.mapper_id,
        sample_set=manner.sample_set,
        stack_leniency=_STACK_LENIENCY,
        audio_filename=audio_filename,
    )
    data = map_file(head, objects, mode)
    return _result(plan, data, objects, grade, manner, (), settings, columns)


def _standard(
    plan: SongPlan,
    level: Level,
    style: Style,
    traits: frozenset[str],
    seed: int,
    audio_filename: str,
) -> MappedSong:
    mapper = StandardMapper(plan, level, style, traits, seed, accents(plan))
    head = file_head(
        plan,
        mapper.settings,
        mapper.changes(),
        mapper.spans(),
        name=level.name,
        mapper_id=style.mapper_id,
        sample_set=style.sample_set,
        stack_leniency=_STACK_LENIENCY,
        audio_filename=audio_filename,
    )
    objects = mapper.objects(head)
    data = map_file(head, objects, _STANDARD)
    tags = tuple(dict.fromkeys((*style.descriptors, *sorted(traits))))
    return _result(plan, data, objects, level, style, tags, mapper.settings, None)


def _result(
    plan: SongPlan,
    data: bytes,
    objects: tuple[NewObject, ...],
    level: Level,
    style: Style,
    descriptors: tuple[str, ...],
    settings: Settings,
    columns: int | None,
) -> MappedSong:
    if len(plan.tempos) > 1:
        descriptors += (_VARIABLE_TIMING,)
    return MappedSong(
        osu_bytes=data,
        objects=objects,
        level=level.value,
        level_name=level.name,
        mapper_id=style.mapper_id,
        descriptors=descriptors,
        circle_size=settings.circle_size,
        slider_multiplier=settings.slider_multiplier,
        mode=settings.mode,
        key_count=columns,
    )


def _velocities(objects: Iterable[NewObject]) -> list[Change]:
    """Velocities that the objects ask for, each from its first object on."""
    return [
        Change(item.time, velocity=item.slider_velocity)
        for item in objects
        if item.slider_velocity is not None
    ]


def _placer() -> Callable[[SongPlan, float, int, int, int, int | None], list[NewObject]]:
    """The mapper of the other modes, which builds on this package and so is imported late."""
    from model_core.training.mapper.modes import place

    return place
