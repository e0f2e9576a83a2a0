"""``osu-companion show``: its options. The work is in :mod:`clients.cli.show`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clients.cli.exits import run
from clients.cli.output import make_output
from clients.cli.request_options import Active, From, Json, Map, Range, To


def show(
    map: Map = None,
    active: Active = False,
    start: From = None,
    end: To = None,
    range_text: Range = None,
    job: Annotated[
        str | None,
        typer.Option(metavar="ID", help="What a finished job made, instead of MAP."),
    ] = None,
    variant: Annotated[
        int, typer.Option(metavar="N", min=1, max=9999, help="Which variant of the job.")
    ] = 1,
    form: Annotated[
        str | None,
        typer.Option("--format", metavar="FORMAT", help="png, or svg: sharp at any size."),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--output",
            metavar="FILE",
            help="Where to write it; without it, in the current folder, named as the map.",
        ),
    ] = None,
    width: Annotated[
        int,
        typer.Option(
            metavar="N", help="Pixels, 480 to 4000; 1600 unless given.", show_default=False
        ),
    ] = 0,
    playfield: Annotated[
        bool, typer.Option(help="Draw the playfield: frames of a bar or so.")
    ] = True,
    timeline: Annotated[
        bool, typer.Option(help="Draw the timeline: waveform, beats, objects, sounds, SV, kiai.")
    ] = True,
    inline: Annotated[
        bool | None,
        typer.Option(
            "--inline/--no-inline",
            show_default=False,
            help="Show it in the terminal; where that can show pictures, it does so unasked.",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file of --output.")] = False,
    as_json: Json = False,
) -> None:
    """Draw a range of a map: the playfield and a timeline, as a picture."""

    def work() -> None:
        from clients.cli.show import Request
        from clients.cli.show import show as work

        request = Request(
            map,
            active,
            start,
            end,
            range_text,
            job,
            variant,
            form,
            file,
            width,
            playfield,
            timeline,
            inline,
            force,
        )
        work(request, output)

    output = make_output(as_json)
    run(output, work)
