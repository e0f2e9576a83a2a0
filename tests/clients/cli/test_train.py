"""``osu-companion train``: a thin client of a program that is run for real."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from clients.cli import train
from clients.cli.train_app import STEPS
from clients.cli.train_bar import Bar, share_of
from tests.conftest import ROOT

SAMPLES = ROOT / "samples"


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "clients.cli", "train", *arguments]


def run(*arguments: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments),
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", **(env or {})},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=240,
        check=False,
    )


def test_the_steps_are_those_of_the_training_program() -> None:
    from model_core.training.steps import STEPS as OWN

    assert set(STEPS) == set(OWN)


def test_help_is_there_at_once() -> None:
    code = """
import sys
sys.argv = ["osu-companion", "train", "--help"]
from clients.cli.main import main
try:
    main()
except SystemExit as end:
    assert not end.code
heavy = {"rich", "numpy", "torch", "grpc", "google", "model_core"} & set(sys.modules)
assert not heavy, heavy
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert all(name in done.stdout for name in STEPS)


def test_without_a_step_it_says_which_there_are() -> None:
    done = run()
    assert done.returncode == 2 and "import" in done.stdout


@pytest.mark.slow
def test_a_steps_help_is_the_programs_own() -> None:
    done = run("import", "--help")
    assert done.returncode == 0
    assert done.stdout.startswith("usage: osu-companion train import")
    for option in ("--processes", "--limit", "--modes", "--mapper", "--stars", "--held-out"):
        assert option in done.stdout
    assert "nothing is sent anywhere" in " ".join(done.stdout.split())


@pytest.mark.slow
def test_an_import_is_told_to_people_and_to_programs(tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = run("import", str(SAMPLES), str(out), "--processes", "1", "--held-out", "0")
    assert done.returncode == 0, done.stderr
    assert "1  songs" in done.stdout and "{" not in done.stdout
    assert "1 of 1 mapsets" in done.stderr

    done = run("import", str(SAMPLES), str(out), "--processes", "1", "--held-out", "0", "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert {row["type"] for row in rows[:-1]} == {"progress"} and rows[-1]["type"] == "result"
    assert rows[-1]["songs"] == 1


@pytest.mark.slow
def test_errors_have_the_codes_of_every_command(tmp_path: Path) -> None:
    done = run("import", str(tmp_path / "none"), str(tmp_path / "out"))
    assert done.returncode == 4 and "is no folder" in done.stderr and not done.stdout
    done = run("import", str(tmp_path), str(tmp_path / "in"), "--json")
    [row] = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == row["exit_code"] == 4
    assert row["type"] == "error" and "only read" in row["message"]


@pytest.mark.slow
def test_what_the_program_refuses_is_a_usage_error(tmp_path: Path) -> None:
    done = run("import", str(tmp_path), "--json", "--no-such-option", "1")
    [row] = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 2 and row["type"] == "error" and row["exit_code"] == 2
    assert "unrecognized arguments: --no-such-option" in row["message"]


def test_a_library_that_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = train.importlib.util.find_spec
    gone = {"accelerate", "tensorboard"}
    monkeypatch.setattr(
        train.importlib.util, "find_spec", lambda name: None if name in gone else found(name)
    )
    assert train.run(["lora", "starter", "a", "b"]) == 4
    assert 'pip install "osu-companion[train]"' in capsys.readouterr().err
    assert train.run(["starter", "a", "b", "--json"]) == 4
    row = json.loads(capsys.readouterr().out)
    assert (row["type"], row["reason"]) == ("error", "LIBRARY_MISSING")
    # Help and what needs nothing of it go on.
    assert train.missing_library(["lora", "-h"]) == ""
    assert train.missing_library(["import", "a", "b"]) == ""
    gone.remove("accelerate")
    assert train.missing_library(["starter", "a", "b", "--tensorboard"]) == "tensorboard"


def test_a_program_that_is_killed_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = "import os, sys; print('half a thing', file=sys.stderr, flush=True); os._exit(77)"
    monkeypatch.setattr(train, "command_line", lambda _: [sys.executable, "-c", code])
    assert train.run(["songs", "x"]) == 1
    told = capsys.readouterr().err
    assert "half a thing" in told and "ended from outside (code 77)" in told
    assert train.run(["songs", "x", "--json"]) == 1
    row = json.loads(capsys.readouterr().out)
    assert row["type"] == "error" and row["reason"] == "WORKER_CRASHED"


def test_lines_for_people_stay_out_of_what_programs_read(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = 'print(\'a table\'); print(\'{"type": "result", "met": true}\')'
    monkeypatch.setattr(train, "command_line", lambda _: [sys.executable, "-c", code])
    assert train.run(["evaluate", "starter", "--json"]) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out) == {"type": "result", "met": True}
    assert shown.err.strip() == "a table"
    assert train.run(["evaluate", "starter"]) == 0
    assert capsys.readouterr().out.strip() == "a table"


_SAVES = """
import sys, time
from pathlib import Path
from model_core.training.client import stop_when_input_ends
stop_when_input_ends()
try:
    print('{"type": "progress", "text": "begun", "done": 1, "count": 4}', flush=True)
    while True:
        time.sleep(0.05)
except KeyboardInterrupt:
    Path(sys.argv[1]).write_text("saved")
    sys.exit(130)
"""


def test_ctrl_c_reaches_the_program_which_saves(tmp_path: Path) -> None:
    """Sent to the client alone, as a supervisor does; the program is in a group of its own."""
    script, saved = tmp_path / "child.py", tmp_path / "saved"
    script.write_text(_SAVES, encoding="utf-8")
    code = (
        "import sys\n"
        "from clients.cli import train\n"
        f"train.command_line = lambda _: [sys.executable, {str(script)!r}, {str(saved)!r}]\n"
        "sys.exit(train.run(['songs', 'x']))\n"
    )
    client = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert client.stderr is not None
    assert "begun" in client.stderr.readline()
    if os.name == "nt":
        pytest.skip("no Ctrl-C can be sent to one process there; the end of input is tested below")
    client.send_signal(signal.SIGINT)
    _, told = client.communicate(timeout=60)
    assert client.returncode == 130, told
    assert "saved first" in told
    assert saved.read_text() == "saved"


def test_a_program_stops_when_its_client_is_gone(tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    script = tmp_path / "child.py"
    script.write_text(_SAVES, encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, str(script), str(saved)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdout.readline()
        process.stdin.close()
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
    assert process.returncode == 130 and saved.read_text() == "saved"


def test_how_much_is_done() -> None:
    assert share_of({"done": 3, "count": 4}) == 0.75
    assert share_of({"minutes": 15.0, "minutes_left": 45.0}) == 0.25
    assert share_of({"done": 0, "count": 0}) is None
    assert share_of({"step": 4, "warning": "x"}) is None


def test_without_a_terminal_lines_come_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    bar = Bar()
    for done in range(101):
        bar.show({"done": done, "count": 100, "text": f"{done} of 100"})
    assert capsys.readouterr().err.splitlines() == ["0 of 100", "100 of 100"]
