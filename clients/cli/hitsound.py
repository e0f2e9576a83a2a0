"""``osu-companion hitsound``: ask, follow, write."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from osu_companion.local.paths import find_paths
from osu_companion.v1.parameters import HitsoundOptions

from clients.cli.asking import (
    RELOAD_HINT,
    check_variant,
    chosen_map,
    chosen_variant,
    existing_map,
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
from clients.cli.timestamps import format_time
from clients.cli.variant_lines import told_variants, variant_fields
from clients.client import Client, Variant
from clients.notices import Teller
from clients.patching import Patcher
from clients.patching.atomic import read as read_map
from clients.patching.atomic import require_writable
from clients.remapping import Prepared, apply, origin_of, prepare

if TYPE_CHECKING:
    from osu_companion.v1 import jobs_pb2, patches_pb2


@dataclass(frozen=True, slots=True)
class Request:
    """The options of ``hitsound``, as given; ``options`` by the names of the contract."""

    map: Path | None
    active: bool
    start: str | None
    end: str | None
    range_text: str | None
    copy_from: Path | None
    seed: int | None
    variants: int
    variant: int
    dry_run: bool
    model: str
    options: dict[str, Any]
    preview: str | None = None


def hitsound(request: Request, output: Output) -> None:
    """Give the objects of a map, or of a range of it, other sounds.

    Raises:
        ClientError, PatchingError, KeyboardInterrupt: see :mod:`clients.cli.exits`.
    """
    start, end, range_text = span(request.start, request.end, request.range_text)
    check_variant(request.variant, request.variants)
    path = chosen_map(request.map, request.active)
    other = None if request.copy_from is None else existing_map(request.copy_from)
    paths = find_paths()
    with Client.connect(paths, output.notice) as client:
        path = opened_map(client, path, output)
        if not request.dry_run:
            require_writable(path)
        base = read_map(path)
        patcher = Patcher(paths.state)
        teller = Teller(patcher, path, output.told)
        stream = client.hitsound(
            path,
            start_ms=start,
            end_ms=end,
            range_text=range_text,
            copy_from=other,
            seed=request.seed,
            variants=request.variants,
            model=request.model,
            options=HitsoundOptions(**request.options),
        )
        result = follow_job(client, stream, teller, output)
        chosen = chosen_variant(result, request.variant)
        asks = not request.dry_run and bool(chosen.patch.edits)
        told = Variant(stream.job_id, chosen.number)
        shown = preview(request.preview, client, output, told, writes=asks)
        if request.dry_run or not chosen.patch.edits:
            # An entry in the journal for nothing would be what the next undo takes back.
            prepared = prepare(client, path, chosen.patch, base)
            fields = _fields(stream.job_id, result, chosen, prepared, path)
            fields |= {"applied": False, **shown}
            nothing = "Nothing would change." if request.dry_run else "Nothing changes."
            diff = prepared.diff(path.name)
            if request.dry_run:
                fields["diff"] = diff
            output.result(fields, diff or f"{nothing} {prepared.patch.summary.text}.")
            return
        origin = origin_of(stream.job_id, result.provenance, chosen)
        with uninterrupted():
            applied = apply(client, patcher, path, chosen.patch, origin, teller, base)
            fields = _fields(stream.job_id, result, chosen, applied.prepared, path)
            fields |= {"applied": True, "entry": applied.entry.id, **shown}
            output.result(fields, _told(result, chosen, applied.prepared, path))


def _told(
    result: jobs_pb2.JobResult,
    chosen: patches_pb2.BeatmapVariant,
    prepared: Prepared,
    path: Path,
) -> str:
    patch = prepared.patch
    where = f"{format_time(patch.start_ms)} - {format_time(patch.end_ms)}"
    lines = [f"{path.name}, {where}: {patch.summary.text}."]
    if prepared.rebased:
        lines.append("The map was saved meanwhile; the change was carried over to its new state.")
    lines += told_variants(result, chosen.number)
    return "\n".join([*lines, made_with(result), RELOAD_HINT])


def _fields(
    job_id: str,
    result: jobs_pb2.JobResult,
    chosen: patches_pb2.BeatmapVariant,
    prepared: Prepared,
    path: Path,
) -> dict[str, Any]:
    return result_fields(job_id, result) | {
        "path": str(path),
        "start_ms": prepared.patch.start_ms,
        "end_ms": prepared.patch.end_ms,
        "variant": chosen.number,
        "variants": [variant_fields(each) for each in result.variants],
        "summary": summary_fields(prepared.patch),
        "rebased": prepared.rebased,
        "base_sha256": prepared.patch.base_sha256,
        "result_sha256": prepared.patch.result_sha256,
    }
