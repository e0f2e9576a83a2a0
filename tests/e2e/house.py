"""The whole program as a user has it: a Songs folder, a home, the command, and its daemon.

Nothing is replaced: the command runs as a process, starts the real daemon, which starts the real
worker with the starter model. ``OSU_COMPANION_MODEL`` in the environment of the tests names
another model to try them with.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
from osu_companion.local.endpoint import Endpoint, read_endpoint
from osu_companion.local.paths import Paths, find_paths
from osu_companion.v1 import jobs_pb2

from clients.client import Client
from clients.client.synchronous import JobStream
from model_core.beatmap import parse

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = next(path for path in sorted((ROOT / "samples").iterdir()) if path.is_dir())
STARTER = ROOT / "model_core" / "starter" / "model.safetensors"
_MODEL = "OSU_COMPANION_MODEL"

# For a machine with much else to do: nothing here takes a tenth of it on an idle one.
PATIENCE_S = 240.0


def moment(after_ms: int) -> int:
    """The first time from ``after_ms`` on at which an object of the bundled Insane map begins and
    no object of either map is under way: where a range may begin. In ms."""
    hardest, *others = (
        parse(path.read_bytes()).hit_objects
        for name in ("Insane", "Normal")
        for path in SAMPLE.glob(f"*{name}*.osu")
    )
    under_way = [item for objects in (hardest, *others) for item in objects]
    return next(
        int(found.time)
        for found in hardest
        if found.time >= after_ms
        and not any(item.time < found.time <= item.end_time for item in under_way)
    )


@dataclass(frozen=True)
class Ran:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Standard output as JSON objects, one a line, as programs are promised it."""
        lines: list[dict[str, Any]] = [json.loads(line) for line in self.out.splitlines()]
        kinds = [line["type"] for line in lines]
        assert kinds[-1] in ("result", "error"), self
        assert set(kinds[:-1]) <= {"queued", "progress"}, self
        assert "Traceback" not in self.err, self.err
        if kinds[-1] == "error":
            assert lines[-1]["exit_code"] == self.code != 0, self
            assert lines[-1]["message"] and lines[-1]["reason"]
        else:
            assert self.code == 0, self
        return lines

    @property
    def result(self) -> dict[str, Any]:
        """The last line, which must be a result."""
        last = self.lines[-1]
        assert last["type"] == "result", last
        return last

    @property
    def error(self) -> dict[str, Any]:
        """The last line, which must be an error."""
        last = self.lines[-1]
        assert last["type"] == "error", last
        return last


class Running:
    """A command under way, with ``--json``."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._seen: list[str] = []

    def until(self, what: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Read its output up to the first line that is so."""
        assert self.process.stdout is not None
        for text in self.process.stdout:
            self._seen.append(text)
            line: dict[str, Any] = json.loads(text)
            if what(line):
                return line
        raise AssertionError(f"the command ended early: {self._seen} {self.process.stderr}")

    def end(self) -> Ran:
        """Wait for its end."""
        out, err = self.process.communicate(timeout=PATIENCE_S)
        return Ran(self.process.returncode, "".join(self._seen) + out, err)


@dataclass
class Mapset:
    """A copy of the bundled mapset in Songs."""

    folder: Path

    @property
    def insane(self) -> Path:
        return next(self.folder.glob("*Insane*.osu"))

    @property
    def normal(self) -> Path:
        return next(self.folder.glob("*Normal*.osu"))

    @property
    def audio(self) -> Path:
        return self.folder / "audio.mp3"

    def files(self) -> set[str]:
        """Every file and folder in it, whatever its name."""
        return {str(path.relative_to(self.folder)) for path in self.folder.rglob("*")}

    def rewrite(self, path: Path, old: bytes, new: bytes) -> bytes:
        """Save a map with something else in it, as another program would; the new bytes."""
        data = path.read_bytes()
        assert old in data
        data = data.replace(old, new, 1)
        path.write_bytes(data)
        return data


@dataclass
class House:
    """One home, one Songs folder, and whatever runs for them."""

    folder: Path
    extra: Mapping[str, str] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.songs.mkdir(parents=True, exist_ok=True)

    @property
    def songs(self) -> Path:
        return self.folder / "Songs 譜面"  # folders are named in every language

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def environ(self) -> dict[str, str]:
        """Of every process; what the user's own shell says about us is left out."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("OSU_COMPANION_")}
        # Which models this machine has must not matter, but for the one that was chosen.
        hub = {"HF_HUB_CACHE": str(self.folder / "hub")}
        chosen = {_MODEL: os.environ[_MODEL]} if _MODEL in os.environ else hub
        return {
            **inherited,
            **chosen,
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "proto")]),
            "PYTHONIOENCODING": "utf-8",
            "OSU_COMPANION_HOME": str(self.home),
            "OSU_COMPANION_SONGS": str(self.songs),
            # More threads than free processors wait for each other most of the time.
            "OSU_COMPANION_THREADS": "1",
            **self.extra,
        }

    @property
    def paths(self) -> Paths:
        return find_paths(self.environ)

    @property
    def endpoint(self) -> Endpoint:
        """Of the running daemon."""
        endpoint = read_endpoint(self.paths.endpoint_file)
        assert endpoint is not None and endpoint.process_alive(), "no daemon runs"
        return endpoint

    def mapset(self) -> Mapset:
        """A new copy of the bundled mapset."""
        folder = self.songs / f"{next(self._numbers)} {SAMPLE.name}"
        shutil.copytree(SAMPLE, folder)
        return Mapset(folder)

    def run(self, *arguments: object) -> Ran:
        """Run a command to its end."""
        process = subprocess.run(
            self._command(arguments),
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=PATIENCE_S,
            check=False,
        )
        ran = Ran(process.returncode, process.stdout, process.stderr)
        assert "Traceback" not in ran.err, ran.err
        return ran

    def begin(self, *arguments: object) -> Running:
        """Start a command with ``--json`` and leave it running."""
        return Running(
            subprocess.Popen(
                [*self._command(arguments), "--json"],
                cwd=self.folder,
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
            )
        )

    def start(self) -> None:
        """Have a daemon, started as the command starts it."""
        ran = self.run("models", "--json")
        assert ran.result["models"], ran

    def client(self) -> Client:
        """A client of the running daemon."""
        return Client(self.endpoint)

    def close(self) -> None:
        """End the daemon, by force if need be."""
        endpoint = read_endpoint(self.paths.endpoint_file)
        if endpoint is None or not endpoint.process_alive():
            return
        family = [psutil.Process(endpoint.pid)]
        with contextlib.suppress(psutil.Error):
            family += family[0].children(recursive=True)
        with contextlib.suppress(Exception):
            self.run("stop")
        for process in family:
            with contextlib.suppress(psutil.Error):
                process.kill()

    @staticmethod
    def _command(arguments: tuple[object, ...]) -> list[str]:
        return [sys.executable, "-m", "clients.cli", *map(str, arguments)]


def require_starter() -> None:
    """Skip where there is no model to run."""
    if not STARTER.is_file() and _MODEL not in os.environ:
        pytest.skip("the starter checkpoint (model_core/starter/model.safetensors) is not here")


def wait_until(condition: Callable[[], Any], seconds: float = PATIENCE_S) -> Any:
    """The condition's value once it is true."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError("it did not come true in time")


def until_decoding(stream: JobStream, attempt: int = 1) -> str:
    """Read a job's events until tokens are being written; its id."""
    for event in stream:
        progress = event.progress
        if progress.stage == jobs_pb2.JOB_STAGE_DECODE and progress.attempt == attempt:
            return event.job_id
        assert event.WhichOneof("event") != "failure", event
    raise AssertionError("the job ended before it wrote anything")


def ended(stream: JobStream) -> jobs_pb2.JobEvent:
    """The last event of a job."""
    return list(stream)[-1]
