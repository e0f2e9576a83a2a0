"""A small engine without a model, for the worker child in tests.

It maps a circle to every quarter of a second through the real edit, so that what the daemon hands
out are real patches. A request's ``descriptors`` make it misbehave.
"""

from __future__ import annotations

import hashlib
import os
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from osu_companion.v1 import difficulty_pb2, jobs_pb2, mapset_pb2, patches_pb2, remap_pb2

from daemon.model_errors import reason_of
from daemon.worker.answer import variant_message
from daemon.worker.engine_api import Loaded, Progress, TaskFailed
from model_core.beatmap import MapHeader, NewObject, ObjectKind, RedLine, Sound, parse, write_map
from model_core.beatmap.edits import remap
from model_core.beatmap.edits.new_difficulty import new_difficulty
from model_core.errors import CompanionError

TOKEN_SECONDS = 0.005
#: Names the file that the model "gated" waits for.
GATE = "TESTS_GATE"
# Longer than any test takes to look at a job that runs: a minute.
_SLOW_TOKENS = 12_000


class FakeEngine:
    """Loads any model but "broken" and "deadly"; "gated" once the file of ``GATE`` is there."""

    def load(
        self, model: str, device: str, precision: str, threads: int, mode: int = 0
    ) -> dict[str, Any]:
        if model == "broken":
            raise TaskFailed("CHECKPOINT_UNUSABLE", "broken/config.json is damaged. Get it again")
        if model == "deadly":
            os._exit(7)
        if model == "gated":
            while not Path(os.environ[GATE]).exists():
                time.sleep(0.02)
        return Loaded(model, "cpu", "the tests have no other", "float32", "fake", 1).as_dict()

    def work(
        self,
        task: dict[str, Any],
        progress: Callable[[Progress], None],
        cancelled: Callable[[], bool],
    ) -> dict[str, Any]:
        if task["method"] == "ModBeatmap":
            return _modded(task, progress, cancelled)
        make = {
            "RemapBeatmap": self._remap,
            "MakeGuestDifficulty": self._difficulty,
            "GenerateMapset": self._mapset,
        }
        asked = {
            "RemapBeatmap": remap_pb2.RemapBeatmapRequest,
            "MakeGuestDifficulty": difficulty_pb2.MakeGuestDifficultyRequest,
            "GenerateMapset": mapset_pb2.GenerateMapsetRequest,
        }
        request = asked[task["method"]].FromString(task["request"])
        wishes = set(request.options.descriptors)
        assert Path(task["audio"]).is_file()
        progress(Progress("AUDIO"))
        if "print" in wishes:
            print("this must not reach the pipe")
        if "die" in wishes:
            os.abort()
        if "raise" in wishes:
            raise RuntimeError("a bug")
        if "degenerate" in wishes:
            raise TaskFailed("DEGENERATE_OUTPUT", "The model wrote nothing where music plays")
        if "stubborn" in wishes:
            time.sleep(10 * 60)
        tokens = _SLOW_TOKENS if "slow" in wishes else 20
        for token in range(tokens):
            if cancelled():
                raise TaskFailed("CANCELLED", "Cancelled")
            time.sleep(TOKEN_SECONDS)
            progress(Progress("DECODE", 1, 1, token, 200.0, token // 4, 1.0))
        try:
            return {"result": make[task["method"]](request, task["map"])}
        except CompanionError as error:
            raise TaskFailed(reason_of(error), str(error)) from error

    def _remap(self, request: remap_pb2.RemapBeatmapRequest, data: bytes) -> bytes:
        beatmap = parse(data)
        generator = random.Random(request.seed)
        variants = []
        for number in range(1, request.variants + 1):
            objects = _circles(generator, request.start_ms, request.end_ms)
            edit = remap(beatmap, request.start_ms, request.end_ms, objects)
            variants.append(
                variant_message(
                    number, number / 10, beatmap, edit, request.start_ms, request.end_ms
                )
            )
        timings = jobs_pb2.JobTimings(decode_ms=100.0, tokens=20)
        return jobs_pb2.JobResult(variants=variants, timings=timings).SerializeToString()

    def _difficulty(self, request: difficulty_pb2.MakeGuestDifficultyRequest, data: bytes) -> bytes:
        generator = random.Random(request.seed)
        variants = []
        for number in range(1, (request.variants or 1) + 1):
            objects = _circles(generator, 1000, 4000)
            made = new_difficulty(parse(data), name=request.name, objects=objects, made_by="fake")
            file = _file(made.file_name, made.data, made.summary.text)
            variants.append(patches_pb2.BeatmapVariant(number=number, file=file))
        return jobs_pb2.JobResult(variants=variants).SerializeToString()

    def _mapset(self, request: mapset_pb2.GenerateMapsetRequest, _: bytes) -> bytes:
        generator = random.Random(request.seed)
        variants = []
        for number in range(1, request.variants + 1):
            head = MapHeader("audio.wav", title="T", artist="A", difficulty_name="Easy")
            data = write_map(head, [RedLine(0.0, 500.0, 4)], _circles(generator, 1000, 4000))
            mapset = patches_pb2.NewMapset(
                folder_name="A - T",
                maps=[_file("A - T (Guest) [Easy].osu", data, "a map")],
                audio_name="audio.wav",
                text="new mapset with 1 difficulty: Easy",
            )
            variants.append(patches_pb2.BeatmapVariant(number=number, mapset=mapset))
        return jobs_pb2.JobResult(variants=variants).SerializeToString()


def _modded(
    task: dict[str, Any], progress: Callable[[Progress], None], cancelled: Callable[[], bool]
) -> dict[str, Any]:
    """By the real rules, as they ask no model; a map may ask for trouble in its tags."""
    from daemon.worker.engine import ModelEngine

    if b"Tags:die" in task["map"]:
        os.abort()
    while b"Tags:slow" in task["map"] and not cancelled():
        time.sleep(TOKEN_SECONDS)
    if cancelled():
        raise TaskFailed("CANCELLED", "Cancelled")
    return ModelEngine().work(task, progress, cancelled)


def _file(name: str, data: bytes, text: str) -> patches_pb2.NewBeatmap:
    return patches_pb2.NewBeatmap(
        file_name=name, content=data, sha256=hashlib.sha256(data).hexdigest(), text=text
    )


def _circles(generator: random.Random, start_ms: int, end_ms: int) -> list[NewObject]:
    return [
        NewObject(
            kind=ObjectKind.CIRCLE,
            time=when,
            x=generator.randrange(512),
            y=generator.randrange(384),
            new_combo=False,
            sounds=(Sound(0, 1, 1, 60),),
        )
        for when in range(start_ms, end_ms, 250)
    ]
