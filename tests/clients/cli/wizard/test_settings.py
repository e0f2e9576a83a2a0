"""The wizard's questions are the commands' options and the contract's parameters, all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
from osu_companion.local.parameters import Parameter
from osu_companion.v1.parameters import PARAMETERS

from clients.cli.main import app
from clients.cli.parameter_options import BY_HAND, with_parameters
from clients.cli.wizard import settings
from clients.cli.wizard.settings import Request, requests_of

REQUESTS = {request.command: request for request in requests_of(app)}
METHODS = {
    "remap": "RemapBeatmap",
    "hitsound": "HitsoundBeatmap",
    "gd": "MakeGuestDifficulty",
    "mod": "ModBeatmap",
    "timing": "TimeSong",
    "generate": "GenerateMapset",
}


def test_every_request_is_offered_and_nothing_else() -> None:
    assert set(REQUESTS) == {*METHODS, "show"}
    assert set(METHODS.values()) == set(PARAMETERS)
    for request in REQUESTS.values():
        assert request.help.endswith(".") and "\n" not in request.help
        assert request.subject.shown in ("MAP", "PATH", "AUDIO")


@pytest.mark.parametrize(("command", "method"), METHODS.items())
def test_every_parameter_is_asked_for_with_its_own_limits(command: str, method: str) -> None:
    asked = {each.parameter.name: each for each in REQUESTS[command].settings if each.parameter}
    for parameter in PARAMETERS[method]:
        if parameter.name in BY_HAND:
            continue
        setting = asked[parameter.name]
        assert setting.parameter == parameter
        assert (setting.low, setting.high) == (parameter.low, parameter.high)
        expected = settings.CHOICE if parameter.kind == "flag" else parameter.kind
        assert setting.kind == expected
        assert setting.help == parameter.text


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=REQUESTS)
def test_every_option_of_the_command_is_asked_for(request_: Request) -> None:
    command = typer.main.get_command(app).commands[request_.command]  # type: ignore[attr-defined]
    options = {
        flag for parameter in command.params for flag in parameter.opts if flag.startswith("-")
    }
    asked = {flag for setting in request_.settings for flag in setting.flags}
    said_otherwise = {"--json", "--active", "--from", "--to", "--range", "--help", "-h"}
    assert asked == options - said_otherwise
    for setting in request_.settings:
        if setting.off:
            assert any(setting.off in each.secondary_opts for each in command.params)


def test_a_new_request_and_a_new_parameter_appear_by_themselves() -> None:
    table = (
        Parameter(name="boldness", kind="number", help="How bold.", low=0, high=3, limits="0 to 3"),
    )
    program = typer.Typer()

    @program.command("sing")
    @with_parameters(table)
    def sing(
        song: Annotated[Path, typer.Argument(metavar="AUDIO", help="The song.")],
        start: Annotated[str | None, typer.Option("--from", metavar="TIME")] = None,
        loud: Annotated[bool, typer.Option(help="Loudly.")] = False,
        parts: Annotated[list[int] | None, typer.Option(metavar="N", min=1)] = None,
        as_json: Annotated[bool, typer.Option("--json")] = False,
        *,
        options: dict[str, Any],
    ) -> None:
        """Sing a song."""

    @program.command()
    def rest() -> None:
        """No request."""

    (request,) = requests_of(program)
    assert (request.command, request.help, request.of_audio) == ("sing", "Sing a song.", True)
    assert not request.takes_text
    told = {each.name: each for each in request.settings}
    assert set(told) == {"loud", "parts", "boldness"}
    assert (told["loud"].flags, told["loud"].off) == (("--loud",), "--no-loud")
    assert (told["parts"].kind, told["parts"].many, told["parts"].low) == ("whole number", True, 1)
    assert told["boldness"].parameter is table[0]


def test_what_a_command_does_not_do_without_is_required() -> None:
    assert REQUESTS["remap"].needs_range
    assert not any(REQUESTS[name].needs_range for name in REQUESTS if name != "remap")
    required = {(r.command, s.name) for r in REQUESTS.values() for s in r.settings if s.required}
    assert required == {("gd", "name")}
