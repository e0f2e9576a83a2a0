"""The daemon goes away in the middle: nothing is half done, and the next command goes on."""

from __future__ import annotations

import psutil
import pytest
from osu_companion.local.endpoint import read_endpoint
from osu_companion.v1 import jobs_pb2

from clients.client import FailedError
from clients.remapping import follow
from tests.e2e.house import House, Mapset, Running, until_decoding, wait_until
from tests.e2e.untouched import assert_only_the_range_changed

pytestmark = pytest.mark.slow

START, END = 2_000, 54_000
SHORT = (20_154, 22_000)


def begin(house: House, mapset: Mapset) -> Running:
    """A remap that is being written, with much left to write."""
    running = house.begin(
        "remap", mapset.insane, "--from", START, "--to", END, "--seed", 9, "--variants", 8
    )
    running.until(lambda line: line["type"] == "progress" and line["tokens"] > 0)
    return running


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_killed_in_the_middle(house: House, mapset: Mapset) -> None:
    path = mapset.insane
    before = path.read_bytes()
    running = begin(house, mapset)
    with house.client() as client:
        worker = client.status().worker_pid
    psutil.Process(house.endpoint.pid).kill()
    ran = running.end()
    assert ran.code == 5, ran
    assert "again" in ran.error["message"]
    assert path.read_bytes() == before
    # The worker does not outlive it, and its endpoint file deceives nobody.
    wait_until(lambda: gone(worker))
    stale = read_endpoint(house.paths.endpoint_file)
    assert stale is not None and not stale.process_alive()
    assert house.run("status", "--json").result["running"] is False
    ran = house.run("remap", path, "--from", SHORT[0], "--to", SHORT[1], "--seed", 1)
    assert ran.code == 0 and "Starting the daemon" in ran.err
    assert_only_the_range_changed(before, path.read_bytes(), *SHORT)
    # What it was doing is remembered as failed.
    with house.client() as client:
        (newest, failed, *_) = client.jobs(limit=2)
        assert newest.state == jobs_pb2.JOB_STATE_DONE
        assert failed.state == jobs_pb2.JOB_STATE_FAILED and "restarted" in failed.error.message
    assert house.run("undo", path).code == 0
    assert path.read_bytes() == before


def test_stopped_in_the_middle(house: House, mapset: Mapset) -> None:
    before = mapset.insane.read_bytes()
    running = begin(house, mapset)
    endpoint = house.endpoint
    assert house.run("stop", "--json").result["stopped"]
    ran = running.end()
    assert ran.code == 130, ran
    assert "stopping" in ran.error["message"]
    assert mapset.insane.read_bytes() == before
    assert not endpoint.process_alive()
    assert not house.paths.endpoint_file.exists()
    assert house.run("stop", "--json").result["stopped"] is False


def test_ended_by_force(house: House, mapset: Mapset) -> None:
    before = mapset.insane.read_bytes()
    running = begin(house, mapset)
    endpoint = house.endpoint
    with house.client() as client:
        worker = client.status().worker_pid
    assert house.run("stop", "--force", "--json").result["forced"]
    assert running.end().code == 5
    assert not endpoint.process_alive()
    wait_until(lambda: gone(worker))
    assert mapset.insane.read_bytes() == before


def test_detached_jobs_and_finished_ones_outlive_it(house: House, mapset: Mapset) -> None:
    times = {"start_ms": SHORT[0], "end_ms": SHORT[1]}
    with house.client() as client:
        stream = client.remap(mapset.insane, **times, seed=1, variants=2)
        done = follow(stream, lambda _: None)
        done_id = stream.job_id
        running = client.remap(
            mapset.insane, start_ms=START, end_ms=END, seed=9, variants=8, detached=True
        )
        ran_id = until_decoding(running)
        waiting_id = next(client.remap(mapset.insane, **times, seed=1, detached=True)).job_id
        wait_until(lambda: client.job(waiting_id).state == jobs_pb2.JOB_STATE_QUEUED)
        psutil.Process(house.endpoint.pid).kill()
    house.start()
    with house.client() as client:
        for number, variant in enumerate(done.variants, 1):
            assert client.variant(done_id, number).variant == variant
        try:
            follow(client.attach(ran_id), lambda _: None)
        except FailedError as error:
            assert error.reason == "DAEMON_RESTARTED"
        else:
            raise AssertionError("a job that ran when the daemon died has no result")
        # What only waited is done by the next daemon.
        again = follow(client.attach(waiting_id), lambda _: None)
        assert again.seed == 1 and again.variants[0].patch.summary.generated > 0
