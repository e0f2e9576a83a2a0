"""A house that faults happen in; every test finds a daemon and leaves one that works."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from clients.remapping import follow
from tests.e2e.house import House, Mapset, require_starter


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A home and a Songs folder of the module's own."""
    require_starter()
    house = House(tmp_path_factory.mktemp("house"))
    try:
        yield house
        left = [path for path in house.songs.rglob("*") if path.name.startswith((".", "~"))]
        assert left == []
        assert "Traceback" not in house.paths.log_file.read_text(encoding="utf-8")
    finally:
        house.close()


@pytest.fixture
def mapset(house: House) -> Iterator[Mapset]:
    """A mapset in Songs, and a running daemon; afterwards a request gets its answer."""
    house.start()
    mapset = house.mapset()
    files = mapset.files()
    yield mapset
    assert mapset.files() == files
    house.start()
    with house.client() as client:
        stream = client.remap(mapset.normal, start_ms=20_154, end_ms=22_000, seed=1)
        assert follow(stream, lambda _: None).variants
