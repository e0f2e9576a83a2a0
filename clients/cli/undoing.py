"""``osu-companion undo``, ``redo`` and ``history``: none of them needs the daemon."""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path
from typing import Any

from osu_companion.local.endpoint import read_endpoint
from osu_companion.local.paths import Paths, find_paths

from clients.cli.interrupts import uninterrupted
from clients.cli.output import Output
from clients.cli.timestamps import format_time
from clients.patching import Entry, Patcher, UndoConflictError, unified_diff

# The watcher is told as a courtesy; a daemon that hangs must not hold up an undo.
_COURTESY_S = 1.0
_STATE_WORDS = {"applied": "", "undone": " (undone)"}


def undo(map_path: Path | None, output: Output) -> None:
    """Take back the newest change of ours, of one map or of any.

    Raises:
        PatchingError: nothing to undo, or someone else changed the map since.
    """
    paths = find_paths()
    with uninterrupted():
        entry = _with_diff(Patcher(paths.state).undo, map_path, output)
        _tell_watcher(paths, entry.path, entry.before_sha256)
        output.result(
            {"undone": _fields(entry)},
            f"{entry.path.name}: taken back ({entry.summary or entry.verb}). "
            "`osu-companion redo` repeats it.",
        )


def redo(map_path: Path | None, output: Output) -> None:
    """Repeat the change that was undone last.

    Raises:
        PatchingError: nothing to redo, or someone else changed the map since.
    """
    paths = find_paths()
    with uninterrupted():
        entry = _with_diff(Patcher(paths.state).redo, map_path, output)
        _tell_watcher(paths, entry.path, entry.after_sha256)
        output.result(
            {"redone": _fields(entry)},
            f"{entry.path.name}: repeated ({entry.summary or entry.verb}).",
        )


def history(map_path: Path | None, limit: int, output: Output) -> None:
    """Show the changes of ours, newest first."""
    entries = Patcher(find_paths().state).history(map_path, limit)
    lines = [_line(entry) for entry in entries]
    output.result(
        {"entries": [_fields(entry) for entry in entries]},
        "\n".join(lines) or "Nothing was written yet.",
    )


def _with_diff(work: Any, map_path: Path | None, output: Output) -> Entry:
    try:
        entry: Entry = work(map_path)
    except UndoConflictError as error:
        if error.current is not None:
            diff = unified_diff(error.current, error.wanted, error.path.name)
            output.notice(f"From what is there to what is kept:\n{diff}")
        raise
    return entry


def _tell_watcher(paths: Paths, path: Path, sha256: str) -> None:
    """So that the watcher of a running daemon does not take our write for the editor's."""
    endpoint = read_endpoint(paths.endpoint_file)
    if endpoint is None or not endpoint.process_alive():
        return
    from clients.client import Client, ClientError

    with contextlib.suppress(ClientError), Client(endpoint) as client:
        client.report_write(path, sha256, timeout_s=_COURTESY_S)


def _line(entry: Entry) -> str:
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(entry.at))
    detail = _detail(entry)
    span = ""
    if "start_ms" in detail and "end_ms" in detail:
        span = f" {format_time(detail['start_ms'])} - {format_time(detail['end_ms'])}"
    state = _STATE_WORDS.get(entry.state, f" ({entry.state})")
    return (
        f"{entry.id:>4}  {when}  {entry.path.name}{span}: {entry.summary or entry.verb}{state}"
        + (f"  [job {entry.job}, variant {entry.variant}]" if entry.job else "")
    )


def _fields(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "at": entry.at,
        "path": str(entry.path),
        "state": str(entry.state),
        "verb": entry.verb,
        "job": entry.job,
        "variant": entry.variant,
        "summary": entry.summary,
        "detail": _detail(entry),
        "before_sha256": entry.before_sha256,
        "after_sha256": entry.after_sha256,
    }


def _detail(entry: Entry) -> dict[str, Any]:
    try:
        detail = json.loads(entry.detail)
    except ValueError:
        return {}
    return detail if isinstance(detail, dict) else {}
