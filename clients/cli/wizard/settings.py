"""The requests and their settings, read off the commands and the tables of their parameters."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import typer
from osu_companion.local.parameters import Parameter
from osu_companion.v1.parameters import PARAMETERS
from typer.models import ArgumentInfo, OptionInfo

from clients.cli.parameter_options import TABLE, names_of

# What a value is: see :mod:`clients.cli.wizard.answers`. A switch is on or absent, a choice is on,
# off or absent, and a switch with a value may stand alone.
SWITCH, CHOICE, SWITCH_WITH_VALUE = "switch", "choice", "switch with a value"
NUMBER, WHOLE, NAMES, TIME, FILE, TEXT = "number", "whole number", "names", "time", "file", "text"

# A command that takes a range of a song is a request.
_MARK = "--from"
# Said by the wizard itself, or of no use in it.
_LEFT_OUT = frozenset({"--json", "--active", "--range", "--from", "--to"})
# What a command refuses to do without, though its options cannot say so.
_NEEDED = {"remap": ("range",), "gd": ("name",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """An argument or option of a command.

    name: of the function's parameter.
    flags: its names on the command line; none for an argument. ``off`` is a choice's other name.
    shown: what stands for its value in the command's help, such as MAP.
    low, high: limits of a number. ``check``: the option's own, which raises ``typer.BadParameter``.
    """

    name: str
    flags: tuple[str, ...] = ()
    off: str = ""
    kind: str = TEXT
    many: bool = False
    required: bool = False
    help: str = ""
    shown: str = ""
    default: str = ""
    parameter: Parameter | None = None
    low: float | None = None
    high: float | None = None
    check: Callable[[Any], Any] | None = None

    @property
    def separator(self) -> str:
        """What stands between several answers: names and wishes have commas of their own."""
        return ";" if self.kind == TEXT else ","

    @property
    def title(self) -> str:
        """What it is called in a question."""
        return self.flags[0] if self.flags else self.shown

    @property
    def modes(self) -> tuple[int, ...]:
        """The game modes in which it means something."""
        return (0, 1, 2, 3) if self.parameter is None else self.parameter.modes


@dataclass(frozen=True, slots=True)
class Request:
    """A command that asks for a job, with its settings in the command's own order.

    subject: the argument, a map or a song.
    takes_text: whether a range may be given as copied in the editor.
    """

    command: str
    help: str
    subject: Setting
    settings: tuple[Setting, ...]
    needs_range: bool
    takes_text: bool

    @property
    def of_audio(self) -> bool:
        """Whether it is asked of a song that has no map yet."""
        return self.subject.shown == "AUDIO"


def requests_of(app: typer.Typer) -> list[Request]:
    """The requests among a program's commands."""
    found = []
    for info in app.registered_commands:
        if info.callback is None:
            continue
        settings = [*_settings(info.callback)]
        flags = {flag for setting in settings for flag in setting.flags}
        if _MARK not in flags:
            continue
        subject = next(setting for setting in settings if not setting.flags)
        name = info.name or info.callback.__name__
        needed = _NEEDED.get(name, ())
        text = inspect.getdoc(info.callback) or ""
        kept = tuple(
            replace(each, required=each.required or each.name in needed)
            for each in settings
            if each.flags and not _LEFT_OUT & {*each.flags}
        )
        help = text.split("\n\n")[0].replace("\n", " ")
        by_text = "--range" in flags
        found.append(Request(name, help, subject, kept, "range" in needed, by_text))
    return found


def _settings(callback: Callable[..., Any]) -> Iterable[Setting]:
    own = {each.name: each for each in getattr(callback, TABLE, ())}
    for name, parameter in inspect.signature(callback, eval_str=True).parameters.items():
        if typing.get_origin(parameter.annotation) is not typing.Annotated:
            continue
        kind, info = typing.get_args(parameter.annotation)[:2]
        if isinstance(info, ArgumentInfo | OptionInfo):
            yield _setting(name, kind, info, parameter.default, own)


def _setting(
    name: str, kind: Any, info: ArgumentInfo | OptionInfo, default: Any, own: dict[str, Parameter]
) -> Setting:
    required = default is inspect.Parameter.empty
    types = [each for each in typing.get_args(kind) if each is not type(None)] or [kind]
    many = typing.get_origin(types[0]) is list
    plain = typing.get_args(types[0])[0] if many else types[0]
    metavar = info.metavar or ""
    if isinstance(info, ArgumentInfo):
        return Setting(name=name, kind=FILE, help=info.help or "", shown=metavar, required=required)
    on, off = _flags(name, plain, info)
    table = own.get(name) or _of_name(on)
    shown = "" if default in (None, "", False) or required else str(default)
    return Setting(
        name=name,
        flags=on,
        off=off,
        kind=_kind(plain, metavar, off, table),
        many=many,
        required=required,
        help=info.help or "",
        shown=metavar,
        default=("yes" if default else "") if plain is bool else shown,
        parameter=table,
        low=info.min if table is None else table.low,
        high=info.max if table is None else table.high,
        check=info.callback,
    )


def _flags(name: str, plain: Any, info: OptionInfo) -> tuple[tuple[str, ...], str]:
    dashed = name.replace("_", "-")
    implied = f"--{dashed}/--no-{dashed}" if plain is bool else f"--{dashed}"
    # Within Annotated the first name counts as the default until Typer has read the signature.
    told = [each for each in (info.default, *(info.param_decls or ())) if isinstance(each, str)]
    pairs = [each.split("/") for each in told or (implied,)]
    off = next((pair[1] for pair in pairs if len(pair) > 1), "")
    return tuple(pair[0] for pair in pairs), off


def _kind(plain: Any, metavar: str, off: str, table: Parameter | None) -> str:
    if plain is bool:
        return CHOICE if off else SWITCH
    if metavar.startswith("["):
        return SWITCH_WITH_VALUE
    if table is not None and table.kind in (NUMBER, WHOLE, NAMES):
        return table.kind
    if plain in (int, float):
        return WHOLE if plain is int else NUMBER
    if metavar == "TIME":
        return TIME
    return FILE if plain is Path else TEXT


def _of_name(flags: tuple[str, ...]) -> Parameter | None:
    """A parameter of any request that has one of these names: a command may give it by hand."""
    for table in PARAMETERS.values():
        for parameter in table:
            if {name.split("/")[0] for name in names_of(parameter)} & {*flags}:
                return parameter
    return None
