"""Names of models as the daemon, which runs in another folder, is asked for them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from clients.client.requests import model_name


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for folder in ("my model", "a+b", "x", "v32"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "name", ["", "v32", "starter", "me/model@x", "v32 + me/style", "v32+me/style", "./nothing", "+"]
)
def test_names_stay(name: str) -> None:
    assert model_name(name) == name


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("./my model", "{}/my model"),
        ("./a+b", "{}/a+b"),
        ("./x", "{}/x"),
        ("v32+./x", "v32 + {}/x"),
        ("./a+b+./x", "{}/a+b + {}/x"),
        ("./my model + me/style@1", "{}/my model + me/style@1"),
        ("./a+b + ./my model", "{}/a+b + {}/my model"),
        ("./my model + ./a+b", "{}/my model + {}/a+b"),
        ("v32 + ./a+b", "v32 + {}/a+b"),
    ],
)
def test_folders_are_absolute(here: Path, name: str, full: str) -> None:
    assert model_name(name) == full.replace("{}/", f"{here}{os.sep}")
