"""What is remembered of a map: what is new, and what is dismissed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.daemon.conftest import RunningDaemon
from tests.daemon.errors import reason
from tests.daemon.modding.calls import (
    LATE,
    OBJECTS,
    OFF,
    REAL_ENGINE,
    dismiss,
    fix,
    ids_of,
    metadata,
    modded,
    refused,
    violated,
)
from tests.model_core.modding.rules.maps import osu


def test_what_is_new_is_told_from_the_second_report_on(modder: RunningDaemon, path: Path) -> None:
    first = modded(modder, path, rules_only=True)[2]
    assert first["counts"]["new"] is None and first["resolved"] is None
    data = path.read_bytes()
    # One is mended, one stays, one comes.
    path.write_bytes(data.replace(b",1007,", b",1000,") + b"400,100,33011,1,0,0:0:0:0:\r\n")
    _, result, second = modded(modder, path, rules_only=True)
    new = {each["id"] for each in second["suggestions"] if each["new"]}
    assert "unsnapped-object/circle@33011" in new and LATE not in new
    assert OFF in second["resolved"]
    assert result.report.fresh == len(new) == second["counts"]["new"]
    third = modded(modder, path, rules_only=True)[2]
    assert third["counts"]["new"] == 0 and third["resolved"] == []


def test_what_was_not_looked_at_is_neither_gone_nor_new(modder: RunningDaemon, path: Path) -> None:
    (path.parent / "other.osu").write_bytes(osu(OBJECTS, metadata=metadata("Easy", "Sogn")))
    whole = modded(modder, path, rules_only=True, mapset=True)[2]
    part = modded(modder, path, rules_only=True, options={"rules": ["unsnapped-object"]})[2]
    assert part["resolved"] == [] and part["counts"]["new"] == 0
    range_ = modded(modder, path, rules_only=True, start_ms=0, end_ms=2000)[2]
    assert range_["resolved"] == [] and range_["counts"]["new"] == 0
    again = modded(modder, path, rules_only=True, mapset=True)[2]
    assert ids_of(again) == ids_of(whole) and again["counts"]["new"] == 0


def test_what_a_range_did_not_show_is_new_when_it_is_shown(
    modder: RunningDaemon, path: Path
) -> None:
    options = {"rules": ["unsnapped-object"]}
    modded(modder, path, rules_only=True, end_ms=2000, options=options)
    report = modded(modder, path, rules_only=True, options=options)[2]
    assert {each["id"]: each["new"] for each in report["suggestions"]} == {OFF: False, LATE: True}


def test_what_is_dismissed_stays_so_when_the_map_changes_elsewhere(
    modder: RunningDaemon, path: Path
) -> None:
    before = ids_of(modded(modder, path, rules_only=True)[2])
    assert dismiss(modder, path, OFF) == [OFF]
    assert dismiss(modder, path, OFF) == [OFF]  # twice is once
    data = path.read_bytes()
    path.write_bytes(data.replace(b"[HitObjects]\r\n", b"[HitObjects]\r\n9,9,500,1,0\r\n"))
    _, result, report = modded(modder, path, rules_only=True)
    assert OFF not in ids_of(report) and LATE in ids_of(report)
    assert report["dismissed"] == [OFF] and result.report.dismissed == 1
    (hidden,) = report["dismissed_suggestions"]
    assert hidden["id"] == OFF and hidden["fix"] and hidden["objects"][0]["number"] == 2
    assert OFF not in report["resolved"]
    assert dismiss(modder, path) == [OFF]
    assert dismiss(modder, path, OFF, restore=True) == []
    report = modded(modder, path, rules_only=True)[2]
    assert before <= ids_of(report)
    assert next(each["new"] for each in report["suggestions"] if each["id"] == OFF) is False


def test_names_that_are_none_are_refused_and_change_nothing(
    modder: RunningDaemon, path: Path
) -> None:
    status = refused(lambda: dismiss(modder, path, OFF))
    assert reason(status) == "OPTION_INVALID" and set(violated(status)) == {"ids"}
    assert "not modded yet" in status.message
    modded(modder, path, rules_only=True)
    dismiss(modder, path, LATE)
    status = refused(lambda: dismiss(modder, path, OFF, "no-sense/x"))
    assert "'no-sense/x'" in status.message and OFF not in status.message
    status = refused(lambda: dismiss(modder, path, OFF, restore=True))
    assert "is dismissed" in status.message and LATE in status.message
    assert dismiss(modder, path) == [LATE]


def test_memory_goes_with_a_renamed_map_and_outlives_the_daemon(
    starter: Callable[..., RunningDaemon], tmp_path: Path
) -> None:
    path = tmp_path / "Songs" / "1" / "a.osu"
    path.parent.mkdir(parents=True)
    path.write_bytes(osu(OBJECTS))
    daemon = starter(OSU_COMPANION_WORKER_ENGINE=REAL_ENGINE)
    job = modded(daemon, path, rules_only=True)[0]
    dismiss(daemon, path, OFF)
    daemon.close()
    daemon = starter(OSU_COMPANION_WORKER_ENGINE=REAL_ENGINE)
    # The report of the daemon before is still good for edits.
    assert fix(daemon, job, OFF).made == [OFF]
    path = path.rename(path.with_name("renamed.osu"))
    _, _, report = modded(daemon, path, rules_only=True)
    assert report["dismissed"] == [OFF] and report["counts"]["new"] == 0
