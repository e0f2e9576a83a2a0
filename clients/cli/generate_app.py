"""``osu-companion generate``: its options. The work is in :mod:`clients.cli.generate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from osu_companion.v1.parameters import PARAMETERS

from clients.cli.exits import run
from clients.cli.output import make_output
from clients.cli.parameter_options import names_of, with_parameters
from clients.cli.request_options import From, Json, Model, Preview, To, Variants

_METHOD = "GenerateMapset"
_STARS = next(each for each in PARAMETERS[_METHOD] if each.name == "difficulty")


@with_parameters(each for each in PARAMETERS[_METHOD] if each is not _STARS)
def generate(
    audio: Annotated[Path, typer.Argument(metavar="AUDIO", help="The song.")],
    stars: Annotated[
        list[float] | None,
        typer.Option(*names_of(_STARS), metavar="NUMBER", help=_STARS.text, show_default=False),
    ] = None,
    name: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="What a difficulty is called; as often as --stars. Else by stars."
        ),
    ] = None,
    add: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WISH",
            help='One more difficulty with options of its own: "My Oni:stars=4.2,mode=1".',
        ),
    ] = None,
    title: Annotated[str, typer.Option(help="Else the audio's own tags are read.")] = "",
    artist: Annotated[str, typer.Option(help="As for --title.")] = "",
    creator: Annotated[str, typer.Option(help="Else who you are in the editor.")] = "",
    source: Annotated[str, typer.Option(help="What the song is from.")] = "",
    tags: Annotated[str, typer.Option(metavar="WORDS", help="Words to find the set by.")] = "",
    background: Annotated[
        Path | None, typer.Option(metavar="PICTURE", help="A .jpg or .png, which is copied.")
    ] = None,
    preview: Annotated[
        str | None,
        typer.Option(
            "--preview-point",
            metavar="TIME",
            help="Where it begins in song select; else at the kiai.",
        ),
    ] = None,
    osz: Annotated[bool, typer.Option("--osz", help="An archive instead of a folder.")] = False,
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="The folder to put it into, instead of Songs; or the archive, if it ends in .osz.",
        ),
    ] = None,
    start: From = None,
    end: To = None,
    seed: Annotated[
        int | None, typer.Option(help="The same seed gives the same mapset again.")
    ] = None,
    variants: Variants = 1,
    variant: Annotated[
        int, typer.Option(metavar="I", help="Write the I-th best of them instead of the best.")
    ] = 1,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would be and write nothing.")
    ] = False,
    model: Model = "",
    picture: Preview = None,
    as_json: Json = False,
    *,
    options: dict[str, Any],
) -> None:
    """Make a whole mapset from a song: several --stars make as many difficulties."""
    into = output

    def work() -> None:
        from clients.cli.generate import Request
        from clients.cli.generate import generate as work

        request = Request(
            audio=audio,
            stars=stars or (),
            names=name or (),
            added=add or (),
            title=title,
            artist=artist,
            creator=creator,
            source=source,
            tags=tags,
            background=background,
            preview=preview,
            osz=osz,
            output=into,
            start=start,
            end=end,
            seed=seed,
            variants=variants,
            variant=variant,
            dry_run=dry_run,
            model=model,
            options=options,
            picture=picture,
        )
        work(request, shown)

    shown = make_output(as_json)
    run(shown, work)
