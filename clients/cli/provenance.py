"""What was changed, by what and when, as JSON Lines: one object a change, oldest first."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clients.client.errors import FailedError, RefusedError
from clients.patching import Entry

# Of an entry's detail, what every export names at the top, there or not.
_NAMED = ("start_ms", "end_ms", "model", "checkpoint", "seed", "options")


def record(entry: Entry) -> dict[str, Any]:
    """One change for programs; what is not known is ``null``."""
    detail = detail_of(entry)
    return {
        "id": entry.id,
        "time": datetime.fromtimestamp(entry.at, UTC).isoformat(timespec="milliseconds"),
        "path": str(entry.path),
        "verb": entry.verb,
        "state": str(entry.state),
        "changed": datetime.fromtimestamp(entry.changed_at, UTC).isoformat(timespec="milliseconds"),
        **{name: detail.pop(name, None) for name in _NAMED},
        "job": entry.job or None,
        "variant": entry.variant if entry.job else None,
        "before_sha256": entry.before_sha256 or None,
        "after_sha256": entry.after_sha256 or None,
        "summary": entry.summary,
        "bytes_kept": entry.before_kept and entry.after_kept,
        "detail": detail,
    }


def detail_of(entry: Entry) -> dict[str, Any]:
    """What the change's origin told in JSON."""
    try:
        detail = json.loads(entry.detail)
    except ValueError:
        return {}
    return detail if isinstance(detail, dict) else {}


def lines(entries: Iterable[Entry]) -> Iterable[str]:
    """One line of ASCII JSON for each entry."""
    return (json.dumps(record(entry)) + "\n" for entry in entries)


def write(file: Path, entries: Iterable[Entry], force: bool) -> int:
    """Write a file of them; how many there are.

    Raises:
        RefusedError: the file is there already, and ``force`` does not say to replace it.
        FailedError: it cannot be written. A file that was there is as it was.
    """
    count = 0
    # Beside it first: an export that breaks off must not take the place of a whole one.
    beside = file.parent / f".{secrets.token_hex(6)}.tmp"
    try:
        if file.is_dir() or (file.exists() and not force):
            raise _there(file)
        with beside.open("x", encoding="ascii", newline="\n") as out:
            for line in lines(entries):
                out.write(line)
                count += 1
        if force:
            beside.replace(file)
        else:
            _place(beside, file)
    except FileExistsError as error:
        raise _there(file) from error
    except OSError as error:
        raise FailedError(f"{file} cannot be written: {error.strerror or error}.") from error
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
    return count


def _place(beside: Path, file: Path) -> None:
    from clients.patching import disk

    if not disk.place(beside, file):
        os.close(disk.create_exclusively(file, disk.USUAL))
        beside.replace(file)


def _there(file: Path) -> RefusedError:
    what = "is a folder" if file.is_dir() else "is there already; --force replaces it"
    return RefusedError(f"{file} {what}. Nothing was written.", reason="FILE_EXISTS")
