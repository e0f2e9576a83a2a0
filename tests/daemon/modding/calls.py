"""What the tests of modding ask, and how they read the answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
from osu_companion.v1 import jobs_pb2, modding_pb2, modding_pb2_grpc

from model_core.modding.report_json import schema
from tests.daemon.conftest import RunningDaemon
from tests.daemon.errors import details, status_of
from tests.model_core.modding.schema_check import errors

REAL_ENGINE = "daemon.worker.engine:ModelEngine"
OBJECTS = "100,100,1007,1,0\n200,100,1500,1,0\n300,100,31507,1,0"
OFF, LATE = "unsnapped-object/circle@1007", "unsnapped-object/circle@31507"


def metadata(name: str, title: str = "Song") -> str:
    return f"Title:{title}\nArtist:Band\nCreator:Mapper\nVersion:{name}"


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
