"""Modding over the real daemon and the real worker, by rules alone: no model is loaded here."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from osu_companion.v1 import jobs_pb2, modding_pb2, modding_pb2_grpc, provenance_pb2
from osu_companion.v1.parameters import PARAMETERS

from daemon.fixing.__main__ import fixed
from model_core.beatmap import parse
from model_core.modding.report_json import schema
from tests.daemon.conftest import RunningDaemon, sha256, start_daemon
from tests.daemon.errors import details, reason, status_of
from tests.daemon.test_contract_parameters import bad_values
from tests.daemon.test_hostile_files import files
from tests.model_core.modding.rules.maps import osu
from tests.model_core.modding.schema_check import errors

REAL_ENGINE = "daemon.worker.engine:ModelEngine"
OBJECTS = "100,100,1007,1,0\n200,100,1500,1,0\n300,100,31507,1,0"
OFF, LATE = "unsnapped-object/circle@1007", "unsnapped-object/circle@31507"


def metadata(name: str, title: str = "Song") -> str:
    return f"Title:{title}\nArtist:Band\nCreator:Mapper\nVersion:{name}"


@pytest.fixture(scope="module")
def modder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDaemon]:
    """One daemon whose worker has the real engine."""
    folder = tmp_path_factory.mktemp("modder")
    daemon = start_daemon(
        folder / "home", folder / "Songs 譜面", OSU_COMPANION_WORKER_ENGINE=REAL_ENGINE
    )
    yield daemon
    daemon.close()


@pytest.fixture
def path(modder: RunningDaemon, request: pytest.FixtureRequest) -> Path:
    """A map of the test's own, with two objects off the beat and no audio."""
    folder = modder.songs / f"{abs(hash(request.node.name))} Band - Song"
    folder.mkdir(parents=True)
    file = folder / "Band - Söng [Hard].osu"
    file.write_bytes(osu(OBJECTS, metadata=metadata("Hard"), eol="\r\n"))
    return file


def ask(daemon: RunningDaemon, path: Path, **fields: Any) -> list[jobs_pb2.JobEvent]:
    """The events of a request."""
    options = fields.pop("options", {})
    request = modding_pb2.ModBeatmapRequest(path=str(path), **fields)
    for name, value in options.items():
        if isinstance(value, list):
            getattr(request.options, name).extend(value)
        else:
            setattr(request.options, name, value)
    stub = modding_pb2_grpc.ModServiceStub
    return [answer.event for answer in daemon.call(stub, "ModBeatmap", request, timeout=60.0)]


def modded(daemon: RunningDaemon, path: Path, **fields: Any) -> tuple[str, Any, dict[str, Any]]:
    """The job, its result, and the report, which is as the schema says."""
    last = ask(daemon, path, **fields)[-1]
    assert last.WhichOneof("event") == "result", last
    report = json.loads(last.result.report.json)
    assert not errors(report, schema())
    return last.job_id, last.result, report


def ids_of(report: dict[str, Any]) -> set[str]:
    return {each["id"] for each in report["suggestions"]}


def dismiss(daemon: RunningDaemon, path: Path, *ids: str, restore: bool = False) -> list[str]:
    request = modding_pb2.DismissSuggestionsRequest(path=str(path), ids=ids, restore=restore)
    answer = daemon.call(modding_pb2_grpc.ModServiceStub, "DismissSuggestions", request)
    return list(answer.ids)


def fix(daemon: RunningDaemon, job: str, *ids: str) -> modding_pb2.FixSuggestionsResponse:
    request = modding_pb2.FixSuggestionsRequest(job_id=job, ids=ids)
    return daemon.call(modding_pb2_grpc.ModServiceStub, "FixSuggestions", request)


def refused(call: Callable[[], object]) -> Any:
    """The status that a call gets instead of an answer."""
    with pytest.raises(grpc.RpcError) as caught:
        call()
    return status_of(caught.value)


def violated(status: Any) -> dict[str, str]:
    return {v.field: v.description for v in details(status)["BadRequest"].field_violations}


# ---------------------------------------------------------------- the report


def test_rules_are_told_without_a_model(modder: RunningDaemon, path: Path) -> None:
    before = path.read_bytes()
    _, result, report = modded(modder, path, rules_only=True)
    assert {OFF, LATE} <= ids_of(report)
    assert report["map"]["file"] == path.name and report["files"] == {path.name: sha256(before)}
    assert "No model was asked" in report["model"]["why_not"]
    told = result.report
    assert not told.model_asked and not result.model and not result.notices
    counts = report["counts"]["severities"]
    assert (told.problems, told.warnings, told.negligible, told.infos) == tuple(counts.values())
    assert told.fresh == len(report["suggestions"]) and report["counts"]["new"] is None
    assert result.provenance.verb == "mod" and result.provenance.base_sha256 == sha256(before)
    assert not any(model.loaded for model in _models(modder))
    if sys.platform == "linux":
        children = psutil.Process(modder.process.pid).children()
        maps = [each.path for child in children for each in child.memory_maps()]
        assert maps and not any("torch" in each for each in maps)
    assert path.read_bytes() == before


def _models(daemon: RunningDaemon) -> Any:
    from osu_companion.v1 import models_pb2

    return daemon.models("ListModels", models_pb2.ListModelsRequest()).models


@pytest.mark.parametrize("mode", range(4))
def test_maps_of_every_mode(modder: RunningDaemon, path: Path, mode: int) -> None:
    path.write_bytes(osu(OBJECTS, mode=mode, metadata=metadata("Hard")))
    _, _, report = modded(modder, path, rules_only=True)
    assert report["map"]["mode"] == mode
    rule = "unsnapped-object/circle@1007"
    assert any(each.startswith(rule) for each in ids_of(report))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (osu(OBJECTS), "The song (audio.mp3) is not beside the map"),
        (osu(OBJECTS).replace(b"AudioFilename: audio.mp3", b""), "none is named"),
        (osu(""), "no objects that a model could judge"),
        (osu(OBJECTS).partition(b"[HitObjects]")[0], "no objects"),
        (b"osu file format v14", "no objects"),
    ],
)
def test_what_no_model_could_read_asks_none(
    modder: RunningDaemon, path: Path, data: bytes, why: str
) -> None:
    path.write_bytes(data)
    _, result, report = modded(modder, path)
    assert why in report["model"]["why_not"] and why in " ".join(report["notes"])
    assert report["suggestions"] and not result.report.model_asked


def test_a_song_that_cannot_be_decoded_is_told_and_rules_go_on(
    modder: RunningDaemon, path: Path
) -> None:
    (path.parent / "audio.mp3").write_bytes(b"no song at all")
    _, _, report = modded(modder, path, rules_only=True)
    assert any("audio.mp3" in note for note in report["notes"])
    assert OFF in ids_of(report)


def test_a_map_in_utf_16_is_read_and_has_no_edits(modder: RunningDaemon, path: Path) -> None:
    text = path.read_bytes().decode()
    path.write_bytes(text.encode("utf-16"))
    _, _, report = modded(modder, path, rules_only=True)
    assert OFF in ids_of(report)
    assert not any(each["fix"] for each in report["suggestions"])


def test_a_set_with_maps_that_are_none(modder: RunningDaemon, path: Path) -> None:
    folder = path.parent
    (folder / "other.osu").write_bytes(osu(OBJECTS, metadata=metadata("Easy", "Sogn")))
    (folder / "wide.OSU").write_bytes(
        osu(OBJECTS, metadata=metadata("Normal")).decode().encode("utf-16")
    )
    (folder / "diary.osu").write_text("Dear diary", encoding="utf-8")
    (folder / ".on its way.osu").write_bytes(osu(OBJECTS, metadata=metadata("Hard", "Tmp")))
    (folder / "folder.osu").mkdir()
    _, _, report = modded(modder, path, rules_only=True, mapset=True)
    assert set(report["files"]) == {path.name, "other.osu", "wide.OSU"}
    (title,) = [each for each in report["suggestions"] if each["rule"] == "inconsistent-metadata"]
    assert title["file"] == "other.osu" and "Sogn" in title["message"]
    notes = " ".join(report["notes"])
    assert "diary.osu was left out" in notes and "folder.osu was left out" in notes
    assert "on its way" not in notes
    alone = modded(modder, path, rules_only=True)[2]
    assert not any(each["rule"].startswith("inconsistent") for each in alone["suggestions"])


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"start_ms": 1007, "end_ms": 1500}, {OFF}),
        ({"end_ms": 2000}, {OFF}),
        ({"start_ms": 2000}, {LATE}),
        ({"range_text": "00:01:007 (1) - 00:01:500 (2) - "}, {OFF}),
        ({"start_ms": 2000, "end_ms": 9000}, set()),
    ],
)
def test_a_range_holds_what_touches_it(
    modder: RunningDaemon, path: Path, fields: dict[str, Any], wanted: set[str]
) -> None:
    options = {"rules": ["unsnapped-object", "no-preview-point"]}
    path.write_bytes(path.read_bytes().replace(b"PreviewTime: 1000\r\n", b""))
    _, _, report = modded(modder, path, rules_only=True, options=options, **fields)
    assert ids_of(report) == wanted


# ---------------------------------------------------------------- what is refused


def test_every_bad_value_is_answered_with_its_field_and_its_limits(
    modder: RunningDaemon, path: Path
) -> None:
    tried = 0
    for parameter in PARAMETERS["ModBeatmap"]:
        for value in bad_values(parameter):
            options = {parameter.name: value}
            status = refused(lambda: ask(modder, path, options=options))  # noqa: B023
            assert reason(status) == "OPTION_INVALID", parameter
            ((field, told),) = violated(status).items()
            assert field == f"options.{parameter.name}" and parameter.limits in told
            tried += 1
    assert tried > 10
    wrong = {"stars": 21.0, "level": -1, "least_excess": 99.0}
    status = refused(lambda: ask(modder, path, options=wrong))
    assert set(violated(status)) == {f"options.{name}" for name in wrong}


@pytest.mark.parametrize(
    ("fields", "wanted", "field"),
    [
        ({"options": {"rules": ["unsnapped"]}}, "OPTION_INVALID", "options.rules"),
        ({"options": {"without_rules": ["x"]}}, "OPTION_INVALID", "options.without_rules"),
        ({"options": {"divisors": ["0"]}}, "OPTION_INVALID", "options.divisors"),
        ({"seed": 2**63}, "OPTION_INVALID", "seed"),
        ({"range_text": "the chorus"}, "OPTION_INVALID", "range_text"),
        ({"start_ms": 3001, "end_ms": 3001}, "RANGE_EMPTY", "end_ms"),
        ({"end_ms": -1}, "RANGE_OUTSIDE_SONG", "end_ms"),
    ],
)
def test_what_cannot_be_asked(
    modder: RunningDaemon, path: Path, fields: dict[str, Any], wanted: str, field: str
) -> None:
    status = refused(lambda: ask(modder, path, **fields))
    assert reason(status) == wanted and set(violated(status)) == {field}


def test_files_that_are_not_there_not_maps_or_not_the_same(
    modder: RunningDaemon, path: Path, tmp_path: Path
) -> None:
    def answer(path: Path, **fields: Any) -> str:
        return reason(refused(lambda: ask(modder, path, rules_only=True, **fields)))

    assert answer(path.with_name("missing.osu")) == "MAP_NOT_FOUND"
    assert answer(path, base_sha256="0" * 64) == "MAP_CHANGED"
    elsewhere = tmp_path / "a.osu"
    elsewhere.write_bytes(path.read_bytes())
    assert answer(elsewhere) == "FOLDER_NOT_ALLOWED"
    path.write_bytes(b"Dear diary")
    assert answer(path) == "NOT_A_BEATMAP"
    assert reason(refused(lambda: dismiss(modder, path))) == "NOT_A_BEATMAP"


def test_a_model_that_is_not_there_is_only_missed_where_it_is_asked(
    modder: RunningDaemon, path: Path
) -> None:
    (path.parent / "audio.mp3").write_bytes(b"no song at all")
    assert reason(refused(lambda: ask(modder, path, model="v32"))) == "MODEL_NOT_FOUND"
    modded(modder, path, model="v32", rules_only=True)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(files, st.booleans(), st.one_of(st.none(), st.integers(-(2**31), 2**31 - 1)))
def test_any_file_gets_a_report_or_a_reason(
    modder: RunningDaemon, path: Path, data: bytes, mapset: bool, end: int | None
) -> None:
    path.write_bytes(data)
    try:
        last = ask(modder, path, rules_only=True, mapset=mapset, end_ms=end)[-1]
    except grpc.RpcError as error:
        assert reason(status_of(error)) in ("NOT_A_BEATMAP", "RANGE_EMPTY", "RANGE_OUTSIDE_SONG")
        return
    assert last.WhichOneof("event") == "result", (last, data)
    report = json.loads(last.result.report.json)
    assert not errors(report, schema())
    # As the process that makes the edits does it.
    ids = [each["id"] for each in report["suggestions"]]
    answer, by_model = fixed(data, modding_pb2.ModBeatmapRequest(), report, ids)
    assert len(answer.made) + len(answer.left) >= len(ids) and not by_model
    assert path.read_bytes() == data


# ---------------------------------------------------------------- new, dismissed


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


# ---------------------------------------------------------------- suggested edits


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


def test_a_report_is_in_the_list_of_jobs_and_can_be_joined(
    modder: RunningDaemon, path: Path
) -> None:
    job, result, _ = modded(modder, path, rules_only=True, detached=True)
    listed = modder.jobs("GetJob", jobs_pb2.GetJobRequest(job_id=job)).job
    assert listed.kind == "ModBeatmap" and listed.state == jobs_pb2.JOB_STATE_DONE
    (answer,) = modder.jobs("AttachJob", jobs_pb2.AttachJobRequest(job_id=job))
    assert answer.event.result.report == result.report
