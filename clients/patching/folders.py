"""Make or remove a folder of files so that a reader, or a crash, only ever meets all of it or none.

A new folder is filled under a temporary name beside its place (a dot-name, which watchers pass
over), flushed, and given its own name in one step. To be removed it gets a temporary name again,
in one step, before its files go. What a folder holds is known by its listing: the names and
hashes of its files, as ``sha256sum`` prints them, which stands where a map's bytes would stand.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from clients.patching import atomic, disk
from clients.patching.atomic import Observer, silent
from clients.patching.errors import BaseChangedError, NameTakenError, WriteRefusedError
from clients.patching.lines import sha256_hex

_CHUNK_BYTES = 1 << 20
# More files are in no mapset of ours; who has put them there does not want them removed.
_MOST_FILES = 200
_OTHERS = b"and others\n"


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file of a new folder: its name, its bytes or the file to copy, and their SHA-256."""

    name: str
    content: bytes | Path
    sha256: str


def listing(files: Iterable[tuple[str, str]]) -> bytes:
    """The listing of a folder with these files (name, SHA-256), whatever their order."""
    lines = [f"{digest}  {name}\n" for name, digest in files]
    return "".join(sorted(lines)).encode("utf-8", "surrogateescape")


def read_if_there(path: Path) -> bytes | None:
    """The bytes of a file, or the listing of a folder; ``None`` where there is neither.

    Raises:
        WriteRefusedError: it cannot be read.
    """
    if not path.is_dir():
        return atomic.read_if_there(path)
    try:
        found = sorted(path.iterdir())[: _MOST_FILES + 1]
        files = [
            (entry.name, "a folder" if entry.is_dir() else digest_of_file(entry))
            for entry in found[:_MOST_FILES]
        ]
    except OSError as error:
        raise WriteRefusedError(
            f"{path} cannot be read: {error.strerror or error}. Nothing was changed."
        ) from error
    return listing(files) + (_OTHERS if len(found) > _MOST_FILES else b"")


def digest(path: Path) -> str:
    """SHA-256 of what :func:`read_if_there` gives; ``""`` where there is nothing, ``"?"`` where it
    cannot be read."""
    try:
        data = read_if_there(path)
    except WriteRefusedError:
        return "?"
    return "" if data is None else sha256_hex(data)


def digest_of_file(path: Path) -> str:
    """SHA-256 of a file of any size. Raises OSError where it cannot be read."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def create_folder(
    target: Path, files: Sequence[NewFile], *, temporary: Path, observe: Observer = silent
) -> None:
    """Make ``target`` (a path of :func:`~.atomic.resolve_new`) with these files.

    Raises:
        NameTakenError: something has got the name; it was not touched.
        WriteRefusedError: permission or space; or a file that was to be copied has changed.
            Nothing is left behind.
    """
    try:
        temporary.mkdir()
        observe("temporary created")
        for file in files:
            _write(temporary / file.name, file, observe)
        disk.flush_folder(temporary)
        observe("temporary flushed")
        _place(temporary, target)
    except OSError as error:
        raise WriteRefusedError(disk.describe(error, target)) from error
    finally:
        remove_temporary(temporary)
    observe("placed")
    disk.flush_folder(target.parent)
    observe("folder flushed")


def remove_folder(
    target: Path, *, expected_sha256: str, temporary: Path, observe: Observer = silent
) -> None:
    """Remove a folder that still holds what we put there, and nothing else.

    Raises:
        BaseChangedError: it holds something else; it was left alone.
        WriteRefusedError: it cannot be removed.
    """
    try:
        _check(target, expected_sha256, target)
        observe("base checked")
        disk.retry_while_shared(lambda: target.rename(temporary))
        observe("set aside")
        try:
            # Saved in the moment between: now nobody finds it any more, and its bytes decide.
            _check(temporary, expected_sha256, target)
        except (BaseChangedError, WriteRefusedError):
            temporary.rename(target)
            raise
        shutil.rmtree(temporary)
    except OSError as error:
        raise WriteRefusedError(disk.describe(error, target)) from error
    observe("removed")
    disk.flush_folder(target.parent)
    observe("folder flushed")


def remove_temporary(temporary: Path) -> None:
    """Remove a temporary file or folder of ours if it is still there; never one of another name."""
    if atomic.is_temporary(temporary) and temporary.is_dir() and not temporary.is_symlink():
        shutil.rmtree(temporary, ignore_errors=True)
    else:
        atomic.remove_temporary(temporary)


def _check(folder: Path, expected_sha256: str, target: Path) -> None:
    found = digest(folder)
    if found != expected_sha256:
        raise BaseChangedError(target, expected_sha256, found)


def _write(path: Path, file: NewFile, observe: Observer) -> None:
    descriptor = disk.create_exclusively(path, disk.USUAL)
    seen = hashlib.sha256()
    try:
        for part in _parts(file.content):
            view = memoryview(part)
            while view:
                view = view[os.write(descriptor, view) :]
            seen.update(part)
            observe("part written")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if seen.hexdigest() != file.sha256:
        raise WriteRefusedError(
            f"{file.content if isinstance(file.content, Path) else file.name} was changed by "
            "another program just now. Nothing was written; try again."
        )


def _parts(content: bytes | Path) -> Iterable[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as file:
        while part := file.read(_CHUNK_BYTES):
            yield part


def _place(temporary: Path, target: Path) -> None:
    """Give a finished folder its name in one step, never that of something else."""
    try:
        # POSIX puts a folder in the place of an empty one; whoever has made that means to use it.
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
        disk.retry_while_shared(lambda: temporary.rename(target))
    except OSError as error:
        if error.errno in (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR) or os.path.lexists(target):
            raise NameTakenError(
                f"{target.name} is there already, in {target.parent}. It was not touched, and "
                "nothing was written. Choose another place, or move it away."
            ) from error
        raise
