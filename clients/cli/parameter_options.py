"""A command's options from the table of a request's parameters: name, kind, limits and help.

So a parameter has the name in the command that it has in the contract, with dashes, and no limit
or default is written down twice. What a value may be is the daemon's to say.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Annotated, Any

import typer
from osu_companion.local.parameters import Parameter

#: Options that are given by the command itself, in its own words.
BY_HAND = ("seed", "start_ms", "end_ms")
#: Where a command keeps its table, for whoever asks for its options otherwise than Typer does.
TABLE = "table_of_parameters"
#: Shorter names, beside those of the contract.
SHORT = {"difficulty": "--stars", "super_timing": "--super"}

_KINDS: dict[str, Any] = {
    "number": float | None,
    "whole number": int | None,
    "flag": bool | None,
    "names": list[str] | None,
}


def names_of(parameter: Parameter) -> tuple[str, ...]:
    """The option's names on the command line."""
    dashed = "--" + parameter.name.replace("_", "-")
    if parameter.kind == "flag":
        dashed += "/--no-" + parameter.name.replace("_", "-")
    short = SHORT.get(parameter.name)
    return (dashed,) if short is None else (short, dashed)


def with_parameters(
    parameters: Iterable[Parameter],
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Adds an option for each parameter to a command, which gets them as ``options``."""
    table = tuple(parameter for parameter in parameters if parameter.name not in BY_HAND)

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = [
            parameter
            for parameter in inspect.signature(command, eval_str=True).parameters.values()
            if parameter.name != "options"
        ]
        added = [_option(parameter) for parameter in table]
        # --json is the last of every command.
        everything = [*own[:-1], *added, own[-1]]

        @functools.wraps(command)
        def run(**given: Any) -> None:
            options = {parameter.name: given.pop(parameter.name) for parameter in table}
            command(**given, options=_values(options))

        run.__signature__ = inspect.Signature(everything)  # type: ignore[attr-defined]
        run.__annotations__ = {each.name: each.annotation for each in everything}
        run.__dict__[TABLE] = table
        # Typer follows it to the signature that this one replaces.
        del run.__wrapped__
        return run

    return decorate


def _option(parameter: Parameter) -> inspect.Parameter:
    kind = _KINDS[parameter.kind]
    help = parameter.text
    metavar = {"number": "NUMBER", "whole number": "N", "names": "NAMES"}.get(parameter.kind)
    option = typer.Option(*names_of(parameter), help=help, metavar=metavar, show_default=False)
    return inspect.Parameter(
        parameter.name,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        default=None,
        annotation=Annotated[kind, option],
    )


def _values(given: dict[str, Any]) -> dict[str, Any]:
    """What was given; names may be given one by one, or several with commas between them."""
    values = {name: value for name, value in given.items() if value not in (None, [])}
    for name, value in values.items():
        if isinstance(value, list):
            parts = [part.strip() for text in value for part in text.split(",")]
            values[name] = tuple(part for part in parts if part)
    return values
