"""``osu-companion variants`` and ``variant``: their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clients.cli.exits import run
from clients.cli.output import make_output
from clients.cli.request_options import DryRun, Json, Preview

app = typer.Typer(
    help="What requests made is kept for a day: list it, look at it, write another one.",
    invoke_without_command=True,
    rich_markup_mode=None,
)

_Number = Annotated[int, typer.Argument(metavar="NUMBER", help="1 is the best.")]
_Map = Annotated[Path | None, typer.Argument(metavar="MAP", help="A .osu file; any without it.")]
_Job = Annotated[
    str | None, typer.Option("--job", metavar="ID", help="Of this job, not of the last one.")
]
_Place = Annotated[
    Path | None,
    typer.Option(
        "--output",
        metavar="PLACE",
        help="Where a mapset goes that was not written yet: a folder, or a .osz file.",
    ),
]


@app.callback()
def every(context: typer.Context, as_json: Json = False) -> None:
    """List all that is kept, unless a command says otherwise."""
    if context.invoked_subcommand is None:
        listed(None, None, as_json)


@app.command("list")
def listed(map: _Map = None, job: _Job = None, as_json: Json = False) -> None:
    """List what is kept, of one map or of all."""

    def work() -> None:
        from clients.cli.variants import listed as work

        work(map, job, output)

    output = make_output(as_json)
    run(output, work)


@app.command()
def show(
    number: _Number,
    map: _Map = None,
    job: _Job = None,
    preview: Preview = None,
    as_json: Json = False,
) -> None:
    """Print what a variant would change, or what its new files are."""

    def work() -> None:
        from clients.cli.variants import show as work

        work(number, job, map, preview, output)

    output = make_output(as_json)
    run(output, work)


@app.command()
def apply(
    number: _Number,
    map: _Map = None,
    job: _Job = None,
    place: _Place = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Write a variant in place of the one that its job has written."""

    def work() -> None:
        from clients.cli.variants import apply as work

        work(number, job, map, dry_run, place, output)

    output = make_output(as_json)
    run(output, work)
