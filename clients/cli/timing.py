"""``osu-companion timing``: ask, follow, show the red lines; write them where that is wanted."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from osu_companion.local.paths import find_paths
from osu_companion.v1.parameters import TimingOptions

from clients.cli.asking import (
    RELOAD_HINT,
    chosen_map,
    chosen_variant,
    existing_file,
    follow_job,
    made_with,
    opened_map,
    result_fields,
    span,
    summary_fields,
)
from clients.cli.interrupts import uninterrupted
from clients.cli.output import Output
from clients.cli.previewing import preview
from clients.client import Client, Variant
from clients.client.errors import UsageError
from clients.notices import Teller
from clients.patching import Patcher
from clients.patching.atomic import read as read_map
from clients.patching.atomic import require_writable
from clients.remapping import Prepared, apply, finite, origin_of, prepare

if TYPE_CHECKING:
    from osu_companion.v1 import jobs_pb2, patches_pb2

_MAP = ".osu"
_MOST_LINES = 40


@dataclass(frozen=True, slots=True)
class Request:
    """The options of ``timing``, as given; ``options`` by the names of the contract.

    apply: write the map's new lines; ``None``: ask, on a terminal.
    """

    path: Path | None
    active: bool
    start: str | None
    end: str | None
    range_text: str | None
    seed: int | None
    apply: bool | None
    dry_run: bool
    model: str
    options: dict[str, Any]
    preview: str | None = None


@dataclass(frozen=True, slots=True)
class _Timed:
    """A job that has ended, and the map that it was asked for."""

    job_id: str
    result: jobs_pb2.JobResult
    path: Path
    base: bytes


def timing(request: Request, output: Output) -> None:
    """Hear the red lines of a song, print them, and write those of a map where that is wanted.

    Raises:
        ClientError, PatchingError, KeyboardInterrupt: see :mod:`clients.cli.exits`.
    """
    if request.apply and request.dry_run:
        raise UsageError("--apply writes and --dry-run does not; give one of them.")
    start, end, range_text = span(request.start, request.end, request.range_text)
    if request.path is None and not request.active:
        raise UsageError("Which song? Give an audio file or a map, or --active.")
    song = _song(request)
    path = None if song is not None else chosen_map(request.path, request.active)
    paths = find_paths()
    with Client.connect(paths, output.notice) as client:
        path = song or opened_map(client, path, output)
        if request.apply:
            require_writable(path)
        base = b"" if song is not None else read_map(path)
        patcher = Patcher(paths.state)
        teller = Teller(patcher, path, output.told)
        stream = client.timing(
            path,
            start_ms=start,
            end_ms=end,
            range_text=range_text,
            seed=request.seed,
            model=request.model,
            options=TimingOptions(**request.options),
        )
        result = follow_job(client, stream, teller, output)
        timed = _Timed(stream.job_id, result, path, base)
        if song is not None:
            _print_song(timed, output)
        else:
            _finish(timed, request, client, patcher, teller, output)


def _song(request: Request) -> Path | None:
    """The audio file that was named, which must exist; ``None`` for a map.

    Raises:
        UsageError: the options are those of a map.
        RefusedError: there is no such file.
    """
    if request.active or request.path is None or request.path.suffix.lower() == _MAP:
        return None
    given = {"--apply": request.apply, "--dry-run": request.dry_run, "--preview": request.preview}
    for name, value in given.items():
        if value or value == "":
            raise UsageError(f"{name} is for maps, and {request.path.name} is none.")
    return existing_file(request.path, "audio file", "AUDIO_NOT_FOUND")


def _print_song(timed: _Timed, output: Output) -> None:
    """The lines of an audio file, and nothing else, on standard output."""
    told = timed.result.timing
    _say(output, f"{timed.path.name}: {told.text}. {made_with(timed.result)}")
    fields = _fields(timed) | {"applied": False}
    output.result(fields, "\n".join(line.line for line in told.red_lines))


def _finish(
    timed: _Timed,
    request: Request,
    client: Client,
    patcher: Patcher,
    teller: Teller,
    output: Output,
) -> None:
    chosen = chosen_variant(timed.result)
    changes = bool(chosen.patch.edits)
    told = Variant(timed.job_id, chosen.number)
    # What is asked here is asked once, below.
    shown = preview(request.preview, client, output, told, writes=False)
    prepared = prepare(client, timed.path, chosen.patch, timed.base)
    fields = _fields(timed) | _patch_fields(prepared) | shown
    if request.dry_run or not changes:
        diff = prepared.diff(timed.path.name)
        if request.dry_run:
            fields["diff"] = diff
        _say(output, _sentence(timed))
        text = diff if request.dry_run and diff else _lines(timed)
        output.result(fields | {"applied": False}, text)
        return
    if request.apply is not True:
        _say(output, _sentence(timed, prepared))
        wanted = request.apply is None and not output.for_programs and _agreed(timed)
        if not wanted:
            _say(output, "Nothing was written; --apply writes the new red lines.")
            output.result(fields | {"applied": False}, _lines(timed))
            return
    origin = origin_of(timed.job_id, timed.result.provenance, chosen)
    with uninterrupted():
        applied = apply(client, patcher, timed.path, chosen.patch, origin, teller, timed.base)
        fields |= _patch_fields(applied.prepared) | {"applied": True, "entry": applied.entry.id}
        if request.apply:  # else it was said with the question
            _say(output, _sentence(timed, applied.prepared))
        if applied.prepared.rebased:
            _say(
                output, "The map was saved meanwhile; the change was carried over to its new state."
            )
        _say(output, RELOAD_HINT)
        output.result(fields, _lines(timed))


def _say(output: Output, text: str) -> None:
    """On standard error, where the lines are not; programs find all of it in the result."""
    output.finish_progress()
    if not output.for_programs:
        output.notice(text)


def _lines(timed: _Timed) -> str:
    return "\n".join(line.line for line in timed.result.timing.red_lines)


def _sentence(timed: _Timed, prepared: Prepared | None = None) -> str:
    """What was heard and what becomes of it, line by line where something does."""
    text = f"{timed.path.name}: {timed.result.timing.text}. {made_with(timed.result)}"
    if prepared is None:
        return text
    lines = prepared.patch.summary.lines
    more = [f"  and {len(lines) - _MOST_LINES} more"] if len(lines) > _MOST_LINES else []
    return "\n".join([text, *(f"  {line}" for line in lines[:_MOST_LINES]), *more])


def _agreed(timed: _Timed) -> bool:
    """Whether the user wants the lines in the map; whoever cannot be asked does not."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    while True:
        question = f"Write these red lines to {timed.path.name}? [y/N] "
        print(question, end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        word = line.strip().lower()
        if word in ("y", "yes"):
            return True
        if word in ("", "n", "no"):
            if not line:  # the end of the input
                print(file=sys.stderr)
            return False


def _fields(timed: _Timed) -> dict[str, Any]:
    told = timed.result.timing
    return result_fields(timed.job_id, timed.result) | {
        "path": str(timed.path),
        "text": told.text,
        "beats": told.beats,
        "median_error_ms": round(told.median_error_ms, 3),
        "map_error_ms": round(told.map_error_ms, 3) if told.HasField("map_error_ms") else None,
        "red_lines": [
            {
                "time_ms": finite(line.time_ms),
                "beat_length_ms": finite(line.beat_length_ms),
                "bpm": finite(round(60000 / line.beat_length_ms, 4) if line.beat_length_ms else 0),
                "meter": line.meter,
                "line": line.line,
            }
            for line in told.red_lines
        ],
    }


def _patch_fields(prepared: Prepared) -> dict[str, Any]:
    summary: patches_pb2.PatchSummary = prepared.patch.summary
    counts = ("moved", "red_added", "red_removed", "red_changed", "restoring")
    return {
        "start_ms": prepared.patch.start_ms,
        "end_ms": prepared.patch.end_ms,
        "summary": summary_fields(prepared.patch)
        | {name: getattr(summary, name) for name in counts}
        | {"lines": list(summary.lines)},
        "rebased": prepared.rebased,
        "base_sha256": prepared.patch.base_sha256,
        "result_sha256": prepared.patch.result_sha256,
    }
