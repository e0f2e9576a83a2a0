"""What makes no sense is refused before anything runs, and told as every error is."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable
from typing import Any

import pytest

from model_core.errors import InputError
from model_core.training import __main__ as program
from model_core.training.arguments import count, counts, minutes, modes, number, shares
from model_core.training.options import TrainingOptions
from model_core.training.steps import STEPS, Step, Teller


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (count(1), "0"), (count(), "-1"), (count(), "1.5"), (count(), ""), (count(0, 8), "9"),
        (number(0.0), "nan"), (number(0.0), "inf"), (number(0.0), "-1e-9"), (number(0.0), "x"),
        (number(0.0, 1.0), "1"), (number(0.0, 1.0, open_low=True), "0"), (minutes, "nan"),
        (counts, ","), (counts, "0,0"), (counts, "1,1,1,1,1"), (counts, "-1"),
        (shares, "1,2,3"), (shares, "nan,1,1,1"), (shares, "0,0,0,0"), (shares, "inf,0,0,0"),
        (modes, "4"), (modes, ""), (modes, "osu"),
    ],
)  # fmt: skip
def test_values_without_sense_are_refused(kind: Callable[[str], Any], text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="not "):
        kind(text)


def test_values_with_sense_are_read() -> None:
    assert count(1)("1") == 1 and number(0.0)("1e-3") == 0.001 and minutes("0") == 0.0
    assert counts("3") == 3 and counts("3,0,1") == (3, 0, 1) and modes("3,0,0") == (0, 3)
    assert shares("1,0,0,0") == (1.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"minutes": math.nan}, {"minutes": -1.0}, {"hearing_minutes": math.inf}, {"steps": -1},
        {"save_minutes": math.nan}, {"learning_rate": math.nan}, {"learning_rate": 0.0},
        {"ema": 1.0}, {"ema": math.nan}, {"log_steps": 0}, {"workers": -1}, {"seed": -1},
        {"batch": 0},
    ],
)  # fmt: skip
def test_the_library_refuses_them_as_well(wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        TrainingOptions(**wrong)


def _main(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["training", *arguments])
    return program.main()


def test_usage_errors_are_objects_for_programs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        _main(monkeypatch, "songs", "x", "--count", "-3", "--json")
    shown = capsys.readouterr()
    row = json.loads(shown.out)
    assert ended.value.code == row["exit_code"] == 2 and row["type"] == "error"
    assert "--count: a whole number from 1, not -3" in row["message"]
    with pytest.raises(SystemExit):
        _main(monkeypatch, "songs", "x", "--count", "-3")
    assert not capsys.readouterr().out


def test_an_accident_is_told_last_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setitem(STEPS, "songs", Step("", STEPS["songs"].arguments, fail))
    assert _main(monkeypatch, "songs", "x", "--json") == 1
    shown = capsys.readouterr()
    row = json.loads(shown.out)
    assert row["message"] == "ZeroDivisionError: by nothing" and row["exit_code"] == 1
    assert "Traceback" in shown.err


def test_held_out_seeds_are_not_made_into_songs_to_train_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Any
) -> None:
    told = ["--first", "999999999", "--count", "2", "--processes", "1"]
    assert _main(monkeypatch, "songs", str(tmp_path / "x"), *told) == 4
    assert "held out" in capsys.readouterr().err and not (tmp_path / "x").exists()


def test_what_is_no_number_is_null_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    row = {"loss": math.nan, "lines": [{"value": math.inf}, (1.5, None, "x", True)]}
    Teller(as_json=True).result(row)

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    told = json.loads(capsys.readouterr().out, parse_constant=refuse)
    expected = {"loss": None, "lines": [{"value": None}, [1.5, None, "x", True]]}
    assert told == {"type": "result", **expected}


def test_a_checkpoint_that_is_not_there_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["train", "evaluate", "/no/such/model", "--songs", "1"])
    assert program.main() == 4
    assert "/no/such/model" in capsys.readouterr().err
