"""From the daemon's answer to a new map on disk: beside the one it was asked for, over none."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING

from clients.client.errors import FailedError
from clients.notices import Teller
from clients.patching import Entry, Origin, Patcher, sha256_hex
from clients.remapping import tell

if TYPE_CHECKING:
    from osu_companion.v1 import patches_pb2

    from clients.client import Client


# What no file's name can have on Windows, and none should have elsewhere.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


def place_of(file: patches_pb2.NewBeatmap, beside: Path) -> Path:
    """Where a new map goes: the folder of ``beside``.

    Raises:
        FailedError: its name is none, or leads out of that folder; its bytes are not those that
            were sent.
    """
    name = file.file_name
    plain = PurePosixPath(name).name == name == PureWindowsPath(name).name
    # The artist and the title of the map it is made from may hold what is never printed.
    plain = plain and not _CONTROLS.search(name)
    if not plain or not name.lower().endswith(".osu"):
        raise FailedError(
            f"The daemon suggests {name!r} as the new map's name, which is none. Nothing was "
            "written."
        )
    if sha256_hex(file.content) != file.sha256:
        raise FailedError("The new map did not arrive whole. Nothing was written; try again.")
    return beside.parent / name


def create(
    client: Client,
    patcher: Patcher,
    beside: Path,
    file: patches_pb2.NewBeatmap,
    origin: Origin,
    teller: Teller,
) -> Entry:
    """Write a new map. What ``teller`` still has to say is said first.

    Raises:
        NameTakenError: something has that name already; nothing was written.
        PatchingError: the folder or the journal cannot be written; nothing was.
        FailedError: as :func:`place_of`.
    """
    path = place_of(file, beside)
    teller.before_writing()
    tell(client, path, file.sha256)
    return patcher.create(path, file.content, origin)
