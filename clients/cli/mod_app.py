"""``osu-companion mod``: its options. The work is in a module of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from osu_companion.v1.parameters import PARAMETERS

from clients.cli.exits import run
from clients.cli.output import make_output
from clients.cli.parameter_options import with_parameters
from clients.cli.request_options import Active, From, Json, Map, Model, Preview, Range, To


@with_parameters(PARAMETERS["ModBeatmap"])
def mod(
    map: Map = None,
    active: Active = False,
    mapset: Annotated[
        bool, typer.Option("--set", help="Also what disagrees between the set's difficulties.")
    ] = False,
    start: From = None,
    end: To = None,
    range_text: Range = None,
    form: Annotated[
        str,
        typer.Option(
            "--format", metavar="FORMAT", help="text, json, markdown (a post), or html (a page)."
        ),
    ] = "text",
    file: Annotated[
        Path | None,
        typer.Option(
            "--output",
            metavar="FILE",
            help="Write the report there; html goes to a new file anyway.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace that file.")] = False,
    new: Annotated[
        bool, typer.Option("--new", help="Only what no earlier report of this map had.")
    ] = False,
    dismissed: Annotated[
        bool, typer.Option("--dismissed", help="Also what was dismissed.")
    ] = False,
    dismiss: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Never tell this suggestion again. May be repeated."),
    ] = None,
    restore: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Take that back. May be repeated.")
    ] = None,
    fix: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ID",
            help="Make this suggested edit; a rule's name, rules, model or all make theirs. May be"
            " repeated.",
        ),
    ] = None,
    rules_only: Annotated[bool, typer.Option("--rules-only", help="Do not ask the model.")] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="With --fix: print the unified diff and write nothing."),
    ] = False,
    preview: Preview = None,
    model: Model = "",
    as_json: Json = False,
    *,
    options: dict[str, Any],
) -> None:
    """Say what could be better in a map, by the modders' rules and a model's ear."""

    def work() -> None:
        from clients.cli.mod import Request
        from clients.cli.mod import mod as work

        request = Request(
            map=map,
            active=active,
            mapset=mapset,
            start=start,
            end=end,
            range_text=range_text,
            form=form,
            file=file,
            force=force,
            new=new,
            dismissed=dismissed,
            dismiss=dismiss or [],
            restore=restore or [],
            fix=fix or [],
            rules_only=rules_only,
            dry_run=dry_run,
            preview=preview,
            model=model,
            options=options,
        )
        work(request, output)

    output = make_output(as_json)
    run(output, work)
