"""Whole maps from a song, and new difficulties beside a map: what a mapper asks for and gets.

A map is made in the order in which mappers work: timing, kiai, objects (and scroll speeds in
mania). Everything that was not asked for is decided here and told with the answer: the result
says what the file has, what the model did not hear, and what was dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from model_core.audio.decode import Audio
from model_core.beatmap import Beatmap, MapHeader, NewObject, RedLine, parse, write_map
from model_core.beatmap.edits.new_difficulty import (
    DifficultySettings,
    new_difficulty,
    source_kiai,
    source_red_lines,
)
from model_core.beatmap.edits.resnapping import ticks_are_rounded
from model_core.beatmap.geometry.rules import preempt
from model_core.beatmap.stars import star_rating
from model_core.checkpoints.naming import read_name
from model_core.errors import InputError
from model_core.generation.decode_loop import never
from model_core.maps.conditions import conditions_like, conditions_of_map
from model_core.maps.header import resolved_header
from model_core.maps.maker import Draft, Maker, Target
from model_core.maps.objects import breaks_between
from model_core.maps.parameters import GenerationParameters
from model_core.maps.star_seeking import seek_stars
from model_core.model import Model
from model_core.refiner import Refiner
from model_core.remap.options import Progress
from model_core.tokens import Conditions, ContextType

__all__ = ["GeneratedMap", "generate_difficulty", "generate_map"]

_MANIA = 3
_PLACED = (0, 2)
# What difficulties of so many stars are usually called, as the game's own icons have it.
_LEVELS = ((2.0, "Easy"), (2.7, "Normal"), (4.0, "Hard"), (5.3, "Insane"), (6.5, "Expert"))
_HARDEST = "Extra"
_FAR_STARS = 1.0
_HARDEST_STARS = 12.0


@dataclass(frozen=True, slots=True)
class GeneratedMap:
    """A whole file, checked: it reads back as what was meant.

    data: its bytes. file_name: as the editor would call it. beatmap: the same, read.
    red_lines, kiai: of the file, in ms. objects: those meant, in order of time.
    stars: as the game rates it; None where it cannot. told: what the model was told.
    warnings: sentences for whoever asked. dropped: what the model wrote that could be no object,
    by reason. timings_ms: time spent in each stage.
    """

    data: bytes
    file_name: str
    beatmap: Beatmap
    red_lines: tuple[RedLine, ...]
    kiai: tuple[tuple[float, float], ...]
    objects: tuple[NewObject, ...]
    stars: float | None
    told: Conditions
    seed: int
    summary: str
    warnings: tuple[str, ...] = ()
    dropped: dict[str, int] = field(default_factory=dict)
    tokens: int = 0
    windows: int = 0
    timings_ms: dict[str, float] = field(default_factory=dict)


def generate_map(
    model: Model,
    audio: Audio,
    parameters: GenerationParameters | None = None,
    header: MapHeader | None = None,
    name: str = "",
    *,
    red_lines: Sequence[RedLine] | None = None,
    refiner: Refiner | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] = never,
) -> GeneratedMap:
    """A map of a song from its audio alone.

    Args:
        parameters: what they leave open is usual for the difficulty, and told to the model as
            the file will have it.
        header: file names, title, artist and the like
            (:func:`~model_core.maps.header.header_of_song` makes one of an audio file); its
            mode, difficulty settings and difficulty name are not taken.
        name: of the difficulty; it is called after its stars unless given.
        red_lines: the song's timing, where it is known; else the model times it.
        refiner: for models that place objects in coarse cells (v28, v29); the published one is
            loaded where it is needed and not given.
        progress: told about every window and every few tokens. cancelled: asked before every
            token.

    Raises:
        InputError: the range is outside the song, the song is silent, or the header is no header.
        DegenerateOutput: nothing usable was written, or no beat was heard.
        EditRefused: the file would not hold what was meant, however often it was drawn.
        Cancelled: ``cancelled()`` became true.
    """
    parameters = parameters or GenerationParameters()
    if red_lines is not None and not red_lines:
        raise InputError("red_lines is empty. Give at least one, or None to have the song timed.")
    header = header or MapHeader("audio.mp3")
    _check_lines(header)
    full = resolved_header(header, parameters)
    told = conditions_of_map(model.vocabulary, parameters, audio.song_length_ms)
    told = replace(
        told,
        global_sv=full.slider_multiplier,
        circle_size=full.circle_size if full.mode in _PLACED else told.circle_size,
        keycount=round(full.circle_size) if full.mode == _MANIA else None,
    )
    target = Target(full.mode, round(full.circle_size), full.slider_multiplier)
    maker = Maker(model, audio, parameters, target, told, progress, cancelled, refiner)

    def finish(draft: Draft) -> GeneratedMap:
        # All but the objects is written first; the difficulty is then made beside that, and
        # checked, as one beside a mapper's own would be.
        head = replace(full, difficulty_name="")
        if head.preview_time < 0 and draft.kiai:
            head = replace(head, preview_time=round(draft.kiai[0][0]))
        breaks = breaks_between(draft.objects, preempt(full.approach_rate))
        bare = parse(write_map(head, draft.red_lines, (), breaks=breaks))
        return _finished(model, maker, draft, bare, name, parameters, full.mode, draft.kiai)

    def write(wish: float | None) -> GeneratedMap:
        maker.tell_difficulty(wish)
        return maker.make(finish, red_lines=red_lines)

    return seek_stars(write, parameters.difficulty, _star_tries(model, parameters), _hardest(model))


def generate_difficulty(
    model: Model,
    source: Beatmap,
    audio: Audio,
    parameters: GenerationParameters | None = None,
    name: str = "",
    *,
    refiner: Refiner | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] = never,
) -> GeneratedMap:
    """A new difficulty beside ``source``, with its timing, kiai, metadata and storyboard.

    Where the model can read another difficulty, it reads the source; of another mode only what
    they share is taken. What is not asked for is as in the source.

    Args:
        name: of the difficulty; it is called after its stars unless given.
        refiner, progress, cancelled: as of :func:`generate_map`.

    Raises:
        InputError: the source has no timing, the range is outside the song, or the name cannot
            be used.
        DegenerateOutput: nothing usable was written.
        EditRefused: the file would not hold what was meant, however often it was drawn.
        Cancelled: ``cancelled()`` became true.
    """
    parameters = parameters or GenerationParameters()
    layout, length = model.layout, audio.song_length_ms
    red_lines = source_red_lines(source)
    if not red_lines:
        raise InputError("The map has no red line. Time it in the editor first.")
    stars = star_rating(source.to_bytes())
    full = resolved_header(MapHeader(""), parameters, source, stars)
    told = conditions_of_map(model.vocabulary, parameters, length, source)
    told = replace(
        told,
        global_sv=full.slider_multiplier,
        circle_size=full.circle_size if full.mode in _PLACED else told.circle_size,
        keycount=round(full.circle_size) if full.mode == _MANIA else None,
    )
    ins: list[ContextType] = []
    if ContextType.KIAI in layout.out_contexts:
        ins.append(ContextType.KIAI)
    same_mode = full.mode == source.mode == layout.written_mode(full.mode)
    follows = _reads_another(model) if parameters.follow is None else parameters.follow
    if follows and same_mode and source.hit_objects:
        ins.append(ContextType.GD)
    target = Target(
        full.mode,
        round(full.circle_size),
        full.slider_multiplier,
        ticks_are_rounded((o.time for o in source.hit_objects), source.timing),
    )
    maker = Maker(model, audio, parameters, target, told, progress, cancelled, refiner)
    kiai = source_kiai(source)
    gd_conditions = conditions_like(model.vocabulary, source, length, stars)

    def write(wish: float | None) -> GeneratedMap:
        maker.tell_difficulty(wish)
        return maker.make(
            lambda draft: _finished(
                model, maker, draft, source, name, parameters, full.mode, kiai, full
            ),
            red_lines=red_lines,
            reference=source,
            ins=tuple(ins),
            gd_conditions=gd_conditions,
            own_kiai=False,
        )

    return seek_stars(write, parameters.difficulty, _star_tries(model, parameters), _hardest(model))


def _star_tries(model: Model, parameters: GenerationParameters) -> int:
    """How often a map may be written; once where the model is not told how hard it should be."""
    if not model.vocabulary.num_difficulties:
        return 1
    given = parameters.star_tries
    return model.sampling.star_tries if given is None else given


def _hardest(model: Model) -> float:
    return model.vocabulary.max_difficulty or _HARDEST_STARS


def _check_lines(header: MapHeader) -> None:
    """Raise InputError where a text of the header would be more than a line of the file."""
    for field_ in fields(header):
        text = getattr(header, field_.name)
        if isinstance(text, str) and any(not character.isprintable() for character in text):
            name = field_.name.replace("_", " ")
            raise InputError(f"The {name} must be one line of text, not {text[:60]!r}.")


def _reads_another(model: Model) -> bool:
    """Whether the model was trained to read another difficulty."""
    layout = model.layout
    return layout.reads_maps and any(ContextType.GD in t.ins for t in layout.templates)


def _finished(
    model: Model,
    maker: Maker,
    draft: Draft,
    beside: Beatmap,
    name: str,
    parameters: GenerationParameters,
    mode: int,
    kiai: Sequence[tuple[float, float]],
    settings: MapHeader | None = None,
) -> GeneratedMap:
    """The file: everything but the objects as in ``beside``, with the draft's objects."""
    rates = None
    if settings is not None:
        rates = DifficultySettings(
            hp_drain_rate=settings.hp_drain_rate,
            circle_size=settings.circle_size,
            overall_difficulty=settings.overall_difficulty,
            approach_rate=settings.approach_rate,
            slider_multiplier=settings.slider_multiplier,
            slider_tick_rate=settings.slider_tick_rate,
        )

    def made(called: str) -> tuple[bytes, str, Beatmap, str]:
        new = new_difficulty(
            beside,
            name=called,
            objects=draft.objects,
            made_by=_made_by(model),
            mode=mode,
            settings=rates,
            red_lines=draft.red_lines,
            kiai=kiai,
            scroll=draft.scroll,
        )
        return new.data, new.file_name, new.result, new.summary.text

    called = name.strip()
    data, file_name, result, summary = made(called or _free_name("New", beside))
    stars = star_rating(data)
    if not called:
        data, file_name, result, summary = made(_free_name(_level(stars), beside))
    return GeneratedMap(
        data=data,
        file_name=file_name,
        beatmap=result,
        red_lines=draft.red_lines,
        kiai=tuple(kiai),
        objects=draft.objects,
        stars=stars,
        told=maker.told,
        seed=parameters.seed,
        summary=summary,
        warnings=(
            *draft.warnings,
            *_not_followed(model, maker, parameters),
            *_far_from(stars, parameters.difficulty),
        ),
        dropped=draft.dropped,
        tokens=draft.tokens,
        windows=draft.windows,
        timings_ms=dict(maker.timings_ms),
    )


def _not_followed(model: Model, maker: Maker, parameters: GenerationParameters) -> Iterator[str]:
    """What to say where another difficulty was to be read, and was not."""
    if parameters.follow and not maker.followed:
        yield (
            f"The model ({model.layout.family}) read no other difficulty: it has no place for one,"
            " or there is none of the same mode."
        )


def _far_from(stars: float | None, asked: float | None) -> Iterator[str]:
    """What to say of a map that is not as hard as was asked for."""
    if stars is not None and asked is not None and abs(stars - asked) > _FAR_STARS:
        yield (
            f"The map has {stars:.2f} stars, where {asked:g} were asked for. Another seed, or"
            f" asking for {'more' if stars < asked else 'fewer'}, may come nearer."
        )


def _level(stars: float | None) -> str:
    """What a difficulty of so many stars is usually called."""
    return next((name for limit, name in _LEVELS if (stars or 0.0) < limit), _HARDEST)


def _free_name(name: str, beside: Beatmap) -> str:
    """The name, or another where the map beside it is called so."""
    taken = beside.difficulty_name.strip().casefold()
    return f"{name} 2" if name.casefold() == taken else name


def _made_by(model: Model) -> str:
    """What the tags call the model: never a path of this computer."""
    shown = read_name(model.name).each(
        lambda name: Path(name).name if Path(name).is_absolute() else name
    )
    return str(shown)
