"""A home of its own for every test, and a daemon without a model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.fake_daemon import FakeDaemon
from tests.clients.patching.maps import write_map


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Config, state, cache and logs of the test alone."""
    folder = tmp_path / "home"
    monkeypatch.setenv("OSU_COMPANION_HOME", str(folder))
    return folder


@pytest.fixture
def daemon() -> Iterator[FakeDaemon]:
    """A running daemon without a model, found through its endpoint file."""
    fake = FakeDaemon()
    fake.start()
    yield fake
    fake.stop()


@pytest.fixture
def map_path(tmp_path: Path) -> Path:
    """A map on disk."""
    return write_map(tmp_path / "Songs" / "1 Artist - Title")
