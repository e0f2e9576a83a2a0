"""``--preview``: what a command would change, as a picture, before it writes anything.

A command gets it in two places. Among its options (:mod:`clients.cli.request_options`)::

    preview: Preview = None,

and in its work, once the result is there and before anything is written::

    shown = preview(request.preview, client, output, Variant(stream.job_id, chosen.number))

``shown`` holds the fields to add to the command's result (``fields | shown``); it is empty without
the option. A change that no job made is given as ``patch`` with the ``path`` of its map; new files
and mapsets are variants as well. With ``--dry-run``, ``writes=False``: nothing is asked.

``--preview`` alone shows the picture in the terminal if it can, and else writes it to a new file;
``--preview FILE`` writes it to that file, whose ending (.png, .svg) is its format. A name that is
taken, or a place among the game's songs, must not cost the result of a long job: another name is
taken then, and told. On a terminal
the command then asks whether to go on; whoever says no has changed nothing, and the exit code is
that of a cancelled command. Programs (``--json``, pipes) are not asked.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from osu_companion.local.paths import find_paths

from clients.cli import picture_files, terminal_pictures
from clients.cli.output import Output
from clients.client.errors import CancelledError

if TYPE_CHECKING:
    from osu_companion.v1 import patches_pb2, pictures_pb2

    from clients.client import Client, Variant


def preview(
    wish: str | None,
    client: Client,
    output: Output,
    variant: Variant | None = None,
    *,
    path: Path | None = None,
    patch: patches_pb2.BeatmapPatch | None = None,
    writes: bool = True,
) -> dict[str, Any]:
    """Show a change, and ask whether to make it; what programs are told of the picture.

    Args:
        wish: the option: ``None`` without it, empty without a file.
        writes: False where nothing is going to be written, so that nothing is asked.

    Raises:
        CancelledError: the user does not want the change.
        UsageError: the file's ending is of no picture.
        ClientError: the picture could not be drawn.
        OSError: it could not be written.
    """
    if wish is None:
        return {}
    file = Path(wish) if wish else None
    how = terminal_pictures.protocol() if _shows_inline(file, output) else None
    answer = client.draw(
        path,
        variant=variant,
        patch=patch,
        form=picture_files.form_of(file),
        width=0 if how is None else terminal_pictures.width_of_terminal(),
    )
    output.finish_progress()
    fields = picture_fields(answer)
    if how is not None:
        terminal_pictures.show(answer.picture, how)
    else:
        written = _written(client, answer, file)
        fields["path"] = str(written)
        output.notice(f"What it would be: {written}")
    for reason in answer.left_out:
        output.notice(f"Not in the picture: {reason}")
    if writes and not output.for_programs and not _agreed():
        raise CancelledError("You said no; nothing was written.")
    return {"preview": fields}


def picture_fields(answer: pictures_pb2.DrawBeatmapResponse) -> dict[str, Any]:
    """What programs are told of a picture."""
    return {
        "path": None,
        "media_type": answer.media_type,
        "width": answer.width,
        "height": answer.height,
        "start_ms": answer.start_ms,
        "end_ms": answer.end_ms,
        "left_out": list(answer.left_out),
    }


def _shows_inline(file: Path | None, output: Output) -> bool:
    return file is None and not output.for_programs and sys.stdout.isatty()


def _written(client: Client, answer: pictures_pb2.DrawBeatmapResponse, file: Path | None) -> Path:
    wanted = Path("osu-companion preview.png") if file is None else file
    cache, named = find_paths().cache, file is not None
    return picture_files.write_beside(client, answer.picture, wanted, cache, named=named)


def _agreed() -> bool:
    """Whether the user wants it; whoever cannot be asked does."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return True
    while True:
        print("Write this? [Y/n] ", end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not line:  # the end of the input is no yes
            print(file=sys.stderr)
            return False
        word = line.strip().lower()
        if word in ("", "y", "yes"):
            return True
        if word in ("n", "no"):
            return False
