"""``osu-companion timing``: its options. The work is in a module of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from osu_companion.v1.parameters import PARAMETERS

from clients.cli.exits import run
from clients.cli.output import make_output
from clients.cli.parameter_options import with_parameters
from clients.cli.request_options import Active, DryRun, From, Json, Model, Preview, Range, To


@with_parameters(PARAMETERS["TimeSong"])
def timing(
    path: Annotated[
        Path | None, typer.Argument(metavar="PATH", help="An audio file, or a .osu file.")
    ] = None,
    active: Active = False,
    start: From = None,
    end: To = None,
    range_text: Range = None,
    seed: Annotated[
        int | None, typer.Option(help="The same seed gives the same red lines again.")
    ] = None,
    apply: Annotated[
        bool | None,
        typer.Option(
            "--apply/--no-apply",
            help="Write a map's new red lines, or do not. Unless given: a terminal is asked, and"
            " nothing is written without one.",
            show_default=False,
        ),
    ] = None,
    dry_run: DryRun = False,
    model: Model = "",
    preview: Preview = None,
    as_json: Json = False,
    *,
    options: dict[str, Any],
) -> None:
    """Print the red lines of a song, and put them into a map where that is wanted."""

    def work() -> None:
        from clients.cli.timing import Request
        from clients.cli.timing import timing as work

        request = Request(
            path,
            active,
            start,
            end,
            range_text,
            seed,
            apply,
            dry_run,
            model,
            options,
            preview,
        )
        work(request, output)

    output = make_output(as_json)
    run(output, work)
