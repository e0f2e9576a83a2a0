"""The rotating log: a few megabytes in the log folder, and plain lines on stderr if wanted."""

from __future__ import annotations

import logging
import logging.handlers
import sys
from pathlib import Path

_FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
_BYTES = 2 * 1024 * 1024
_KEPT = 3


def start_log(file: Path, level: str, *, also_stderr: bool = False) -> None:
    """Send the whole process's log to the file. One that cannot be opened leaves stderr alone."""
    root = logging.getLogger()
    root.setLevel(level.upper())
    handlers: list[logging.Handler] = []
    try:
        handlers.append(
            logging.handlers.RotatingFileHandler(
                file, maxBytes=_BYTES, backupCount=_KEPT, encoding="utf-8", delay=True
            )
        )
    except OSError as error:
        print(f"the log {file} cannot be written: {error.strerror}", file=sys.stderr)
        also_stderr = True
    if also_stderr:
        handlers.append(logging.StreamHandler())
    for handler in handlers:
        handler.setFormatter(logging.Formatter(_FORMAT))
        root.addHandler(handler)
    # A disk that fills up must not print tracebacks over the user's terminal.
    logging.raiseExceptions = False
    # watchdog logs each inotify event at debug level.
    logging.getLogger("watchdog").setLevel(logging.WARNING)
