"""``osu-companion wizard``: its options, and what is done with the command in the end."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from clients.cli.exits import run
from clients.cli.output import make_output


def wizard(
    path: Annotated[
        Path | None,
        typer.Argument(metavar="MAP", help="A .osu file, or a song; without it you are asked."),
    ] = None,
) -> None:
    """Ask for everything a request needs, show its command, and run or copy it."""
    from clients.cli.main import app

    command: list[str] = []

    def work() -> None:
        from clients.cli.wizard.dialogue import dialogue

        command.extend(dialogue(app, path, output))

    output = make_output(as_json=False)
    try:
        run(output, work)
    except typer.Exit as left:
        if left.exit_code or not command:
            raise
    raise typer.Exit(app(command, prog_name="osu-companion", standalone_mode=False))
