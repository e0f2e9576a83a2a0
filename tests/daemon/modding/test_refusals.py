"""What cannot be modded, and what cannot be asked of modding."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import grpc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from osu_companion.v1 import modding_pb2
from osu_companion.v1.parameters import PARAMETERS

from daemon.fixing.__main__ import fixed
from model_core.modding.report_json import schema
from tests.daemon.conftest import RunningDaemon
from tests.daemon.errors import reason, status_of
from tests.daemon.modding.calls import (
    ask,
    dismiss,
    modded,
    refused,
    violated,
)
from tests.daemon.test_contract_parameters import bad_values
from tests.daemon.test_hostile_files import files
from tests.model_core.modding.schema_check import errors


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
