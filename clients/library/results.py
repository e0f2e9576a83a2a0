"""What every result has, and the variants of which the ones that write are made."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

from osu_companion.v1 import jobs_pb2, patches_pb2
from osu_companion.v1.provenance_pb2 import Notice as NoticeMessage

from clients.client.errors import RefusedError
from clients.library.writing import Hand
from clients.notices import code_of
from clients.remapping import finite


@dataclass(frozen=True, slots=True)
class Notice:
    """What people have to be told: ``code`` is ``"RANKING"``, ``"OTHER_MAPPER"``, ..."""

    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """How long each stage took, in ms; ``total_ms`` is from the request to the result."""

    queue_ms: float
    load_ms: float
    audio_ms: float
    encoder_ms: float
    decode_ms: float
    post_ms: float
    patch_ms: float
    rank_ms: float
    total_ms: float
    tokens: int
    tokens_per_second: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What every result says of how it was made.

    Attributes:
        path: the map, or the song, that was asked for.
        seed: the one used, also where none was named: the same one gives the same result.
        notices: what people have to be told; ``on_notice`` is told of them in time.
        refused: why variants that were made are not among those that can be had.
    """

    job_id: str
    path: Path
    seed: int
    model: str
    device: str
    precision: str
    notices: tuple[Notice, ...]
    refused: tuple[str, ...]
    timings: Timings
    hand: Hand = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchVariant:
    """A change of the map, the best one being number 1.

    Attributes:
        text: what it does, for people.
        start_ms, end_ms: the range, in ms; also where it was given as text from the editor.
        seam_bits: how badly the model predicts what stands after the range: bits a token, lower is
            better. ``None`` where nothing does, and for other requests than a remap.
        patch: the contract's own message (patches.proto): line edits, counts, objects to draw.
    """

    number: int
    text: str
    start_ms: int
    end_ms: int
    seam_bits: float | None
    patch: patches_pb2.BeatmapPatch = field(repr=False)
    message: patches_pb2.BeatmapVariant = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MapFile:
    """A new map: its name in its folder, its bytes, and what it is."""

    file_name: str
    difficulty_name: str
    mode: int
    objects: int
    stars: float | None
    text: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileVariant:
    """A new map, the best one being number 1."""

    number: int
    file: MapFile
    message: patches_pb2.BeatmapVariant = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MapsetVariant:
    """A new mapset, the best one being number 1; ``files`` in the order that was asked for."""

    number: int
    folder_name: str
    text: str
    files: tuple[MapFile, ...]
    message: patches_pb2.BeatmapVariant = field(repr=False, compare=False)


class _Numbered(Protocol):
    @property
    def number(self) -> int: ...


Variant = TypeVar("Variant", bound=_Numbered)


def numbered(variants: Sequence[Variant], number: int) -> Variant:
    """The variant of that number.

    Raises:
        RefusedError: it was refused, or not so many were asked for.
    """
    for variant in variants:
        if variant.number == number:
            return variant
    raise RefusedError(
        f"There are {len(variants)} usable variants; number {number} is not among them.",
        reason="VARIANT_NOT_FOUND",
    )


def common(hand: Hand) -> dict[str, Any]:
    """The fields that every result has, by name: what the job says of how it was made."""
    result = hand.result
    return {
        "job_id": hand.job_id,
        "path": hand.path,
        "seed": result.seed,
        "model": result.model,
        "device": result.device,
        "precision": result.precision,
        "notices": tuple(map(notice_of, result.notices)),
        "refused": tuple(result.refused),
        "timings": _timings(result.timings),
        "hand": hand,
    }


def notice_of(notice: NoticeMessage) -> Notice:
    """A notice of the contract in plain values."""
    return Notice(code_of(notice), notice.text)


def patch_variants(
    variants: Iterable[patches_pb2.BeatmapVariant],
) -> tuple[PatchVariant, ...]:
    """The variants that change the map."""
    return tuple(
        PatchVariant(
            number=variant.number,
            text=variant.patch.summary.text,
            start_ms=variant.patch.start_ms,
            end_ms=variant.patch.end_ms,
            seam_bits=finite(variant.seam_bits),
            patch=variant.patch,
            message=variant,
        )
        for variant in variants
        if variant.HasField("patch")
    )


def file_variants(variants: Iterable[patches_pb2.BeatmapVariant]) -> tuple[FileVariant, ...]:
    """The variants that are a new map."""
    return tuple(
        FileVariant(number=variant.number, file=_file(variant.file), message=variant)
        for variant in variants
        if variant.HasField("file")
    )


def mapset_variants(variants: Iterable[patches_pb2.BeatmapVariant]) -> tuple[MapsetVariant, ...]:
    """The variants that are a new mapset."""
    return tuple(
        MapsetVariant(
            number=variant.number,
            folder_name=variant.mapset.folder_name,
            text=variant.mapset.text,
            files=tuple(map(_file, variant.mapset.maps)),
            message=variant,
        )
        for variant in variants
        if variant.HasField("mapset")
    )


def _file(file: patches_pb2.NewBeatmap) -> MapFile:
    return MapFile(
        file_name=file.file_name,
        difficulty_name=file.difficulty_name,
        mode=file.mode,
        objects=file.objects,
        stars=file.stars if file.HasField("stars") else None,
        text=file.text,
        content=file.content,
    )


def _timings(told: jobs_pb2.JobTimings) -> Timings:
    return Timings(**{each.name: getattr(told, each.name) for each in dataclasses.fields(Timings)})
