"""The properties with few examples, and in the long run with many."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import ROOT

from .__main__ import main, seed_of
from .catalogue import properties, run_named
from .running import Property

#: The long run; its seed is fixed, so that a failure can be looked at again.
EXAMPLES, SEED = 20_500, 20_241


@pytest.mark.parametrize("name", [p.name for p in properties()])
def test_a_few(name: str) -> None:
    weight = next(p.weight for p in properties() if p.name == name)
    outcome = run_named((name, 2 * weight, seed_of(name, 1)))
    assert not outcome.failure, outcome.failure
    assert outcome.examples >= weight


def test_a_failure_is_shown_and_told_by_the_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = Property("any bytes", 1, properties()[0].strategy, refuse_long)
    for module in ("__main__", "catalogue"):
        monkeypatch.setattr(f"tests.properties.{module}.properties", lambda: (broken,))
    assert main(["--examples", "100", "--seed", "5"]) == 1
    told = capsys.readouterr().out
    assert "FAILED" in told and "Falsifying example of any bytes" in told
    # Shrunk to the shortest one there is.
    assert r"b'\x00\x00\x00'" in told


def refuse_long(data: bytes) -> str:
    assert len(data) < 3
    return "short"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_many(capsys: pytest.CaptureFixture[str]) -> None:
    """At least 20 000 examples in two processes, the table printed."""
    command = [sys.executable, "-m", "tests.properties", "--processes", "2"]
    command += ["--examples", str(EXAMPLES), "--seed", str(SEED)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    with capsys.disabled():
        print(f"\n{done.stdout.rpartition(chr(10) + '{')[0]}")
    assert done.returncode == 0, done.stdout + done.stderr
