"""One house for all end-to-end tests, and a fresh mapset in its Songs for each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.house import House, Mapset, require_starter


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A daemon over a Songs folder, with the model loaded."""
    require_starter()
    house = House(tmp_path_factory.mktemp("house"))
    try:
        house.start()
        with house.client() as client:
            client.load_model()
        yield house
        left = [path for path in house.songs.rglob("*") if path.name.startswith((".", "~"))]
        assert left == []
        assert "Traceback" not in house.paths.log_file.read_text(encoding="utf-8")
    finally:
        house.close()


@pytest.fixture
def mapset(house: House) -> Iterator[Mapset]:
    """A mapset of the test's own; nothing of ours may be left in it."""
    mapset = house.mapset()
    files = mapset.files()
    yield mapset
    assert mapset.files() <= files
