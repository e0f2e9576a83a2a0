"""The commands below ``osu-companion models`` and their options."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from clients.cli.exits import run
from clients.cli.output import Output, make_output

app = typer.Typer(
    help="List, download, remove and choose models.",
    invoke_without_command=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)

_Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]
_NAME = "v32, v32-mini, v31, v30, v29.1, v28, refiner, or a hub repository (owner/name)"


class Mode(StrEnum):
    """Game modes by the names that mappers use."""

    osu = "osu"
    taiko = "taiko"
    catch = "catch"
    mania = "mania"


class Task(StrEnum):
    """What a model can be chosen for."""

    remap = "remap"
    map = "map"
    guest_difficulty = "guest-difficulty"
    hitsounds = "hitsounds"
    modding = "modding"
    timing = "timing"


@app.callback()
def models(context: typer.Context, as_json: _Json = False) -> None:
    """List, download, remove and choose models; without a command, list them."""
    context.obj = as_json
    if context.invoked_subcommand is None:
        _list(make_output(as_json))


@app.command("list")
def list_models(context: typer.Context, as_json: _Json = False) -> None:
    """List the models that are installed, those that can be had, and what each task gets."""
    _list(make_output(as_json or context.obj))


@app.command()
def pull(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help=f"{_NAME}; @REVISION behind it to pin one.")
    ],
    mode: Annotated[
        list[Mode] | None,
        typer.Option(help="Only this game mode's fine-tune beside the base; may be repeated."),
    ] = None,
    as_json: _Json = False,
) -> None:
    """Download a model from the hub, or carry on where a download was stopped."""

    def work() -> None:
        from clients.cli.models import pull as work

        order = list(Mode)
        work(name, sorted({order.index(each) for each in mode or ()}), output)

    output = make_output(as_json or context.obj)
    run(output, work)


@app.command()
def info(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="As for pull; or a folder; MODEL+ADAPTER.")
    ] = "",
    deep: Annotated[bool, typer.Option("--deep", help="Read and prove every byte.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Do not ask the hub.")] = False,
    as_json: _Json = False,
) -> None:
    """Show what is known of a model, and whether its files are whole."""

    def work() -> None:
        from clients.cli.models import info as work

        work(name, deep, not offline, output)

    output = make_output(as_json or context.obj)
    run(output, work)


@app.command()
def remove(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="As for pull.")],
    as_json: _Json = False,
) -> None:
    """Free the space of a model that came from the hub."""

    def work() -> None:
        from clients.cli.models import remove as work

        work(name, output)

    output = make_output(as_json or context.obj)
    run(output, work)


@app.command()
def use(
    context: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help='As for pull; a folder; starter; MODEL+ADAPTER; or "default".'
        ),
    ],
    task: Annotated[
        list[Task] | None,
        typer.Option("--for", metavar="TASK", help="Only for this task; may be repeated."),
    ] = None,
    as_json: _Json = False,
) -> None:
    """Choose the model for every task, or for some; "default" takes the choice back.

    Tasks: remap, map, guest-difficulty, hitsounds, modding, timing.
    """

    def work() -> None:
        from clients.cli.models import use as work

        work(name, [each.value for each in task or ()], output)

    output = make_output(as_json or context.obj)
    run(output, work)


def _list(output: Output) -> None:
    def work() -> None:
        from clients.cli.models import list_models as work

        work(output)

    run(output, work)
