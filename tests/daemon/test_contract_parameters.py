"""Every parameter of every request: a value outside its limits is named, with the limits."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import grpc
import pytest
from google.protobuf.message_factory import GetMessageClass
from osu_companion.local.parameters import Parameter
from osu_companion.v1.parameters import PARAMETERS

from tests.conftest import ROOT
from tests.daemon.conftest import Mapset, RunningDaemon
from tests.daemon.errors import details, reason, status_of

OF_REQUEST = ("seed", "start_ms", "end_ms")
MOST_SEED = 2**63 - 1
# Of the daemon's configuration, unless it says otherwise.
MOST_VARIANTS = 8
# Lists of names that the daemon knows all of; any other list takes what is a short line.
KNOWN_NAMES = {"rules": ["no-such-rule"], "without_rules": ["no-such-rule"], "divisors": ["many"]}


class Method(NamedTuple):
    """A method of the contract: the address of its calls, and its request."""

    address: str
    request: type[Any]
    response: type[Any]


def methods() -> Iterator[tuple[str, Method]]:
    """Every method of the contract by its name."""
    for file in sorted((ROOT / "proto" / "osu_companion" / "v1").glob("*.proto")):
        module = importlib.import_module(f"osu_companion.v1.{file.stem}_pb2")
        for service in module.DESCRIPTOR.services_by_name.values():
            for method in service.methods:
                yield (
                    method.name,
                    Method(
                        f"/{service.full_name}/{method.name}",
                        GetMessageClass(method.input_type),
                        GetMessageClass(method.output_type),
                    ),
                )


METHODS = dict(methods())
WITH_VARIANTS = [
    name
    for name in PARAMETERS
    if "variants" in METHODS[name].request.DESCRIPTOR.fields_by_name  # type: ignore[attr-defined]
]


def sound(name: str, mapset: Mapset) -> Any:
    """A request of that method with which nothing is wrong."""
    song = mapset.folder / "audio.wav"
    fields: dict[str, Any] = {"path": str(song if name == "GenerateMapset" else mapset.map)}
    if name == "RemapBeatmap":
        fields |= {"start_ms": 2000, "end_ms": 4000}
    if name == "MakeGuestDifficulty":
        fields["name"] = "My Hard"
    if name == "GenerateMapset":
        # Tags are read of songs that are songs.
        fields["metadata"] = {"title": "A song", "artist": "Somebody"}
    return METHODS[name].request(**fields)


def refused(daemon: RunningDaemon, name: str, request: Any) -> Any:
    """The status that a request gets instead of a job."""
    method = METHODS[name]
    call = daemon.channel.unary_stream(
        method.address,
        request_serializer=method.request.SerializeToString,
        response_deserializer=method.response.FromString,
    )
    with pytest.raises(grpc.RpcError) as caught:
        list(call(request, metadata=daemon.endpoint.metadata, timeout=60.0))
    if caught.value.code() is grpc.StatusCode.UNIMPLEMENTED and not caught.value.details():
        pytest.skip(f"{name} is not served")
    return status_of(caught.value)


def bad_values(parameter: Parameter) -> list[Any]:
    """Values outside the limits that the table gives."""
    if parameter.name == "seed":
        return [MOST_SEED + 1, 2**64 - 1]
    if parameter.kind == "names":
        known = KNOWN_NAMES.get(parameter.name)
        return [["x" * 201], [" "], ["a"] * 65, *([known] if known else [])]
    if parameter.kind == "flag":
        return []
    step = 1 if parameter.kind == "whole number" else 0.01
    values: list[Any] = []
    if parameter.low is not None:
        values.append(parameter.low if parameter.above_low else parameter.low - step)
    if parameter.high is not None:
        values.append(parameter.high + step)
    if parameter.kind == "number":
        values += [float("nan"), float("inf"), float("-inf")]
    return [round(value) for value in values] if parameter.kind == "whole number" else values


def put(holder: Any, name: str, value: Any) -> None:
    """Set a field of a message."""
    if isinstance(value, list):
        getattr(holder, name).extend(value)
    else:
        setattr(holder, name, value)


def only_violation(status: Any) -> Any:
    """The one field that is wrong."""
    assert status.code == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    assert reason(status) == "OPTION_INVALID", status
    (violation,) = details(status)["BadRequest"].field_violations
    assert violation.description and "Traceback" not in violation.description
    return violation


@pytest.mark.parametrize("name", PARAMETERS)
def test_every_bad_value_is_answered_with_its_field_and_its_limits(
    shared_daemon: RunningDaemon, shared_mapset: Mapset, name: str
) -> None:
    tried: set[str] = set()
    for parameter in PARAMETERS[name]:
        for value in bad_values(parameter):
            request = sound(name, shared_mapset)
            own = parameter.name in OF_REQUEST
            put(request if own else request.options, parameter.name, value)
            violation = only_violation(refused(shared_daemon, name, request))
            place = parameter.name if own else f"options.{parameter.name}"
            assert violation.field == place, (parameter, value)
            assert parameter.limits in violation.description, (parameter, value)
            tried.add(parameter.name)
    limited = {each.name for each in PARAMETERS[name] if each.limits or each.kind == "names"}
    assert tried >= limited and len(limited) > 3


def test_of_a_difficulty_of_a_mapset_as_well(
    shared_daemon: RunningDaemon, shared_mapset: Mapset
) -> None:
    for parameter in PARAMETERS["GenerateMapset"]:
        if parameter.name in OF_REQUEST:
            continue
        for value in bad_values(parameter):
            request = sound("GenerateMapset", shared_mapset)
            request.difficulties.add(name="Easy")
            put(request.difficulties.add(name="Hard").options, parameter.name, value)
            violation = only_violation(refused(shared_daemon, "GenerateMapset", request))
            assert violation.field == f"difficulties[1].options.{parameter.name}"
            assert parameter.limits in violation.description


@pytest.mark.parametrize("name", PARAMETERS)
def test_seeds_that_are_none(
    shared_daemon: RunningDaemon, shared_mapset: Mapset, name: str
) -> None:
    request = sound(name, shared_mapset)
    request.seed = MOST_SEED + 1
    violation = only_violation(refused(shared_daemon, name, request))
    assert violation.field == "seed" and "2^63" in violation.description


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_range_that_ends_before_it_starts_is_a_wrong_option(
    shared_daemon: RunningDaemon, shared_mapset: Mapset, name: str
) -> None:
    request = sound(name, shared_mapset)
    request.start_ms, request.end_ms = 4000, 3999
    status = refused(shared_daemon, name, request)
    assert status.code == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    assert reason(status) == "OPTION_INVALID" and "before it starts" in status.message
    told = {each.field: each.description for each in details(status)["BadRequest"].field_violations}
    assert set(told) == {"start_ms", "end_ms"}
    assert all("4000" in text and "3999" in text for text in told.values())


@pytest.mark.parametrize("name", WITH_VARIANTS)
@pytest.mark.parametrize("count", [-1, MOST_VARIANTS + 1, 2**31 - 1])
def test_variants_beyond_their_limits(
    shared_daemon: RunningDaemon, shared_mapset: Mapset, name: str, count: int
) -> None:
    request = sound(name, shared_mapset)
    request.variants = count
    violation = only_violation(refused(shared_daemon, name, request))
    assert violation.field == "variants"
    assert f"from 1 to {MOST_VARIANTS}" in violation.description
    assert str(count) in violation.description and "max_variants" in violation.description


def test_all_that_is_generated_comes_in_variants() -> None:
    assert WITH_VARIANTS == [
        "RemapBeatmap",
        "HitsoundBeatmap",
        "MakeGuestDifficulty",
        "GenerateMapset",
    ]


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_file_that_is_none_is_told_by_its_path(
    shared_daemon: RunningDaemon, shared_mapset: Mapset, name: str
) -> None:
    for path in ("", "map.osu", str(shared_mapset.folder / "gone.osu")):
        request = sound(name, shared_mapset)
        request.path = path
        status = refused(shared_daemon, name, request)
        assert status.code in (
            grpc.StatusCode.INVALID_ARGUMENT.value[0],
            grpc.StatusCode.NOT_FOUND.value[0],
        ), (path, status)
        assert Path(path).name in status.message
