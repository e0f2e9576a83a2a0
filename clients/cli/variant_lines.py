"""A variant in a line, and for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clients.cli.asking import summary_fields
from clients.remapping import finite

if TYPE_CHECKING:
    from osu_companion.v1 import jobs_pb2, patches_pb2


def told_variants(result: jobs_pb2.JobResult, chosen: int) -> list[str]:
    """Lines about the variants of a result where there are several, and about those refused."""
    lines: list[str] = []
    if len(result.variants) > 1:
        lines.append("Variants (`osu-companion variants apply N` writes another, `show` shows it):")
        lines += [variant_line(each, chosen) for each in result.variants]
    return [*lines, *(f"Not among them: {reason}" for reason in result.refused)]


def variant_line(variant: patches_pb2.BeatmapVariant, marked: int | None = None) -> str:
    """What people are told of a variant, in a line; one number is marked."""
    mark = ">" if variant.number == marked else " "
    fields = variant_fields(variant)
    told = [fields["summary"]["text"].rstrip(".")]
    if fields.get("seam_bits") is not None:
        told.append(f"seam {fields['seam_bits']:.2f} bits/token")
    for file in fields.get("maps", [fields] if fields["kind"] == "file" else []):
        stars = "" if file["stars"] is None else f", {file['stars']:.2f} stars"
        told.append(f"{file['name']}: {file['objects']} objects{stars}")
    return f" {mark} {variant.number}: {'; '.join(told)}"


def variant_fields(variant: patches_pb2.BeatmapVariant) -> dict[str, Any]:
    """What programs are told of a variant."""
    fields: dict[str, Any] = {"number": variant.number}
    match variant.WhichOneof("change"):
        case "patch":
            fields |= {"kind": "patch", "seam_bits": finite(variant.seam_bits)}
            fields["summary"] = summary_fields(variant.patch)
        case "file":
            fields |= {"kind": "file", "summary": {"text": variant.file.text}}
            fields |= _file_fields(variant.file)
        case "mapset":
            fields |= {"kind": "mapset", "summary": {"text": variant.mapset.text}}
            fields["name"] = variant.mapset.folder_name
            fields["maps"] = [_file_fields(file) for file in variant.mapset.maps]
    return fields


def _file_fields(file: patches_pb2.NewBeatmap) -> dict[str, Any]:
    return {
        "file": file.file_name,
        "name": file.difficulty_name,
        "mode": file.mode,
        "objects": file.objects,
        "stars": round(file.stars, 4) if file.HasField("stars") else None,
    }
