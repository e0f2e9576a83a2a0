"""Where a picture is written: never over another file, and never among the game's songs.

The game reprocesses a folder of Songs whose files come and go.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from clients.client.errors import FailedError, RefusedError, UsageError

if TYPE_CHECKING:
    from clients.client import Client

ENDINGS = (".png", ".svg")
# Letters that Windows allows in no name; a map's title may hold any of them.
_FORBIDDEN = '<>:"/\\|?*'
_LONGEST_NAME = 120


def form_of(file: Path | None, form: str | None = None) -> str:
    """The format: that asked for, or that of the file's ending; PNG where neither says.

    Raises:
        UsageError: it is none, or the two disagree.
    """
    ending = "" if file is None else file.suffix.lower()
    if file is not None and ending not in ENDINGS:
        raise UsageError(f"{file} is no name for a picture: it must end in .png or .svg.")
    if form is not None and f".{form}" not in ENDINGS:
        raise UsageError(f"There is no format {form!r}: --format takes png or svg.")
    if form is not None and ending and ending != f".{form}":
        raise UsageError(f"--format {form} and a file that ends in {ending} contradict each other.")
    return form or ending.removeprefix(".") or "png"


def write(client: Client, data: bytes, file: Path, *, force: bool = False) -> Path:
    """Write the picture to a file that the user named; its absolute path.

    Raises:
        RefusedError: it is in Songs, or there already.
        FailedError: it cannot be written.
    """
    target = require_free(client, file, force=force)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if force:
            target.write_bytes(data)
        else:
            _write_new(target, data)
    except OSError as error:
        raise FailedError(
            f"{target} cannot be written: {error.strerror or error}. Name another file."
        ) from error
    return target


def require_free(client: Client, file: Path, *, force: bool = False) -> Path:
    """The absolute path of a file that the user named; asked before what takes long.

    Raises:
        RefusedError: it is in Songs, or there already.
    """
    target = Path(os.path.realpath(file))
    _refuse_songs(client, target)
    if target.exists() and not force:
        raise RefusedError(
            f"{target} is there already. Name another file, or add --force to replace it.",
            reason="FILE_EXISTS",
        )
    return target


def write_beside(
    client: Client,
    data: bytes,
    wanted: Path,
    cache: Path,
    aside: str = "pictures",
    *,
    named: bool = False,
) -> Path:
    """Write the picture under that name, or the next that is free; its absolute path.

    What would go among the game's songs goes to a folder of the program instead, ``aside`` in its
    cache; so does what would go into a mapset elsewhere, unless the user ``named`` the place.

    Raises:
        OSError: it cannot be written.
    """
    folder = wanted.absolute().parent
    if _is_below(folder, _songs(client)) or (not named and any(folder.glob("*.osu"))):
        folder = cache / aside
    folder.mkdir(parents=True, exist_ok=True)
    stem, ending = wanted.stem, wanted.suffix.lower().removeprefix(".")
    for name in _names(stem, ending):
        try:
            _write_new(folder / name, data)
        except FileExistsError:
            continue
        return folder / name
    raise AssertionError("unreachable")


def _names(stem: str, ending: str) -> Iterator[str]:
    clean = "".join(
        "_" if letter in _FORBIDDEN else letter for letter in stem if letter.isprintable()
    )
    clean = clean[:_LONGEST_NAME].rstrip(" .") or "picture"
    yield f"{clean}.{ending}"
    number = 2
    while True:
        yield f"{clean} ({number}).{ending}"
        number += 1


def _write_new(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)


def _songs(client: Client) -> tuple[str, ...]:
    return tuple(folder.path for folder in client.status().songs if folder.path)


def _refuse_songs(client: Client, target: Path) -> None:
    if _is_below(target, _songs(client)):
        raise RefusedError(
            f"{target} is in the Songs folder, where the game takes every new file for a change of "
            "the mapset. Name a file elsewhere.",
            reason="EDIT_REFUSED",
        )


def _is_below(path: Path, folders: Iterable[str]) -> bool:
    real = os.path.normcase(os.path.realpath(path))
    for folder in folders:
        above = os.path.normcase(os.path.realpath(folder))
        if real == above or real.startswith(above.rstrip(os.sep) + os.sep):
            return True
    return False
