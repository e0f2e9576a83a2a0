"""Names of models with adapters, as people and paths have them."""

from __future__ import annotations

from pathlib import Path

import pytest

from model_core.checkpoints.naming import ModelName, in_full, in_short, read_name

V32 = "OliBomby/Mapperatorinator-v32"


@pytest.mark.parametrize(
    ("text", "base", "adapter"),
    [
        ("v32", "v32", ""),
        ("  starter ", "starter", ""),
        ("", "", ""),
        ("v32 + me/style", "v32", "me/style"),
        ("v32+me/style", "v32", "me/style"),
        ("v32@main +me/style@1a2b3c4", "v32@main", "me/style@1a2b3c4"),
        ("starter + me/style.v2_x", "starter", "me/style.v2_x"),
        # What is missing is named as it was typed, so that the refusal can say so.
        ("v32 + nowhere", "v32", "nowhere"),
        ("v32 + C:\\Users\\me\\my lora", "v32", "C:\\Users\\me\\my lora"),
        ("v32 + me/a + me/b", "v32", "me/a + me/b"),
        # Nothing stands before or behind it.
        ("v32 +", "v32 +", ""),
        ("+ me/style", "+ me/style", ""),
        ("+", "+", ""),
        # No model stands before it.
        ("C++ models", "C++ models", ""),
        ("no such + me/style", "no such + me/style", ""),
        ("a\0b + me/style", "a\0b + me/style", ""),
        ("~nobody-of-this-name/x + me/style", "~nobody-of-this-name/x + me/style", ""),
    ],
)
def test_names(text: str, base: str, adapter: str) -> None:
    found = read_name(text)
    assert found == ModelName(base, adapter)
    assert read_name(str(found)) == found


@pytest.mark.parametrize("model", ["model", "my model", "a+b", "a + b", "C++", "v32 + x", "+"])
@pytest.mark.parametrize("style", ["style", "my style", "c+d", "c + d", "++", "a/b"])
def test_folders_of_any_name(tmp_path: Path, model: str, style: str) -> None:
    base, adapter = tmp_path / "models" / model, tmp_path / "styles" / style
    base.mkdir(parents=True)
    adapter.mkdir(parents=True)
    assert read_name(str(base)) == ModelName(str(base))
    for between in ("+", " + ", "  +"):
        found = read_name(f"{base}{between}{adapter}")
        assert found == ModelName(str(base), str(adapter))
    assert read_name(f"{base} + me/style") == ModelName(str(base), "me/style")
    assert read_name(f"v32 + {adapter}") == ModelName("v32", str(adapter))


def test_a_folder_as_a_whole_is_that_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_name("v32+a/b") == ModelName("v32", "a/b")
    (tmp_path / "v32+a" / "b").mkdir(parents=True)
    assert read_name("v32+a/b") == ModelName("v32+a/b")


def test_names_in_full_and_in_short(tmp_path: Path) -> None:
    assert in_full("V32+me/style@x") == f"{V32} + me/style@x"
    assert in_short(f"{V32}@v1 + me/style") == "v32@v1 + me/style"
    assert in_full(in_short(f"{V32} + {tmp_path}")) == f"{V32} + {tmp_path}"
    assert in_full("starter") == in_short("starter") == "starter"
