"""``osu-companion gd``: ask, follow, make the new map."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from osu_companion.local.paths import find_paths
from osu_companion.v1.parameters import DifficultyOptions

from clients.cli.asking import (
    check_variant,
    chosen_map,
    chosen_variant,
    follow_job,
    made_with,
    opened_map,
    result_fields,
    span,
)
from clients.cli.interrupts import uninterrupted
from clients.cli.output import Output
from clients.cli.previewing import preview
from clients.cli.variant_lines import told_variants, variant_fields
from clients.client import Client, Variant
from clients.creating import create, place_of
from clients.notices import Teller
from clients.patching import Patcher, sha256_hex
from clients.patching.atomic import read as read_map
from clients.patching.atomic import require_folder
from clients.remapping import origin_of

if TYPE_CHECKING:
    from osu_companion.v1 import jobs_pb2, patches_pb2

RELOAD_HINT = "In the editor's song select, F5 finds it. `osu-companion undo` takes it away again."


@dataclass(frozen=True, slots=True)
class Request:
    """The options of ``gd``, as given; ``options`` by the names of the contract."""

    map: Path | None
    active: bool
    name: str
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


def guest_difficulty(request: Request, output: Output) -> None:
    """Make a new difficulty beside a map.

    Raises:
        ClientError, PatchingError, KeyboardInterrupt: see :mod:`clients.cli.exits`.
    """
    start, end, range_text = span(request.start, request.end, request.range_text)
    check_variant(request.variant, request.variants)
    path = chosen_map(request.map, request.active)
    paths = find_paths()
    with Client.connect(paths, output.notice) as client:
        path = opened_map(client, path, output)
        if not request.dry_run:
            require_folder(path.parent)
        patcher = Patcher(paths.state)
        teller = Teller(patcher, path, output.told)
        stream = client.guest_difficulty(
            path,
            request.name,
            start_ms=start,
            end_ms=end,
            range_text=range_text,
            seed=request.seed,
            variants=request.variants,
            model=request.model,
            options=DifficultyOptions(**request.options),
        )
        result = follow_job(client, stream, teller, output)
        chosen = chosen_variant(result, request.variant)
        told = Variant(stream.job_id, chosen.number)
        shown = preview(request.preview, client, output, told, writes=not request.dry_run)
        file = chosen.file
        if result.provenance.base_sha256 != sha256_hex(read_map(path)):
            output.notice(
                f"{path.name} was saved meanwhile: the new difficulty is made from what it was "
                "before. Make it again if its timing or settings have changed."
            )
        fields = _fields(stream.job_id, result, chosen, path) | shown
        if request.dry_run:
            fields |= {"applied": False, "content": file.content.decode("utf-8")}
            output.result(fields, f"{_told(result, chosen)}\nNothing was written (--dry-run).")
            return
        origin = origin_of(stream.job_id, result.provenance, chosen)
        with uninterrupted():
            entry = create(client, patcher, path, file, origin, teller)
            fields |= {"applied": True, "entry": entry.id, "path": str(entry.path)}
            output.result(fields, f"{_told(result, chosen)}\n{RELOAD_HINT}")


def _told(result: jobs_pb2.JobResult, chosen: patches_pb2.BeatmapVariant) -> str:
    file = chosen.file
    stars = f", {file.stars:.2f} stars" if file.HasField("stars") else ""
    lines = [f"{file.file_name}{stars}: {file.text}.", *told_variants(result, chosen.number)]
    return "\n".join([*lines, made_with(result)])


def _fields(
    job_id: str, result: jobs_pb2.JobResult, chosen: patches_pb2.BeatmapVariant, source: Path
) -> dict[str, Any]:
    file = chosen.file
    return result_fields(job_id, result) | {
        "source": str(source),
        "path": str(place_of(file, source)),
        "name": file.difficulty_name,
        "mode": file.mode,
        "objects": file.objects,
        "stars": round(file.stars, 4) if file.HasField("stars") else None,
        "variant": chosen.number,
        "variants": [variant_fields(each) for each in result.variants],
        "summary": {"text": file.text},
        "sha256": file.sha256,
    }
