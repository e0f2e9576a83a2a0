"""The run on the corpus, and that it would notice a difference."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.agreement.__main__ import main
from tests.agreement.outcomes import Outcome, table
from tests.agreement.run import compare_corpus

ROOT = Path(__file__).resolve().parent.parent.parent

MAP = b"""osu file format v14
[Difficulty]
SliderMultiplier:1
[TimingPoints]
0,500
[HitObjects]
0,0,1000,2,0,L|100:0,1,100
"""


@pytest.fixture(scope="module")
def outcomes(corpus: Path) -> list[Outcome]:
    return compare_corpus(corpus)


def test_nothing_differs_without_an_explanation(outcomes: list[Outcome]) -> None:
    found = [one for outcome in outcomes for one in outcome.disagreements]
    assert [str(one) for one in found if one.explanation is None] == []


def test_much_is_compared(outcomes: list[Outcome]) -> None:
    assert len({outcome.file for outcome in outcomes}) > 180
    parts: Counter[str] = Counter()
    for outcome in outcomes:
        parts[outcome.group.split(" ")[0].rstrip(",")] += outcome.parts
    assert parts["osu!"] > 3900
    assert parts["catch"] > 18000
    assert parts["mania"] > 90
    assert parts["taiko"] > 5


def test_explanations_stand_in_the_documentation(outcomes: list[Outcome]) -> None:
    text = (ROOT / "docs" / "agreement.md").read_text(encoding="utf-8").lower()
    for outcome in outcomes:
        for one in outcome.disagreements:
            assert one.explanation is not None and one.explanation in text, str(one)


def test_the_table_stands_in_the_documentation(outcomes: list[Outcome]) -> None:
    text = (ROOT / "docs" / "agreement.md").read_text(encoding="utf-8")
    assert table(outcomes) in text


def corpus_of_one(folder: Path, expected_x: float, objects: int = 1) -> Path:
    (folder / "expected" / "conversion").mkdir(parents=True)
    (folder / "one.osu").write_bytes(MAP)
    recorded = [(1000, 1000, 0.0), (1464, 1464, expected_x)]
    parts = [{"StartTime": s, "EndTime": e, "X": x, "Y": 0.0} for s, e, x in recorded]
    mappings = {"Mappings": [{"StartTime": 1000, "Objects": parts}]}
    name = "expected/conversion/one.json"
    (folder / name).write_text(json.dumps(mappings))
    entry = {
        "file": "one.osu",
        "version": "14",
        "mode": "0(absent)",
        "objects": str(objects),
        "timing_points": "1",
        "expected": [name, name],
    }
    (folder / "index.json").write_text(json.dumps([entry]))
    return folder


def test_agreement_is_exit_code_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(corpus_of_one(tmp_path, 101.9))]) == 0
    assert "0 values differ" in capsys.readouterr().out


def test_a_difference_is_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(corpus_of_one(tmp_path, 102.1))]) == 1
    printed = capsys.readouterr().out
    assert "one.osu at 1000 ms: x 100.0, expected 102.1 (UNEXPLAINED)" in printed


def test_another_number_of_objects_is_exit_code_1(tmp_path: Path) -> None:
    assert main([str(corpus_of_one(tmp_path, 100, objects=2))]) == 1


def test_a_folder_without_an_index_is_exit_code_2(tmp_path: Path) -> None:
    assert main([str(tmp_path)]) == 2
    assert main([]) == 2


def test_no_number_agrees_with_nothing() -> None:
    outcome = Outcome("osu!", 14, "one.osu")
    outcome.near("x", 1.0, float("nan"), 2.0, 0.0)
    assert len(outcome.disagreements) == 1
    assert "| osu!     |      14 |" in table([outcome])
