"""``osu-companion generate``: ask, follow, make the new mapset."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from osu_companion.local.paths import find_paths
from osu_companion.v1.parameters import MapOptions

from clients.cli.asking import (
    chosen_variant,
    existing_file,
    follow_job,
    made_with,
    result_fields,
    span,
)
from clients.cli.interrupts import uninterrupted
from clients.cli.output import Output
from clients.cli.previewing import preview
from clients.cli.timestamps import parse_time
from clients.cli.wishes import wishes
from clients.client import Client, Variant
from clients.client.errors import RefusedError, UsageError
from clients.client.requests import absolute
from clients.client.songs import SongMetadata
from clients.mapsets import ARCHIVE, Song, contents, free_name, write_archive, write_folder
from clients.notices import Teller
from clients.patching import Entry, Origin, Patcher
from clients.patching.atomic import require_folder
from clients.places import require_place, songs_folder
from clients.remapping import origin_of

if TYPE_CHECKING:
    from osu_companion.v1 import jobs_pb2, patches_pb2

_PICTURES = (".jpg", ".jpeg", ".png")
_ELSE = "say where it shall go with --output FOLDER, have an archive with --osz"
_IN_SONGS = "In the editor's song select, F5 finds it. `osu-companion undo` takes it away again."
_ELSEWHERE = "`osu-companion undo` takes it away again."


@dataclass(frozen=True, slots=True)
class Request:
    """The options of ``generate``, as given; ``options`` by the names of the contract."""

    audio: Path
    stars: Sequence[float]
    names: Sequence[str]
    added: Sequence[str]
    title: str
    artist: str
    creator: str
    source: str
    tags: str
    background: Path | None
    preview: str | None
    osz: bool
    output: Path | None
    start: str | None
    end: str | None
    seed: int | None
    variants: int
    variant: int
    dry_run: bool
    model: str
    options: dict[str, Any]
    picture: str | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the mapset goes: a new folder or archive in ``parent``; ``name`` is a given one."""

    parent: Path
    archive: bool
    name: str = ""

    def path(self, mapset: patches_pb2.NewMapset) -> Path:
        suffix = ARCHIVE if self.archive else ""
        return self.parent / (self.name or free_name(self.parent, mapset.folder_name, suffix))


def generate(request: Request, output: Output) -> None:
    """Make a mapset from an audio file.

    Raises:
        ClientError, PatchingError, KeyboardInterrupt: see :mod:`clients.cli.exits`.
    """
    start, end, _ = span(request.start, request.end, None)
    difficulties = wishes(request.stars, request.names, request.added)
    audio = existing_file(request.audio, "audio file", "AUDIO_NOT_FOUND")
    metadata = _metadata(request)
    if not 1 <= request.variant <= max(request.variants, 1):
        raise UsageError(
            f"--variant {request.variant} is none of {max(request.variants, 1)}: give --variants N "
            "as well."
        )
    paths = find_paths()
    with Client.connect(paths, output.notice) as client:
        place = _place(request, client)
        if not request.dry_run:
            require_folder(place.parent)
        patcher = Patcher(paths.state)
        # What is said once per map is said once per song.
        teller = Teller(patcher, audio, output.told)
        stream = client.generate(
            audio,
            difficulties,
            metadata=metadata,
            start_ms=start,
            end_ms=end,
            seed=request.seed,
            variants=request.variants,
            model=request.model,
            options=MapOptions(**request.options),
        )
        result = follow_job(client, stream, teller, output)
        chosen = chosen_variant(result, request.variant)
        mapset, song = chosen.mapset, Song(audio, result.provenance.base_sha256)
        fields = _fields(stream.job_id, result, mapset, place) | {"variant": chosen.number}
        told = Variant(stream.job_id, chosen.number)
        fields |= preview(request.picture, client, output, told, writes=not request.dry_run)
        if request.dry_run:
            contents(mapset, song)
            fields |= {"applied": False, "contents": _texts(mapset)}
            output.result(fields, f"{_told(result, mapset)}\nNothing was written (--dry-run).")
            return
        origin = origin_of(stream.job_id, result.provenance, chosen)
        with uninterrupted():
            entry = _write(client, patcher, place, mapset, song, origin, teller)
            fields |= {"applied": True, "entry": entry.id, "path": str(entry.path)}
            hint = _ELSEWHERE if place.archive or request.output else _IN_SONGS
            output.result(fields, f"{_told(result, mapset)}\n{entry.path}\n{hint}")


def _write(
    client: Client,
    patcher: Patcher,
    place: _Place,
    mapset: patches_pb2.NewMapset,
    song: Song,
    origin: Origin,
    teller: Teller,
) -> Entry:
    if place.archive:
        return write_archive(patcher, place.path(mapset), mapset, song, origin, teller)
    return write_folder(client, patcher, place.parent, mapset, song, origin, teller)


def _metadata(request: Request) -> SongMetadata:
    background = None
    if request.background is not None:
        background = existing_file(request.background, "picture", "OPTION_INVALID")
        if background.suffix.lower() not in _PICTURES:
            raise UsageError(
                f"--background {background.name}: the game shows {', '.join(_PICTURES)} files."
            )
    try:
        preview_ms = None if request.preview is None else parse_time(request.preview)
    except ValueError as error:
        raise UsageError(f"--preview-point: {error}") from None
    return SongMetadata(
        title=request.title,
        artist=request.artist,
        creator=request.creator,
        source=request.source,
        tags=request.tags.replace(",", " ").split(),
        background=background,
        preview_ms=preview_ms,
    )


def _place(request: Request, client: Client) -> _Place:
    """Where the mapset goes, known before it is asked for."""
    given = None if request.output is None else Path(absolute(request.output))
    if given is not None and given.suffix.lower() == ARCHIVE:
        place = _Place(given.parent, True, given.name)
        if os.path.lexists(given):
            raise RefusedError(
                f"{given} is there already, and no file is written over another.",
                reason="FILE_EXISTS",
            )
    elif given is not None:
        place = _Place(given, request.osz)
    elif request.osz:
        place = _Place(Path.cwd(), True)
    else:
        place = _Place(songs_folder(client, _ELSE), False)
    require_place(place.parent)
    return place


def _told(result: jobs_pb2.JobResult, mapset: patches_pb2.NewMapset) -> str:
    lines = [
        f"  {file.difficulty_name}: {file.objects} objects"
        + (f", {file.stars:.2f} stars" if file.HasField("stars") else "")
        for file in mapset.maps
    ]
    return "\n".join([f"{mapset.folder_name}: {mapset.text}.", *lines, made_with(result)])


def _texts(mapset: patches_pb2.NewMapset) -> dict[str, str]:
    return {file.file_name: file.content.decode("utf-8") for file in mapset.maps}


def _fields(
    job_id: str, result: jobs_pb2.JobResult, mapset: patches_pb2.NewMapset, place: _Place
) -> dict[str, Any]:
    return result_fields(job_id, result) | {
        "source": result.path,
        "path": str(place.path(mapset)),
        "audio": mapset.audio_name,
        "background": mapset.background_name or None,
        "maps": [
            {
                "file": file.file_name,
                "name": file.difficulty_name,
                "mode": file.mode,
                "objects": file.objects,
                "stars": round(file.stars, 4) if file.HasField("stars") else None,
                "summary": {"text": file.text},
                "sha256": file.sha256,
            }
            for file in mapset.maps
        ],
        "summary": {"text": mapset.text},
        "variants": len(result.variants),
    }
