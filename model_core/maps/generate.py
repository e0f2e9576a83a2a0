"""Whole maps from a song, and new difficulties beside a map: what a mapper asks for and gets.

A map is made in the order in which mappers work: timing, kiai, objects (and scroll speeds in
mania). Everything that was not asked for is decided here and told with the answer: the result
says what the file has, what the model did not hear, and what was dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import fields, replace

from model_core.audio.decode import Audio
from model_core.audio.loudness import first_sound
from model_core.beatmap import Beatmap, MapHeader, RedLine, parse, write_map
from model_core.beatmap.edits.new_difficulty import source_kiai, source_red_lines
from model_core.beatmap.edits.resnapping import ticks_are_rounded
from model_core.beatmap.geometry.rules import preempt
from model_core.beatmap.stars import star_rating
from model_core.errors import InputError
from model_core.generation.decode_loop import never
from model_core.maps.conditions import conditions_like, conditions_of_map
from model_core.maps.finishing import GeneratedMap, finished
from model_core.maps.header import resolved_header
from model_core.maps.maker import Draft, Maker, Target
from model_core.maps.objects import breaks_between, reaching_back
from model_core.maps.parameters import GenerationParameters
from model_core.maps.star_seeking import Wish, seek_stars
from model_core.model import Model
from model_core.refiner import Refiner
from model_core.remap.options import Progress
from model_core.tokens import Conditions, ContextType

__all__ = ["GeneratedMap", "generate_difficulty", "generate_map", "time_ahead"]

_MANIA = 3
_PLACED = (0, 2)
# Where the game begins a song whose map names no preview point.
_PREVIEW_SHARE = 0.4
_HARDEST_STARS = 12.0


def generate_map(
    model: Model,
    audio: Audio,
    parameters: GenerationParameters | None = None,
    header: MapHeader | None = None,
    name: str = "",
    *,
    red_lines: Sequence[RedLine] | None = None,
    beside: Beatmap | None = None,
    taken: Collection[str] = (),
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
        beside: another difficulty of the same new set, whose timing, kiai and preview point this
            one shares; it is read as well where the model can and the parameters do not say no.
        taken: names that it must not be called by, where it is called after its stars.
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
    maker, full = _maker_of_song(model, audio, parameters, header, progress, cancelled, refiner)
    shared: tuple[tuple[float, float], ...] | None = None
    ins: tuple[ContextType, ...] = ()
    gd_conditions: Conditions | None = None
    if beside is not None:
        red_lines, shared = source_red_lines(beside), source_kiai(beside)
        ins = _ins_of(model, parameters, full.mode, beside)
        gd_conditions = conditions_like(model.vocabulary, beside, audio.song_length_ms)

    def finish(draft: Draft) -> GeneratedMap:
        # All but the objects is written first; the difficulty is then made beside that, and
        # checked, as one beside a mapper's own would be.
        kiai = draft.kiai if shared is None else shared
        head = replace(full, difficulty_name="", preview_time=_preview(full, beside, draft, audio))
        breaks = breaks_between(draft.objects, preempt(full.approach_rate))
        bare = parse(write_map(head, draft.red_lines, (), breaks=breaks))
        return finished(
            model, maker, draft, bare, name, parameters, full.mode, kiai, taken=taken,
            circle_size=full.circle_size,
        )  # fmt: skip

    def write(wish: Wish | None) -> GeneratedMap:
        maker.tell_difficulty(wish)
        return maker.make(
            finish,
            red_lines=red_lines,
            reference=beside,
            ins=ins,
            gd_conditions=gd_conditions,
            own_kiai=shared is None,
        )

    return seek_stars(write, parameters.difficulty, _star_tries(model, parameters), _hardest(model))


def time_ahead(
    model: Model,
    audio: Audio,
    parameters: GenerationParameters | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] = never,
) -> tuple[RedLine, ...] | None:
    """The song's red lines, for several difficulties of one song; timed as for a map of it.

    The first of them stands before the first sound to map, so that whatever a difficulty begins
    with stands on the beats that all of them share.

    Returns:
        None with a model that writes its beats among the objects: they come with the first map.

    Raises:
        InputError, DegenerateOutput, Cancelled: as :func:`generate_map`.
    """
    parameters = parameters or GenerationParameters()
    maker, _ = _maker_of_song(model, audio, parameters, MapHeader(""), progress, cancelled)
    lines = maker.time()
    if lines is None:
        return None
    length = audio.song_length_ms
    end = length if parameters.end_ms is None else min(parameters.end_ms, length)
    return reaching_back(lines, first_sound(audio, parameters.start_ms or 0, end))


def _maker_of_song(
    model: Model,
    audio: Audio,
    parameters: GenerationParameters,
    header: MapHeader,
    progress: Callable[[Progress], None] | None,
    cancelled: Callable[[], bool],
    refiner: Refiner | None = None,
) -> tuple[Maker, MapHeader]:
    """Who writes a map of a song alone, and what stands above its objects."""
    full = resolved_header(header, parameters)
    told = conditions_of_map(model.vocabulary, parameters, audio.song_length_ms)
    told = replace(
        told,
        global_sv=full.slider_multiplier,
        circle_size=full.circle_size if full.mode in _PLACED else told.circle_size,
        keycount=round(full.circle_size) if full.mode == _MANIA else None,
    )
    target = Target(full.mode, round(full.circle_size), full.slider_multiplier)
    return Maker(model, audio, parameters, target, told, progress, cancelled, refiner), full


def _preview(header: MapHeader, beside: Beatmap | None, draft: Draft, audio: Audio) -> int:
    """The preview point, in ms: as asked for, or where the first kiai time begins.

    Without kiai it is where the game begins such a song, on the measure.
    """
    if header.preview_time >= 0:
        return header.preview_time
    if beside is not None and beside.preview_time is not None and beside.preview_time >= 0:
        return round(beside.preview_time)
    if draft.kiai:
        return round(draft.kiai[0][0])
    wanted = _PREVIEW_SHARE * audio.song_length_ms
    line = max((r for r in draft.red_lines if r.time <= wanted), key=lambda r: r.time, default=None)
    if line is None:
        return round(wanted)
    measure = line.beat_length * line.meter
    return round(line.time + (wanted - line.time) // measure * measure)


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
    length = audio.song_length_ms
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
    ins = _ins_of(model, parameters, full.mode, source)
    target = Target(
        full.mode,
        round(full.circle_size),
        full.slider_multiplier,
        ticks_are_rounded((o.time for o in source.hit_objects), source.timing),
    )
    maker = Maker(model, audio, parameters, target, told, progress, cancelled, refiner)
    kiai = source_kiai(source)
    gd_conditions = conditions_like(model.vocabulary, source, length, stars)

    def write(wish: Wish | None) -> GeneratedMap:
        maker.tell_difficulty(wish)
        return maker.make(
            lambda draft: finished(
                model,
                maker,
                draft,
                source,
                name,
                parameters,
                full.mode,
                kiai,
                full,
                circle_size=full.circle_size,
            ),
            red_lines=red_lines,
            reference=source,
            ins=ins,
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


def _ins_of(
    model: Model, parameters: GenerationParameters, mode: int, source: Beatmap
) -> tuple[ContextType, ...]:
    """What is read of another difficulty of the song by one of ``mode``."""
    ins: list[ContextType] = []
    if ContextType.KIAI in model.layout.out_contexts:
        ins.append(ContextType.KIAI)
    same_mode = mode == source.mode == model.layout.written_mode(mode)
    follows = _reads_another(model) if parameters.follow is None else parameters.follow
    if follows and same_mode and source.hit_objects:
        ins.append(ContextType.GD)
    return tuple(ins)


def _reads_another(model: Model) -> bool:
    """Whether the model was trained to read another difficulty."""
    layout = model.layout
    return layout.reads_maps and any(ContextType.GD in t.ins for t in layout.templates)
