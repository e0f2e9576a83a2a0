"""What the commands that ask for a job share: the map, the range, the way to the result."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clients.cli.output import Output
from clients.cli.timestamps import format_time, parse_time
from clients.client import Client
from clients.client.errors import ClientError, RefusedError, UsageError
from clients.client.requests import absolute
from clients.notices import Teller
from clients.remapping import follow

if TYPE_CHECKING:
    from osu_companion.v1 import jobs_pb2, patches_pb2

RELOAD_HINT = (
    "If it is open in the editor, reload it there without saving (Ctrl+L, then Enter). "
    "`osu-companion undo` takes it back."
)


def chosen_map(named: Path | None, active: bool) -> Path | None:
    """The map named, which must exist; ``None`` for the active one."""
    if active:
        if named is not None:
            raise UsageError("Give either a map or --active, not both.")
        return None
    if named is None:
        raise UsageError("Which map? Give its path, or --active for the one saved last in Songs.")
    return existing_map(named)


def existing_map(named: Path) -> Path:
    """The absolute path of a map that is there; raises as :func:`existing_file`."""
    return existing_file(named, "map", "MAP_NOT_FOUND")


def existing_file(named: Path, what: str, reason: str) -> Path:
    """The absolute path of a file that is there; ``what`` and ``reason`` tell of one that is not.

    Raises:
        RefusedError: it is not.
    """
    path = Path(absolute(named))
    try:
        str(path).encode()
        exists = path.is_file()
    except UnicodeEncodeError:
        shown = str(path).encode(errors="backslashreplace").decode()
        raise RefusedError(
            f"The name {shown} is no valid text (UTF-8). Rename the file or its folder.",
            reason=reason,
        ) from None
    except OSError:  # a name that is longer than the file system takes
        exists = False
    if not exists:
        raise RefusedError(f"There is no {what} at {path}.", reason=reason)
    return path


def opened_map(client: Client, path: Path | None, output: Output) -> Path:
    """The map, looked up where it is the active one."""
    if path is not None:
        return path
    path = Path(client.active_map().path)
    output.notice(f"The map saved last: {path.name}")
    return path


def span(
    start: str | None, end: str | None, range_text: str | None
) -> tuple[int | None, int | None, str]:
    """A range as the options give it, in ms or as text from the editor; either end may be open.

    Raises:
        UsageError: both ways at once, what is no time, or an end before its start.
    """
    if range_text is not None:
        if start is not None or end is not None:
            raise UsageError("Give either --range or --from and --to, not both.")
        if not range_text.strip():
            raise UsageError("--range is empty. Copy a selection in the editor (Ctrl+C).")
        return None, None, range_text.strip()
    try:
        first = None if start is None else parse_time(start)
        last = None if end is None else parse_time(end)
    except ValueError as error:
        raise UsageError(str(error)) from error
    if first is not None and last is not None and last < first:
        raise UsageError(
            f"The range ends before it starts: --from is {format_time(first)} and --to is "
            f"{format_time(last)}. Give the earlier time as --from."
        )
    return first, last, ""


def check_variant(number: int, count: int) -> None:
    """Raises UsageError where ``number`` is none of ``count`` variants."""
    if count < 1 or not 1 <= number <= count:
        raise UsageError(
            f"--variant {number} of --variants {count}: ask for at least as many variants as the "
            "number of the one to apply."
        )


def follow_job(client: Client, stream: Any, teller: Teller, output: Output) -> jobs_pb2.JobResult:
    """The job's result, its events shown; Ctrl-C cancels it.

    Raises:
        ClientError, KeyboardInterrupt: see :mod:`clients.cli.exits`.
    """

    output.method = stream.method

    def hear(event: jobs_pb2.JobEvent) -> None:
        teller.hear(event)
        output.event(event)

    try:
        return follow(stream, hear)
    except KeyboardInterrupt:
        output.finish_progress()
        if stream.job_id:
            with contextlib.suppress(ClientError):
                client.cancel(stream.job_id)
        raise
    finally:
        stream.close()


def chosen_variant(result: jobs_pb2.JobResult, number: int = 1) -> patches_pb2.BeatmapVariant:
    """The variant of that number.

    Raises:
        RefusedError: it was refused, or there are not so many.
    """
    for candidate in result.variants:
        if candidate.number == number:
            return candidate
    raise RefusedError(
        f"There are {len(result.variants)} usable variants; number {number} is not among them.",
        reason="VARIANT_NOT_FOUND",
    )


def made_with(result: jobs_pb2.JobResult) -> str:
    """Seed, model, device and time, in a sentence."""
    return (
        f"Seed {result.seed}, model {result.model} on {result.device} ({result.precision}), "
        f"{result.timings.total_ms / 1000:.1f} s."
    )


def result_fields(job_id: str, result: jobs_pb2.JobResult) -> dict[str, Any]:
    """What programs are told of any job's result."""
    return {
        "job": job_id,
        "seed": result.seed,
        "model": result.model,
        "device": result.device,
        "precision": result.precision,
        "refused": list(result.refused),
        "timings": {
            name: round(getattr(result.timings, name), 3)
            for name in (
                "queue_ms",
                "load_ms",
                "audio_ms",
                "encoder_ms",
                "decode_ms",
                "post_ms",
                "patch_ms",
                "total_ms",
                "tokens",
                "tokens_per_second",
            )
        },
    }


def summary_fields(patch: patches_pb2.BeatmapPatch) -> dict[str, Any]:
    """What programs are told of a patch."""
    summary = patch.summary
    return {
        name: getattr(summary, name)
        for name in (
            "text",
            "replaced",
            "generated",
            "dropped",
            "sounds_changed",
            "green_added",
            "green_removed",
            "green_changed",
            "breaks_changed",
        )
    }
