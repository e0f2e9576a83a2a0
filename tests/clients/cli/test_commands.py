"""The other commands, what the command imports, and Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from osu_companion.local.paths import find_paths
from osu_companion.v1 import jobs_pb2
from osu_companion.v1.remap_pb2 import RemapBeatmapRequest

from clients.cli.output import error_text, make_output
from clients.client import starting
from clients.client.errors import UsageError
from clients.patching.errors import WriteRefusedError
from tests.clients.cli.running import Command
from tests.clients.fake_daemon import JOB, FakeDaemon, answering
from tests.clients.patching.maps import MAP, some_patch

ROOT = Path(__file__).resolve().parents[3]
RANGE = ("--from", "1500", "--to", "2250")


def _run(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **options,
    )


def test_status_models_and_stop(daemon: FakeDaemon, command: Command) -> None:
    ran = command("status")
    assert ran.code == 0 and "Model:   starter" in ran.out and "not found; set `songs`" in ran.out
    assert command("status", "--json").lines[-1]["running"] is True
    assert "* starter" in command("models").out and "small" in command("models", "list").out
    assert command("models", "--json").lines[-1]["models"][0]["configured"] is True


def test_status_and_stop_start_nothing(command: Command) -> None:
    assert command("status", "--json").lines == [
        {"type": "result", "running": False, "notices": []}
    ]
    ran = command("stop")
    assert ran.code == 0 and "not running" in ran.out
    assert not find_paths().logs.exists()


def test_stop_asks_and_waits(
    daemon: FakeDaemon, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clients.cli.service._STOP_TIMEOUT_S", 0.2)
    ran = command("stop")  # the daemon is this very process and stays
    assert daemon.stopped.is_set() and ran.code == 5 and "still runs" in ran.err


def test_a_daemon_that_cannot_start_is_exit_code_5_with_its_last_words(
    map_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = "raise SystemExit('the configuration cannot be used')"
    monkeypatch.setattr(starting, "daemon_command", lambda: [sys.executable, "-c", script])
    ran = command("remap", map_path, *RANGE)
    assert ran.code == 5
    assert "Starting the daemon" in ran.err and "the configuration cannot be used" in ran.err
    last = command("remap", map_path, *RANGE, "--json").lines[-1]
    assert last["exit_code"] == 5


def test_history_lists_what_was_written(
    daemon: FakeDaemon, map_path: Path, command: Command
) -> None:
    daemon.answer = answering(some_patch())
    command("remap", map_path, *RANGE)
    command("undo", map_path)
    ran = command("history", map_path)
    assert map_path.name in ran.out and "(undone)" in ran.out and "variant 1" in ran.out
    assert "00:01:500 - 00:02:250" in ran.out
    (entry,) = command("history", "--json").lines[-1]["entries"]
    assert entry["detail"]["model"] == "starter" and entry["state"] == "undone"


def test_undo_of_a_map_saved_since_shows_the_conflict(
    daemon: FakeDaemon, map_path: Path, command: Command
) -> None:
    daemon.answer = answering(some_patch())
    command("remap", map_path, *RANGE)
    changed = map_path.read_bytes() + b"\r\nmore"
    map_path.write_bytes(changed)
    ran = command("undo", map_path)
    assert ran.code == 3 and map_path.read_bytes() == changed
    assert "-more" in ran.err and "conflicts" in ran.err
    assert command("undo", map_path, "--json").lines[-1]["exit_code"] == 3


def test_allow_adds_a_folder_to_the_configuration(tmp_path: Path, command: Command) -> None:
    (tmp_path / "maps").mkdir()
    assert command("allow", tmp_path / "maps").code == 0
    assert str(tmp_path / "maps") in find_paths().config_file.read_text(encoding="utf-8")
    assert "already" in command("allow", tmp_path / "maps").out
    assert command("allow", tmp_path / "none").code == 2
    # A script's unset variable is not the current folder.
    assert command("allow", "").code == 2


def test_the_tray_without_a_display_says_why(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    if sys.platform in ("win32", "darwin"):
        pytest.skip("there is always a display")
    env = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    env["PYSTRAY_BACKEND"] = "xorg"
    ran = _run("-m", "clients.cli", "tray", env=env)
    assert ran.returncode == 1
    assert "The tray icon cannot be shown" in ran.stderr and "Traceback" not in ran.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent as a signal")
def test_ctrl_c_cancels_the_job(daemon: FakeDaemon, map_path: Path) -> None:
    def answer(_request: Any, _context: Any) -> Iterator[jobs_pb2.JobEvent]:
        yield jobs_pb2.JobEvent(job_id=JOB, queued=jobs_pb2.JobQueued())
        daemon.dropped.wait(20)

    daemon.answer = answer
    process = subprocess.Popen(
        [sys.executable, "-m", "clients.cli", "remap", str(map_path), *RANGE, "--json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert json.loads(process.stdout.readline())["type"] == "queued"
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=20)
    assert process.returncode == 130 and time.monotonic() - started < 3
    assert daemon.cancelled == [JOB]
    assert json.loads(out.splitlines()[-1])["exit_code"] == 130
    assert map_path.read_bytes() == MAP


@pytest.mark.skipif(sys.platform == "win32", reason="the daemon is ended by a signal")
def test_serve_runs_the_daemon_in_the_foreground_until_it_is_ended() -> None:
    command = [sys.executable, "-m", "clients.cli", "serve"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    told = "".join(process.stdout.readline() for _ in range(5))
    assert all(word in told for word in ("address", "model", "device", "songs"))
    endpoint = starting.find_running()
    assert endpoint is not None and endpoint.pid != process.pid
    second = _run("-m", "clients.cli", "serve")
    assert second.returncode == 1 and "running already" in second.stderr
    process.terminate()
    process.communicate(timeout=20)
    assert process.returncode == 0 and not endpoint.process_alive()


def test_live_progress_is_drawn_and_leaves_the_screen(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")
    with make_output(as_json=False) as output:
        assert type(output).__name__ == "LiveOutput"
        for event in answering(some_patch())(RemapBeatmapRequest(), None):
            output.event(event)
        output.notice("[red]a map's name[/red] stays as it is")
        output.result({}, "done")
    out, err = capsys.readouterr()
    assert out == "done\n"
    assert "window 2 of 2" in err and "[red]a map's name[/red]" in err


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("the daemon ended the stream", "The daemon ended the stream"),
        ("top_p must be above 0", "top_p must be above 0"),
        (
            "difficulty must be 0 to 20 stars, not 21.5.",
            "Difficulty must be 0 to 20 stars, not 21.5.",
        ),
        ("sphere - HIGH POWERED [x].osu is there", "sphere - HIGH POWERED [x].osu is there"),
        ("a b ñ.osz was not kept", "a b ñ.osz was not kept"),
        ("idk - some song holds a whole song", "idk - some song holds a whole song"),
    ],
)
def test_an_error_begins_as_a_sentence_and_names_stay_as_they_are(said: str, told: str) -> None:
    assert error_text(WriteRefusedError(said)) == told


def test_a_field_is_told_once() -> None:
    wrong = "temperature must be above 0"
    others = ("options.temperature: " + wrong, "options.seed: seed must be 0 or more")
    told = error_text(UsageError(wrong, violations=others))
    assert told == "Temperature must be above 0\n  options.seed: seed must be 0 or more"


IMPORT_ALL = """
import importlib, pkgutil, sys
import clients
for module in pkgutil.walk_packages(clients.__path__, "clients."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
import clients.client as client
for name in client.__all__:
    getattr(client, name)
rooms = {name.split(".")[0] for name in sys.modules}
print(sorted(rooms & {"torch", "transformers", "model_core", "daemon", "pystray"}))
"""


def test_no_client_imports_torch_or_the_other_rooms() -> None:
    ran = _run("-c", IMPORT_ALL)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == "[]"


def test_help_is_quick_because_it_imports_little() -> None:
    script = (
        "import sys, runpy; sys.argv = ['osu-companion', '--help']\n"
        "try: runpy.run_module('clients.cli', run_name='__main__')\n"
        "except SystemExit as left: assert not left.code\n"
        "heavy = {'grpc', 'google', 'rich', 'PIL', 'sqlite3', 'numpy', 'asyncio', 'psutil'}\n"
        "print(sorted(heavy & {name.split('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    ran = _run("-c", script)
    assert ran.stderr.strip() == "[]"
    for name in ("serve", "remap", "undo", "history", "status", "models", "stop", "tray"):
        assert name in ran.stdout
