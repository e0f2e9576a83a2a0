"""What a caller may choose of modding, and what it changes."""

from __future__ import annotations

import subprocess
import sys

import pytest

from model_core.beatmap.timing import TICK_DIVISORS
from model_core.errors import InvalidParameters
from model_core.modding.options import ModOptions
from model_core.modding.report import mod
from model_core.modding.rules import map_rules, set_rules
from tests.conftest import ROOT

from .test_report import beatmap

KNOWN = {rule.id for rule in (*map_rules(), *set_rules())}


def test_divisors_are_read_as_mappers_write_them() -> None:
    assert ModOptions().beat_divisors == TICK_DIVISORS
    assert ModOptions(divisors=("1/4", "3", 16)).beat_divisors == (4, 3, 16)


def test_rules_are_those_named_without_those_left_out() -> None:
    assert ModOptions().checked_rules is None
    assert ModOptions(rules=("no-objects", "short-slider")).checked_rules == {
        "no-objects",
        "short-slider",
    }
    assert ModOptions(without_rules=("no-objects",)).checked_rules == KNOWN - {"no-objects"}
    assert ModOptions(rules=("no-objects",), without_rules=("no-objects",)).checked_rules == set()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("level", 6, "0 to 5"),
        ("stars", 20.5, "0 to 20 stars"),
        ("stars", float("nan"), "0 to 20"),
        ("divisors", ("1/0",), "from 1 to 48"),
        ("divisors", ("49",), "from 1 to 48"),
        ("divisors", ("a quarter",), "'a quarter'"),
        ("divisors", ("4" * 5000,), "names"),
        ("rules", ("unsnapped",), "unsnapped-"),
        ("without_rules", ("no-objects", "no-sense"), "'no-sense'"),
        ("least_relative", -0.5, "0 to 1000"),
        ("least_excess", 41.0, "0 to 40 bits"),
    ],
)
def test_a_bad_value_is_told_with_its_field_and_its_limits(
    field: str, value: object, words: str
) -> None:
    with pytest.raises(InvalidParameters) as caught:
        ModOptions(**{field: value})  # type: ignore[arg-type]
    assert set(caught.value.fields) == {field}
    assert words in caught.value.fields[field] and caught.value.fields[field].startswith(field)


def test_what_is_chosen_is_what_is_checked() -> None:
    def rules(**options: object) -> set[str]:
        report = mod(None, None, beatmap(), options=ModOptions(**options))  # type: ignore[arg-type]
        return {each.finding.rule for each in report.suggestions}

    everything = rules()
    assert {"unsnapped-object", "no-hitsounds"} & everything
    assert rules(rules=("unsnapped-object",)) == {"unsnapped-object"}
    assert rules(without_rules=("unsnapped-object",)) == everything - {"unsnapped-object"}
    # The object at 8007 ms is on a tick of 1/48 (8010 ms) no more than on those of mappers.
    assert "unsnapped-object" in rules(divisors=("1/48",), rules=("unsnapped-object",))
    easy, hard = rules(level=0), rules(level=5)
    assert easy != hard


def test_stars_say_the_level_as_well() -> None:
    def found(**options: object) -> list[str]:
        report = mod(None, None, beatmap(), options=ModOptions(**options))  # type: ignore[arg-type]
        return sorted(each.id for each in report.suggestions)

    assert found(stars=1.5) == found(level=0) != found(level=5)


def test_the_declaration_needs_neither_torch_nor_its_package() -> None:
    code = (
        "import sys; from model_core.modding.options import ModOptions;"
        "ModOptions(rules=('no-objects',)); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
