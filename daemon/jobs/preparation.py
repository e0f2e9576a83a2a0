"""From a request to a job: everything that can be refused before the model is asked.

What all requests share; each kind's own checks are beside it (:mod:`daemon.jobs.remap` and its
siblings). Blocking (files are read and parsed): call it in a thread.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from osu_companion.local.config import Config

from daemon.access import Access
from daemon.jobs.job import Job, JobKind, JobRequest
from daemon.model_choice import ModelChoice
from daemon.notices import notices_for
from daemon.refusal import Refusal, bad_field, precondition
from daemon.songs.mapper_names import mapper_names
from model_core.beatmap import Beatmap, parse
from model_core.errors import CompanionError

# torch's generators take 63 bits; a seed that the daemon chooses is one that people can type.
_SEED_LIMIT = 2**63
CHOSEN_SEED_LIMIT = 2**31


@dataclass(frozen=True, slots=True)
class Source:
    """The map that a request is about, as it was read; ``audio`` is None only where it may be."""

    path: Path
    data: bytes
    sha256: str
    beatmap: Beatmap
    audio: Path | None


@dataclass(frozen=True, slots=True)
class Desk:
    """What requests are prepared with."""

    access: Access
    config: Config
    models: ModelChoice

    def read(self, request: JobRequest, *, needs_audio: bool = True) -> Source:
        """The map of a request, and where its audio is.

        Raises:
            Refusal: it may not be opened, is no beatmap, is not the one that the caller saw, or
                its audio is not there although it is needed.
        """
        path, data = self.access.read_map(request.path)
        sha256 = hashlib.sha256(data).hexdigest()
        if request.base_sha256 and request.base_sha256.lower() != sha256:
            raise precondition(
                "MAP_CHANGED", str(path), f"{path.name} has changed since it was read. Ask again"
            )
        beatmap = readable_beatmap(path, data)
        audio: Path | None = None
        try:
            audio = self.access.find_audio(path, beatmap.audio_filename)
        except Refusal:
            if needs_audio:
                raise
        return Source(path, data, sha256, beatmap, audio)

    def job(
        self,
        kind: JobKind,
        filled: JobRequest,
        source: Source,
        mode: int | None = None,
        inputs: Mapping[str, bytes] | None = None,
        *,
        asks_model: bool = True,
    ) -> Job:
        """The job of a request whose own defaults are filled in.

        The request that the job carries names the seed, the model and the hash of the bytes that
        were read, whatever the caller left open.

        Args:
            mode: of what is made; the map's own unless given.
            inputs: what else the worker reads, by name.
            asks_model: whether one is to be loaded; the request names none otherwise.

        Raises:
            Refusal: the model cannot be had.
        """
        mode = source.beatmap.mode if mode is None else mode
        filled.path = str(source.path)
        filled.base_sha256 = source.sha256
        filled.model = self.models.usable(kind.task, mode, filled.model) if asks_model else ""
        if not filled.HasField("seed"):
            filled.seed = secrets.randbelow(CHOSEN_SEED_LIMIT)
        return Job(
            job_id=uuid.uuid4().hex[:12],
            kind=kind,
            request=filled,
            path=str(source.path),
            base=source.data,
            audio="" if source.audio is None else str(source.audio),
            notices=tuple(notices_for(source.beatmap, mapper_names(self.config))),
            mode=mode,
            inputs=dict(inputs or {}),
        )


def sha256_of_song(audio: Path) -> str:
    """Lower-case hexadecimal SHA-256 of an audio file.

    Raises:
        Refusal: it cannot be read.
    """
    try:
        with audio.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Refusal(
            "AUDIO_NOT_FOUND", f"{audio} cannot be read: {error.strerror or error}"
        ) from None


def readable_beatmap(path: Path, data: bytes, field: str = "path") -> Beatmap:
    """The beatmap in the bytes, of any mode.

    Raises:
        Refusal: not a beatmap.
    """
    beatmap = parse(data)
    if not beatmap.document.has_header:
        raise bad_field(
            "NOT_A_BEATMAP",
            field,
            f'{path} is not a beatmap: its first line is not "osu file format v..."',
        )
    return beatmap


def check_seed(request: JobRequest) -> None:
    """Raises Refusal where the seed is none."""
    if request.seed >= _SEED_LIMIT:
        raise bad_field("OPTION_INVALID", "seed", "seed must be below 2^63")


class Variants(Protocol):
    """A request that may ask for several candidates."""

    @property
    def variants(self) -> int: ...


def check_variants(request: Variants, config: Config) -> None:
    """Raises Refusal where they are too many, or fewer than one."""
    if not 0 <= request.variants <= config.max_variants:
        raise bad_field(
            "OPTION_INVALID",
            "variants",
            f"variants must be from 1 to {config.max_variants} (max_variants in the "
            f"configuration), not {request.variants}",
        )


def span_of_text(text: str, beatmap: Beatmap) -> tuple[int, int]:
    """The range, in ms, of text as copied from the editor.

    Raises:
        Refusal: it holds no timestamps.
    """
    from model_core.beatmap import parse_range

    try:
        span = parse_range(text, beatmap)
    except CompanionError as error:
        raise bad_field("OPTION_INVALID", "range_text", str(error)) from None
    return round(span.start_ms), round(span.end_ms)


def check_span(start_ms: int, end_ms: int, beatmap: Beatmap) -> None:
    """Raises Refusal where a range is empty, or before the song."""
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
