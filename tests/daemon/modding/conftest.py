"""A daemon that mods by rules alone, and a map of each test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.daemon.conftest import RunningDaemon, start_daemon
from tests.daemon.modding.calls import OBJECTS, REAL_ENGINE, metadata
from tests.model_core.modding.rules.maps import osu


@pytest.fixture(scope="module")
def modder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDaemon]:
    """One daemon whose worker has the real engine."""
    folder = tmp_path_factory.mktemp("modder")
    daemon = start_daemon(
        folder / "home", folder / "Songs 譜面", OSU_COMPANION_WORKER_ENGINE=REAL_ENGINE
    )
    yield daemon
    daemon.close()


@pytest.fixture
def path(modder: RunningDaemon, request: pytest.FixtureRequest) -> Path:
    """A map of the test's own, with two objects off the beat and no audio."""
    folder = modder.songs / f"{abs(hash(request.node.name))} Band - Song"
    folder.mkdir(parents=True)
    file = folder / "Band - Söng [Hard].osu"
    file.write_bytes(osu(OBJECTS, metadata=metadata("Hard"), eol="\r\n"))
    return file
