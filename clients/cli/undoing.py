"""``osu-companion undo``, ``redo``, ``restore`` and ``history``: none of them needs the daemon."""

from __future__ import annotations

import itertools
import sys
import time
from pathlib import Path
from typing import Any

from osu_companion.local.paths import find_paths

from clients.cli.interrupts import uninterrupted
from clients.cli.moments import parse_moment
from clients.cli.output import Output
from clients.cli.provenance import detail_of, lines, write
from clients.cli.timestamps import format_time
from clients.client.errors import UsageError
from clients.own_writes import tell_watcher
from clients.patching import Entry, Patcher, UndoConflictError, Version, unified_diff
from clients.patching.atomic import read_if_there
from clients.patching.versions import told

_SHOWN = 20
_STATE_WORDS = {"applied": "", "undone": " (undone)"}


def undo(map_path: Path | None, output: Output) -> None:
    """Take back the newest change of ours, of one map or of any.

    Raises:
        PatchingError: nothing to undo, or someone else changed the map since.
    """
    paths = find_paths()
    with uninterrupted():
        entry = _with_diff(Patcher(paths.state).undo, map_path, output)
        tell_watcher(paths, entry.path, entry.before_sha256)
        output.result(
            {"undone": _fields(entry)},
            f"{entry.path.name}: taken back ({entry.summary or entry.verb})."
            + (" `osu-companion redo` repeats it." if entry.after_kept else ""),
        )


def redo(map_path: Path | None, output: Output) -> None:
    """Repeat the change that was undone last.

    Raises:
        PatchingError: nothing to redo, or someone else changed the map since.
    """
    paths = find_paths()
    with uninterrupted():
        entry = _with_diff(Patcher(paths.state).redo, map_path, output)
        tell_watcher(paths, entry.path, entry.after_sha256)
        output.result(
            {"redone": _fields(entry)},
            f"{entry.path.name}: repeated ({entry.summary or entry.verb}).",
        )


def restore(
    map_path: Path,
    at: str | None,
    entry: int | None,
    before: int | None,
    dry_run: bool,
    output: Output,
) -> None:
    """Bring a map back to what it was at a time, or as a change left or found it.

    Raises:
        PatchingError: that is not known any more, or the map cannot be written.
        UsageError: not exactly one of the three was given, or the time is none.
    """
    if [at, entry, before].count(None) != 2:
        raise UsageError("Give one of --at TIME, --entry ID and --before ID.")
    try:
        moment = None if at is None else parse_moment(at, time.time())
    except ValueError as error:
        raise UsageError(str(error)) from error
    paths = find_paths()
    patcher = Patcher(paths.state)
    name = map_path.name
    if dry_run:
        version, data = patcher.version(map_path, at=moment, entry=entry, before=before)
        diff = unified_diff(read_if_there(map_path) or b"", data, name)
        _remark(version, output)
        fields = {"restored": False, "version": _version_fields(version), "diff": diff}
        output.result(fields, diff or "Nothing would change.")
        return
    with uninterrupted():
        made, version = patcher.restore(map_path, at=moment, entry=entry, before=before)
        _remark(version, output)
        fields = {"restored": made is not None, "version": _version_fields(version)}
        if made is None:
            output.result(fields, f"{name} is like that already; nothing was written.")
            return
        tell_watcher(paths, made.path, made.after_sha256)
        output.result(
            fields | {"entry": _fields(made)},
            f"{name}: as of {told(version.known_at)} again. `osu-companion undo` takes it back.",
        )


def history(map_path: Path | None, limit: int | None, output: Output) -> None:
    """Show the changes of ours, newest first."""
    entries = Patcher(find_paths().state).history(map_path, limit or _SHOWN)
    output.result(
        {"entries": [_fields(entry) for entry in entries]},
        "\n".join(_line(entry) for entry in entries) or "Nothing was written yet.",
    )


def export(
    map_path: Path | None, file: str, force: bool, limit: int | None, output: Output
) -> None:
    """Write the changes of ours to a file (``-``: standard output) as JSON Lines, oldest first.

    Raises:
        RefusedError: the file is there already.
        UsageError: standard output is to hold both the export and what ``--json`` prints.
    """
    if file == "-" and output.for_programs:
        raise UsageError("--export - prints JSON Lines of its own; leave --json out.")
    newest = list(itertools.islice(Patcher(find_paths().state).every(map_path), limit))
    oldest = reversed(newest)
    if file == "-":
        for line in lines(oldest):
            sys.stdout.write(line)
        sys.stdout.flush()
        return
    count = write(Path(file), oldest, force)
    output.result(
        {"exported": count, "file": file},
        f"{count} {'change' if count == 1 else 'changes'} in {file}.",
    )


def _with_diff(work: Any, map_path: Path | None, output: Output) -> Entry:
    try:
        entry: Entry = work(map_path)
    except UndoConflictError as error:
        if error.current is not None and error.wanted is not None:
            diff = unified_diff(error.current, error.wanted, error.path.name)
            output.notice(f"From what is there to what is kept:\n{diff}")
        raise
    return entry


def _line(entry: Entry) -> str:
    when = told(entry.at)
    detail = detail_of(entry)
    span = ""
    if "start_ms" in detail and "end_ms" in detail:
        span = f" {format_time(detail['start_ms'])} - {format_time(detail['end_ms'])}"
    state = _STATE_WORDS.get(entry.state, f" ({entry.state})")
    if not entry.before_kept:
        state += " (bytes no longer kept)"
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
        "detail": detail_of(entry),
        "before_sha256": entry.before_sha256,
        "after_sha256": entry.after_sha256,
        "before_kept": entry.before_kept,
        "after_kept": entry.after_kept,
    }


def _version_fields(version: Version) -> dict[str, Any]:
    return {"sha256": version.sha256, "entry": version.entry, "known_at": version.known_at}


def _remark(version: Version, output: Output) -> None:
    if version.remark:
        output.notice(version.remark)
