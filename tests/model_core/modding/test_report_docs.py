"""The page on modding says what there is, and its example runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from model_core.modding.rules import Category, map_rules, set_rules
from tests.conftest import ROOT

from .test_report import beatmap

PAGE = (ROOT / "docs" / "modding.md").read_text(encoding="utf-8")
MODES = ("osu!", "taiko", "catch", "mania")


def test_every_rule_stands_in_the_table_with_its_category_and_modes() -> None:
    told = re.findall(r"^\| `([\w-]+)` \| ([\w ]+) \| ([\w!, ]+) \| \S", PAGE, flags=re.MULTILINE)
    told = [row for row in told if row[1] in {category.value for category in Category}]
    maps = [
        (
            rule.id,
            rule.category.value,
            "all" if len(rule.modes) == 4 else ", ".join(MODES[mode] for mode in rule.modes),
        )
        for rule in map_rules()
    ]
    assert told == [*maps, *((rule.id, rule.category.value, "set") for rule in set_rules())]


def test_the_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("Map [Insane].osu").write_bytes(beatmap().to_bytes())
    _, example = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    names: dict[str, object] = {}
    exec(compile(example, "docs/modding.md", "exec"), names)
    assert "unsnapped-object/circle@8007 00:08:007" in capsys.readouterr().out
    assert b",8000,1," in names["changed"]  # type: ignore[operator]
    assert Path("report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert "00:08:007" in Path("post.md").read_text(encoding="utf-8")
