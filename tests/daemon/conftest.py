"""A real daemon in a process of its own, over a real socket, with the fake engine in its worker."""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc
import psutil
import pytest
from osu_companion.local.endpoint import CHANNEL_OPTIONS, Endpoint, read_endpoint
from osu_companion.local.paths import Paths, find_paths
from osu_companion.v1 import (
    jobs_pb2_grpc,
    models_pb2_grpc,
    patches_pb2_grpc,
    remap_pb2,
    remap_pb2_grpc,
    songs_pb2_grpc,
    status_pb2,
    status_pb2_grpc,
)

from tests.hub_checkpoints import V32, with_modes
from tests.hub_server import HubServer

if TYPE_CHECKING:
    from tests.daemon.contract_house import Contract

ROOT = Path(__file__).resolve().parents[2]
# For a machine with much else to do: what is waited for takes a fraction of it on an idle one.
PATIENCE_S = 90.0

MAP_LINES = (
    "osu file format v14",
    "",
    "[General]",
    "AudioFilename: Audio.wav",
    "Mode: 0",
    "",
    "[Metadata]",
    "Title:A song",
    "Artist:Somebody",
    "Creator:A mapper",
    "Version:Insane",
    "",
    "[Difficulty]",
    "CircleSize:4",
    "ApproachRate:9",
    "SliderMultiplier:1.4",
    "",
    "[TimingPoints]",
    "0,500,4,2,0,60,1,0",
    "",
    "[HitObjects]",
    *(f"{64 + 40 * (n % 9)},{100 + 20 * (n % 7)},{500 * n},1,0,0:0:0:0:" for n in range(40)),
)


@dataclass
class Mapset:
    """A folder with one map and its (silent, unread) audio."""

    folder: Path

    @property
    def map(self) -> Path:
        return self.folder / "A song [Insane].osu"

    def write(self, lines: tuple[str, ...] = MAP_LINES) -> bytes:
        self.folder.mkdir(parents=True, exist_ok=True)
        # The name in the map has another case, as on a system where that does not matter.
        (self.folder / "audio.wav").write_bytes(b"RIFF")
        data = ("\r\n".join(lines) + "\r\n").encode()
        self.map.write_bytes(data)
        return data


@dataclass
class RunningDaemon:
    """A daemon process, and stubs that carry its token."""

    home: Path
    songs: Path
    environ: dict[str, str]
    process: subprocess.Popen[str]
    endpoint: Endpoint
    channel: Any = field(init=False)

    def __post_init__(self) -> None:
        self.channel = grpc.insecure_channel(self.endpoint.address, options=CHANNEL_OPTIONS)

    @property
    def paths(self) -> Paths:
        return find_paths(self.environ)

    def call(self, stub: Any, method: str, request: Any, timeout: float = PATIENCE_S) -> Any:
        bound = getattr(stub(self.channel), method)
        return bound(request, metadata=self.endpoint.metadata, timeout=timeout)

    def jobs(self, method: str, request: Any) -> Any:
        return self.call(jobs_pb2_grpc.JobServiceStub, method, request)

    def patches(self, method: str, request: Any) -> Any:
        return self.call(patches_pb2_grpc.PatchServiceStub, method, request)

    def models(self, method: str, request: Any) -> Any:
        return self.call(models_pb2_grpc.ModelServiceStub, method, request)

    def songs_call(self, method: str, request: Any) -> Any:
        return self.call(songs_pb2_grpc.SongServiceStub, method, request)

    def status(self) -> status_pb2.GetStatusResponse:
        stub = status_pb2_grpc.StatusServiceStub
        return self.call(stub, "GetStatus", status_pb2.GetStatusRequest())

    def stop(self, *, finish_running: bool = False) -> None:
        stub = status_pb2_grpc.StatusServiceStub
        self.call(stub, "StopDaemon", status_pb2.StopDaemonRequest(finish_running=finish_running))

    def remap(self, path: Path, *wishes: str, **fields: Any) -> Any:
        """The stream of a remap of 2 to 4 s."""
        request = remap_pb2.RemapBeatmapRequest(
            path=str(path), **{"start_ms": 2000, "end_ms": 4000, **fields}
        )
        request.options.descriptors.extend(wishes)
        return self.call(
            remap_pb2_grpc.RemapServiceStub, "RemapBeatmap", request, timeout=2 * PATIENCE_S
        )

    def close(self) -> None:
        self.channel.close()
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise


def start_daemon(home: Path, songs: Path, **extra: str) -> RunningDaemon:
    """Start a daemon and wait until it has written where it is."""
    environ = {
        **{k: v for k, v in os.environ.items() if not k.startswith("OSU_COMPANION_")},
        "OSU_COMPANION_HOME": str(home),
        "OSU_COMPANION_SONGS": str(songs),
        "OSU_COMPANION_WORKER_ENGINE": "tests.daemon.fake_engine:FakeEngine",
        # Which models this machine has must not matter.
        "HF_HUB_CACHE": str(home / "hub"),
        **extra,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "daemon", "serve"],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    file = find_paths(environ).endpoint_file
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        endpoint = read_endpoint(file)
        if endpoint is not None and endpoint.pid == process.pid:
            return RunningDaemon(home, songs, environ, process, endpoint)
        if process.poll() is not None:
            break
        time.sleep(0.02)
    process.kill()
    output = process.communicate()[0]
    raise AssertionError(f"the daemon did not start:\n{output}")


@pytest.fixture
def starter(tmp_path: Path) -> Iterator[Callable[..., RunningDaemon]]:
    """Starts daemons in one home; ends those that still run."""
    with contextlib.ExitStack() as stack:

        def start(**extra: str) -> RunningDaemon:
            daemon = start_daemon(tmp_path / "home", tmp_path / "Songs", **extra)
            stack.callback(daemon.close)
            return daemon

        yield start


@pytest.fixture
def mapset(tmp_path: Path) -> Mapset:
    mapset = Mapset(tmp_path / "Songs" / "1 Somebody - A song")
    mapset.write()
    return mapset


@pytest.fixture
def daemon(mapset: Mapset, starter: Callable[..., RunningDaemon]) -> RunningDaemon:
    """A daemon over a Songs folder with one mapset."""
    return starter()


@pytest.fixture
def hub() -> Iterator[HubServer]:
    """A hub on localhost, with one model and two of its fine-tunes."""
    with HubServer() as server:
        server.repository(V32).commit(with_modes(0, 3))
        yield server


@pytest.fixture
def hub_daemon(
    hub: HubServer, mapset: Mapset, starter: Callable[..., RunningDaemon], tmp_path: Path
) -> RunningDaemon:
    """A daemon that downloads from there, with the real client of a hub."""
    return starter(
        HF_ENDPOINT=hub.url,
        HF_TOKEN_PATH=str(tmp_path / "token"),
        HF_TOKEN="",
        NO_PROXY="127.0.0.1",
    )


@pytest.fixture(scope="module")
def shared_daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDaemon]:
    """One daemon for the tests of a module that leave nothing behind in it."""
    folder = tmp_path_factory.mktemp("daemon")
    Mapset(folder / "Songs" / "1 Somebody - A song").write()
    daemon = start_daemon(folder / "home", folder / "Songs")
    yield daemon
    daemon.close()


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contract]:
    """A daemon with the starter in its worker, for the tests of a module."""
    from clients.client import Client
    from tests.daemon.contract_house import Contract, write_maps
    from tests.e2e.house import require_starter

    require_starter()
    folder = tmp_path_factory.mktemp("contract")
    maps = write_maps(folder / "Songs" / "1 譜面")
    daemon = start_daemon(
        folder / "home",
        folder / "Songs",
        OSU_COMPANION_WORKER_ENGINE="daemon.worker.engine:ModelEngine",
        OSU_COMPANION_DEVICE="cpu",
        OSU_COMPANION_THREADS="1",
    )
    try:
        with Client(daemon.endpoint) as client:
            client.load_model()
            yield Contract(daemon, client, maps)
    finally:
        daemon.close()


@pytest.fixture
def shared_mapset(shared_daemon: RunningDaemon) -> Mapset:
    return Mapset(shared_daemon.songs / "1 Somebody - A song")


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def wait_until(condition: Callable[[], Any], seconds: float = PATIENCE_S) -> Any:
    """The condition's value once it is true."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError("it did not come true in time")


def process_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
