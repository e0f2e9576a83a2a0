"""TimeSong as a job."""

from __future__ import annotations

import secrets
import uuid
from pathlib import Path

from osu_companion.v1 import timing_pb2

from daemon.jobs.job import Job, JobKind
from daemon.jobs.options import check_options
from daemon.jobs.preparation import (
    CHOSEN_SEED_LIMIT,
    Desk,
    check_seed,
    sha256_of_song,
    span_of_text,
)
from daemon.refusal import bad_field, precondition
from model_core.beatmap import parse

#: What is not asked for by a map is asked for by a song.
MAP_SUFFIX = ".osu"
#: A tempo takes as long to be heard, in ms.
SHORTEST_MS = 2000


def prepare_timing(request: timing_pb2.TimeSongRequest, desk: Desk) -> Job:
    """The job of a request: of a map, or of an audio file.

    Raises:
        Refusal: the file, the map's audio, the range, the model or an option is not usable; the
            message says how.
    """
    check_seed(request)
    check_options(TIMING, request)
    filled = timing_pb2.TimeSongRequest()
    filled.CopyFrom(request)
    if Path(request.path).suffix.lower() == MAP_SUFFIX:
        source = desk.read(request)
        if request.range_text:
            filled.start_ms, filled.end_ms = span_of_text(request.range_text, source.beatmap)
            filled.range_text = ""
        _check_part(filled)
        return desk.job(TIMING, filled, source)
    if request.range_text:
        filled.start_ms, filled.end_ms = span_of_text(request.range_text, parse(b""))
        filled.range_text = ""
    _check_part(filled)
    return _job_of_song(filled, desk)


def _job_of_song(filled: timing_pb2.TimeSongRequest, desk: Desk) -> Job:
    """Of an audio file: nothing is changed, so there is nothing to say before."""
    audio = desk.access.find_song(filled.path)
    sha256 = sha256_of_song(audio)
    if filled.base_sha256 and filled.base_sha256.lower() != sha256:
        raise precondition(
            "MAP_CHANGED", str(audio), f"{audio.name} has changed since it was read. Ask again"
        )
    filled.path, filled.base_sha256 = str(audio), sha256
    filled.model = desk.models.usable(TIMING.task, 0, filled.model)
    if not filled.HasField("seed"):
        filled.seed = secrets.randbelow(CHOSEN_SEED_LIMIT)
    return Job(
        job_id=uuid.uuid4().hex[:12],
        kind=TIMING,
        request=filled,
        path=str(audio),
        base=b"",
        audio=str(audio),
    )


def _check_part(request: timing_pb2.TimeSongRequest) -> None:
    """Raises Refusal where the part is empty, too short for a tempo, or before the song."""
    if not request.HasField("end_ms"):
        return
    end = request.end_ms
    if end <= 0:
        raise bad_field(
            "RANGE_OUTSIDE_SONG", "end_ms", f"The range ends at {end} ms, before the song begins"
        )
    start = max(0, request.start_ms)
    if end <= start:
        raise bad_field(
            "RANGE_EMPTY",
            "end_ms",
            f"The range {start} ms to {end} ms is empty: its end must be after its start",
        )
    if end - start < SHORTEST_MS:
        raise bad_field(
            "RANGE_EMPTY",
            "end_ms",
            f"The range {start} ms to {end} ms is too short: a tempo takes at least {SHORTEST_MS}"
            " ms to be heard",
        )


TIMING = JobKind(
    method="TimeSong",
    verb="timing",
    task="timing",
    request=timing_pb2.TimeSongRequest,
    prepare=prepare_timing,
)
