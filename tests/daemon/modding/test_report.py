"""A report over the real daemon and the real worker, by rules alone: no model is loaded here."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import psutil
import pytest
from osu_companion.v1 import jobs_pb2

from tests.daemon.conftest import RunningDaemon, sha256
from tests.daemon.modding.calls import (
    LATE,
    OBJECTS,
    OFF,
    ids_of,
    metadata,
    modded,
)
from tests.model_core.modding.rules.maps import osu


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


def test_a_report_is_in_the_list_of_jobs_and_can_be_joined(
    modder: RunningDaemon, path: Path
) -> None:
    job, result, _ = modded(modder, path, rules_only=True, detached=True)
    listed = modder.jobs("GetJob", jobs_pb2.GetJobRequest(job_id=job)).job
    assert listed.kind == "ModBeatmap" and listed.state == jobs_pb2.JOB_STATE_DONE
    (answer,) = modder.jobs("AttachJob", jobs_pb2.AttachJobRequest(job_id=job))
    assert answer.event.result.report == result.report
