"""A home, a Songs folder and a daemon that belong to one benchmark alone."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from osu_companion.local.config import PREFIX
from osu_companion.local.endpoint import Endpoint
from osu_companion.local.paths import HOME_VARIABLE, Paths, find_paths

if TYPE_CHECKING:
    from clients.client import Client

__all__ = ["RANGE_MS", "Setting", "command", "default_model", "own_setting"]

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "samples"
RANGE_MS = 4_000

# What the caller may choose; every other key has its default, whatever this user configured.
_PASSED_ON = ("MODEL", "DEVICE", "PRECISION", "THREADS")
_STOP_SECONDS = 20.0
_COMMAND_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a benchmark's things are. ``map`` is the hardest map of the bundled mapset."""

    paths: Paths
    map: Path

    @contextlib.contextmanager
    def client(self) -> Iterator[Client]:
        """A client of this setting's daemon, which is started first and stopped afterwards."""
        from clients.client import Client

        client = Client.connect(self.paths)
        try:
            yield client
        finally:
            client.close()
            stop_daemon(client.endpoint)


@contextlib.contextmanager
def own_setting() -> Iterator[Setting]:
    """A temporary home and Songs folder, for this process and those it starts.

    A daemon that still runs in it at the end is stopped.
    """
    kept = {name: value for name, value in os.environ.items() if name.startswith(PREFIX)}
    with tempfile.TemporaryDirectory(prefix="osu-companion-bench-") as folder:
        songs = Path(folder) / "Songs"
        shutil.copytree(SAMPLES, songs)
        for name in kept:
            if name.removeprefix(PREFIX) not in _PASSED_ON:
                del os.environ[name]
        model = Path(os.environ.get(f"{PREFIX}MODEL", ""))
        if model.is_dir() and str(model) != ".":
            # The daemon runs in a folder of its own.
            os.environ[f"{PREFIX}MODEL"] = str(model.resolve())
        # Figures are compared between machines: not of whatever model this one has installed.
        os.environ.setdefault(f"{PREFIX}MODEL", "starter")
        os.environ[HOME_VARIABLE] = str(Path(folder) / "home")
        os.environ[f"{PREFIX}SONGS"] = str(songs)
        paths = find_paths()
        try:
            yield Setting(paths, _hardest_map(songs))
        finally:
            _stop_leftover(paths)
            for name in [name for name in os.environ if name.startswith(PREFIX)]:
                del os.environ[name]
            os.environ.update(kept)


def command(*arguments: str) -> tuple[float, list[dict[str, Any]]]:
    """Run ``osu-companion`` as a user does; seconds, and its JSON lines (with ``--json``).

    Raises:
        SystemExit: it failed; with what it said.
    """
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "clients.cli", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=_COMMAND_SECONDS,
        check=False,
    )
    seconds = time.perf_counter() - began
    if done.returncode != 0:
        raise SystemExit(f"osu-companion {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return seconds, lines


def default_model() -> str:
    """The model that a request without a name gets here."""
    return os.environ.get(f"{PREFIX}MODEL", "starter")


def stop_daemon(endpoint: Endpoint) -> None:
    """End a daemon and wait until it is gone; by force where asking does not help."""
    from clients.client import Client, ClientError

    if not endpoint.process_alive():
        return
    with contextlib.suppress(ClientError), Client(endpoint) as client:
        client.stop()
    deadline = time.monotonic() + _STOP_SECONDS
    while endpoint.process_alive():
        if time.monotonic() > deadline:
            with contextlib.suppress(psutil.Error):
                psutil.Process(endpoint.pid).kill()
            return
        time.sleep(0.02)


def _stop_leftover(paths: Paths) -> None:
    from osu_companion.local.endpoint import read_endpoint

    endpoint = read_endpoint(paths.endpoint_file)
    if endpoint is not None:
        stop_daemon(endpoint)


def _hardest_map(songs: Path) -> Path:
    maps = sorted(songs.glob("*/*.osu"))
    if not maps:
        raise SystemExit(f"There is no map in {SAMPLES}; run the benchmarks from the project.")
    return next((path for path in maps if "[Insane]" in path.name), maps[0])
