"""Where a new mapset goes: into the game's Songs folder, unless another place is named."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from clients.client.errors import RefusedError

if TYPE_CHECKING:
    from clients.client import Client


def songs_folder(client: Client, remedy: str) -> Path:
    """The game's Songs folder, as the daemon found it.

    Args:
        remedy: what else could be done where there is none, as the end of a sentence.

    Raises:
        RefusedError: it was not found.
    """
    for folder in client.status().songs:
        if folder.present:
            return Path(folder.path)
    raise RefusedError(
        f"No Songs folder was found to put a mapset in: {remedy}, or name your Songs folder in the "
        "configuration (songs).",
        reason="SONGS_NOT_FOUND",
    )


def require_place(folder: Path) -> None:
    """Refuse a folder that a mapset or an archive cannot be put in, as it is not there.

    Raises:
        RefusedError: it is not.
    """
    if not folder.is_dir():
        raise RefusedError(
            f"There is no folder {folder}. Make it first, or name another. Nothing was written.",
            reason="SONGS_NOT_FOUND",
        )
