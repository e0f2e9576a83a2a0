"""RemapBeatmap as a job."""

from __future__ import annotations

from osu_companion.v1 import remap_pb2

from daemon.jobs.job import Job, JobKind
from daemon.jobs.options import check_options, check_together
from daemon.jobs.preparation import Desk, check_seed, check_span, check_variants, span_of_text
from model_core.remap.options import RemapOptions


def prepare_remap(request: remap_pb2.RemapBeatmapRequest, desk: Desk) -> Job:
    """The job of a request, its range in ms.

    Raises:
        Refusal: the map, its audio, the range, the model or an option is not usable; the message
            says how.
    """
    check_variants(request, desk.config)
    check_seed(request)
    check_options(REMAP, request)
    check_together(REMAP, request, RemapOptions)
    source = desk.read(request)
    filled = remap_pb2.RemapBeatmapRequest()
    filled.CopyFrom(request)
    if request.range_text:
        filled.start_ms, filled.end_ms = span_of_text(request.range_text, source.beatmap)
        filled.range_text = ""
    check_span(filled.start_ms, filled.end_ms, source.beatmap)
    filled.variants = request.variants or 1
    return desk.job(REMAP, filled, source)


REMAP = JobKind(
    method="RemapBeatmap",
    verb="remap",
    task="remap",
    request=remap_pb2.RemapBeatmapRequest,
    prepare=prepare_remap,
    # Whatever a request says, these took effect: the contract's own defaults.
    defaults={"take_volume": True, "take_slider_velocity": True},
)
