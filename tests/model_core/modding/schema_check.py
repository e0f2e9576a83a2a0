"""As much of JSON Schema as the project's schemas use: what is wrong with a value, and where."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
_KNOWN = {
    "$schema", "$defs", "$ref", "title", "description", "type", "const", "enum", "properties",
    "required", "additionalProperties", "items", "minItems", "minimum", "minLength", "pattern",
    "oneOf",
}  # fmt: skip


def errors(value: Any, schema: dict[str, Any]) -> list[str]:
    """Everything in which ``value`` is not as ``schema`` says, each with its path."""
    return list(_errors(value, schema, schema, "$"))


def _errors(value: Any, schema: dict[str, Any], root: dict[str, Any], at: str) -> Iterator[str]:
    unknown = schema.keys() - _KNOWN
    assert not unknown, f"the schema uses {unknown}, which is not checked"
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        yield from _errors(value, root["$defs"][name], root, at)
    if "oneOf" in schema:
        fitting = [s for s in schema["oneOf"] if not list(_errors(value, s, root, at))]
        if len(fitting) != 1:
            yield f"{at}: {len(fitting)} of the choices fit"
    if "const" in schema and value != schema["const"]:
        yield f"{at}: {value!r} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r} is none of {schema['enum']}"
    if "type" in schema:
        names = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        if not any(_is(value, name) for name in names):
            yield f"{at}: {value!r} is no {' or '.join(names)}"
            return
    if isinstance(value, dict):
        yield from _object_errors(value, schema, root, at)
    elif isinstance(value, list):
        if len(value) < schema.get("minItems", 0):
            yield f"{at}: too few items"
        for index, item in enumerate(value):
            yield from _errors(item, schema.get("items", {}), root, f"{at}[{index}]")
    elif isinstance(value, str):
        if len(value) < schema.get("minLength", 0):
            yield f"{at}: too short"
        if "pattern" in schema and not re.search(schema["pattern"], value):
            yield f"{at}: {value!r} does not match {schema['pattern']}"
    elif isinstance(value, int | float) and value < schema.get("minimum", value):
        yield f"{at}: {value} is below {schema['minimum']}"


def _object_errors(
    value: dict[str, Any], schema: dict[str, Any], root: dict[str, Any], at: str
) -> Iterator[str]:
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{at}: {name} is missing"
    known = schema.get("properties", {})
    others = schema.get("additionalProperties", True)
    for name, item in value.items():
        if name in known:
            yield from _errors(item, known[name], root, f"{at}.{name}")
        elif others is False:
            yield f"{at}: {name} is not known"
        elif isinstance(others, dict):
            yield from _errors(item, others, root, f"{at}.{name}")


def _is(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, _TYPES[name])
