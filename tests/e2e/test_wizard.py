"""The wizard on a pseudo-terminal, its command run by the real daemon and model."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from clients.cli.timestamps import format_time
from tests.clients.cli.wizard.talking import Talk, wizard_command
from tests.e2e.house import House, Mapset, moment
from tests.e2e.untouched import assert_only_the_range_changed

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no pseudo-terminals (pty)"
)

START = moment(20_000)
END = START + 2_393
RUN = "or leave (q) [r]: "


def test_a_remap_from_the_first_question_to_the_map(house: House, mapset: Mapset) -> None:
    path = mapset.insane
    before = path.read_bytes()
    with Talk(wizard_command(path), house.environ) as talk:
        talk.answer("Number or name", "remap")
        talk.answer("--stars", "")
        talk.answer("Range", f"{format_time(START)} - {format_time(END)}")
        talk.answer("More options?", "y")
        talk.answer("Which one to change", "seed")
        talk.answer("--seed", "7")
        talk.answer("Which one to change", "")
        talk.answer(RUN, "")
        assert talk.end() == 0, talk.text
    after = path.read_bytes()
    assert_only_the_range_changed(before, after, START, END)
    assert "Seed 7, model" in talk.text and "undo" in talk.text
    (entry, *_) = house.run("history", path, "--json").result["entries"]
    assert entry["state"] == "applied"
    house.run("undo", path)
    assert path.read_bytes() == before


def test_the_map_saved_last_is_offered_and_ctrl_c_leaves_it(house: House, mapset: Mapset) -> None:
    path = mapset.normal
    saved = mapset.rewrite(path, b"[Metadata]", b"[Metadata]\r\n// saved")
    with Talk(wizard_command(), house.environ) as talk:
        talk.answer("Number or name", "hitsound")
        talk.until("(saved last)")
        talk.answer("a number or a path", str(path))
        talk.answer("--copy-from", "")
        talk.answer("--keep-existing", "y")
        talk.answer("Range", "")
        talk.answer("More options?", "")
        talk.interrupt(RUN)
        assert talk.end() == 130
    assert "nothing was written" in talk.text
    assert path.read_bytes() == saved


def test_a_report_by_rules_alone(house: House, mapset: Mapset, tmp_path: Path) -> None:
    page = tmp_path / "report of [it].md"
    with Talk(wizard_command(mapset.insane), house.environ) as talk:
        talk.answer("Number or name", "mod")
        talk.answer("--set", "n")
        talk.answer("--rules-only", "y")
        talk.answer("Range", "")
        talk.answer("More options?", "y")
        talk.answer("Which one to change", "format")
        talk.answer("--format", "markdown")
        talk.answer("Which one to change", "output")
        talk.answer("--output", f"'{page}'")
        talk.answer("Which one to change", "")
        talk.until("--format markdown")
        talk.answer(RUN, "r")
        assert talk.end() == 0, talk.text
    assert page.read_text(encoding="utf-8").strip()
