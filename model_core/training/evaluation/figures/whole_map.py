"""A whole map of a two-minute song on two cores: how long it takes, and how much memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from model_core.audio.decode import SAMPLE_RATE
from model_core.errors import CompanionError
from model_core.training.evaluation.bench import Bench
from model_core.training.evaluation.charts import Bars
from model_core.training.evaluation.figure import Bar, Line, Measured

__all__ = ["Memory", "WholeMap", "WorkerFailed"]

SONG_SECONDS = 120.0
CORES = 2
TIME_BAR = 1.0
MEMORY_BAR_GB = 1.2  # of 1024 MiB each
_KEY = "whole map"
_TIMEOUT_S = 1800.0


class WorkerFailed(CompanionError):  # noqa: N818 - reads as what happened
    """The process that was to make the map did not."""


@dataclass(frozen=True, slots=True)
class _Made:
    seconds: float
    song_seconds: float
    load_seconds: float
    peak_mb: float
    stages_ms: dict[str, float]
    idle_mb: float
    busy_seconds: float


class WholeMap:
    """Wall time over the song's length."""

    name = "speed"
    what = f"a whole map of a {SONG_SECONDS:g} s song on {CORES} cores: time over its length"
    seconds = 60.0
    on_mapsets = False

    def measure(self, bench: Bench) -> Measured:
        made = _made(bench)
        ratio = made.seconds / made.song_seconds
        lines = (
            Line("time over the song's length", ratio, Bar(TIME_BAR, "below"),
                 {"real time": 1.0}),
            # Close to the time where the machine has nothing else to do, and far below it else.
            Line("processor time a core over its length",
                 made.busy_seconds / CORES / made.song_seconds),
            Line("loading the model", made.load_seconds, unit="s"),
            *(Line(f"  {stage}", ms / 1000.0, unit="s") for stage, ms in made.stages_ms.items()),
        )  # fmt: skip
        stages = [(stage, ms / 1000.0) for stage, ms in made.stages_ms.items()]
        return Measured(lines, (Bars("Where the time goes", stages, unit="s"),), 1)


class Memory:
    """The most memory that the process held while it made that map."""

    name = "memory"
    what = "peak memory of the process that makes it"
    seconds = 1.0
    on_mapsets = False

    def measure(self, bench: Bench) -> Measured:
        made = _made(bench)
        line = Line("peak", made.peak_mb / 1024.0, Bar(MEMORY_BAR_GB, "below"),
                    {"libraries alone": made.idle_mb / 1024.0}, "GB")  # fmt: skip
        values = [("peak", made.peak_mb / 1024.0), ("libraries", made.idle_mb / 1024.0)]
        return Measured((line,), (Bars("Memory", values, MEMORY_BAR_GB, "GB"),), 1)


def _made(bench: Bench) -> _Made:
    """Make the map, once for both figures."""
    found = bench.shared.get(_KEY)
    if not isinstance(found, _Made):
        with tempfile.TemporaryDirectory(prefix="osu-companion-") as folder:
            path = Path(folder) / "audio.wav"
            _write_song(bench, path)
            module = "model_core.training.evaluation.whole_map_worker"
            row = _run(["-m", module, bench.checkpoint, str(path), str(CORES), str(bench.seed)])
        idle = _run(["-c", _IDLE])
        found = _Made(
            row["seconds"], row["song_seconds"], row["load_seconds"], row["peak_mb"],
            row["stages_ms"], idle["peak_mb"], row["busy_seconds"],
        )  # fmt: skip
        bench.shared[_KEY] = found
    bench.told(1, 1)
    return found


_IDLE = (
    "import json, torch\n"
    "import model_core.maps.generate\n"
    "from model_core.training.evaluation.whole_map_worker import peak_memory_mb\n"
    "print(json.dumps({'peak_mb': peak_memory_mb()}))\n"
)


def _write_song(bench: Bench, path: Path) -> None:
    """Two minutes of music: songs one after the other, cut to length, as a 16 bit wave file."""
    parts: list[np.ndarray] = []
    for piece in bench.source.steady(8):
        parts.append(piece.audio.samples)
        if sum(map(len, parts)) >= SONG_SECONDS * SAMPLE_RATE:
            break
    samples = np.resize(np.concatenate(parts), int(SONG_SECONDS * SAMPLE_RATE))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


def _run(arguments: list[str]) -> dict[str, Any]:
    """The last line that a Python process of its own prints, as an object.

    Raises:
        WorkerFailed: it printed none; the message has the end of what it said.
    """
    cores = str(CORES)
    environment = {**os.environ, "OMP_NUM_THREADS": cores, "MKL_NUM_THREADS": cores,
                   "PYTHONUTF8": "1"}  # fmt: skip
    environment["PYTHONPATH"] = os.pathsep.join([*filter(None, sys.path)])
    try:
        done = subprocess.run(
            [sys.executable, *arguments], capture_output=True, text=True, encoding="utf-8",
            errors="replace", env=environment, timeout=_TIMEOUT_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise WorkerFailed(
            f"The whole map was not finished within {_TIMEOUT_S / 60:.0f} minutes."
        ) from error
    last = done.stdout.strip().splitlines()[-1:]
    if done.returncode or not last:
        told = " ".join(done.stderr.strip().splitlines()[-3:])
        raise WorkerFailed(
            f"The process that makes a whole map ended with code {done.returncode}: {told}"
        )
    row: dict[str, Any] = json.loads(last[0])
    return row
