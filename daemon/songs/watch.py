"""watchdog on the Songs folder: hints about maps that may have changed, from its own thread."""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Callable
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from daemon.songs.index import is_map

log = logging.getLogger(__name__)

# Reading a file makes events too on Linux; these are the ones after which content may be new.
_TELLING = frozenset({"created", "modified", "moved", "deleted", "closed"})


class WatchError(Exception):
    """The folder cannot be watched; the message says why and what would help."""


class Watch:
    """A recursive watch.

    Args:
        touched: called with a map's path, from watchdog's thread.
    """

    def __init__(self, root: Path, touched: Callable[[Path], None]) -> None:
        self._root = root
        self._touched = touched
        self._observer: BaseObserver | None = None

    def start(self) -> None:
        """Begin. Blocking: on Linux every folder below gets a watch of its own.

        Raises:
            WatchError: the system refuses.
        """
        observer = Observer()
        try:
            observer.schedule(_Handler(self._touched), str(self._root), recursive=True)
            observer.start()
        except OSError as error:
            raise WatchError(_advice(error)) from error
        self._observer = observer

    @property
    def alive(self) -> bool:
        """False once a thread of it has died, which happens silently (a share that drops)."""
        observer = self._observer
        return (
            observer is not None
            and observer.is_alive()
            and all(emitter.is_alive() for emitter in observer.emitters)
        )

    def stop(self) -> None:
        observer, self._observer = self._observer, None
        if observer is not None:
            observer.stop()
            observer.join(2.0)


class _Handler(FileSystemEventHandler):
    def __init__(self, touched: Callable[[Path], None]) -> None:
        self._touched = touched

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.is_directory or event.event_type not in _TELLING:
            return
        for raw in (event.src_path, event.dest_path):
            if raw:
                path = Path(os.fsdecode(raw))
                if is_map(path.name):
                    self._touched(path)


def _advice(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EMFILE):
        return (
            "the system's limit of watched folders is reached; to raise it: "
            "sudo sysctl fs.inotify.max_user_watches=524288"
        )
    return str(error.strerror or error)
