"""HitsoundBeatmap at the model."""

from __future__ import annotations

import math
import time
from collections import Counter
from typing import TYPE_CHECKING

from osu_companion.v1 import hitsound_pb2, jobs_pb2, patches_pb2

from daemon.jobs.hitsound import COPY_FROM, HITSOUND
from daemon.jobs.options import options_of
from daemon.patch_messages import patch_to_message, summary_to_message
from daemon.worker.engine_api import Progress
from daemon.worker.tasks.task import Task, since, warnings_of

if TYPE_CHECKING:
    from model_core.hitsounds import HitsoundOptions, HitsoundResult


def answer(task: Task) -> jobs_pb2.JobResult:
    """The job's result, as far as the model knows it."""
    from model_core.hitsounds import HitsoundOptions
    from model_core.hitsounds.variants import VARIANT_TEMPERATURE, hitsound_variants

    request = hitsound_pb2.HitsoundBeatmapRequest.FromString(task.frame["request"])
    options = HitsoundOptions(**options_of(HITSOUND, request))
    task.refuse_after_the_end(request.start_ms)
    found = hitsound_variants(
        task.model,
        task.audio,
        task.source(),
        options,
        request.variants or 1,
        task.advance,
        task.cancelled,
        copy_from=task.other(COPY_FROM),
    )
    decided = sum(made.choices.decided for made in found.made)
    windows = found.made[0].choices.windows
    task.report(Progress("PATCH", windows, windows, decided))
    begun = time.perf_counter()
    variants = [variant_message(made, place) for place, made in enumerate(found.made, start=1)]
    spent: Counter[str] = Counter()
    for made in found.made:
        spent.update(made.timings_ms)
    told = jobs_pb2.JobResult(
        variants=variants,
        timings=task.timings(spent, decided, since(begun)),
        refused=found.refused,
        # What cannot be read is the same for all of them.
        notices=warnings_of((*found.made[0].warnings, *_left(found.made[0]))),
    )
    told.provenance.options.update(_used(options))
    if request.variants > 1 and options.temperature is None:
        told.provenance.options.update({"variant_temperature": VARIANT_TEMPERATURE})
    return told


def variant_message(result: HitsoundResult, number: int) -> patches_pb2.BeatmapVariant:
    """A candidate. Nothing moves, so there is nothing to draw."""
    patch = patch_to_message(result.edit.patch, result.edit.scope)
    patch.summary.CopyFrom(summary_to_message(result.edit.summary))
    patch.summary.text = result.summary.rstrip(".")
    return patches_pb2.BeatmapVariant(number=number, seam_bits=math.nan, patch=patch)


def _left(result: HitsoundResult) -> list[str]:
    """A sentence for each reason why objects stay as they were although they were asked for."""
    reasons: dict[str, list[float]] = {}
    for left in result.choices.left:
        reasons.setdefault(left.reason, []).append(left.time)
    return [
        f"{len(times)} object{'s stay' if len(times) > 1 else ' stays'} as before, the first of"
        f" them at {times[0]:.0f} ms: {reason}"
        for reason, times in reasons.items()
    ]


def _used(options: HitsoundOptions) -> dict[str, bool | float]:
    """What took effect where the request names nothing."""
    used: dict[str, bool | float] = {
        "additions_only": options.additions_only,
        "sample_sets": options.take_sets,
        "volumes": options.volumes,
        "keep_existing": options.keep_existing,
    }
    if options.temperature is not None:
        used |= {"temperature": options.temperature, "top_p": options.top_p}
    return used
