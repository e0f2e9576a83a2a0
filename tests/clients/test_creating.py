"""Where a new map goes: what its name may hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from osu_companion.v1 import patches_pb2

from clients.client import FailedError
from clients.creating import place_of
from clients.patching import sha256_hex
from tests.clients.patching.maps import MAP


def named(name: str) -> patches_pb2.NewBeatmap:
    return patches_pb2.NewBeatmap(file_name=name, content=MAP, sha256=sha256_hex(MAP))


@pytest.mark.parametrize(
    "name", ["a - b (c) [d].osu", "Ärtist - 譜面 (我) [x].OSU", "a\u200b - \u3000b (c) [d].osu"]
)
def test_a_new_map_lies_beside_the_one_it_is_made_from(map_path: Path, name: str) -> None:
    # The fields of a map that a new one is made from may hold what is never printed.
    assert place_of(named(name), map_path) == map_path.parent / name


@pytest.mark.parametrize(
    "name", ["", "a.osb", "two\nlines.osu", "nul\0.osu", "../up.osu", "a\\up.osu", "C:up.osu"]
)
def test_a_name_that_is_none_is_refused(map_path: Path, name: str) -> None:
    with pytest.raises(FailedError):
        place_of(named(name), map_path)
