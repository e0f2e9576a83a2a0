"""A request's options against the table of its parameters: every bad value is named at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import Any

from osu_companion.local.parameters import Parameter
from osu_companion.v1.parameters import PARAMETERS

from daemon.jobs.job import JobKind, JobRequest
from daemon.refusal import bad_fields
from model_core.errors import InvalidParameters
from model_core.maps.fields import Field

# Fields of the request itself, wherever else they are declared.
_ITS_OWN = ("seed", "start_ms", "end_ms")


def options_of(kind: JobKind, request: Any) -> dict[str, Any]:
    """What a request's options give, by name; what they leave open is absent."""
    return given(PARAMETERS[kind.method], request)


def given(parameters: Iterable[Parameter], request: Any) -> dict[str, Any]:
    """The values of a request's parameters that are given, by name."""
    values: dict[str, Any] = {}
    for parameter in parameters:
        holder = request if parameter.name in _ITS_OWN else request.options
        if parameter.kind == "names":
            if names := tuple(getattr(holder, parameter.name)):
                values[parameter.name] = names
        elif holder.HasField(parameter.name):
            values[parameter.name] = getattr(holder, parameter.name)
    return values


def check_options(kind: JobKind, request: JobRequest) -> None:
    """Raises Refusal, with each of them and its limits, where values are none of their field."""
    parameters = PARAMETERS[kind.method]
    wrong = {**backwards(request), **wrong_values(parameters, given(parameters, request))}
    if wrong:
        raise bad_fields(
            "OPTION_INVALID", {field_path(name): message for name, message in wrong.items()}
        )


def check_together(kind: JobKind, request: JobRequest, declared: Callable[..., Any]) -> None:
    """Raises Refusal, with each of them, where options contradict each other.

    Args:
        declared: the class of the options. What range they are for is judged elsewhere.
    """
    values = options_of(kind, request)
    try:
        declared(**{name: value for name, value in values.items() if name not in _ITS_OWN})
    except InvalidParameters as error:
        wrong = {field_path(field): message for field, message in error.fields.items()}
        raise bad_fields("OPTION_INVALID", wrong) from None


def wrong_values(parameters: Iterable[Parameter], values: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with single values, by the parameter's name: a sentence with the limits."""
    wrong: dict[str, str] = {}
    for parameter in parameters:
        if parameter.name not in values:
            continue
        field = Field(**{k: v for k, v in asdict(parameter).items() if k != "limits"})
        message = field.problem(values[parameter.name])
        if message is not None:
            wrong[parameter.name] = message
    return wrong


def backwards(request: Any) -> dict[str, str]:
    """What is wrong with both ends of a request's range, where it ends before it starts.

    That no map can make sense of, so it is told as a wrong option is; a range in which a map has
    nothing is another matter. Ends that are left open, or given as text, are in order.
    """
    ends = [request.DESCRIPTOR.fields_by_name[name] for name in ("start_ms", "end_ms")]
    if any(end.has_presence and not request.HasField(end.name) for end in ends):
        return {}
    if getattr(request, "range_text", "") or request.end_ms >= request.start_ms:
        return {}
    told = (
        f"The range ends before it starts: start_ms is {request.start_ms} and end_ms is "
        f"{request.end_ms}. Give the earlier time as start_ms."
    )
    return {"start_ms": told, "end_ms": told}


def field_path(name: str) -> str:
    """Where a parameter stands in its request."""
    return name if name in _ITS_OWN else f"options.{name}"
