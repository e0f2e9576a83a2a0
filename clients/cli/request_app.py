"""``osu-companion hitsound`` and ``gd``: their options. The work is in modules of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from osu_companion.v1.parameters import PARAMETERS

from clients.cli.exits import run
from clients.cli.output import make_output
from clients.cli.parameter_options import with_parameters
from clients.cli.request_options import (
    Active,
    From,
    Json,
    Map,
    Model,
    Preview,
    Range,
    To,
    VariantNumber,
    Variants,
)


@with_parameters(PARAMETERS["HitsoundBeatmap"])
def hitsound(
    map: Map = None,
    active: Active = False,
    start: From = None,
    end: To = None,
    range_text: Range = None,
    copy_from: Annotated[
        Path | None,
        typer.Option(
            metavar="MAP",
            help="Another difficulty: what sounds within 5 ms of it sounds like it, and the model "
            "is asked for the rest.",
        ),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="The same seed gives the same sounds again.")
    ] = None,
    variants: Variants = 1,
    variant: VariantNumber = 1,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the unified diff and write nothing.")
    ] = False,
    model: Model = "",
    preview: Preview = None,
    as_json: Json = False,
    *,
    options: dict[str, Any],
) -> None:
    """Give the objects of a map other sounds, and change nothing else."""

    def work() -> None:
        from clients.cli.hitsound import Request
        from clients.cli.hitsound import hitsound as work

        request = Request(
            map,
            active,
            start,
            end,
            range_text,
            copy_from,
            seed,
            variants,
            variant,
            dry_run,
            model,
            options,
            preview,
        )
        work(request, output)

    output = make_output(as_json)
    run(output, work)


@with_parameters(PARAMETERS["MakeGuestDifficulty"])
def gd(
    map: Map = None,
    active: Active = False,
    name: Annotated[
        str, typer.Option(metavar="NAME", help="What the new difficulty is called.")
    ] = "",
    start: From = None,
    end: To = None,
    range_text: Range = None,
    seed: Annotated[
        int | None, typer.Option(help="The same seed gives the same map again.")
    ] = None,
    variants: Variants = 1,
    variant: VariantNumber = 1,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would be and write nothing.")
    ] = False,
    model: Model = "",
    preview: Preview = None,
    as_json: Json = False,
    *,
    options: dict[str, Any],
) -> None:
    """Make a new difficulty beside a map, with its timing, kiai, metadata and storyboard."""

    def work() -> None:
        from clients.cli.difficulty import Request
        from clients.cli.difficulty import guest_difficulty as work

        request = Request(
            map,
            active,
            name,
            start,
            end,
            range_text,
            seed,
            variants,
            variant,
            dry_run,
            model,
            options,
            preview,
        )
        work(request, output)

    output = make_output(as_json)
    run(output, work)
