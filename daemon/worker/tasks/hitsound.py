"""HitsoundBeatmap at the model."""

from __future__ import annotations

import math
import time
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
    from model_core.hitsounds import HitsoundOptions, hitsound

    request = hitsound_pb2.HitsoundBeatmapRequest.FromString(task.frame["request"])
    options = HitsoundOptions(**options_of(HITSOUND, request))
    task.refuse_after_the_end(request.start_ms)
    result = hitsound(
        task.model,
        task.audio,
        task.source(),
        options,
        task.advance,
        task.cancelled,
        copy_from=task.other(COPY_FROM),
    )
    choices = result.choices
    task.report(Progress("PATCH", choices.windows, choices.windows, choices.decided))
    begun = time.perf_counter()
    variant = variant_message(result)
    told = jobs_pb2.JobResult(
        variants=[variant],
        timings=task.timings(result.timings_ms, choices.decided, since(begun)),
        notices=warnings_of((*result.warnings, *_left(result))),
    )
    told.provenance.options.update(_used(options))
    return told


def variant_message(result: HitsoundResult) -> patches_pb2.BeatmapVariant:
    """The one candidate. Nothing moves, so there is nothing to draw."""
    patch = patch_to_message(result.edit.patch, result.edit.scope)
    patch.summary.CopyFrom(summary_to_message(result.edit.summary))
    patch.summary.text = result.summary.rstrip(".")
    return patches_pb2.BeatmapVariant(number=1, seam_bits=math.nan, patch=patch)


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
