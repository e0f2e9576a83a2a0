"""Files that are written whole or not at all, with the file's name in what goes wrong."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["whole"]


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Where to write what is to be at ``path``: it is put there at the end, or taken away.

    The name in between has the process's number, so that several may write at once.

    Raises:
        OSError: nothing could be written (no space, no right), with ``path`` in it.
    """
    partial = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        yield partial
        partial.replace(path)
    except BaseException as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        cause = _of_system(error)
        if cause is None:
            raise
        raise OSError(cause.errno, cause.strerror, str(path)) from error


def _of_system(error: BaseException | None) -> OSError | None:
    """The system's error behind an error; torch hides it behind one of its own."""
    while error is not None:
        if isinstance(error, OSError) and error.errno is not None:
            return error
        error = error.__context__ if isinstance(error, Exception) else None
    return None
