"""HitsoundBeatmap as a job."""

from __future__ import annotations

import math
from pathlib import Path

from osu_companion.v1 import hitsound_pb2

from daemon.jobs.job import Job, JobKind
from daemon.jobs.options import check_options, check_together
from daemon.jobs.preparation import (
    Desk,
    Source,
    check_seed,
    check_span,
    check_variants,
    readable_beatmap,
    span_of_text,
)
from daemon.refusal import Refusal, bad_field
from model_core.hitsounds.options import HitsoundOptions

COPY_FROM = "copy_from"


def prepare_hitsound(request: hitsound_pb2.HitsoundBeatmapRequest, desk: Desk) -> Job:
    """The job of a request, its range in ms.

    Raises:
        Refusal: the map, its audio, the range, the other difficulty, the model or an option is
            not usable; the message says how.
    """
    check_variants(request, desk.config)
    check_seed(request)
    check_options(HITSOUND, request)
    check_together(HITSOUND, request, HitsoundOptions)
    source = desk.read(request)
    filled = hitsound_pb2.HitsoundBeatmapRequest()
    filled.CopyFrom(request)
    if request.range_text:
        filled.start_ms, filled.end_ms = span_of_text(request.range_text, source.beatmap)
        filled.range_text = ""
    _fill_range(filled, source)
    filled.variants = request.variants or 1
    inputs: dict[str, bytes] = {}
    if request.copy_from:
        path, inputs[COPY_FROM] = _other(request.copy_from, desk)
        filled.copy_from = str(path)
    return desk.job(HITSOUND, filled, source, inputs=inputs)


def _fill_range(filled: hitsound_pb2.HitsoundBeatmapRequest, source: Source) -> None:
    """Without limits the range is from the first object to the last."""
    times = [item.time for item in source.beatmap.hit_objects if math.isfinite(item.time)]
    if not times:
        raise bad_field("RANGE_EMPTY", "path", f"{source.path.name} has no hit objects to hitsound")
    asked = filled.HasField("start_ms") or filled.HasField("end_ms")
    if not filled.HasField("start_ms"):
        filled.start_ms = _whole(math.floor(min(times)))
    if not filled.HasField("end_ms"):
        filled.end_ms = max(filled.start_ms, _whole(math.ceil(max(times))))
    if not asked:
        return
    check_span(filled.start_ms, filled.end_ms, source.beatmap)
    if not any(filled.start_ms <= time <= filled.end_ms for time in times):
        raise bad_field(
            "RANGE_EMPTY",
            "end_ms",
            f"No object of {source.path.name} starts from {filled.start_ms} ms to "
            f"{filled.end_ms} ms",
        )


def _other(path: str, desk: Desk) -> tuple[Path, bytes]:
    """The difficulty to copy from."""
    try:
        real, data = desk.access.read_map(path)
    except Refusal as refusal:
        raise Refusal(
            refusal.reason,
            f"The map to copy from cannot be had: {refusal.message}",
            refusal.details,
            refusal.facts,
        ) from None
    readable_beatmap(real, data, COPY_FROM)
    return real, data


def _whole(time: int) -> int:
    # Times in a file may be anything a double holds.
    return min(2**31 - 1, max(-(2**31), time))


HITSOUND = JobKind(
    method="HitsoundBeatmap",
    verb="hitsound",
    task="hitsounds",
    request=hitsound_pb2.HitsoundBeatmapRequest,
    prepare=prepare_hitsound,
)
