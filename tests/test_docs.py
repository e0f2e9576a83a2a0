"""The pages say what the program does: keys, commands, options, exit codes, links."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest
from osu_companion.local.config import Config

from clients.cli.exits import Exit
from clients.cli.main import app
from model_core.maps.__main__ import markdown
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text("utf-8")
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_every_key_stands_in_the_configuration_page_with_its_default() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    documented = dict(re.findall(r"^\| `(\w+)` \| `([^`]*)` \|", page, flags=re.MULTILINE))
    defaults = {
        item.name: json.dumps(list(value) if isinstance(value := item.default, tuple) else value)
        for item in fields(Config)
    }
    assert documented == defaults


def test_every_command_stands_in_the_readme_and_no_other() -> None:
    commands = {
        command.name or getattr(command.callback, "__name__", "")
        for command in app.registered_commands
    } | {str(group.name) for group in app.registered_groups}
    table = README.split("## Commands", 1)[1].split("### ", 1)[0]
    rows = set(re.findall(r"^\| `(\w+)", table, flags=re.MULTILINE))
    assert rows == commands


def test_every_exit_code_stands_in_the_readme() -> None:
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", README, flags=re.MULTILINE)}
    assert told == {int(code) for code in Exit}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_named_files_exist(page: Path) -> None:
    text = page.read_text("utf-8")
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        assert "://" in target or (page.parent / target).exists(), target
    for name in re.findall(r"`((?:tests|model_core|clients|daemon|proto|docs)/[\w/.]+)`", text):
        assert (ROOT / name).exists(), name


def test_every_parameter_of_a_map_stands_in_its_page() -> None:
    page = (ROOT / "docs" / "maps.md").read_text("utf-8")
    assert page.endswith(markdown()), "python -m model_core.maps --markdown prints the table"
