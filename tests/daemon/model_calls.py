"""Calls of ModelService, as the tests of models make them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import grpc
import pytest
from osu_companion.v1 import models_pb2, models_pb2_grpc

from model_core.checkpoints.resolve import STARTER
from tests.daemon.conftest import RunningDaemon
from tests.daemon.errors import reason, status_of
from tests.hub_checkpoints import WEIGHTS

V31 = "OliBomby/Mapperatorinator-v31"
TASKS = ["remap", "map", "guest-difficulty", "hitsounds", "modding", "timing"]

needs_starter = pytest.mark.skipif(
    not (STARTER / WEIGHTS).is_file(), reason="no starter in this checkout"
)


def listed(daemon: RunningDaemon) -> dict[str, models_pb2.Model]:
    answer = daemon.models("ListModels", models_pb2.ListModelsRequest())
    return {model.short_name: model for model in answer.models}


def tasks(daemon: RunningDaemon) -> dict[str, str]:
    answer = daemon.models("ListModels", models_pb2.ListModelsRequest())
    return {task.task: task.short_name for task in answer.tasks}


def begin(daemon: RunningDaemon, name: str, *modes: int) -> Any:
    request = models_pb2.PullModelRequest(name=name, modes=modes)
    stub = models_pb2_grpc.ModelServiceStub
    return daemon.call(stub, "PullModel", request, timeout=120)


def pull(daemon: RunningDaemon, name: str, *modes: int) -> models_pb2.PullResult:
    events = list(begin(daemon, name, *modes))
    assert [event.WhichOneof("event") for event in events][-1] == "result"
    return events[-1].result


def use(daemon: RunningDaemon, name: str, task: str = "") -> models_pb2.UseModelResponse:
    return daemon.models("UseModel", models_pb2.UseModelRequest(name=name, task=task))


def remove(daemon: RunningDaemon, name: str) -> models_pb2.RemoveModelResponse:
    return daemon.models("RemoveModel", models_pb2.RemoveModelRequest(name=name))


def describe(daemon: RunningDaemon, name: str, **more: bool) -> models_pb2.DescribeModelResponse:
    return daemon.models("DescribeModel", models_pb2.DescribeModelRequest(name=name, **more))


class Told(NamedTuple):
    reason: str
    message: str


def failure(call: Callable[[], Any]) -> Told:
    with pytest.raises(grpc.RpcError) as error:
        call()
    status = status_of(error.value)
    return Told(reason(status), status.message)
