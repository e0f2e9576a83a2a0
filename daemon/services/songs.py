"""SongService: the map saved last, and the writes that are ours."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path
from typing import Any

from osu_companion.v1 import songs_pb2, songs_pb2_grpc

from daemon.jobs.job import timestamp
from daemon.refusal import bad_field
from daemon.songs.library import Library
from daemon.store import SongRow
from model_core.beatmap import parse

_DEFAULT_LIMIT, _MOST = 20, 200
_SHA256 = re.compile(r"[0-9a-f]{64}")


class SongServicer(songs_pb2_grpc.SongServiceServicer):
    """See songs.proto."""

    def __init__(self, library: Library) -> None:
        self._library = library

    async def GetActiveMap(  # noqa: N802
        self, request: songs_pb2.GetActiveMapRequest, context: Any
    ) -> songs_pb2.GetActiveMapResponse:
        (row,) = await self._library.recent(1)
        return songs_pb2.GetActiveMapResponse(map=await asyncio.to_thread(_message, row))

    async def ListRecentMaps(  # noqa: N802
        self, request: songs_pb2.ListRecentMapsRequest, context: Any
    ) -> songs_pb2.ListRecentMapsResponse:
        if request.limit < 0:
            raise bad_field("OPTION_INVALID", "limit", "limit must be 0 (20) or more")
        rows = await self._library.recent(min(request.limit or _DEFAULT_LIMIT, _MOST))
        maps = await asyncio.to_thread(lambda: [_message(row) for row in rows])
        return songs_pb2.ListRecentMapsResponse(maps=maps)

    async def ReportWrite(  # noqa: N802
        self, request: songs_pb2.ReportWriteRequest, context: Any
    ) -> songs_pb2.ReportWriteResponse:
        sha256 = request.sha256.lower()
        if not _SHA256.fullmatch(sha256):
            raise bad_field("OPTION_INVALID", "sha256", "sha256 must be 64 hexadecimal digits")
        if "\0" in request.path or not Path(request.path).is_absolute():
            raise bad_field("OPTION_INVALID", "path", "path must be absolute")
        real = await asyncio.to_thread(os.path.realpath, request.path)
        await self._library.report_write(Path(real), sha256)
        return songs_pb2.ReportWriteResponse()


def _message(row: SongRow) -> songs_pb2.MapFile:
    message = songs_pb2.MapFile(
        path=row.path, sha256=row.sha256 or "", saved_at=timestamp(row.saved_at)
    )
    try:
        beatmap = parse(Path(row.path).read_bytes())
    except OSError:
        return message
    message.artist, message.title = beatmap.artist, beatmap.title
    message.creator, message.difficulty_name = beatmap.creator, beatmap.difficulty_name
    message.mode = beatmap.mode
    return message
