"""Where a job's result comes from, for whoever keeps it beside the bytes."""

from __future__ import annotations

from typing import Any

from osu_companion.v1 import jobs_pb2, provenance_pb2, remap_pb2

from daemon import version
from daemon.jobs.job import Job, timestamp
from daemon.worker.engine_api import Loaded

# Whatever a request says, these took effect: the contract's own defaults.
_DEFAULTS: dict[str, Any] = {"take_volume": True, "take_slider_velocity": True}


def options_given(request: remap_pb2.RemapBeatmapRequest) -> dict[str, Any]:
    """The options of a request by name, without those that it leaves to the model or the map."""
    given: dict[str, Any] = {**_DEFAULTS, "variants": request.variants or 1}
    for field, value in request.options.ListFields():
        given[field.name] = value if isinstance(value, str | float | int) else list(value)
    return given


def complete_provenance(result: jobs_pb2.JobResult, job: Job, loaded: Loaded) -> None:
    """Fill in what the worker does not know; what it told (options, checkpoint) stays."""
    about = result.provenance
    options = options_given(job.request) | dict(about.options)
    about.options.Clear()
    about.options.update(options)
    about.MergeFrom(
        provenance_pb2.Provenance(
            verb="remap",
            job_id=job.job_id,
            made_at=timestamp(job.created_at),
            program_version=version(),
            model=loaded.name,
            checkpoint=provenance_pb2.Checkpoint(
                family=loaded.family, parameters=loaded.parameters
            ),
            seed=job.request.seed,
            device=loaded.device,
            precision=loaded.precision,
            start_ms=job.request.start_ms,
            end_ms=job.request.end_ms,
            base_sha256=job.request.base_sha256,
        )
    )
