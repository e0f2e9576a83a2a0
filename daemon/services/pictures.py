"""PictureService: pictures of maps, of patches before and after, and of variants."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from osu_companion.v1 import jobs_pb2, patches_pb2, pictures_pb2, pictures_pb2_grpc

from daemon.access import MAX_MAP_BYTES, Access
from daemon.drawing.asking import Drawing, Drawings
from daemon.jobs import Scheduler
from daemon.jobs.options import backwards
from daemon.jobs.preparation import readable_beatmap
from daemon.model_errors import refusal_of
from daemon.patch_messages import patch_from_message
from daemon.refusal import Refusal, bad_field, bad_fields, precondition
from daemon.services.results import Results
from daemon.store import JobTable
from model_core.errors import InvalidParameters, PatchMismatch
from model_core.pictures.options import WIDTH, PictureOptions


@dataclass(frozen=True, slots=True)
class _Subject:
    """A map to draw, and what becomes of it.

    ``beside`` is a file in its mapset's folder, or ``audio`` the song itself; ``changed`` the
    range of a change in ms.
    """

    name: str
    before: bytes
    after: bytes | None = None
    beside: Path | None = None
    audio: Path | None = None
    changed: tuple[int, int] | None = None
    left_out: tuple[str, ...] = ()


class PictureServicer(pictures_pb2_grpc.PictureServiceServicer):
    """See pictures.proto."""

    def __init__(
        self, access: Access, scheduler: Scheduler, table: JobTable, drawings: Drawings
    ) -> None:
        self._access = access
        self._results = Results(scheduler, table)
        self._table = table
        self._drawings = drawings

    async def DrawBeatmap(  # noqa: N802
        self, request: pictures_pb2.DrawBeatmapRequest, context: Any
    ) -> pictures_pb2.DrawBeatmapResponse:
        _check(request)
        subject = await self._subject(request)
        audio, unheard = await asyncio.to_thread(self._audio, subject)
        if request.without_timeline:
            audio, unheard = None, ()
        answer = await self._drawings.draw(
            Drawing(
                name=subject.name,
                before=subject.before,
                after=subject.after,
                audio=audio,
                start_ms=request.start_ms if request.HasField("start_ms") else None,
                end_ms=request.end_ms if request.HasField("end_ms") else None,
                range_text=request.range_text,
                changed=subject.changed,
                width=request.width or WIDTH,
                svg=request.format == pictures_pb2.PICTURE_FORMAT_SVG,
                playfield=not request.without_playfield,
                timeline=not request.without_timeline,
            )
        )
        return pictures_pb2.DrawBeatmapResponse(
            picture=answer["picture"],
            media_type=answer["media_type"],
            width=answer["width"],
            height=answer["height"],
            start_ms=answer["start_ms"],
            end_ms=answer["end_ms"],
            left_out=[*subject.left_out, *unheard, *answer["left_out"]],
        )

    async def _subject(self, request: pictures_pb2.DrawBeatmapRequest) -> _Subject:
        patch = request.patch if request.HasField("patch") else None
        match request.WhichOneof("subject"):
            case "path":
                path, data = await asyncio.to_thread(self._access.read_map, request.path)
                if patch is None:
                    return _Subject(str(path), _checked(path, data), beside=path)
                return await self._changed(path, data, patch)
            case "content":
                return self._of_content(request, patch)
            case "variant":
                if patch is not None:
                    raise bad_field(
                        "OPTION_INVALID", "patch", "A variant brings its own change; give no patch"
                    )
                return await self._of_variant(request.variant)
        raise bad_field(
            "OPTION_INVALID", "subject", "Which map? Give its path, its content, or a variant"
        )

    def _of_content(
        self, request: pictures_pb2.DrawBeatmapRequest, patch: patches_pb2.BeatmapPatch | None
    ) -> _Subject:
        data = request.content
        if len(data) > MAX_MAP_BYTES:
            raise bad_field("NOT_A_BEATMAP", "content", "This is larger than any beatmap")
        beside = None
        if request.path_beside:
            beside = self._access.resolve(request.path_beside, "path_beside")
        name = "the map" if beside is None else str(beside)
        _checked(Path(name), data, "content")
        if patch is None:
            return _Subject(name, data, beside=beside)
        after = _applied(data, patch, name)
        return _Subject(name, data, after, beside, changed=_range_of(patch))

    async def _changed(self, path: Path, data: bytes, patch: patches_pb2.BeatmapPatch) -> _Subject:
        """The map before and after a patch; as it was when the patch was made, if that is kept."""
        told: tuple[str, ...] = ()
        if hashlib.sha256(data).hexdigest() != patch.base_sha256.lower():
            kept = await self._table.base(patch.base_sha256.lower())
            if kept is None:
                raise precondition(
                    "MAP_CHANGED",
                    str(path),
                    f"{path.name} has changed since the change was made for it. Ask for the "
                    "change again, or have it carried over (RebasePatch)",
                )
            data = kept
            told = (f"{path.name} as it is now: it was saved after the change was made",)
        data = _checked(path, data)
        after = await asyncio.to_thread(_applied, data, patch, str(path))
        return _Subject(str(path), data, after, path, changed=_range_of(patch), left_out=told)

    async def _of_variant(self, asked: pictures_pb2.PictureOfVariant) -> _Subject:
        result, variant = await self._results.variant(asked.job_id, asked.number)
        kind = variant.WhichOneof("change")
        if kind != "mapset" and asked.map > 1:
            raise bad_field(
                "OPTION_INVALID", "variant.map", "variant.map is of mapsets; this is one map"
            )
        if kind == "mapset":
            maps = variant.mapset.maps
            if not 0 <= asked.map <= len(maps):
                raise bad_field(
                    "OPTION_INVALID",
                    "variant.map",
                    f"variant.map must be from 1 to {len(maps)}, not {asked.map}",
                )
            chosen = _new_map(maps[max(0, asked.map - 1)], result, audio=Path(result.path))
            if asked.map or len(maps) == 1:
                return chosen
            others = f"the other maps of the set ({len(maps) - 1}): a picture is of one"
            return replace(chosen, left_out=(others,))
        path = Path(result.path)
        if kind == "file":
            return _new_map(variant.file, result, beside=path)
        try:
            _, data = await asyncio.to_thread(self._access.read_map, result.path)
        except Refusal:
            # The map may be gone; what it was when the job read it is kept.
            data = b""
        return await self._changed(path, data, variant.patch)

    def _audio(self, subject: _Subject) -> tuple[Path | None, tuple[str, ...]]:
        """The song of a map, or why there is none."""
        from model_core.beatmap import parse

        try:
            if subject.audio is not None:
                return self._access.resolve(subject.audio, "audio"), ()
            if subject.beside is None:
                return None, ("waveform: without path_beside there is no audio beside the map",)
            name = parse(subject.before if subject.after is None else subject.after).audio_filename
            return self._access.find_audio(subject.beside, name), ()
        except Refusal as refusal:
            return None, (f"waveform: {refusal.message}",)


def _check(request: pictures_pb2.DrawBeatmapRequest) -> None:
    """Raises Refusal naming every field that is outside its limits."""
    fields: dict[str, str] = {}
    known = pictures_pb2.PictureFormat.values()
    if request.format not in known:
        fields["format"] = f"format must be PNG (1) or SVG (2), not {request.format}"
    spans = request.HasField("start_ms") or request.HasField("end_ms")
    if request.range_text and spans:
        fields["range_text"] = "Give either range_text or start_ms and end_ms, not both"
    try:
        both = request.HasField("start_ms") and request.HasField("end_ms")
        PictureOptions(
            request.start_ms if both else 0,
            request.end_ms if both else 0,
            request.width or WIDTH,
            not request.without_playfield,
            not request.without_timeline,
        ).check()
    except InvalidParameters as error:
        fields |= error.fields
    fields |= backwards(request)
    if fields:
        raise bad_fields("OPTION_INVALID", fields)


def _checked(path: Path, data: bytes, field: str = "path") -> bytes:
    readable_beatmap(path, data, field)
    return data


def _applied(data: bytes, message: patches_pb2.BeatmapPatch, name: str) -> bytes:
    try:
        return patch_from_message(message).apply(data)
    except PatchMismatch as error:
        raise refusal_of(error, name) from None


def _range_of(patch: patches_pb2.BeatmapPatch) -> tuple[int, int] | None:
    """The range of a change in ms; ``None`` where it is all of the map."""
    return (patch.start_ms, patch.end_ms) if patch.end_ms > patch.start_ms else None


def _new_map(
    file: patches_pb2.NewBeatmap,
    result: jobs_pb2.JobResult,
    beside: Path | None = None,
    audio: Path | None = None,
) -> _Subject:
    made = result.provenance
    changed = (made.start_ms, made.end_ms) if made.end_ms > made.start_ms else None
    return _Subject(file.file_name, file.content, None, beside, audio, changed)
