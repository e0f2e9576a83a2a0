"""Replace, make or remove one file so that a reader, or a crash, only ever meets old or new.

The new bytes go to a temporary file in the same folder (only there is the rename atomic), whose
name starts with a dot so that watchers pass over it; then file, rename, folder are flushed in this
order. A hard link elsewhere keeps the old bytes, because the name is replaced and not the contents
(osu!lazer shares files with a stable install that way). Symlinks are followed by the caller.

A new file gets its name in one step too, never over another file; only where the file system has no
hard links is it written under its own name.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import stat
from collections.abc import Callable
from pathlib import Path

from clients.patching import disk
from clients.patching.errors import (
    BaseChangedError,
    MapGoneError,
    NameTakenError,
    WriteRefusedError,
)
from clients.patching.lines import sha256_hex

# Told after each step that a crash could follow; the tests kill the process there.
Observer = Callable[[str], None]

TEMPORARY_PREFIX = ".osu-companion-"
_TEMPORARY = re.compile(re.escape(TEMPORARY_PREFIX) + r"[0-9a-f]{12}\.tmp")
_CHUNK_BYTES = 1 << 16


def silent(_step: str) -> None:
    """The observer of everyday use."""


def temporary_name() -> str:
    """A short name, so that it fits where the map's own long name just does."""
    return f"{TEMPORARY_PREFIX}{secrets.token_hex(6)}.tmp"


def resolve(path: Path) -> Path:
    """The real file behind ``path``: absolute, symlinks followed.

    Raises:
        MapGoneError: there is no such file.
        WriteRefusedError: it is no regular file, it is read-only, or it cannot be reached.
    """
    target = _real(path)
    try:
        status = target.stat()
    except OSError as error:
        raise _unopened(path, error) from error
    if not stat.S_ISREG(status.st_mode):
        raise WriteRefusedError(f"{path} is not a file. Nothing was changed.")
    if not disk.is_writable(target, status):
        raise WriteRefusedError(
            f"{target.name} is read-only. Allow writing to it and try again. Nothing was changed."
        )
    return target


def resolve_new(path: Path) -> Path:
    """Where a new file of this name will stand: its real folder, and the name as given.

    Raises:
        MapGoneError: the folder is not there.
        WriteRefusedError: it is no folder, or the path names no file.
        NameTakenError: something has the name already, be it a link that leads nowhere.
    """
    folder = _real(path.parent)
    if path.name in ("", ".."):
        raise WriteRefusedError(f"{path} names no file. Nothing was changed.")
    target = folder / path.name
    try:
        if not folder.is_dir():
            raise WriteRefusedError(f"{folder} is not a folder. Nothing was changed.")
        target.lstat()
    except FileNotFoundError:
        return target
    except (OSError, ValueError) as error:
        raise _unopened(path, error) from error
    raise _taken(target)


def require_writable(path: Path) -> Path:
    """The real file behind ``path``, which can be replaced as far as can be told without trying.

    For whoever is about to ask for something that takes long. The write itself asks again.

    Raises:
        WriteRefusedError, MapGoneError: it cannot; what the write would say.
    """
    target = resolve(path)
    require_folder(target.parent)
    return target


def require_folder(folder: Path) -> None:
    """Refuse a folder in which no file can be made, as :func:`require_writable` does.

    Raises:
        WriteRefusedError: what the write would say.
    """
    error = disk.folder_refusal(standing(folder))
    if error is not None:
        raise _refused(error, standing(folder) / temporary_name())


def read(path: Path) -> bytes:
    """The file's bytes.

    Raises:
        MapGoneError: it is not there.
        WriteRefusedError: it cannot be read.
    """
    try:
        return disk.retry_while_shared(path.read_bytes)
    except OSError as error:
        gone = isinstance(error, (FileNotFoundError, NotADirectoryError))
        raise (MapGoneError if gone else WriteRefusedError)(
            f"{path} cannot be read: {error.strerror or error}. Nothing was changed."
        ) from error


def read_if_there(path: Path) -> bytes | None:
    """The file's bytes, or ``None`` where there is none.

    Raises:
        WriteRefusedError: it is no file, or cannot be read.
    """
    try:
        return read(path)
    except MapGoneError:
        return None


def digest(path: Path) -> str:
    """SHA-256 of a file's bytes; ``""`` where there is none, ``"?"`` where it cannot be read."""
    try:
        data = read_if_there(path)
    except WriteRefusedError:
        return "?"
    return "" if data is None else sha256_hex(data)


def standing(path: Path) -> Path:
    """The real path of a file that need not be there: absolute, symlinks followed."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):  # a loop of symlinks, before 3.13
        return path.absolute()


def _real(path: Path) -> Path:
    try:
        return path.resolve(strict=True)
    # RuntimeError: a loop of symlinks, before 3.13. ValueError: a NUL in the path.
    except (OSError, RuntimeError, ValueError) as error:
        raise _unopened(path, error) from error


def _unopened(path: Path, error: Exception) -> WriteRefusedError:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    gone = isinstance(error, (FileNotFoundError, NotADirectoryError))
    return (MapGoneError if gone else WriteRefusedError)(
        f"{path} cannot be opened: {reason}. Nothing was changed."
    )


def _taken(target: Path) -> NameTakenError:
    return NameTakenError(
        f"{target.name} is there already, in {target.parent}. It was not touched, and nothing was "
        "written. Choose another name, or move that file away."
    )


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
        _write_temporary(temporary, data, disk.PRIVATE, observe, original)
        found = sha256_hex(disk.retry_while_shared(target.read_bytes))
        if found != expected_sha256:
            raise BaseChangedError(target, expected_sha256, found)
        observe("base checked")
        disk.retry_while_shared(lambda: disk.replace(temporary, target))
    except OSError as error:
        raise _refused(error, target) from error
    finally:
        remove_temporary(temporary)
    observe("replaced")
    disk.flush_folder(target.parent)
    observe("folder flushed")


def create_file(
    target: Path, data: bytes, *, temporary: Path | None = None, observe: Observer = silent
) -> None:
    """Make ``target`` (a path of :func:`resolve_new`) with the permissions of any new file.

    Raises:
        NameTakenError: something has got the name; it was not touched.
        WriteRefusedError: permission or space. Nothing is left behind.
    """
    if temporary is None:
        temporary = target.parent / temporary_name()
    try:
        _write_temporary(temporary, data, disk.USUAL, observe)
        if not disk.retry_while_shared(lambda: disk.place(temporary, target)):
            _write_in_place(target, data, observe)
        observe("placed")
    except FileExistsError as error:
        raise _taken(target) from error
    except OSError as error:
        raise _refused(error, target) from error
    finally:
        remove_temporary(temporary)
    observe("temporary removed")
    disk.flush_folder(target.parent)
    observe("folder flushed")


def remove_file(target: Path, *, expected_sha256: str, observe: Observer = silent) -> None:
    """Remove a file that still holds the bytes that we wrote.

    Raises:
        BaseChangedError: it holds others; it was left alone.
        WriteRefusedError: it cannot be removed.
    """
    try:
        found = sha256_hex(disk.retry_while_shared(target.read_bytes))
        if found != expected_sha256:
            raise BaseChangedError(target, expected_sha256, found)
        observe("base checked")
        disk.retry_while_shared(target.unlink)
    except OSError as error:
        raise _refused(error, target) from error
    observe("removed")
    disk.flush_folder(target.parent)
    observe("folder flushed")


def _write_temporary(
    temporary: Path,
    data: bytes,
    mode: int,
    observe: Observer,
    original: os.stat_result | None = None,
) -> None:
    """Write and flush the bytes under the temporary name, with the attributes of ``original``."""
    descriptor = disk.create_exclusively(temporary, mode)
    try:
        observe("temporary created")
        _write_all(descriptor, data, observe)
        if original is not None:
            disk.keep_attributes(descriptor, temporary, original)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    observe("temporary flushed")


def _write_in_place(target: Path, data: bytes, observe: Observer) -> None:
    """Write a new file under its own name, where no other way keeps it from being another's.

    A crash leaves the beginning of it, which the next run knows by its bytes and removes.
    """
    descriptor = disk.create_exclusively(target, disk.USUAL)
    try:
        observe("created in place")
        _write_all(descriptor, data, observe)
        os.fsync(descriptor)
    except BaseException:
        with contextlib.suppress(OSError):
            os.close(descriptor)
        with contextlib.suppress(OSError):
            target.unlink()
        raise
    os.close(descriptor)


def _write_all(descriptor: int, data: bytes, observe: Observer) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view[:_CHUNK_BYTES]) :]
        observe("part written")


def _refused(error: OSError, target: Path) -> WriteRefusedError:
    gone = isinstance(error, (FileNotFoundError, NotADirectoryError))
    return (MapGoneError if gone else WriteRefusedError)(disk.describe(error, target))


def is_temporary(path: Path) -> bool:
    """Whether a name is one of :func:`temporary_name`."""
    return _TEMPORARY.fullmatch(path.name) is not None


def remove_temporary(temporary: Path) -> None:
    """Remove a temporary file of ours if it is still there; never a file of another name."""
    if not is_temporary(temporary):
        return
    with contextlib.suppress(OSError):
        # A read-only mode copied from the map would stop the removal on Windows.
        if os.name == "nt" and temporary.exists():
            temporary.chmod(0o600)
        temporary.unlink(missing_ok=True)
