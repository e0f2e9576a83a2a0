"""The worker dies: the job runs again or fails cleanly, and the next one works."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psutil
import pytest
from osu_companion.v1 import jobs_pb2, status_pb2

from clients.client import CancelledError, Client, RefusedError
from clients.client.synchronous import JobStream
from clients.remapping import follow
from tests.e2e.house import House, Mapset, ended, until_decoding, wait_until

pytestmark = pytest.mark.slow

# Long enough to be interrupted while it is written.
START, END = 2_000, 28_000


def ask(client: Client, mapset: Mapset) -> JobStream:
    return client.remap(mapset.insane, start_ms=START, end_ms=END, seed=9, variants=2)


def kill_worker(client: Client) -> int:
    pid = client.status().worker_pid
    psutil.Process(pid).kill()
    return pid


def writing(attempt: int) -> Callable[[dict[str, Any]], bool]:
    """Whether a line of the command's output says that tokens are being written."""
    return lambda line: (
        line["type"] == "progress" and line["attempt"] == attempt and line["tokens"] > 0
    )


def test_killed_in_the_middle_the_job_runs_again_to_the_same_answer(
    house: House, mapset: Mapset
) -> None:
    with house.client() as client:
        undisturbed = follow(ask(client, mapset), lambda _: None)
        crashes = client.status().worker_crashes
        stream = ask(client, mapset)
        until_decoding(stream)
        killed = kill_worker(client)
        until_decoding(stream, attempt=2)
        result = ended(stream).result
        assert [v.patch for v in result.variants] == [v.patch for v in undisturbed.variants]
        status = client.status()
        assert status.worker_pid not in (0, killed)
        assert status.worker_crashes == crashes + 1
        assert any("died" in warning for warning in status.warnings)


def test_killed_twice_it_fails_cleanly(house: House, mapset: Mapset) -> None:
    before = mapset.insane.read_bytes()
    running = house.begin(
        "remap", mapset.insane, "--from", START, "--to", END, "--seed", 9, "--variants", 2
    )
    with house.client() as client:
        for attempt in (1, 2):
            running.until(writing(attempt))
            kill_worker(client)
    ran = running.end()
    assert (ran.code, ran.error["reason"]) == (1, "WORKER_CRASHED")
    assert "twice" in ran.error["message"]
    assert mapset.insane.read_bytes() == before


def test_killed_while_idle_nobody_notices(house: House, mapset: Mapset) -> None:
    with house.client() as client:
        client.load_model()
        kill_worker(client)
        wait_until(lambda: client.status().worker_state == status_pb2.WORKER_STATE_STOPPED)
        result = follow(ask(client, mapset), lambda _: None)
        assert result.timings.load_ms > 0


def test_killed_while_the_model_loads(house: House, mapset: Mapset) -> None:
    with house.client() as client:
        client.unload_model()
        stream = ask(client, mapset)
        wait_until(lambda: client.status().worker_pid)
        kill_worker(client)
        # What dies while it loads is started once more.
        event = ended(stream)
        assert event.HasField("result"), event


def test_a_cancel_while_the_model_loads_is_heeded(house: House, mapset: Mapset) -> None:
    with house.client() as client:
        client.unload_model()
        stream = ask(client, mapset)
        job_id = next(stream).job_id
        wait_until(lambda: client.status().worker_pid)
        client.cancel(job_id)
        with pytest.raises(CancelledError):
            follow(stream, lambda _: None)
        assert client.job(job_id).state == jobs_pb2.JOB_STATE_CANCELLED


def test_unloading_under_a_job_is_refused_unless_forced(house: House, mapset: Mapset) -> None:
    with house.client() as client:
        stream = ask(client, mapset)
        until_decoding(stream)
        with pytest.raises(RefusedError) as caught:
            client.unload_model()
        assert caught.value.reason == "MODEL_BUSY"
        assert client.unload_model(force=True)
        with pytest.raises(CancelledError):
            follow(stream, lambda _: None)
        assert client.status().worker_pid == 0
