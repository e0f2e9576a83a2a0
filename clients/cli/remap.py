"""``osu-companion remap``: ask, follow, write."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from osu_companion.local.paths import find_paths
from osu_companion.v1.parameters import RemapOptions

from clients.cli.asking import (
    RELOAD_HINT,
    check_variant,
    chosen_map,
    chosen_variant,
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
from clients.client import Client, Variant
from clients.client.errors import UsageError
from clients.notices import Teller
from clients.patching import Patcher
from clients.patching.atomic import read as read_map
from clients.patching.atomic import require_writable
from clients.remapping import (
    Applied,
    Prepared,
    apply,
    finite,
    origin_of,
    prepare,
)

if TYPE_CHECKING:
    from osu_companion.v1 import jobs_pb2, patches_pb2


@dataclass(frozen=True, slots=True)
class Request:
    """The options of ``remap``, as given."""

    map: Path | None
    active: bool
    start: str | None
    end: str | None
    range_text: str | None
    seed: int | None
    variants: int
    variant: int
    dry_run: bool
    model: str
    options: dict[str, Any]
    preview: str | None = None


def remap(request: Request, output: Output) -> None:
    """Remap a range of a map.

    Raises:
        ClientError, PatchingError, KeyboardInterrupt: see :mod:`clients.cli.exits`.
    """
    start, end, range_text = _range(request)
    check_variant(request.variant, request.variants)
    path = chosen_map(request.map, request.active)
    paths = find_paths()
    with Client.connect(paths, output.notice) as client:
        path = opened_map(client, path, output)
        if not request.dry_run:
            require_writable(path)
        base = read_map(path)
        patcher = Patcher(paths.state)
        teller = Teller(patcher, path, output.told)
        stream = client.remap(
            path,
            start_ms=start,
            end_ms=end,
            range_text=range_text,
            seed=request.seed,
            variants=request.variants,
            model=request.model,
            options=RemapOptions(**request.options),
        )
        result = follow_job(client, stream, teller, output)
        chosen = chosen_variant(result, request.variant)
        asks = not request.dry_run and bool(chosen.patch.edits)
        told = Variant(stream.job_id, chosen.number)
        shown = preview(request.preview, client, output, told, writes=asks)
        if request.dry_run:
            prepared = prepare(client, path, chosen.patch, base)
            fields = _fields(stream.job_id, result, chosen, prepared, path)
            fields |= {"applied": False, "diff": prepared.diff(path.name), **shown}
            output.result(fields, fields["diff"] or "Nothing would change.")
            return
        if not chosen.patch.edits:
            # An entry in the journal for nothing would be what the next undo takes back.
            prepared = prepare(client, path, chosen.patch, base)
            fields = _fields(stream.job_id, result, chosen, prepared, path)
            fields |= {"applied": False, **shown}
            output.result(fields, "Nothing changes; nothing was written.")
            return
        origin = origin_of(stream.job_id, result.provenance, chosen)
        with uninterrupted():
            applied = apply(client, patcher, path, chosen.patch, origin, teller, base)
            fields = _fields(stream.job_id, result, chosen, applied.prepared, path)
            fields |= {"applied": True, "entry": applied.entry.id, **shown}
            output.result(fields, _told(result, chosen, applied, path))


def _range(request: Request) -> tuple[int | None, int | None, str]:
    if request.range_text is None and (request.start is None or request.end is None):
        raise UsageError(
            "Which range? Give --from and --to (00:12:345 or milliseconds), or --range with "
            "timestamps copied from the editor."
        )
    return span(request.start, request.end, request.range_text)


def _told(
    result: jobs_pb2.JobResult,
    chosen: patches_pb2.BeatmapVariant,
    applied: Applied,
    path: Path,
) -> str:
    patch = applied.prepared.patch
    span = f"{format_time(patch.start_ms)} - {format_time(patch.end_ms)}"
    lines = [f"{path.name}, {span}: {patch.summary.text}"]
    if applied.prepared.rebased:
        lines.append("The map was saved meanwhile; the change was carried over to its new state.")
    if len(result.variants) > 1:
        lines.append("Variants (lower seam is better; `osu-companion variant N` applies another):")
        for candidate in result.variants:
            mark = ">" if candidate.number == chosen.number else " "
            seam = finite(candidate.seam_bits)
            told = f"seam {seam:.2f} bits/token" if seam is not None else "no objects after it"
            generated = candidate.patch.summary.generated
            lines.append(f" {mark} {candidate.number}: {generated} objects, {told}")
    lines += [f"Not usable: {reason}" for reason in result.refused]
    lines += [made_with(result), RELOAD_HINT]
    return "\n".join(lines)


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
        "variants": [
            {
                "number": candidate.number,
                "seam_bits": finite(candidate.seam_bits),
                "summary": summary_fields(candidate.patch),
            }
            for candidate in result.variants
        ],
        "summary": summary_fields(prepared.patch),
        "rebased": prepared.rebased,
        "base_sha256": prepared.patch.base_sha256,
        "result_sha256": prepared.patch.result_sha256,
    }
