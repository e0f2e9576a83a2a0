"""One task of the worker: what all kinds of them are given, and what all answers have."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from osu_companion.v1 import jobs_pb2, provenance_pb2

from daemon.worker.engine_api import STAGES, Progress, TaskFailed
from model_core.beatmap import Beatmap, parse

if TYPE_CHECKING:
    from model_core.audio.decode import Audio
    from model_core.model import Model
    from model_core.remap import Progress as ModelProgress

Cancelled = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Task:
    """A request at the model.

    Attributes:
        frame: as the daemon sent it: ``request`` (serialised), ``map``, ``audio`` (a path),
            ``refiner``, and other files by name.
        held: the model; None where the request wants none.
        song: decoded; None where there is none.
        audio_ms: how long that took.
        unheard: why there is no song although the map names one; empty otherwise.
    """

    frame: Mapping[str, Any]
    held: Model | None
    song: Audio | None
    audio_ms: float
    report: Callable[[Progress], None]
    cancelled: Cancelled
    unheard: str = ""

    @property
    def model(self) -> Model:
        """The model that was loaded for this."""
        assert self.held is not None, "a task that wants no model asks for it"
        return self.held

    @property
    def audio(self) -> Audio:
        """The song, decoded."""
        assert self.song is not None, "a task without a song asks for it"
        return self.song

    def other(self, name: str) -> Beatmap | None:
        """Another map that was sent; None where there is none of that name."""
        data = self.frame.get(name)
        return None if data is None else parse(data)

    def source(self) -> Beatmap:
        """The map that the request is about."""
        return parse(self.frame["map"])

    def advance(self, step: ModelProgress) -> None:
        """Pass on how far the model is."""
        stage = step.stage.upper()
        self.report(
            Progress(
                stage=stage if stage in STAGES else "DECODE",
                window=step.window,
                windows=step.windows,
                tokens=step.tokens,
                tokens_per_second=step.tokens_per_second,
                objects=step.objects,
                seconds_left=-1.0 if step.seconds_left is None else step.seconds_left,
            )
        )

    def refuse_after_the_end(self, start_ms: int) -> None:
        """Raises TaskFailed where a range begins after the song."""
        length = self.audio.song_length_ms
        if start_ms >= length:
            raise TaskFailed(
                "RANGE_OUTSIDE_SONG",
                f"The range begins at {start_ms} ms, but the song ends at {length:.0f} ms",
            )

    def timings(
        self, spent: Mapping[str, float], tokens: int, patch_ms: float = 0.0
    ) -> jobs_pb2.JobTimings:
        """What the model says it spent (ms, by stage), as the contract has it."""
        decode_ms = spent.get("decode", 0.0)
        return jobs_pb2.JobTimings(
            audio_ms=self.audio_ms,
            encoder_ms=spent.get("encoder", 0.0),
            decode_ms=decode_ms,
            post_ms=spent.get("post", 0.0),
            patch_ms=spent.get("patch", 0.0) + patch_ms,
            rank_ms=spent.get("rank", 0.0),
            tokens=tokens,
            tokens_per_second=tokens / decode_ms * 1000 if decode_ms > 0 else 0.0,
        )


def warnings_of(texts: Iterable[str]) -> list[provenance_pb2.Notice]:
    """What the model has to say, each thing once."""
    return [
        provenance_pb2.Notice(code=provenance_pb2.Notice.CODE_MODEL, text=text)
        for text in dict.fromkeys(texts)
    ]


def since(begun: float) -> float:
    """Milliseconds since a reading of ``time.perf_counter()``."""
    return (time.perf_counter() - begun) * 1000
