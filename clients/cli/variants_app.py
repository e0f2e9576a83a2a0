"""``osu-companion variants`` and ``variant``: their options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from clients.cli.exits import run
from clients.cli.output import make_output
from clients.cli.request_options import DryRun, Json, Preview


class Listing(TyperGroup):
    """The commands; without one of them, ``list`` is meant: ``variants MAP --job ID``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As Typer's own, the command first, whatever stood before it."""
        if not set(args[:1]) & {"-h", "--help"}:
            place = self._command_in(args)
            name = "list" if place is None else args[place]
            args = [name, *(a for at, a in enumerate(args) if at != place)]
        return super().parse_args(ctx, args)

    def _command_in(self, args: list[str]) -> int | None:
        """Where the first word is, if it is a command."""
        value_of = ""
        for place, argument in enumerate(args):
            if value_of == "--job":
                value_of = ""
            elif argument.startswith("-"):
                value_of = argument
            else:
                return place if argument in self.commands else None
        return None


app = typer.Typer(
    cls=Listing,
    help="What requests made is kept for a day: list it ([MAP] [--job ID]), look at it, write "
    "another one.",
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
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
