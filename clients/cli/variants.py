"""``osu-companion variants``: what is kept, how it looks, and applying it by its number."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from osu_companion.local.paths import find_paths

from clients.cli.asking import RELOAD_HINT, summary_fields
from clients.cli.interrupts import uninterrupted
from clients.cli.output import Output
from clients.cli.previewing import preview
from clients.cli.timestamps import format_time
from clients.cli.variant_lines import variant_fields, variant_line
from clients.client import Client, Variant
from clients.client.errors import RefusedError
from clients.client.requests import absolute
from clients.mapsets import ARCHIVE
from clients.notices import Teller
from clients.patching import EntryState, Patcher
from clients.places import require_place, songs_folder
from clients.variants import Written, prepared_variant, replaced_by, write_variant

if TYPE_CHECKING:
    from osu_companion.v1 import jobs_pb2, patches_pb2

_LISTED_JOBS = 20
_MOST_JOBS = 1_000
# What people asked for, in the command's words.
_COMMANDS = {
    "RemapBeatmap": "remap",
    "HitsoundBeatmap": "hitsound",
    "MakeGuestDifficulty": "gd",
    "GenerateMapset": "generate",
    "TimeSong": "timing",
}


def listed(map_path: Path | None, job_id: str | None, output: Output) -> None:
    """List the variants that are kept, the newest job first.

    Raises:
        ClientError: the daemon cannot be asked.
    """
    paths = find_paths()
    patcher = Patcher(paths.state)
    jobs: list[dict[str, Any]] = []
    lines: list[str] = []
    with Client.connect(paths, output.notice) as client:
        for job in _kept_jobs(client, patcher, job_id, map_path)[:_LISTED_JOBS]:
            variants = _variants_of(client, job)
            number = _standing(patcher, job)
            fields = _job_fields(job) | {"applied": number}
            fields["variants"] = [variant_fields(each) for each in variants]
            jobs.append(fields)
            lines.append(_job_line(job))
            lines += [variant_line(each, number) for each in variants]
    nothing = "Nothing is kept" + (f" of {map_path.name}." if map_path is not None else ".")
    hint = (
        "`osu-companion variants show N --job ID` shows one, `osu-companion variants apply N "
        "--job ID` writes it in place of another of its job."
    )
    output.result({"jobs": jobs}, "\n".join([*lines, hint]) if jobs else nothing)


def show(
    number: int, job_id: str | None, map_path: Path | None, wish: str | None, output: Output
) -> None:
    """Print what a variant would change, or the facts of its new files.

    Raises:
        ClientError, PatchingError: see :mod:`clients.cli.exits`.
    """
    paths = find_paths()
    patcher = Patcher(paths.state)
    with Client.connect(paths, output.notice) as client:
        job_id = _chosen_job(client, patcher, job_id, map_path)
        answer = client.variant(job_id, number)
        told = Variant(job_id, number)
        shown = {} if wish is None else preview(wish, client, output, told, writes=False)
        fields = _fields(job_id, answer) | _contents(client, patcher, job_id, answer)
        output.result(fields | {"applied": False} | shown, _shown_text(answer, fields))


def apply(
    number: int,
    job_id: str | None,
    map_path: Path | None,
    dry_run: bool,
    place: Path | None,
    output: Output,
) -> None:
    """Write a variant in place of the one of its job that was written.

    Raises:
        ClientError, PatchingError, KeyboardInterrupt: see :mod:`clients.cli.exits`.
    """
    if dry_run:
        show(number, job_id, map_path, None, output)
        return
    paths = find_paths()
    patcher = Patcher(paths.state)
    with Client.connect(paths, output.notice) as client:
        job_id = _chosen_job(client, patcher, job_id, map_path)
        answer = client.variant(job_id, number)
        replaced = replaced_by(patcher, job_id, answer)
        target = _mapset_place(client, answer, place) if replaced is None else None
        teller = Teller(patcher, Path(answer.path), output.told)
        teller.learn(answer.notices)
        with uninterrupted():
            written = write_variant(client, patcher, job_id, answer, teller, target)
            fields = _fields(job_id, answer) | _written_fields(written)
            output.result(fields, _written_text(number, written, fields))


def _kept_jobs(
    client: Client, patcher: Patcher, job_id: str | None, map_path: Path | None
) -> list[jobs_pb2.Job]:
    """The jobs whose variants can be had, newest first: of a map, or that made it."""
    from osu_companion.v1 import jobs_pb2

    if job_id is not None:
        jobs = [client.job(job_id)]
    else:
        jobs = client.jobs([jobs_pb2.JOB_STATE_DONE], _MOST_JOBS)
    kept = [job for job in jobs if job.variants]
    if map_path is None:
        return kept
    path = Path(absolute(map_path))
    made = {entry.job for entry in patcher.history(path, limit=_MOST_JOBS)}
    same = (path, path.resolve())
    return [job for job in kept if Path(job.path) in same or job.job_id in made]


def _variants_of(client: Client, job: jobs_pb2.Job) -> list[patches_pb2.BeatmapVariant]:
    with client.attach(job.job_id) as stream:
        for event in stream:
            if event.HasField("result"):
                return list(event.result.variants)
    return []


def _standing(patcher: Patcher, job: jobs_pb2.Job) -> int | None:
    """Which variant of a job is written, as far as we know."""
    for entry in patcher.history(limit=_MOST_JOBS):
        if entry.job == job.job_id and entry.state is EntryState.APPLIED:
            return entry.variant
    return None


def _chosen_job(client: Client, patcher: Patcher, job_id: str | None, map_path: Path | None) -> str:
    """The job named; else the newest whose variants are kept, of the map if one is named."""
    if job_id is not None:
        return job_id
    path = None if map_path is None else Path(absolute(map_path))
    for job in _kept_jobs(client, patcher, None, path):
        return job.job_id
    # What an older daemon does not tell as kept, it may still have.
    for entry in patcher.history(path, limit=_MOST_JOBS):
        if entry.job:
            return entry.job
    of = "" if path is None else f" of {path.name}"
    raise RefusedError(
        f"No variants{of} are kept: nothing was made yet, or so long ago that it is gone. Name a "
        "job with --job if you know one.",
        reason="VARIANT_NOT_FOUND",
    )


def _mapset_place(
    client: Client, answer: patches_pb2.GetVariantResponse, place: Path | None
) -> Path | None:
    """Where a mapset goes that was not written yet: as ``generate`` would have it."""
    if not answer.variant.HasField("mapset"):
        return None
    if place is not None:
        target = Path(absolute(place))
        require_place(target.parent if target.suffix.lower() == ARCHIVE else target)
        return target
    return songs_folder(client, "say where it shall go with --output")


def _contents(
    client: Client, patcher: Patcher, job_id: str, answer: patches_pb2.GetVariantResponse
) -> dict[str, Any]:
    """The diff of a patch against what is there now; the text of new files."""
    variant, path = answer.variant, Path(answer.path)
    if variant.HasField("patch"):
        return {"diff": prepared_variant(client, patcher, job_id, answer).diff(path.name)}
    if variant.HasField("file"):
        return {"content": variant.file.content.decode("utf-8")}
    return {"contents": {f.file_name: f.content.decode("utf-8") for f in variant.mapset.maps}}


def _shown_text(answer: patches_pb2.GetVariantResponse, fields: dict[str, Any]) -> str:
    if "diff" in fields:
        return fields["diff"] or "Nothing would change."
    return variant_line(answer.variant, None).strip()


def _fields(job_id: str, answer: patches_pb2.GetVariantResponse) -> dict[str, Any]:
    return variant_fields(answer.variant) | {
        "job": job_id,
        "variant": answer.variant.number,
        "path": answer.path,
        "seed": answer.seed,
    }


def _written_fields(written: Written) -> dict[str, Any]:
    prepared, entry = written.prepared, written.entry
    fields: dict[str, Any] = {
        "path": str(written.path),
        "applied": entry is not None,
        "rebased": prepared is not None and prepared.rebased,
    }
    if entry is not None:
        fields["entry"] = entry.id
    if prepared is not None:
        fields["summary"] = summary_fields(prepared.patch)
    return fields


def _written_text(number: int, written: Written, fields: dict[str, Any]) -> str:
    prepared = written.prepared
    if written.entry is None:
        if prepared is None or prepared.before == prepared.after:
            return f"Variant {number} is what stands there; nothing was written."
        return f"Variant {number} changes nothing: the map is what it was before.\n{RELOAD_HINT}"
    lines = [f"Variant {number}: {fields['summary']['text'].rstrip('.')}."]
    if prepared is None:
        lines += [str(written.path), "`osu-companion undo` takes it away again."]
        return "\n".join(lines)
    if prepared.rebased:
        lines.append("The map was saved meanwhile; the change was carried over to its new state.")
    return "\n".join([*lines, RELOAD_HINT])


def _job_fields(job: jobs_pb2.Job) -> dict[str, Any]:
    return {
        "job": job.job_id,
        "method": job.kind,
        "path": job.path,
        "start_ms": job.start_ms,
        "end_ms": job.end_ms,
        "seed": job.seed,
        "finished_at": job.finished_at.ToJsonString(),
        "kept_until": job.kept_until.ToJsonString(),
    }


def _job_line(job: jobs_pb2.Job) -> str:
    when = datetime.fromtimestamp(job.finished_at.ToNanoseconds() / 1e9)
    span = f" {format_time(job.start_ms)} - {format_time(job.end_ms)}" if job.end_ms else ""
    hours = (job.kept_until.ToNanoseconds() / 1e9 - time.time()) / 3600
    return (
        f"{job.job_id}  {_COMMANDS.get(job.kind, job.kind)} {Path(job.path).name}{span}, "
        f"{when:%Y-%m-%d %H:%M}, seed {job.seed}, kept for {max(0.0, hours):.0f} h more"
    )
