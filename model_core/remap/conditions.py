"""What a map is like, told to the model: the map's own properties unless the caller says more."""

from __future__ import annotations

from model_core.audio.decode import Audio
from model_core.beatmap import Beatmap
from model_core.beatmap.stars import star_rating
from model_core.model import Model
from model_core.remap.options import RemapOptions
from model_core.tokens import Conditions

__all__ = ["conditions_of"]


def conditions_of(
    model: Model, beatmap: Beatmap, audio: Audio, options: RemapOptions
) -> Conditions:
    """Conditions for generating more of ``beatmap``.

    Mapper and tags of a map that the model's tables know are filled in; the caller's win.
    """
    vocab = model.vocabulary
    mapper: int | None = options.mapper_id
    descriptors: tuple[str | int, ...] = options.descriptors
    if beatmap.beatmap_id:
        if mapper is None:
            mapper = vocab.beatmap_mapper(beatmap.beatmap_id)
        descriptors = descriptors or vocab.beatmap_descriptors(beatmap.beatmap_id)
    difficulty = options.difficulty
    if difficulty is None:
        difficulty = star_rating(beatmap.to_bytes())
    return Conditions(
        gamemode=beatmap.mode,
        difficulty=difficulty,
        mapper_id=mapper,
        year=options.year,
        hitsounded=any(o.hit_sound & 0b1110 for o in beatmap.hit_objects)
        or not beatmap.hit_objects,
        song_length_ms=audio.song_length_ms,
        global_sv=beatmap.slider_multiplier,
        circle_size=beatmap.circle_size,
        descriptors=descriptors,
    )
