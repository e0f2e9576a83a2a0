"""Several ways to hitsound a map for one request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from model_core.audio.decode import Audio
from model_core.beatmap import Beatmap
from model_core.generation.candidates import Candidates, candidates, variant_seed
from model_core.generation.decode_loop import never
from model_core.hitsounds.options import HitsoundOptions
from model_core.hitsounds.request import hitsound
from model_core.hitsounds.results import HitsoundResult
from model_core.maps.overall import Overall
from model_core.model import Model
from model_core.remap.options import Progress

__all__ = ["VARIANT_TEMPERATURE", "hitsound_variants"]

#: Of the variants behind the first, where a request names none: as likely as the model has it.
VARIANT_TEMPERATURE = 1.0


def hitsound_variants(
    model: Model,
    audio: Audio,
    beatmap: Beatmap,
    options: HitsoundOptions | None = None,
    variants: int = 1,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] = never,
    copy_from: Beatmap | None = None,
) -> Candidates[HitsoundResult]:
    """As :func:`~model_core.hitsounds.request.hitsound`, ``variants`` times.

    The first is what one variant alone would be: without a temperature, the likeliest sounds. The
    others are drawn, at a temperature of 1 unless the options have one. Those that sound alike are
    one.

    Raises as that does; where some are usable, the others are told in ``refused``.
    """
    options = options or HitsoundOptions()
    overall = Overall(variants, progress)

    def write(variant: int) -> HitsoundResult:
        own = replace(options, seed=variant_seed(options.seed, variant))
        if variant and own.temperature is None:
            own = replace(own, temperature=VARIANT_TEMPERATURE)
        with overall.part() as tell:
            return hitsound(model, audio, beatmap, own, tell, cancelled, copy_from=copy_from)

    return candidates(variants, write, lambda made: made.edit.patch.result_sha256)
