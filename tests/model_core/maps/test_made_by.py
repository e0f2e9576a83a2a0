"""How a map's tags call the model that made it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from model_core.maps.finishing import made_by


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("starter", "starter"),
        ("{}/my model", "my model"),
        ("owner/name@x + me/style", "owner/name@x + me/style"),
        ("v32 + {}/style", "v32 + style"),
        ("{}/my model + {}/style", "my model + style"),
        ("{}/my model + me/style", "my model + me/style"),
    ],
)
def test_no_path_of_this_computer_is_in_it(tmp_path: Path, name: str, shown: str) -> None:
    for folder in ("my model", "style"):
        (tmp_path / folder).mkdir()
    model: Any = SimpleNamespace(name=name.replace("{}", str(tmp_path)))
    assert made_by(model) == shown
