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
#: Where that gives what is there already, it is drawn again, hotter each time.
_HOTTER = (0.0, 0.5, 1.0)


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
    others are drawn, at a temperature of 1 unless the options have one, and hotter where that gives
    what is there already. Those that sound alike all the same are one.

    Raises as that does; where some are usable, the others are told in ``refused``.
    """
    options = options or HitsoundOptions()
    overall = Overall(variants, progress)
    there: set[str] = set()

    def write(variant: int) -> HitsoundResult:
        own = replace(options, seed=variant_seed(options.seed, variant))
        with overall.part() as tell:
            if not variant or own.temperature is not None:
                made = hitsound(model, audio, beatmap, own, tell, cancelled, copy_from=copy_from)
                there.add(_name(made))
                return made
            for hotter in _HOTTER:
                drawn = replace(own, temperature=VARIANT_TEMPERATURE + hotter)
                made = hitsound(
                    model, audio, beatmap, drawn, None if hotter else tell, cancelled,
                    copy_from=copy_from,
                )  # fmt: skip
                if _name(made) not in there:
                    break
        there.add(_name(made))
        return made

    return candidates(variants, write, _name)


def _name(made: HitsoundResult) -> str:
    return made.edit.patch.result_sha256
