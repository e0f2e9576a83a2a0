"""The sizes that the benchmark measures are the published ones."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.family_sizes import FAMILIES, MAPPERS
from model_core.network.config import NetworkConfig


@pytest.mark.parametrize("family", FAMILIES)
def test_full_sizes_are_the_published_ones(conformance: Path, family: str) -> None:
    file = conformance / family / "full_config.json"
    if not file.is_file():
        pytest.skip(f"no full_config.json of {family}")
    stored = json.loads(file.read_text())
    published, ours = NetworkConfig.from_dict(stored), NetworkConfig.from_dict(FAMILIES[family])
    # The stored tables have few mappers: rows of the input embedding, or of a table of their own.
    more = MAPPERS - stored["num_mappers"]
    if published.conditions is None:
        wanted = replace(published, vocab_in=published.vocab_in + more)
    else:
        wanted = replace(published, conditions=replace(published.conditions, mappers=MAPPERS))
    assert ours == wanted
