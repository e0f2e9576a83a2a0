"""``osu-companion show``: a picture of a map, in a file or in the terminal."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from osu_companion.local.paths import find_paths

from clients.cli import picture_files, terminal_pictures
from clients.cli.asking import chosen_map, opened_map, span
from clients.cli.output import Output
from clients.cli.previewing import picture_fields
from clients.cli.terminal_pictures import Protocol
from clients.client import Client, Variant
from clients.client.errors import UsageError

if TYPE_CHECKING:
    from osu_companion.v1 import pictures_pb2


@dataclass(frozen=True, slots=True)
class Request:
    """The options of ``show``, as given; ``inline`` is ``None`` where nobody says."""

    map: Path | None
    active: bool
    start: str | None
    end: str | None
    range_text: str | None
    job: str | None
    variant: int
    form: str | None
    file: Path | None
    width: int
    playfield: bool
    timeline: bool
    inline: bool | None
    force: bool


def show(request: Request, output: Output) -> None:
    """Draw a map, or a variant of a job, and show it.

    Raises:
        ClientError, KeyboardInterrupt: see :mod:`clients.cli.exits`.
        OSError: the picture cannot be written.
    """
    start, end, range_text = span(request.start, request.end, request.range_text)
    form = picture_files.form_of(request.file, request.form)
    how = _inline(request, form, output)
    variant = path = None
    if request.job is not None:
        if request.map is not None or request.active:
            raise UsageError("Give either a map or --job, not both.")
        variant = Variant(request.job, request.variant)
    else:
        path = chosen_map(request.map, request.active)
    paths = find_paths()
    with Client.connect(paths, output.notice) as client:
        if variant is None:
            path = opened_map(client, path, output)
        width = request.width
        if how is not None and not width:
            width = terminal_pictures.width_of_terminal()
        answer = client.draw(
            path,
            variant=variant,
            start_ms=start,
            end_ms=end,
            range_text=range_text,
            form=form,
            width=width,
            playfield=request.playfield,
            timeline=request.timeline,
        )
        fields = picture_fields(answer) | {"source": None if path is None else str(path)}
        if how is not None:
            terminal_pictures.show(answer.picture, how)
        if how is None or request.file is not None:
            name = f"{path.stem if path is not None else f'variant {request.variant}'}.{form}"
            written = _written(client, answer, request, Path(name), paths.cache)
            fields["path"] = str(written)
            text = f"{written} ({answer.width} × {answer.height})"
        else:
            text = ""
        for reason in answer.left_out:
            output.notice(f"Not in the picture: {reason}")
        output.result(fields, text)


def _written(
    client: Client,
    answer: pictures_pb2.DrawBeatmapResponse,
    request: Request,
    name: Path,
    cache: Path,
) -> Path:
    if request.file is not None:
        return picture_files.write(client, answer.picture, request.file, force=request.force)
    return picture_files.write_beside(client, answer.picture, name, cache)


def _inline(request: Request, form: str, output: Output) -> Protocol | None:
    """How the picture is shown in the terminal; ``None`` if it is not.

    Raises:
        UsageError: it cannot be, and the user asked for it.
    """
    if request.inline is False:
        return None
    known = terminal_pictures.protocol()
    if request.inline is None:
        fits = not output.for_programs and sys.stdout.isatty()
        wanted = request.file is None and request.form is None
        return known if fits and wanted else None
    if output.for_programs:
        raise UsageError("--inline and --json both need standard output; leave one out.")
    if form != "png":
        raise UsageError("Terminals show PNG alone; leave --inline or the format out.")
    if known is None:
        raise UsageError(
            "This terminal is not known to show pictures. kitty, Ghostty, Konsole, WezTerm, iTerm2 "
            "and mintty are, outside of tmux and screen. Leave --inline out for a file."
        )
    return known
