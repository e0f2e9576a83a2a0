"""A report of rules alone asks no model, and so waits for none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psutil
import pytest
from osu_companion.v1 import jobs_pb2, modding_pb2, modding_pb2_grpc

from tests.daemon.conftest import MAP_LINES, Mapset, RunningDaemon, process_gone, wait_until
from tests.daemon.errors import reason

RUNNING, DONE = jobs_pb2.JOB_STATE_RUNNING, jobs_pb2.JOB_STATE_DONE


@pytest.fixture
def other(mapset: Mapset, daemon: RunningDaemon) -> Mapset:
    """A second mapset, whose map asks for trouble in its tags."""
    return Mapset(daemon.songs / "2 Other")


def tagged(mapset: Mapset, word: str) -> Path:
    """The map, with a tag."""
    at = MAP_LINES.index("Version:Insane")
    mapset.write((*MAP_LINES[:at], f"Tags:{word}", *MAP_LINES[at:]))
    return mapset.map


def modding(daemon: RunningDaemon, path: Path) -> Any:
    """The stream of a report of rules alone."""
    request = modding_pb2.ModBeatmapRequest(path=str(path), rules_only=True)
    return daemon.call(modding_pb2_grpc.ModServiceStub, "ModBeatmap", request)


def job(daemon: RunningDaemon, job_id: str) -> Any:
    return daemon.jobs("GetJob", jobs_pb2.GetJobRequest(job_id=job_id)).job


def begun(daemon: RunningDaemon, stream: Any) -> str:
    """The job's id, once it runs."""
    job_id: str = next(stream).event.job_id
    wait_until(lambda: job(daemon, job_id).state == RUNNING)
    return job_id


def workers(daemon: RunningDaemon) -> set[int]:
    """Every child of the daemon but the one that holds the model."""
    children = {child.pid for child in psutil.Process(daemon.process.pid).children()}
    return children - {daemon.status().worker_pid}


def test_it_is_there_while_a_model_is_at_work(daemon: RunningDaemon, mapset: Mapset) -> None:
    slow = daemon.remap(mapset.map, "slow")
    job_id = begun(daemon, slow)
    waits = daemon.remap(mapset.map, detached=True)
    assert next(waits).event.queued.position == 1
    worker = daemon.status().worker_pid
    for _ in range(2):
        events = [response.event for response in modding(daemon, mapset.map)]
        assert events[-1].result.report.json
        # Nobody was ahead of it.
        assert not any(event.queued.position for event in events if event.HasField("queued"))
    assert job(daemon, job_id).state == RUNNING
    status = daemon.status()
    assert (status.worker_pid, status.running_job_id, status.queue_length) == (worker, job_id, 1)
    # The second one found the process of the first.
    assert len(workers(daemon)) == 1
    daemon.jobs("CancelJob", jobs_pb2.CancelJobRequest(job_id=job_id))
    (*_, last) = waits
    assert last.event.HasField("result")


def test_a_model_does_not_wait_for_rules_and_rules_wait_for_each_other(
    daemon: RunningDaemon, mapset: Mapset, other: Mapset
) -> None:
    first = modding(daemon, tagged(other, "slow"))
    job_id = begun(daemon, first)
    second = modding(daemon, mapset.map)
    assert next(second).event.queued.position == 1
    (*_, last) = daemon.remap(mapset.map)
    assert last.event.HasField("result")
    assert job(daemon, job_id).state == RUNNING
    answer = daemon.jobs("CancelJob", jobs_pb2.CancelJobRequest(job_id=job_id))
    assert answer.job.job_id == job_id
    (*_, last) = first
    assert reason(last.event.failure.status) == "CANCELLED"
    (*_, last) = second
    assert last.event.result.report.json
    listed = daemon.jobs("ListJobs", jobs_pb2.ListJobsRequest(states=[DONE])).jobs
    assert sorted(each.kind for each in listed) == ["ModBeatmap", "RemapBeatmap"]


def test_whoever_leaves_takes_the_job_along(daemon: RunningDaemon, other: Mapset) -> None:
    stream = modding(daemon, tagged(other, "slow"))
    job_id = begun(daemon, stream)
    stream.cancel()
    wait_until(lambda: job(daemon, job_id).state == jobs_pb2.JOB_STATE_CANCELLED)


def test_its_death_is_no_death_of_the_model_worker(
    daemon: RunningDaemon, mapset: Mapset, other: Mapset
) -> None:
    (*_, last) = daemon.remap(mapset.map)
    worker = daemon.status().worker_pid
    (*_, last) = modding(daemon, tagged(other, "die"))
    status = last.event.failure.status
    assert reason(status) == "WORKER_CRASHED" and "model" not in status.message
    told = daemon.status()
    assert (told.worker_pid, told.worker_crashes) == (worker, 0)
    (*_, last) = modding(daemon, mapset.map)
    assert last.event.result.report.json


def test_it_ends_with_the_daemon(daemon: RunningDaemon, other: Mapset) -> None:
    stream = modding(daemon, tagged(other, "slow"))
    begun(daemon, stream)
    children = wait_until(lambda: workers(daemon))
    daemon.stop()
    (*_, last) = stream
    assert reason(last.event.failure.status) == "CANCELLED"
    daemon.process.wait(60)
    wait_until(lambda: all(map(process_gone, children)))
