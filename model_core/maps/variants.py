"""Several new difficulties for one request, the best first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from model_core.audio.decode import Audio
from model_core.beatmap import Beatmap
from model_core.generation.candidates import Candidates, candidates, variant_seed
from model_core.generation.decode_loop import never
from model_core.maps.generate import GeneratedMap, generate_difficulty
from model_core.maps.overall import Overall
from model_core.maps.parameters import GenerationParameters
from model_core.modding.rules import Severity, check
from model_core.model import Model
from model_core.refiner import Refiner
from model_core.remap.options import Progress

__all__ = ["generate_difficulties"]


def generate_difficulties(
    model: Model,
    source: Beatmap,
    audio: Audio,
    parameters: GenerationParameters,
    name: str = "",
    variants: int = 1,
    *,
    refiner: Refiner | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] = never,
) -> Candidates[GeneratedMap]:
    """As :func:`~model_core.maps.generate.generate_difficulty`, ``variants`` times.

    The first has the request's own seed, and is what one variant alone would be. They come back
    with the fewest broken rules first, then the nearest to the stars that were asked for.

    Raises as that does; where some are usable, the others are told in ``refused``.
    """
    overall = Overall(variants, progress)

    def write(variant: int) -> GeneratedMap:
        with overall.part() as tell:
            return generate_difficulty(
                model,
                source,
                audio,
                replace(parameters, seed=variant_seed(parameters.seed, variant)),
                name,
                refiner=refiner,
                progress=tell,
                cancelled=cancelled,
            )

    found = candidates(variants, write, lambda made: made.data)
    if len(found.made) == 1:
        return found
    ranked = sorted(found.made, key=lambda made: _badness(made, parameters.difficulty))
    return replace(found, made=tuple(ranked))


def _badness(made: GeneratedMap, asked: float | None) -> tuple[int, float]:
    problems = sum(found.severity is Severity.PROBLEM for found in check(made.beatmap))
    off = 0.0 if asked is None or made.stars is None else abs(made.stars - asked)
    return problems, off
