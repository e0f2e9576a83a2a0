"""Names of models, and where the hub's cache is."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from model_core.checkpoints.published import canonical, hub_name, recommended, short_name
from tests.conftest import ROOT
from tests.hub_checkpoints import V32


@pytest.mark.parametrize(
    ("given", "full"),
    [
        ("v32", V32),
        ("V32", V32),
        ("v32@abc", f"{V32}@abc"),
        ("v32@main", V32),
        ("v32@feature/x-1.0", f"{V32}@feature/x-1.0"),
        ("v29", "OliBomby/Mapperatorinator-v29"),
        ("v29.1", "OliBomby/Mapperatorinator-v29.1"),
        ("v32-mini", "OliBomby/Mapperatorinator-v32-mini"),
        ("olibomby/mapperatorinator-V32", V32),
        ("someone/model", "someone/model"),
        ("/a/folder", "/a/folder"),
        ("starter", "starter"),
    ],
)
def test_names(given: str, full: str) -> None:
    assert canonical(given) == full


def test_short_names_and_recommendations() -> None:
    assert short_name(f"{V32}@dev") == "v32@dev" and short_name("a/b") == "a/b"
    odd = ("", "../x", ".", "./main", "main/", "/etc/passwd", "a//b", "a/.b", "a" * 300)
    assert not [revision for revision in odd if hub_name(f"v32@{revision}") is not None]
    assert hub_name("a" * 300 + "/b") is None
    assert next(each.name for each in recommended("modding", 0)) == "v30"
    assert next(each.name for each in recommended("modding", 3)) == "v31"
    assert next(each.name for each in recommended("remap", 1)) == "v32"


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"HF_HOME": "/somewhere"},
        {"XDG_CACHE_HOME": "/caches"},
        {"HUGGINGFACE_HUB_CACHE": "/old"},
        {"HF_HUB_CACHE": "~/models", "HF_HOME": "/somewhere"},
    ],
)
def test_the_cache_is_where_the_library_has_it(environ: dict[str, str]) -> None:
    names = ("HF_HOME", "XDG_CACHE_HOME", "HUGGINGFACE_HUB_CACHE", "HF_HUB_CACHE")
    rest = {key: value for key, value in os.environ.items() if key not in names}
    code = (
        "from huggingface_hub import constants\n"
        "from model_core.checkpoints.hub_cache import cache_folder\n"
        "assert str(cache_folder()) == constants.HF_HUB_CACHE, cache_folder()"
    )
    subprocess.run(
        [sys.executable, "-c", code], check=True, env={**rest, **environ, "PYTHONPATH": str(ROOT)}
    )
