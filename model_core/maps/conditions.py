"""What a model is told of the map it is to write: the caller's words, else the reference map's.

What is asked for but unknown to the model, or not read by it, is left out, and said so in a
sentence (:func:`unheard`): a mapper who asks for a style must know that nobody listened.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import replace

from model_core.audio.decode import Audio
from model_core.beatmap import Beatmap
from model_core.beatmap.modes import MODE_NAMES
from model_core.beatmap.stars import star_rating
from model_core.maps.parameters import CommonParameters, GenerationParameters
from model_core.maps.traits import hold_note_ratio, is_hitsounded, keys_of, scroll_speed_ratio
from model_core.model import Model
from model_core.tokens import Conditions, EventType, Vocabulary
from model_core.tokens.layout import Layout
from model_core.tokens.translation import CATCH, STAND_IN_CIRCLE_SIZE

__all__ = [
    "as_spelled",
    "conditions_like",
    "conditions_of",
    "conditions_of_map",
    "negative_of",
    "unheard",
]

TAIKO, MANIA = 1, 3


def conditions_of(
    model: Model, beatmap: Beatmap, audio: Audio, options: CommonParameters
) -> Conditions:
    """Conditions for generating more of ``beatmap``.

    Mapper and tags of a map that the model's tables know are filled in; the caller's win.
    """
    stars = options.difficulty
    own = conditions_like(model.vocabulary, beatmap, audio.song_length_ms, stars)
    return _asked(own, options)


def conditions_like(
    vocabulary: Vocabulary,
    beatmap: Beatmap,
    song_length_ms: float,
    difficulty: float | None = None,
    *,
    as_reference: bool = False,
) -> Conditions:
    """What a map itself is like, as far as can be seen in it; of its year nothing can.

    difficulty: in stars; rated here unless given. ``as_reference``: see
    :func:`~model_core.maps.traits.is_hitsounded`.
    """
    known = beatmap.beatmap_id
    mania = beatmap.mode == MANIA
    return Conditions(
        gamemode=beatmap.mode,
        difficulty=star_rating(beatmap.to_bytes()) if difficulty is None else difficulty,
        mapper_id=vocabulary.beatmap_mapper(known) if known else None,
        hitsounded=is_hitsounded(beatmap, as_reference=as_reference),
        song_length_ms=song_length_ms,
        global_sv=beatmap.slider_multiplier,
        circle_size=beatmap.circle_size,
        keycount=keys_of(beatmap),
        hold_note_ratio=hold_note_ratio(beatmap) if mania else None,
        scroll_speed_ratio=scroll_speed_ratio(beatmap) if mania or beatmap.mode == TAIKO else None,
        descriptors=vocabulary.beatmap_descriptors(known) if known else (),
    )


def conditions_of_map(
    vocabulary: Vocabulary,
    parameters: GenerationParameters,
    song_length_ms: float,
    reference: Beatmap | None = None,
) -> Conditions:
    """Conditions of a whole map, with a map of the same song to fill in what is not asked for.

    A reference of another mode tells nothing of shares, columns or circles; its stars are those
    of its own mode and are not taken either.
    """
    mode = parameters.mode
    if mode is None:
        mode = 0 if reference is None else reference.mode
    own = Conditions(gamemode=mode, song_length_ms=song_length_ms)
    if reference is not None:
        like = conditions_like(vocabulary, reference, song_length_ms, parameters.difficulty)
        own = like
        if mode != reference.mode:
            own = replace(
                Conditions(gamemode=mode, song_length_ms=song_length_ms),
                mapper_id=like.mapper_id,
                hitsounded=like.hitsounded,
                global_sv=like.global_sv,
            )
    told = _asked(own, parameters)
    chosen = {
        "global_sv": parameters.slider_multiplier,
        "circle_size": parameters.circle_size,
        "keycount": parameters.key_count,
    }
    return replace(told, **{k: v for k, v in chosen.items() if v is not None})  # type: ignore[arg-type]


def negative_of(conditions: Conditions, parameters: CommonParameters) -> Conditions | None:
    """What guidance leads away from; None where there is no guidance.

    With negative descriptors those instead of the descriptors, all else equal. Without them the
    same map by nobody in particular: then guidance leads towards mapper and descriptors.
    """
    if parameters.guidance <= 1:
        return None
    if parameters.negative_descriptors:
        return replace(conditions, descriptors=parameters.negative_descriptors)
    return replace(conditions, descriptors=(), mapper_id=None)


def as_spelled(conditions: Conditions, layout: Layout, mode: int) -> Conditions:
    """The conditions of a map of ``mode`` in the mode in which the model reads and writes it."""
    spelled = layout.written_mode(mode)
    if spelled == mode:
        return conditions
    # A mania map's circle size is its number of columns.
    size = conditions.circle_size if mode == CATCH else STAND_IN_CIRCLE_SIZE
    return replace(conditions, gamemode=spelled, circle_size=size)


def _asked(own: Conditions, asked: CommonParameters) -> Conditions:
    """A map's own conditions, with what is asked for in their place."""
    chosen = {
        "difficulty": asked.difficulty,
        "mapper_id": asked.mapper_id,
        "year": asked.year,
        "hitsounded": asked.hitsounded,
        "hold_note_ratio": asked.hold_note_ratio,
        "scroll_speed_ratio": asked.scroll_speed_ratio,
        "descriptors": asked.descriptors or None,
    }
    return replace(own, **{k: v for k, v in chosen.items() if v is not None})  # type: ignore[arg-type]


# ---------------------------------------------------------------- what is not heard


def unheard(
    vocabulary: Vocabulary, layout: Layout, parameters: CommonParameters, mode: int
) -> tuple[str, ...]:
    """A sentence for everything asked for that the model does not know or does not read."""
    return tuple(_unheard(vocabulary, layout, parameters, mode))


def _unheard(
    vocabulary: Vocabulary, layout: Layout, asked: CommonParameters, mode: int
) -> Iterator[str]:
    name = layout.family
    reads = {
        "difficulty": layout.encoder_conditions or vocabulary.has(EventType.DIFFICULTY),
        "mapper_id": layout.encoder_conditions or vocabulary.has(EventType.MAPPER),
        "year": vocabulary.has(EventType.YEAR),
        "descriptors": vocabulary.has(EventType.DESCRIPTOR),
        "negative_descriptors": vocabulary.has(EventType.DESCRIPTOR),
        "hitsounded": vocabulary.has(EventType.HITSOUNDED),
        "hold_note_ratio": vocabulary.has(EventType.HOLD_NOTE_RATIO),
        "scroll_speed_ratio": vocabulary.has(EventType.SCROLL_SPEED_RATIO),
    }
    for field, read in reads.items():
        given = getattr(asked, field)
        if given is not None and given != () and not read:
            yield f"The model ({name}) does not read {field}; it was left out."
    if asked.hold_note_ratio is not None and mode != MANIA:
        yield f"hold_note_ratio means nothing in {MODE_NAMES[mode]}; it was left out."
    if asked.scroll_speed_ratio is not None and mode not in (TAIKO, MANIA):
        yield f"scroll_speed_ratio means nothing in {MODE_NAMES[mode]}; it was left out."
    if (
        asked.mapper_id is not None
        and reads["mapper_id"]
        and vocabulary.mapper_index(asked.mapper_id) is None
    ):
        yield f"The model ({name}) knows no mapper {asked.mapper_id}; it maps like nobody known."
    if reads["descriptors"]:
        for each in (*asked.descriptors, *asked.negative_descriptors):
            yield from _unknown_descriptor(vocabulary, name, each)
    if asked.negative_descriptors and asked.guidance <= 1:
        yield "negative_descriptors do nothing without guidance above 1."
    if asked.year is not None and reads["year"]:
        years = vocabulary.value_range(EventType.YEAR)
        last = years.stop - 2  # the last one means "unknown"
        if not years.start <= asked.year <= last:
            nearest = min(max(asked.year, years.start), last)
            yield f"The model ({name}) knows no year {asked.year}; it was told {nearest}."


def _unknown_descriptor(vocabulary: Vocabulary, name: str, descriptor: str | int) -> Iterator[str]:
    if isinstance(descriptor, int):
        if not 0 <= descriptor < vocabulary.num_descriptors:
            yield f"The model ({name}) has no descriptor number {descriptor}; it was left out."
        return
    if vocabulary.descriptor_index(descriptor) is not None:
        return
    similar = difflib.get_close_matches(descriptor, vocabulary.descriptors, n=1, cutoff=0.5)
    hint = f" Did you mean {similar[0]!r}?" if similar else ""
    yield f"The model ({name}) knows no descriptor {descriptor!r}; it was left out.{hint}"
