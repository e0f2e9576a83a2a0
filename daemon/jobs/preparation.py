"""From a request to a job: everything that can be refused before the model is asked.

Blocking (files are read and parsed): call it in a thread.
"""

from __future__ import annotations

import hashlib
import math
import secrets
import uuid
from pathlib import Path

from osu_companion.local.config import Config
from osu_companion.v1 import remap_pb2

from daemon.access import Access
from daemon.jobs.job import Job
from daemon.model_choice import ModelChoice
from daemon.notices import notices_for
from daemon.refusal import bad_field, precondition
from daemon.songs.mapper_names import mapper_names
from model_core.beatmap import Beatmap, parse
from model_core.errors import CompanionError

# torch's generators take 63 bits; a seed that the daemon chooses is one that people can type.
_SEED_LIMIT = 2**63
_CHOSEN_SEED_LIMIT = 2**31


def prepare_remap(
    request: remap_pb2.RemapBeatmapRequest, access: Access, config: Config, models: ModelChoice
) -> Job:
    """The job of a request, its defaults filled in.

    The request that the job carries names the range in ms, the seed, the model and the hash of
    the bytes that were read, whatever the caller left open.

    Raises:
        Refusal: the map, its audio, the range, the model or an option is not usable; the message
            says how.
    """
    check_options(request, config)
    path, data = access.read_map(request.path)
    sha256 = hashlib.sha256(data).hexdigest()
    if request.base_sha256 and request.base_sha256.lower() != sha256:
        raise precondition(
            "MAP_CHANGED", str(path), f"{path.name} has changed since it was read. Ask again"
        )
    beatmap = readable_beatmap(path, data)
    start_ms, end_ms = _range(request, beatmap)
    audio = access.find_audio(path, beatmap.audio_filename)
    filled = remap_pb2.RemapBeatmapRequest()
    filled.CopyFrom(request)
    filled.path = str(path)
    filled.start_ms, filled.end_ms, filled.range_text = start_ms, end_ms, ""
    filled.base_sha256 = sha256
    filled.variants = request.variants or 1
    filled.model = models.usable("remap", beatmap.mode, request.model)
    if not request.HasField("seed"):
        filled.seed = secrets.randbelow(_CHOSEN_SEED_LIMIT)
    return Job(
        job_id=uuid.uuid4().hex[:12],
        request=filled,
        path=str(path),
        base=data,
        audio=str(audio),
        notices=tuple(notices_for(beatmap, mapper_names(config))),
        mode=beatmap.mode,
    )


def readable_beatmap(path: Path, data: bytes) -> Beatmap:
    """The beatmap in the bytes, of any mode.

    Raises:
        Refusal: not a beatmap.
    """
    beatmap = parse(data)
    if not beatmap.document.has_header:
        raise bad_field(
            "NOT_A_BEATMAP",
            "path",
            f'{path} is not a beatmap: its first line is not "osu file format v..."',
        )
    return beatmap


def check_options(request: remap_pb2.RemapBeatmapRequest, config: Config) -> None:
    """Raises Refusal where a number makes no sense."""
    if not 0 <= request.variants <= config.max_variants:
        raise bad_field(
            "OPTION_INVALID",
            "variants",
            f"variants must be from 1 to {config.max_variants} (max_variants in the "
            f"configuration), not {request.variants}",
        )
    if request.seed >= _SEED_LIMIT:
        raise bad_field("OPTION_INVALID", "seed", "seed must be below 2^63")
    options = request.options
    limits = (
        ("temperature", 0.0, 10.0, "above 0 and at most 10"),
        ("top_p", 0.0, 1.0, "above 0 and at most 1"),
        ("difficulty", 0.0, 20.0, "above 0 and at most 20"),
    )
    for name, low, high, words in limits:
        value = getattr(options, name)
        if options.HasField(name) and not (math.isfinite(value) and low < value <= high):
            raise bad_field("OPTION_INVALID", f"options.{name}", f"{name} must be {words}")
    if options.HasField("top_k") and options.top_k < 0:
        raise bad_field("OPTION_INVALID", "options.top_k", "top_k must be 0 (no limit) or more")


def _range(request: remap_pb2.RemapBeatmapRequest, beatmap: Beatmap) -> tuple[int, int]:
    start_ms, end_ms = request.start_ms, request.end_ms
    if request.range_text:
        from model_core.beatmap import parse_range

        try:
            span = parse_range(request.range_text, beatmap)
            start_ms, end_ms = round(span.start_ms), round(span.end_ms)
        except CompanionError as error:
            raise bad_field("OPTION_INVALID", "range_text", str(error)) from None
    # A range is closed: one moment is a range if an object starts there.
    if end_ms < start_ms or (
        end_ms == start_ms and not any(o.time == start_ms for o in beatmap.hit_objects)
    ):
        raise bad_field(
            "RANGE_EMPTY",
            "end_ms",
            f"The range {start_ms} ms to {end_ms} ms is empty: its end must be after its start",
        )
    if end_ms <= 0:
        raise bad_field(
            "RANGE_OUTSIDE_SONG", "end_ms", f"The range ends at {end_ms} ms, before the song begins"
        )
    return start_ms, end_ms
