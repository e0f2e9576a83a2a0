"""From the daemon's answer to a new mapset on disk: a folder or a .osz archive, whole or none.

The song and the background are copied; the user's own files are never moved, and never the only
ones that are removed again (:mod:`clients.patching.copies`).
"""

from __future__ import annotations

import dataclasses
import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING

from clients.client.errors import ChangedError, FailedError, RefusedError
from clients.notices import Teller
from clients.patching import Entry, NewFile, Origin, Patcher, sha256_hex
from clients.patching.copies import Original, told
from clients.patching.folders import digest_of_file
from clients.remapping import tell

if TYPE_CHECKING:
    from osu_companion.v1 import patches_pb2

    from clients.client import Client

ARCHIVE = ".osz"
# The oldest time that an archive can name: the same mapset is the same archive, whenever made.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_UNIX, _MODE = 3, 0o100644 << 16


@dataclasses.dataclass(frozen=True, slots=True)
class Song:
    """The audio of a mapset as it was heard: its file, and SHA-256 of the bytes."""

    path: Path
    sha256: str


def contents(mapset: patches_pb2.NewMapset, song: Song) -> tuple[list[NewFile], list[Original]]:
    """What a mapset's folder holds, the maps last, and the user's own files among it.

    Raises:
        FailedError: a name is none, leads elsewhere or is there twice; bytes did not arrive whole.
        ChangedError: the song is not the one that was heard any more.
        RefusedError: the song or the background is not there any more.
    """
    originals = [(mapset.audio_name, Original(song.path, song.sha256))]
    if _digest(song.path, "The song") != song.sha256:
        raise ChangedError(
            f"{song.path.name} has changed since it was heard. Nothing was written; ask again.",
            reason="MAP_CHANGED",
        )
    if mapset.background_name:
        picture = Path(mapset.background_path)
        picture_sha256 = _digest(picture, "The background")
        originals.append((mapset.background_name, Original(picture, picture_sha256)))
    files = [NewFile(name, original.path, original.sha256) for name, original in originals]
    for file in mapset.maps:
        if sha256_hex(file.content) != file.sha256:
            raise FailedError("A new map did not arrive whole. Nothing was written; try again.")
        if not file.file_name.lower().endswith(".osu"):
            raise _no_name(file.file_name)
        files.append(NewFile(file.file_name, file.content, file.sha256))
    for name in (mapset.folder_name, *(file.name for file in files)):
        if not is_plain_name(name):
            raise _no_name(name)
    if not mapset.maps or len({file.name.casefold() for file in files}) < len(files):
        raise FailedError(
            "The daemon's mapset has no maps, or two files of one name. Nothing was written."
        )
    return files, [original for _, original in originals]


def write_folder(
    client: Client,
    patcher: Patcher,
    parent: Path,
    mapset: patches_pb2.NewMapset,
    song: Song,
    origin: Origin,
    teller: Teller,
) -> Entry:
    """Make the mapset's folder in ``parent``, under a name that is free there.

    Raises:
        NameTakenError, PatchingError: nothing was written.
        ClientError: as :func:`contents`.
    """
    files, originals = contents(mapset, song)
    folder = parent / free_name(parent, mapset.folder_name)
    teller.before_writing()
    for file in mapset.maps:
        tell(client, folder / file.file_name, file.sha256)
    return patcher.create_folder(folder, files, _with(origin, originals))


def write_archive(
    patcher: Patcher,
    target: Path,
    mapset: patches_pb2.NewMapset,
    song: Song,
    origin: Origin,
    teller: Teller,
) -> Entry:
    """Make the mapset's archive at ``target``, never over another file.

    Raises:
        NameTakenError, PatchingError: nothing was written.
        ClientError: as :func:`contents`.
    """
    files, originals = contents(mapset, song)
    data = archive(files)
    teller.before_writing()
    return patcher.create(target, data, _with(origin, originals), kept=False)


def archive(files: Sequence[NewFile]) -> bytes:
    """A .osz of these files: the same files are the same bytes.

    Raises:
        RefusedError: a file that is to be copied cannot be read.
        ChangedError: it has changed.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        for file in sorted(files, key=lambda each: each.name):
            data = file.content if isinstance(file.content, bytes) else _read(file.content)
            if sha256_hex(data) != file.sha256:
                raise ChangedError(
                    f"{file.name} was changed just now. Nothing was written; ask again.",
                    reason="MAP_CHANGED",
                )
            entry = zipfile.ZipInfo(file.name, _NO_TIME)
            entry.create_system, entry.external_attr = _UNIX, _MODE
            # Sound and pictures are compressed already.
            text = file.name.lower().endswith(".osu")
            entry.compress_type = zipfile.ZIP_DEFLATED if text else zipfile.ZIP_STORED
            packed.writestr(entry, data)
    return buffer.getvalue()


def free_name(parent: Path, name: str, suffix: str = "") -> str:
    """The name, with a number where something in ``parent`` has it already, in whatever case."""
    try:
        taken = {entry.name.casefold() for entry in parent.iterdir()}
    except OSError:
        taken = set()
    number, tried = 1, name + suffix
    while tried.casefold() in taken:
        number += 1
        tried = f"{name} ({number}){suffix}"
    return tried


def is_plain_name(name: str) -> bool:
    """Whether a name is that of a file or folder, and no path, on every system."""
    plain = PurePosixPath(name).name == name == PureWindowsPath(name).name
    legal = not any(character in '<>:"|?*' for character in name)
    return plain and legal and name.isprintable() and not name.startswith(".") and bool(name)


def _with(origin: Origin, originals: Sequence[Original]) -> Origin:
    detail = json.dumps({**json.loads(origin.detail), **told(originals)})
    return dataclasses.replace(origin, detail=detail)


def _digest(path: Path, what: str) -> str:
    try:
        return digest_of_file(path)
    except (OSError, ValueError) as error:
        raise _unreadable(path, what, error) from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise _unreadable(path, "A file of the mapset", error) from None


def _unreadable(path: Path, what: str, error: Exception) -> RefusedError:
    reason = getattr(error, "strerror", None) or error
    return RefusedError(
        f"{what}, {path}, cannot be read: {reason}. Nothing was written.", reason="AUDIO_NOT_FOUND"
    )


def _no_name(name: str) -> FailedError:
    return FailedError(
        f"The daemon suggests {name!r} as the name of a file, which is none. Nothing was written."
    )
