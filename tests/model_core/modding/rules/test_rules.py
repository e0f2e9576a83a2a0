"""Every rule has maps that just break it and maps that just do not."""

from __future__ import annotations

import pytest

from model_core.beatmap import parse
from model_core.beatmap.document import split_lines
from model_core.modding.rules import check, map_rules

from . import cases_map, cases_modes, cases_objects, cases_timing
from .maps import Case

CASES = {
    **cases_timing.CASES,
    **cases_objects.CASES,
    **cases_map.CASES,
    **cases_modes.CASES,
}
EACH = [
    pytest.param(rule, case, id=f"{rule}-{number}")
    for rule, cases in CASES.items()
    for number, case in enumerate(cases)
]


def test_every_rule_has_a_map_that_breaks_it_and_one_that_does_not() -> None:
    assert {rule.id for rule in map_rules()} == set(CASES)
    for rule, cases in CASES.items():
        assert any(case.severity for case in cases), rule
        assert any(case.severity is None for case in cases), rule


def test_every_rule_says_what_it_is() -> None:
    for rule in map_rules():
        assert len(rule.definition) > 40, rule.id


@pytest.mark.parametrize(("rule", "case"), EACH)
def test_a_rule_finds_what_breaks_it_and_nothing_else(rule: str, case: Case) -> None:
    findings = case.findings(rule)
    if case.severity is None:
        assert findings == []
        return
    assert [finding.severity for finding in findings] == [case.severity] * case.count
    for finding in findings:
        assert finding.rule == rule
        assert finding.message.endswith(".")
        assert finding.found and finding.expected
        assert list(finding.times) == sorted(finding.times)
        for item in finding.objects:
            assert parse(case.data).hit_objects[item.index].time == item.time


@pytest.mark.parametrize(
    ("rule", "case"), [param for param in EACH if param.values[1].fix is not None]
)
@pytest.mark.parametrize("eol", [b"\n", b"\r\n"])
def test_a_suggested_edit_changes_its_lines_and_the_finding_is_gone(
    rule: str, case: Case, eol: bytes
) -> None:
    data = case.data.replace(b"\n", eol)
    before = check(parse(data), level=case.level)
    finding = next(each for each in before if each.rule == rule)
    assert finding.fix is not None
    changed = finding.fix.patch(parse(data)).apply(data)

    old, new = split_lines(data), split_lines(changed)
    assert case.fix is not None
    if case.fix:
        different = [pair for pair in zip(old, new, strict=True) if pair[0] != pair[1]]
        assert [line for _, line in different] == [case.fix.encode() + eol]
    else:
        [edit] = finding.fix.edits
        assert edit.replacement == ()
        assert new == old[: edit.first_line] + old[edit.first_line + edit.count :]

    after = check(parse(changed), level=case.level)
    assert finding.key not in {each.key for each in after}
    # What else was found is found still, under the same names, and nothing new.
    assert {each.key for each in after} <= {each.key for each in before}


@pytest.mark.parametrize(
    ("rule", "case"),
    [param for param in EACH if param.values[1].severity and param.values[1].fix is None],
)
def test_no_edit_is_offered_where_none_is_named(rule: str, case: Case) -> None:
    finding = case.findings(rule)[0]
    assert finding.fix is None
