"""Suggested edits of a report, as one patch."""

from __future__ import annotations

from pathlib import Path

from osu_companion.v1 import provenance_pb2

from model_core.beatmap import parse
from tests.daemon.conftest import RunningDaemon, sha256
from tests.daemon.errors import reason
from tests.daemon.modding.calls import (
    LATE,
    OFF,
    dismiss,
    fix,
    modded,
    refused,
    violated,
)
from tests.model_core.modding.rules.maps import osu


def test_edits_are_one_patch_of_the_map_that_was_modded(modder: RunningDaemon, path: Path) -> None:
    before = path.read_bytes()
    job, _, report = modded(modder, path, rules_only=True)
    plain = next(each["id"] for each in report["suggestions"] if not each["fix"])
    answer = fix(modder, job, LATE, OFF, plain, "no-sense/x")
    assert path.read_bytes() == before
    assert set(answer.made) == {OFF, LATE} and answer.path == str(path)
    assert {each.id for each in answer.left} == {plain, "no-sense/x"}
    assert all(each.reason.endswith(".") for each in answer.left)
    assert answer.patch.base_sha256 == sha256(before)
    assert len(answer.patch.summary.lines) == answer.patch.summary.moved == 2
    lines = before.splitlines(keepends=True)
    for edit in reversed(answer.patch.edits):
        lines[edit.first_line : edit.first_line + edit.count] = edit.replacement
    after = b"".join(lines)
    assert sha256(after) == answer.patch.result_sha256
    assert [item.time for item in parse(after).hit_objects] == [1000, 1500, 31500]
    # Nobody's map may be changed unasked; but no model made this.
    codes = {notice.code for notice in answer.notices}
    assert codes == {provenance_pb2.Notice.CODE_MAPPER_UNKNOWN}


def test_nothing_that_can_be_made_is_no_patch_and_no_error(
    modder: RunningDaemon, path: Path
) -> None:
    job = modded(modder, path, rules_only=True)[0]
    answer = fix(modder, job, "no-sense/x")
    assert not answer.patch.edits and not answer.made and not answer.notices
    assert answer.patch.result_sha256 == answer.patch.base_sha256


def test_edits_of_what_is_dismissed_can_be_made(modder: RunningDaemon, path: Path) -> None:
    modded(modder, path, rules_only=True)
    dismiss(modder, path, OFF)
    job = modded(modder, path, rules_only=True)[0]
    assert fix(modder, job, OFF).made == [OFF]


def test_edits_are_made_with_the_options_of_the_report(modder: RunningDaemon, path: Path) -> None:
    # Both are of one line, so that the second is found again on the map with the first.
    options = {"divisors": ["1/1"], "rules": ["unsnapped-object"]}
    path.write_bytes(osu("256,192,1125,12,0,2125"))
    job, _, report = modded(modder, path, rules_only=True, options=options)
    start, end = (each["id"] for each in report["suggestions"])
    answer = fix(modder, job, start, end)
    assert set(answer.made) == {start, end} and not answer.left
    (edit,) = answer.patch.edits
    assert list(edit.replacement) == [b"256,192,1000,12,0,2000\n"]


def test_a_map_that_changed_is_not_edited(modder: RunningDaemon, path: Path) -> None:
    job = modded(modder, path, rules_only=True)[0]
    path.write_bytes(path.read_bytes() + b"\r\n")
    status = refused(lambda: fix(modder, job, OFF))
    assert reason(status) == "MAP_CHANGED" and path.name in status.message
    path.unlink()
    assert reason(refused(lambda: fix(modder, job, OFF))) == "MAP_NOT_FOUND"


def test_jobs_without_a_report_have_no_edits(modder: RunningDaemon, path: Path) -> None:
    assert reason(refused(lambda: fix(modder, "nobody", OFF))) == "JOB_NOT_FOUND"
    job = modded(modder, path, rules_only=True)[0]
    status = refused(lambda: fix(modder, job))
    assert set(violated(status)) == {"ids"}
