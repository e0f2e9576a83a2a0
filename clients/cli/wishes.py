"""Difficulties of a mapset as the command line names them.

``--stars 2 --stars 4.5`` are two difficulties; ``--name`` as often names them in the same order.
``--add "Name:stars=3.2,mode=1"`` is one more, whose own options go before those of the command;
lists in it have a plus between their words: ``descriptors=style/messy+skillset/streams``.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

from osu_companion.local.parameters import Parameter
from osu_companion.v1.parameters import PARAMETERS, MapOptions

from clients.cli.parameter_options import BY_HAND, SHORT
from clients.client.errors import UsageError
from clients.client.songs import DifficultyWish

_YES, _NO = frozenset({"yes", "true", "on", "1"}), frozenset({"no", "false", "off", "0"})
_PARAMETERS = {
    name: parameter
    for parameter in PARAMETERS["GenerateMapset"]
    if parameter.name not in BY_HAND
    for name in (parameter.name, SHORT.get(parameter.name, "").lstrip("-"))
    if name
}


def wishes(
    stars: Sequence[float], names: Sequence[str], added: Sequence[str]
) -> list[DifficultyWish]:
    """The difficulties that are asked for; empty where the command's own options say it all.

    Raises:
        UsageError: not as many names as stars, or what cannot be read.
    """
    if stars and names and len(stars) != len(names):
        raise UsageError(
            f"--stars was given {_times(len(stars))} and --name {_times(len(names))}: give one "
            "name for each, or none."
        )
    count = max(len(stars), len(names))
    found = [
        DifficultyWish(
            names[place] if names else "",
            MapOptions(difficulty=stars[place]) if stars else None,
        )
        for place in range(count)
    ]
    return [*found, *(parse_wish(text) for text in added)]


def parse_wish(text: str) -> DifficultyWish:
    """One difficulty of ``--add``.

    Raises:
        UsageError: it names an option that there is not, or a value that cannot be read.
    """
    name, colon, options = text.rpartition(":")
    if not colon:
        # A name alone, or options alone: only options have an equals sign.
        name, options = ("", text) if "=" in text else (text, "")
    elif options.strip() and "=" not in options:
        name, options = text, ""  # the colon is one of the name
    given: dict[str, Any] = {}
    for part in filter(None, (each.strip() for each in options.split(","))):
        key, equals, value = part.partition("=")
        key = key.strip().lower().lstrip("-").replace("-", "_")
        parameter = _PARAMETERS.get(key)
        if parameter is None or not equals:
            raise UsageError(f"--add {text!r}: {_unknown(key, bool(equals))}")
        given[parameter.name] = _value(parameter, value.strip(), text)
    return DifficultyWish(name.strip(), MapOptions(**given))


def _value(parameter: Parameter, value: str, text: str) -> Any:
    try:
        match parameter.kind:
            case "number":
                return float(value)
            case "whole number":
                return int(value)
            case "flag":
                if value.lower() in _YES | _NO:
                    return value.lower() in _YES
                raise ValueError(value)
    except ValueError:
        kind = "yes or no" if parameter.kind == "flag" else f"a {parameter.kind}"
        raise UsageError(
            f"--add {text!r}: {parameter.name} must be {kind}, not {value!r}."
        ) from None
    return tuple(word.strip() for word in value.split("+") if word.strip())


def _unknown(key: str, has_value: bool) -> str:
    if key in _PARAMETERS:
        return f"{key} has no value; write {key}=VALUE."
    close = difflib.get_close_matches(key, _PARAMETERS, n=1)
    meant = f" Did you mean {close[0]!r}?" if close else ""
    known = "" if has_value else " Options are written KEY=VALUE, with commas between them."
    return f"there is no option {key!r}.{meant}{known}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
