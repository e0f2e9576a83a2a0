"""One write, of whatever kind it is: a file made, replaced or removed, or a folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from clients.patching import atomic, folders
from clients.patching.atomic import Observer
from clients.patching.entries import ABSENT
from clients.patching.folders import NewFile


def write(
    target: Path,
    data: bytes | None,
    expected_sha256: str,
    temporary: Path,
    files: Sequence[NewFile],
    observe: Observer,
) -> None:
    """Have ``data`` at ``target``, which holds the bytes of ``expected_sha256`` so far.

    Args:
        data: ``None`` to remove it.
        temporary: where the new bytes, or the old folder, are meanwhile.
        files: of a new folder, whose listing ``data`` is; empty for a file.

    Raises:
        BaseChangedError, NameTakenError, WriteRefusedError: nothing has happened.
    """
    if files:
        folders.create_folder(target, files, temporary=temporary, observe=observe)
    elif data is None and target.is_dir():
        folders.remove_folder(
            target, expected_sha256=expected_sha256, temporary=temporary, observe=observe
        )
    elif data is None:
        atomic.remove_file(target, expected_sha256=expected_sha256, observe=observe)
    elif expected_sha256 == ABSENT:
        atomic.create_file(target, data, temporary=temporary, observe=observe)
    else:
        atomic.replace_file(
            target, data, expected_sha256=expected_sha256, temporary=temporary, observe=observe
        )
