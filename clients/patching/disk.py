"""What differs between operating systems when a file is replaced.

POSIX replaces a file whoever has it open, can flush a folder, and renames over other files unless a
hard link is made instead. Windows refuses while the game,
an antivirus or a sync program holds the file without sharing, mostly for a moment: that is retried
for a bounded time. Windows cannot flush a folder, has no owners to keep but attributes, and renames
over nothing unless told to.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

# ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION, ERROR_LOCK_VIOLATION
_SHARING_ERRORS = frozenset({5, 32, 33})

# About three seconds in all: longer than a virus scan of one small file, shorter than patience.
_RETRY_DELAYS_S = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8)

# FAT and some network file systems have no hard links; each says so in its own way.
_NO_LINKS = frozenset(
    {errno.EPERM, errno.EACCES, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EMLINK}
)

# Modes of files in the making: what replaces a map gets the map's own mode later, a new map what
# any program of the user's would give it (the system takes the umask away).
PRIVATE, USUAL = 0o600, 0o666

# Hidden, system, archive, not indexed: those that Windows lets be set, but for read-only.
_KEPT_ATTRIBUTES = 0x2 | 0x4 | 0x20 | 0x2000

# Of CreateFileW: the right to put files into a folder, and how a folder is opened at all.
_ADD_FILE, _SHARE_ALL, _OPEN_EXISTING, _BACKUP_SEMANTICS = 0x2, 0x7, 3, 0x0200_0000
_ACCESS_DENIED = 5

_Result = TypeVar("_Result")

_OPEN_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


def is_sharing_error(error: OSError) -> bool:
    """Whether another program holds the file (Windows only; POSIX has no such refusal)."""
    return getattr(error, "winerror", None) in _SHARING_ERRORS


def retry_while_shared(
    action: Callable[[], _Result], sleep: Callable[[float], object] = time.sleep
) -> _Result:
    """The result of ``action``, run again for about three seconds while the file is held.

    Raises:
        OSError: the last refusal, or at once any other error.
    """
    for delay in _RETRY_DELAYS_S:
        try:
            return action()
        except OSError as error:
            if not is_sharing_error(error):
                raise
            sleep(delay)
    return action()


def replace(source: Path, target: Path) -> None:
    """Rename over the target in one step; both must be in one folder."""
    source.replace(target)


def place(source: Path, target: Path) -> bool:
    """Give a finished file its name in one step, never over another file.

    Returns:
        Whether that was possible; if not (no hard links here), nothing has happened.

    Raises:
        FileExistsError: something has the name.
    """
    if sys.platform == "win32":
        source.rename(target)
        return True
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError as error:
        if error.errno in _NO_LINKS:
            return False
        raise
    return True


def create_exclusively(path: Path, mode: int = PRIVATE) -> int:
    """Open a new file for writing; never an existing one."""
    return os.open(path, _OPEN_FLAGS, mode)


def keep_attributes(descriptor: int, temporary: Path, original: os.stat_result) -> None:
    """Give the new file the permissions of the old one, and its owner where that is possible."""
    if sys.platform == "win32":
        temporary.chmod(stat.S_IMODE(original.st_mode))
        import ctypes

        kept = original.st_file_attributes & _KEPT_ATTRIBUTES
        if kept:
            ctypes.windll.kernel32.SetFileAttributesW(str(temporary), kept)
        return
    mine = os.fstat(descriptor)
    if (mine.st_uid, mine.st_gid) != (original.st_uid, original.st_gid):
        # Only root may give files away; for others the group alone may still work.
        try:
            os.fchown(descriptor, original.st_uid, original.st_gid)
        except OSError:
            with contextlib.suppress(OSError):
                os.fchown(descriptor, -1, original.st_gid)
    # FAT refuses to change modes that it does not have, and gives every file the same ones.
    if stat.S_IMODE(os.fstat(descriptor).st_mode) != stat.S_IMODE(original.st_mode):
        os.fchmod(descriptor, stat.S_IMODE(original.st_mode))


def flush_folder(folder: Path) -> None:
    """Make a rename in the folder survive a power cut, where the system can."""
    if sys.platform == "win32":
        return
    # Some network file systems cannot flush a folder. The rename itself has happened by now.
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def is_writable(path: Path, status: os.stat_result) -> bool:
    """Whether the user may change the file. A file marked read-only is respected even for root."""
    marked_read_only = not status.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)
    return not marked_read_only and os.access(path, os.W_OK)


def folder_refusal(folder: Path) -> OSError | None:
    """What would stop a new file in the folder, as a write would tell it; ``None``: nothing known.

    Nothing is written: the game looks again at folders of Songs whose files come and go.
    """
    if sys.platform == "win32":
        return _refusal_by_handle(folder)
    # As the write itself: by the effective user, who on Linux may be one that no mode stops.
    effective = os.access in os.supports_effective_ids
    if os.access(folder, os.W_OK | os.X_OK, effective_ids=effective):
        return None
    with contextlib.suppress(OSError):
        if os.statvfs(folder).f_flag & os.ST_RDONLY:
            return OSError(errno.EROFS, os.strerror(errno.EROFS), str(folder))
    if not folder.is_dir():
        return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(folder))
    return PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))


def _refusal_by_handle(folder: Path) -> OSError | None:
    """On Windows, whose folders have lists of rights and no mode: a handle that may add files."""
    if sys.platform != "win32":
        return None
    import ctypes

    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.CreateFileW.restype = ctypes.c_void_p
    kernel.CreateFileW.argtypes = [
        *(ctypes.c_wchar_p, ctypes.c_uint32, ctypes.c_uint32, ctypes.c_void_p),
        *(ctypes.c_uint32, ctypes.c_uint32, ctypes.c_void_p),
    ]
    kernel.CloseHandle.argtypes = [ctypes.c_void_p]
    handle = kernel.CreateFileW(
        str(folder), _ADD_FILE, _SHARE_ALL, None, _OPEN_EXISTING, _BACKUP_SEMANTICS, None
    )
    if handle not in (None, ctypes.c_void_p(-1).value):
        kernel.CloseHandle(handle)
        return None
    if ctypes.get_last_error() != _ACCESS_DENIED:
        return None  # whatever it is, the write will meet it or not
    return PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))


def describe(error: OSError, path: Path) -> str:
    """One sentence for people: what stops the write of ``path``, and the remedy."""
    name, folder = path.name, path.parent
    if is_sharing_error(error):
        return (
            f"{name} is held open by another program (the game, an antivirus, a sync client) and "
            "could not be replaced. Close it there, or try again in a moment. Nothing was changed."
        )
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", -1)):
        return (
            f"no space left on the disk that holds {folder}. Free some and try again. "
            "Nothing was changed."
        )
    if error.errno == errno.EROFS:
        return f"the disk that holds {folder} is mounted read-only. Nothing was changed."
    if isinstance(error, PermissionError):
        return (
            f"no permission to write in {folder}. Give your user write access to that folder. "
            "Nothing was changed."
        )
    if isinstance(error, FileNotFoundError):
        return f"{path} does not exist (any more). Nothing was changed."
    if error.errno == errno.ENAMETOOLONG:
        return (
            f"the path of {path} is too long for a file beside it. Shorten the folder's name. "
            "Nothing was changed."
        )
    if error.errno == errno.EFBIG:
        return f"{path} would be larger than the system allows. Nothing was changed."
    return f"{path} could not be written: {error.strerror or error}. Nothing was changed."
