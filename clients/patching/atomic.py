"""Replace one file's bytes so that a reader, or a crash, only ever meets the old or the new ones.

The new bytes go to a temporary file in the same folder (only there is the rename atomic), whose
name starts with a dot so that watchers pass over it; then file, rename, folder are flushed in this
order. A hard link elsewhere keeps the old bytes, because the name is replaced and not the contents
(osu!lazer shares files with a stable install that way). Symlinks are followed by the caller.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from clients.patching import disk
from clients.patching.errors import BaseChangedError, WriteRefusedError
from clients.patching.lines import sha256_hex

# Told after each step that a crash could follow; the tests kill the process there.
Observer = Callable[[str], None]

TEMPORARY_PREFIX = ".osu-companion-"
_CHUNK_BYTES = 1 << 16


def silent(_step: str) -> None:
    """The observer of everyday use."""


def temporary_name() -> str:
    """A short name, so that it fits where the map's own long name just does."""
    return f"{TEMPORARY_PREFIX}{secrets.token_hex(6)}.tmp"


def resolve(path: Path) -> Path:
    """The real file behind ``path``: absolute, symlinks followed.

    Raises:
        WriteRefusedError: there is no such file, it is no regular file, or it is read-only.
    """
    try:
        target = path.resolve(strict=True)
        status = target.stat()
    except (OSError, RuntimeError) as error:  # RuntimeError: a loop of symlinks, before 3.13
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise WriteRefusedError(f"{path} cannot be opened: {reason}.") from error
    if not target.is_file():
        raise WriteRefusedError(f"{path} is not a file.")
    if not disk.is_writable(target, status):
        raise WriteRefusedError(
            f"{target.name} is read-only. Allow writing to it and try again. Nothing was changed."
        )
    return target


def read(path: Path) -> bytes:
    """The file's bytes.

    Raises:
        WriteRefusedError: it cannot be read.
    """
    try:
        return disk.retry_while_shared(path.read_bytes)
    except OSError as error:
        raise WriteRefusedError(
            f"{path} cannot be read: {error.strerror or error}. Nothing was changed."
        ) from error


def replace_file(
    target: Path,
    data: bytes,
    *,
    expected_sha256: str,
    temporary: Path | None = None,
    observe: Observer = silent,
) -> None:
    """Replace ``target`` (a resolved path) by ``data``, keeping its permissions.

    The old bytes are checked once more directly before the replace, so that a save by an editor
    while we were writing is not lost.

    Raises:
        BaseChangedError: the file no longer holds the bytes of ``expected_sha256``.
        WriteRefusedError: permission, space, or another program that holds the file. In every
            case the file is as it was and the temporary file is gone.
    """
    if temporary is None:
        temporary = target.parent / temporary_name()
    try:
        original = target.stat()
        descriptor = disk.create_exclusively(temporary)
        try:
            observe("temporary created")
            view = memoryview(data)
            while view:
                view = view[os.write(descriptor, view[:_CHUNK_BYTES]) :]
                observe("part written")
            disk.keep_attributes(descriptor, temporary, original)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        observe("temporary flushed")
        found = sha256_hex(disk.retry_while_shared(target.read_bytes))
        if found != expected_sha256:
            raise BaseChangedError(target, expected_sha256, found)
        observe("base checked")
        disk.retry_while_shared(lambda: disk.replace(temporary, target))
    except OSError as error:
        raise WriteRefusedError(disk.describe(error, target)) from error
    finally:
        remove_temporary(temporary)
    observe("replaced")
    disk.flush_folder(target.parent)
    observe("folder flushed")


def remove_temporary(temporary: Path) -> None:
    """Remove a temporary file of ours if it is still there."""
    with contextlib.suppress(OSError):
        # A read-only mode copied from the map would stop the removal on Windows.
        if os.name == "nt" and temporary.exists():
            temporary.chmod(0o600)
        temporary.unlink(missing_ok=True)
