"""Crashes, restarts and full queues: at most the running job suffers."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import grpc
import psutil
import pytest
from osu_companion.local.endpoint import read_endpoint
from osu_companion.v1 import jobs_pb2, models_pb2, status_pb2

from tests.daemon.conftest import (
    PATIENCE_S,
    ROOT,
    Mapset,
    RunningDaemon,
    process_gone,
    start_daemon,
    wait_until,
)
from tests.daemon.errors import details, reason, status_of
from tests.daemon.fake_engine import GATE

DECODE = jobs_pb2.JOB_STAGE_DECODE


def until_decoding(stream) -> jobs_pb2.JobEvent:
    return until(stream, DECODE)


def until(stream, stage: jobs_pb2.JobStage) -> jobs_pb2.JobEvent:
    for response in stream:
        if response.event.progress.stage == stage:
            return response.event
    raise AssertionError("the job ended before it came so far")


def last(stream) -> jobs_pb2.JobEvent:
    return list(stream)[-1].event


def job_of(daemon: RunningDaemon, job_id: str) -> jobs_pb2.Job:
    return daemon.jobs("GetJob", jobs_pb2.GetJobRequest(job_id=job_id)).job


def test_killed_worker_is_replaced_and_the_job_runs_again(daemon: RunningDaemon, mapset: Mapset):
    stream = daemon.remap(mapset.map, "slow")
    until_decoding(stream)
    killed = daemon.status().worker_pid
    psutil.Process(killed).kill()
    again = until_decoding(stream)
    while again.progress.attempt == 1:
        again = until_decoding(stream)
    assert again.progress.attempt == 2
    status = daemon.status()
    assert status.worker_pid not in (0, killed)
    assert status.worker_crashes == 1
    assert any("died" in warning for warning in status.warnings)
    stream.cancel()


def test_job_that_kills_its_worker_fails_cleanly_and_the_next_works(
    daemon: RunningDaemon, mapset: Mapset
):
    event = last(daemon.remap(mapset.map, "die"))
    assert reason(event.failure.status) == "WORKER_CRASHED"
    assert "Traceback" not in event.failure.status.message
    assert last(daemon.remap(mapset.map)).HasField("result")
    assert daemon.status().worker_crashes == 2


def test_worker_killed_while_idle(daemon: RunningDaemon, mapset: Mapset):
    assert last(daemon.remap(mapset.map)).HasField("result")
    psutil.Process(daemon.status().worker_pid).kill()
    wait_until(lambda: daemon.status().worker_state == status_pb2.WORKER_STATE_STOPPED)
    assert last(daemon.remap(mapset.map)).HasField("result")


def test_worker_that_ignores_a_cancel_is_ended(daemon: RunningDaemon, mapset: Mapset):
    daemon.models("LoadModel", models_pb2.LoadModelRequest())
    stream = daemon.remap(mapset.map, "stubborn")
    job_id = until(stream, jobs_pb2.JOB_STAGE_AUDIO).job_id  # and there it stays
    worker = daemon.status().worker_pid
    daemon.jobs("CancelJob", jobs_pb2.CancelJobRequest(job_id=job_id))
    # By itself it would go on for much longer than a test may take.
    assert reason(last(stream).failure.status) == "CANCELLED"
    wait_until(lambda: process_gone(worker))
    assert last(daemon.remap(mapset.map)).HasField("result")


def test_cancel_while_the_model_loads_is_immediate(
    mapset: Mapset, starter: Callable[..., RunningDaemon], tmp_path: Path
):
    gate = tmp_path / "gate"
    daemon = starter(**{GATE: str(gate)})
    stream = daemon.remap(mapset.map, model="gated")
    job_id = next(stream).event.job_id
    wait_until(lambda: daemon.status().worker_pid)
    daemon.jobs("CancelJob", jobs_pb2.CancelJobRequest(job_id=job_id))
    # It does not wait for the load, which cannot end yet.
    assert reason(last(stream).failure.status) == "CANCELLED"
    gate.touch()
    # The load went on; another model's request waits for it and then loads its own.
    assert last(daemon.remap(mapset.map)).result.model == "starter"


@pytest.mark.parametrize(
    ("model", "wanted"), [("broken", "CHECKPOINT_UNUSABLE"), ("deadly", "WORKER_CRASHED")]
)
def test_model_that_cannot_be_loaded(
    daemon: RunningDaemon, mapset: Mapset, model: str, wanted: str
):
    assert reason(last(daemon.remap(mapset.map, model=model)).failure.status) == wanted
    with pytest.raises(grpc.RpcError) as caught:
        daemon.models("LoadModel", models_pb2.LoadModelRequest(name=model))
    assert reason(status_of(caught.value)) == wanted
    assert last(daemon.remap(mapset.map)).HasField("result")


def test_full_queue_says_when_to_come_back(mapset: Mapset, starter: Callable[..., RunningDaemon]):
    daemon = starter(OSU_COMPANION_QUEUE_SIZE="1")
    running = daemon.remap(mapset.map, "slow")
    until_decoding(running)
    waiting = daemon.remap(mapset.map)
    assert next(waiting).event.queued.position == 1
    with pytest.raises(grpc.RpcError) as caught:
        list(daemon.remap(mapset.map))
    assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    status = status_of(caught.value)
    assert reason(status) == "QUEUE_FULL"
    assert details(status)["RetryInfo"].retry_delay.ToTimedelta().total_seconds() > 0
    # Cancelled before its turn, then the running one.
    listed = daemon.jobs("ListJobs", jobs_pb2.ListJobsRequest(limit=1)).jobs
    daemon.jobs("CancelJob", jobs_pb2.CancelJobRequest(job_id=listed[0].job_id))
    assert reason(last(waiting).failure.status) == "CANCELLED"
    running.cancel()
    assert last(daemon.remap(mapset.map)).HasField("result")


def test_unload_gives_the_memory_back(daemon: RunningDaemon, mapset: Mapset):
    models = daemon.models("ListModels", models_pb2.ListModelsRequest()).models
    here = [model for model in models if model.installed]
    assert [(model.name, model.loaded, model.configured) for model in here] == [
        ("starter", False, True)
    ]
    model = daemon.models("LoadModel", models_pb2.LoadModelRequest()).model
    assert (model.loaded, model.device, model.precision) == (True, "cpu", "float32")
    assert model.HasField("expires_at")
    worker = daemon.status().worker_pid
    assert daemon.status().worker_memory_bytes > 0
    stream = daemon.remap(mapset.map, "slow")
    until_decoding(stream)
    with pytest.raises(grpc.RpcError) as caught:
        daemon.models("UnloadModel", models_pb2.UnloadModelRequest())
    assert reason(status_of(caught.value)) == "MODEL_BUSY"
    assert daemon.models("UnloadModel", models_pb2.UnloadModelRequest(force=True)).unloaded
    assert reason(last(stream).failure.status) == "CANCELLED"
    assert process_gone(worker)
    assert not daemon.models("UnloadModel", models_pb2.UnloadModelRequest()).unloaded


def test_keep_alive_ends_an_idle_worker(mapset: Mapset, starter: Callable[..., RunningDaemon]):
    daemon = starter(OSU_COMPANION_KEEP_ALIVE_MINUTES="0.005")
    assert last(daemon.remap(mapset.map)).HasField("result")
    worker = daemon.status().worker_pid
    wait_until(lambda: daemon.status().worker_state == status_pb2.WORKER_STATE_STOPPED)
    wait_until(lambda: worker == 0 or process_gone(worker))
    assert daemon.status().worker_crashes == 0


def test_stop_leaves_nothing_behind(daemon: RunningDaemon, mapset: Mapset):
    stream = daemon.remap(mapset.map, "slow")
    until_decoding(stream)
    worker = daemon.status().worker_pid
    daemon.stop()
    assert reason(last(stream).failure.status) == "CANCELLED"
    assert daemon.process.wait(PATIENCE_S) == 0
    assert process_gone(worker)
    assert not daemon.paths.endpoint_file.exists()
    assert "Traceback" not in daemon.paths.log_file.read_text()


def test_stop_can_let_the_running_job_finish(daemon: RunningDaemon, mapset: Mapset):
    stream = daemon.remap(mapset.map)
    until_decoding(stream)
    daemon.stop(finish_running=True)
    assert last(stream).HasField("result")
    assert daemon.process.wait(PATIENCE_S) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_stop_it(daemon: RunningDaemon, mapset: Mapset, number: signal.Signals):
    daemon.models("LoadModel", models_pb2.LoadModelRequest())
    worker = daemon.status().worker_pid
    daemon.process.send_signal(number)
    assert daemon.process.wait(PATIENCE_S) == 0
    assert process_gone(worker)


def test_killed_daemon_takes_its_worker_with_it_and_the_next_one_cleans_up(
    daemon: RunningDaemon, mapset: Mapset, starter: Callable[..., RunningDaemon]
):
    running = daemon.remap(mapset.map, "slow", detached=True)
    ran = until_decoding(running).job_id
    waited = next(daemon.remap(mapset.map, detached=True, seed=5)).event.job_id
    abandoned = daemon.remap(mapset.map)
    left = next(abandoned).event.job_id
    worker = daemon.status().worker_pid
    daemon.process.kill()
    daemon.process.wait()
    wait_until(lambda: process_gone(worker))
    stale = read_endpoint(daemon.paths.endpoint_file)
    assert stale is not None
    assert not stale.process_alive()

    second = starter()
    assert job_of(second, ran).state == jobs_pb2.JOB_STATE_FAILED
    assert reason(job_of(second, ran).error) == "DAEMON_RESTARTED"
    assert reason(job_of(second, left).error) == "DAEMON_RESTARTED"
    attached = second.jobs("AttachJob", jobs_pb2.AttachJobRequest(job_id=waited))
    assert last(attached).result.seed == 5
    final = second.jobs("AttachJob", jobs_pb2.AttachJobRequest(job_id=ran))
    assert reason(last(final).failure.status) == "DAEMON_RESTARTED"


def test_results_outlive_the_daemon(
    daemon: RunningDaemon, mapset: Mapset, starter: Callable[..., RunningDaemon]
):
    event = last(daemon.remap(mapset.map))
    daemon.stop()
    daemon.process.wait(PATIENCE_S)
    second = starter()
    attached = second.jobs("AttachJob", jobs_pb2.AttachJobRequest(job_id=event.job_id))
    assert last(attached) == event
    assert second.endpoint.token != daemon.endpoint.token


def test_only_one_daemon_runs(daemon: RunningDaemon):
    command = [sys.executable, "-m", "daemon", "serve"]
    second = subprocess.run(
        command, cwd=ROOT, env=daemon.environ, capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert second.returncode == 1
    assert daemon.endpoint.address in second.stderr
    assert "Traceback" not in second.stderr
    assert daemon.status().pid == daemon.process.pid


def test_damaged_store_is_set_aside(
    mapset: Mapset, starter: Callable[..., RunningDaemon], tmp_path
):
    state = tmp_path / "home" / "state"
    state.mkdir(parents=True)
    (state / "daemon.sqlite3").write_bytes(b"this is not a database" * 100)
    daemon = starter()
    assert last(daemon.remap(mapset.map)).HasField("result")
    assert list(state.glob("daemon.sqlite3.damaged-*"))


def test_bad_configuration_is_told_without_a_traceback(mapset: Mapset, tmp_path):
    config = tmp_path / "home" / "config" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("queue_size = 'many'\n")
    with pytest.raises(AssertionError) as caught:
        start_daemon(tmp_path / "home", tmp_path / "Songs")
    assert "queue_size must be a number" in str(caught.value)
    assert "Traceback" not in str(caught.value)


def test_ready_in_two_seconds_and_small(mapset: Mapset, starter: Callable[..., RunningDaemon]):
    daemon = starter()
    # What it takes of a processor: the clock on the wall also counts what else this machine does.
    spent = psutil.Process(daemon.process.pid).cpu_times()
    assert spent.user + spent.system < 2.0
    status = daemon.status()
    assert status.daemon_memory_bytes < 120 * 1024 * 1024
    assert status.worker_state == status_pb2.WORKER_STATE_STOPPED
    assert status.device == ""
    assert "no model is loaded" in status.device_reason
