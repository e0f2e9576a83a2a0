"""Runs a job on the worker: waits for it, passes progress on, tries once more after a crash."""

from __future__ import annotations

import logging
import time

from osu_companion.v1 import jobs_pb2, status_pb2

from daemon.jobs.job import Job
from daemon.jobs.options import field_path
from daemon.model_errors import refuse
from daemon.provenance import complete_provenance
from daemon.refusal import Refusal
from daemon.worker.engine_api import NO_MODEL
from daemon.worker.frames import Frame
from daemon.worker.process import WorkerDied, WorkerFailed
from daemon.worker.supervisor import Cancelled, Supervisor

log = logging.getLogger(__name__)

_ATTEMPTS = 2
# How long the process for jobs without a model stays for the next one: there is little to reload.
_BESIDE_SECONDS = 60.0


class JobRunner:
    """The work behind a job, of whatever kind.

    Args:
        supervisor: of the worker that holds the model.
        beside: of one for jobs that ask no model, so that they need not wait for it.
    """

    def __init__(self, supervisor: Supervisor, beside: Supervisor) -> None:
        self._supervisor = supervisor
        self._beside = beside

    async def run(self, job: Job) -> jobs_pb2.JobResult:
        """The job's result.

        A worker that dies is replaced and the job begun anew, once: until the result, nothing
        that a caller would act on has been sent.

        Raises:
            Refusal: it failed or was cancelled.
        """
        began = time.monotonic()
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                result = await self._attempt(job, attempt)
                result.timings.queue_ms = (began - job.arrived) * 1000
                result.timings.total_ms = (time.monotonic() - job.arrived) * 1000
                return result
            except Cancelled:
                raise Refusal("CANCELLED", job.cancel_message or "Cancelled") from None
            except WorkerFailed as failure:
                raise refusal_of(failure, job.path) from None
            except WorkerDied as death:
                log.warning("job %s, attempt %d: the worker died: %s", job.job_id, attempt, death)
                if attempt == _ATTEMPTS:
                    raise _crash_refusal_of(job, death) from None
        raise AssertionError("unreachable")

    async def _attempt(self, job: Job, attempt: int) -> jobs_pb2.JobResult:
        cancel = job.cancel_wanted
        supervisor = self._supervisor if job.request.model else self._beside
        async with supervisor.turn(cancel):
            warm = supervisor.loaded
            began = time.monotonic()
            starting = supervisor.state == status_pb2.WORKER_STATE_STOPPED
            if not job.request.model:
                # What is started takes a second, and no device: nobody is told of a model.
                await supervisor.have_worker(cancel, keep_alive=_BESIDE_SECONDS)
                loaded, load_ms = NO_MODEL, (time.monotonic() - began) * 1000 if starting else 0.0
            else:
                if warm is None or not supervisor.serves(job.request.model, job.mode):
                    stage = jobs_pb2.JOB_STAGE_STARTING if starting else jobs_pb2.JOB_STAGE_LOADING
                    job.advance(_getting_ready(stage, attempt))
                loaded = await supervisor.load(job.request.model, cancel, mode=job.mode)
                load_ms = 0.0 if loaded is warm else (time.monotonic() - began) * 1000
            frame = await supervisor.work(
                {
                    "method": job.kind.method,
                    "model": job.request.model,
                    "request": job.request.SerializeToString(),
                    "map": job.base,
                    "audio": job.audio,
                    **job.inputs,
                },
                lambda progress: job.advance(progress_message(progress, attempt)),
                cancel,
            )
        result = jobs_pb2.JobResult.FromString(frame["result"])
        result.path = job.path
        result.seed = job.request.seed
        result.model = loaded.name
        result.device = loaded.device
        result.precision = loaded.precision
        result.timings.load_ms = load_ms
        result.notices.extend(job.notices)
        complete_provenance(result, job, loaded)
        return result


def _getting_ready(stage: jobs_pb2.JobStage, attempt: int) -> jobs_pb2.JobProgress:
    return jobs_pb2.JobProgress(stage=stage, attempt=attempt, seconds_left=-1.0)


def progress_message(frame: Frame, attempt: int) -> jobs_pb2.JobProgress:
    """A worker's progress frame as the contract shows it."""
    return jobs_pb2.JobProgress(
        stage=f"JOB_STAGE_{frame['stage']}",
        window=frame["window"],
        windows=frame["windows"],
        tokens_per_second=frame["tokens_per_second"],
        objects=frame["objects"],
        seconds_left=frame["seconds_left"],
        attempt=attempt,
        tokens=frame["tokens"],
    )


def refusal_of(failure: WorkerFailed, subject: str) -> Refusal:
    """A worker's failure as an answer."""
    # The worker never asks the hub: to it, what is not reached is what is not here.
    reason = "MODEL_NOT_FOUND" if failure.reason == "HUB_UNREACHABLE" else failure.reason
    fields = {field_path(name): told for name, told in failure.fields.items()}
    return refuse(reason, str(failure), subject, failure.lines, fields)


def _crash_refusal_of(job: Job, death: WorkerDied) -> Refusal:
    if job.request.model:
        return crash_refusal(death, "while this job ran, twice")
    reason = "OUT_OF_MEMORY" if "out of memory" in str(death) else "WORKER_CRASHED"
    return Refusal(
        reason, f"The process of this job died, twice: {death}. See the log, and ask again"
    )


def crash_refusal(death: WorkerDied, when: str) -> Refusal:
    """A worker's death as an answer."""
    reason = "OUT_OF_MEMORY" if "out of memory" in str(death) else "WORKER_CRASHED"
    return Refusal(
        reason,
        f"The model worker died {when}: {death}. The next request gets a new one; if it happens "
        'again, try device = "cpu" in the configuration, and see the log',
    )
