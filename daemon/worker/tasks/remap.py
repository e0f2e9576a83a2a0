"""RemapBeatmap at the model."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from osu_companion.v1 import jobs_pb2, remap_pb2

from daemon.jobs.options import options_of
from daemon.jobs.remap import REMAP
from daemon.worker.answer import variant_message
from daemon.worker.engine_api import Progress
from daemon.worker.tasks.task import Task, since, warnings_of

if TYPE_CHECKING:
    from model_core.model import Model


def answer(task: Task) -> jobs_pb2.JobResult:
    """The job's result, as far as the model knows it."""
    from model_core.remap import RemapOptions, remap_range

    request = remap_pb2.RemapBeatmapRequest.FromString(task.frame["request"])
    task.refuse_after_the_end(request.start_ms)
    beatmap = task.source()
    result = remap_range(
        task.model,
        beatmap,
        task.audio,
        request.start_ms,
        request.end_ms,
        RemapOptions(variants=request.variants, **options_of(REMAP, request)),
        task.advance,
        task.cancelled,
        refiner=task.frame.get("refiner"),
    )
    task.report(Progress("PATCH", result.windows, result.windows, result.tokens))
    begun = time.perf_counter()
    variants = [
        variant_message(
            candidate.number,
            candidate.seam_bits,
            beatmap,
            candidate.edit,
            request.start_ms,
            request.end_ms,
        )
        for candidate in result.candidates
    ]
    told = jobs_pb2.JobResult(
        variants=variants,
        timings=task.timings(result.timings_ms, result.tokens, since(begun)),
        refused=result.refused,
        notices=warnings_of(result.warnings),
    )
    told.provenance.options.update(_drawn_with(request, task.model))
    if result.refiner:
        told.provenance.options.update({"refiner": result.refiner})
    return told


def _drawn_with(request: remap_pb2.RemapBeatmapRequest, model: Model) -> dict[str, float]:
    """How tokens were drawn: as the request says, else as the checkpoint does."""
    given = request.options
    return {
        name: getattr(given if given.HasField(name) else model.sampling, name)
        for name in ("temperature", "top_p", "top_k")
    }
