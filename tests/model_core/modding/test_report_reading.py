"""A report that was kept as JSON is the report again: its edits can still be made."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model_core.audio.decode import Audio
from model_core.beatmap import parse
from model_core.modding.report import Report, dismiss, mod, new_since, within
from model_core.modding.report_fixes import make_edits, reasons_left
from model_core.modding.report_json import dumps, schema, to_json
from model_core.modding.report_reading import from_json
from model_core.modding.report_size import dumps_within
from model_core.model import Model

from .rules.maps import circles, osu
from .schema_check import errors
from .test_report import ALL, beatmap


def read_back(report: Report) -> Report:
    return from_json(json.loads(dumps(report)), report.beatmap)


@pytest.fixture(scope="module")
def report(tiny_model: Model, noise: Audio) -> Report:
    maps = [("a.osu", beatmap()), ("b.osu", beatmap(metadata="Title:Other\nVersion:Easy"))]
    found = mod(tiny_model, noise, maps[0][1], file="a.osu", mapset=maps, options=ALL)
    first, *_, last = found.suggestions
    return dismiss(new_since(found, [first.id, "gone/x"]), [last.id])


@pytest.mark.parametrize("mode", range(4))
def test_what_is_read_is_what_was_written(report: Report, mode: int) -> None:
    other = mod(None, None, beatmap(mode=mode), file="é [x].osu")
    for each in (report, other, replace(other, dismissed=other.suggestions[:2])):
        again = read_back(each)
        assert to_json(again) == to_json(each)
        assert again.ids == each.ids
        assert [r.finding.fix for r in again.suggestions] == [
            r.finding.fix for r in each.suggestions
        ]


def test_objects_are_found_again_in_the_map(report: Report) -> None:
    for was, now in zip(report.suggestions, read_back(report).suggestions, strict=True):
        assert now.finding.objects == was.finding.objects


def test_the_same_edits_are_made_of_it(report: Report) -> None:
    ids = [each.id for each in report.suggestions if each.finding.fix]
    again, once = make_edits(read_back(report), ids, ALL), make_edits(report, ids, ALL)
    assert (again.patch, again.made, again.left) == (once.patch, once.made, once.left)
    assert once.patch.edits


def test_edits_of_lines_that_are_no_text_survive() -> None:
    data = osu(circles([1007])).replace(b"0:0:0:0:", b"0:0:0:0:\xff.wav")
    found = mod(None, None, parse(data), file="a.osu")
    fixes = [each.finding.fix for each in read_back(found).suggestions]
    assert fixes == [each.finding.fix for each in found.suggestions]
    lines = [line for fix in fixes if fix for edit in fix.edits for line in edit.replacement]
    assert any(b"\xff" in line for line in lines)


@pytest.mark.parametrize("data", [{}, {"type": "modding-report", "format": 0}])
def test_what_is_no_report_is_told(data: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="no modding report"):
        from_json(data, beatmap())


def test_what_is_dismissed_has_its_edit_as_well(report: Report) -> None:
    fixable = next(each for each in report.suggestions if each.finding.fix and each.rank)
    hidden = dismiss(report, [fixable.id])
    assert make_edits(hidden, [fixable.id]).made == (fixable.id,)


def test_a_reason_is_given_for_every_edit_that_is_not_made(report: Report) -> None:
    plain = next(each for each in report.by_model() if not each.finding.fix)
    other = next(
        each for each in report.suggestions if each.finding.file == "b.osu" and each.finding.fix
    )
    fixable = next(each for each in report.suggestions if each.finding.fix and each.rank)
    ids = ["x/y", plain.id, other.id, *fixable.ids]
    done = make_edits(report, ids)
    reasons = reasons_left(report, ids, done.made)
    assert set(reasons) == {"x/y", plain.id, other.id}
    assert "no suggestion of that name" in reasons["x/y"]
    assert "no suggested edit" in reasons[plain.id] and "b.osu" in reasons[other.id]
    assert make_edits(report, ids).made == (fixable.id,)


# ---------------------------------------------------------------- ranges


@settings(max_examples=40)
@given(st.integers(-500, 20_000), st.integers(0, 20_000))
def test_a_range_holds_what_touches_it_and_nothing_else(start: int, length: int) -> None:
    whole = mod(None, None, beatmap(["256,192,1003,1,0", "256,192,9011,12,0,14002"]))
    part = within(whole, start, start + length)
    for each in whole.suggestions:
        spans = [(t, t) for t in each.finding.times]
        spans += [(ref.time, ref.end_time) for ref in each.finding.objects]
        touches = any(a <= start + length and b >= start for a, b in spans)
        assert (each in part.suggestions) is touches
    assert not errors(to_json(part), schema())


# ---------------------------------------------------------------- size


def test_a_report_that_is_too_large_keeps_some_of_every_rule() -> None:
    off = circles([7 + 500 * number for number in range(2, 1200)])
    whole = mod(None, None, parse(osu(off)), file="a.osu")
    text, kept = dumps_within(whole)
    assert text == dumps(whole) and kept is whole
    limit = len(text.encode()) // 4
    text, kept = dumps_within(whole, limit)
    assert len(text.encode()) <= limit
    assert not errors(json.loads(text), schema())
    rules = {each.finding.rule for each in whole.suggestions}
    assert {each.finding.rule for each in kept.suggestions} == rules
    count = sum(each.finding.rule == "unsnapped-object" for each in whole.suggestions)
    assert any(f"There are {count} suggestions of unsnapped-object" in n for n in kept.notes)
    # The heaviest come first, and stay.
    assert kept.suggestions[0] == whole.suggestions[0]
