"""Options that the commands of several requests have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Map = Annotated[Path | None, typer.Argument(metavar="MAP", help="The .osu file.")]
Active = Annotated[
    bool, typer.Option("--active", help="The map saved last in Songs, instead of MAP.")
]
From = Annotated[
    str | None, typer.Option("--from", metavar="TIME", help="Start: 00:12:345, or milliseconds.")
]
To = Annotated[str | None, typer.Option("--to", metavar="TIME", help="End, as for --from.")]
Range = Annotated[
    str | None,
    typer.Option(
        "--range",
        metavar="TEXT",
        help='As copied in the editor: "00:12:345 (1,2,3) - 00:16:000 (4) - ".',
    ),
]
Model = Annotated[
    str,
    typer.Option(
        metavar="NAME", help="A model other than the configured one; an adapter behind a plus."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, for programs.")]
Variants = Annotated[
    int, typer.Option(metavar="N", help="Make N candidates; they are kept for a day.")
]
VariantNumber = Annotated[
    int, typer.Option("--variant", metavar="I", help="Write the I-th best of them instead.")
]


def _picture_name(value: str | None) -> str | None:
    if value and not value.lower().endswith((".png", ".svg")):
        raise typer.BadParameter(f"{value!r} does not end in .png or .svg.")
    return value


Preview = Annotated[
    str | None,
    typer.Option(
        "--preview",
        metavar="[FILE]",
        callback=_picture_name,
        help="Show before and after as a picture before anything is written; a terminal is asked. "
        "With FILE (.png or .svg): write the picture there.",
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Print the unified diff and write nothing.")
]
