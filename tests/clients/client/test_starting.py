"""Finding the daemon, starting it, and saying why where that fails."""

from __future__ import annotations

import sys
import threading
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from osu_companion.local.endpoint import write_endpoint
from osu_companion.local.paths import find_paths

from clients.client import UnreachableError, ensure_running, find_running, starting
from tests.clients.cli.running import Command
from tests.clients.fake_daemon import FakeDaemon

ROOT = Path(__file__).resolve().parents[3]
SERVING = f"""
import sys, time
sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / "proto")!r}]
from tests.clients.cli.running import Command
from tests.clients.fake_daemon import FakeDaemon
fake = FakeDaemon()
fake.start()
fake.stopped.wait(30)
"""


def _daemon_is(monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    monkeypatch.setattr(starting, "daemon_command", lambda: [sys.executable, "-c", script])


def test_a_running_daemon_is_used(daemon: FakeDaemon, monkeypatch: pytest.MonkeyPatch) -> None:
    _daemon_is(monkeypatch, "raise SystemExit('must not be started')")
    said: list[str] = []
    assert ensure_running(say=said.append) == daemon.endpoint
    assert said == []


def test_a_missing_daemon_is_started_detached_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _daemon_is(monkeypatch, SERVING)
    said: list[str] = []
    endpoint = ensure_running(say=said.append)
    process = psutil.Process(endpoint.pid)
    try:
        assert said == ["Starting the daemon …"]
        assert find_running() == endpoint
        if sys.platform != "win32":
            import os

            assert os.getsid(endpoint.pid) == endpoint.pid  # not of our terminal
    finally:
        process.kill()
        process.wait(10)


def test_one_that_dies_is_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    _daemon_is(monkeypatch, "print('the port is taken'); raise SystemExit('config.toml, line 3')")
    with pytest.raises(UnreachableError, match="status 1") as caught:
        ensure_running()
    assert "the port is taken" in str(caught.value)
    assert "config.toml, line 3" in str(caught.value)


def test_one_that_never_gets_ready_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    _daemon_is(monkeypatch, "import time; print('hm', flush=True); time.sleep(5)")
    with pytest.raises(UnreachableError, match=r"did not get ready(.|\n)*hm"):
        ensure_running(timeout_s=1.0)


def test_one_that_cannot_be_run_at_all_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "daemon_command", lambda: ["/no/such/program"])
    with pytest.raises(UnreachableError, match="/no/such/program"):
        ensure_running()


def test_an_endpoint_of_a_dead_process_is_no_daemon(daemon: FakeDaemon) -> None:
    dead = replace(daemon.endpoint, started_at=1.0)  # the number was given to another process
    write_endpoint(find_paths().endpoint_file, dead)
    assert find_running() is None


def test_a_process_that_lives_but_does_not_answer_is_said(
    daemon: FakeDaemon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starting, "_ANSWER_TIMEOUT_S", 0.3)
    write_endpoint(find_paths().endpoint_file, replace(daemon.endpoint, token="of another life"))
    with pytest.raises(UnreachableError, match="stop --force"):
        find_running()


def test_two_commands_at_once_end_up_with_one_daemon(monkeypatch: pytest.MonkeyPatch) -> None:
    # The second daemon gives way, as the real one does when the lock is taken.
    script = SERVING.replace(
        "fake = FakeDaemon()",
        "from filelock import FileLock\nfrom osu_companion.local.paths import find_paths\n"
        "lock = FileLock(find_paths().lock_file, timeout=0)\nlock.acquire()\nfake = FakeDaemon()",
    )
    _daemon_is(monkeypatch, script)
    found = []
    threads = [threading.Thread(target=lambda: found.append(ensure_running())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    try:
        assert len(found) == 2 and found[0].pid == found[1].pid
    finally:
        for pid in {endpoint.pid for endpoint in found}:
            psutil.Process(pid).kill()


def test_a_daemon_that_does_not_answer_is_ended_by_force(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _daemon_is(monkeypatch, SERVING)
    endpoint = ensure_running()
    write_endpoint(find_paths().endpoint_file, replace(endpoint, token="of another life"))
    command = Command(monkeypatch, capsys)
    assert command("status").code == 5
    assert command("stop", "--force").code == 0
    assert not endpoint.process_alive()
    assert command("status", "--json").lines[-1]["running"] is False
