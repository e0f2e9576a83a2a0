"""Where a job's result comes from, for whoever keeps it beside the bytes."""

from __future__ import annotations

from typing import Any

from osu_companion.v1 import jobs_pb2, provenance_pb2

from daemon import version
from daemon.jobs.job import Job, JobKind, timestamp
from daemon.worker.engine_api import Loaded

# Told by fields of the provenance's own, or no option at all.
_TOLD_APART = frozenset(
    {"path", "start_ms", "end_ms", "range_text", "seed", "detached", "base_sha256", "model"}
)


def options_given(kind: JobKind, request: Any) -> dict[str, Any]:
    """The options of a request by name, without those that it leaves to the model or the map."""
    given = dict(kind.defaults)
    for field, value in request.ListFields():
        if field.name == "options":
            given |= {each.name: _plain(part) for each, part in value.ListFields()}
        elif field.name not in _TOLD_APART and field.message_type is None:
            # Messages within a request are told by its task, in its own words.
            given[field.name] = _plain(value)
    return given


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | float | int) else list(value)


def complete_provenance(result: jobs_pb2.JobResult, job: Job, loaded: Loaded) -> None:
    """Fill in what the worker does not know; what it told (options, checkpoint) stays."""
    about = result.provenance
    options = options_given(job.kind, job.request) | dict(about.options)
    about.options.Clear()
    about.options.update(options)
    about.MergeFrom(
        provenance_pb2.Provenance(
            verb=job.kind.verb,
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
