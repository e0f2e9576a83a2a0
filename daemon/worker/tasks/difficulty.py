"""MakeGuestDifficulty at the model."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from osu_companion.v1 import difficulty_pb2, jobs_pb2, patches_pb2

from daemon.jobs.difficulty import GUEST_DIFFICULTY
from daemon.jobs.options import options_of
from daemon.worker.engine_api import Progress
from daemon.worker.tasks.task import Task, warnings_of

if TYPE_CHECKING:
    from model_core.maps.generate import GeneratedMap
    from model_core.maps.parameters import GenerationParameters
    from model_core.model import Model
    from model_core.refiner import Refiner


def answer(task: Task) -> jobs_pb2.JobResult:
    """The job's result, as far as the model knows it."""
    from model_core.maps.parameters import GenerationParameters
    from model_core.maps.variants import generate_difficulties

    request = difficulty_pb2.MakeGuestDifficultyRequest.FromString(task.frame["request"])
    parameters = GenerationParameters(**options_of(GUEST_DIFFICULTY, request))
    if parameters.start_ms is not None:
        task.refuse_after_the_end(parameters.start_ms)
    source = task.source()
    mode = source.mode if parameters.mode is None else parameters.mode
    found = generate_difficulties(
        task.model,
        source,
        task.audio,
        parameters,
        request.name,
        request.variants or 1,
        refiner=configured_refiner(task, parameters, mode, task.model),
        progress=task.advance,
        cancelled=task.cancelled,
    )
    tokens, windows = sum(m.tokens for m in found.made), found.made[0].windows
    task.report(Progress("PATCH", windows, windows, tokens))
    spent: Counter[str] = Counter()
    for made in found.made:
        spent.update(made.timings_ms)
    told = jobs_pb2.JobResult(
        variants=[
            patches_pb2.BeatmapVariant(number=number, seam_bits=math.nan, file=file_message(made))
            for number, made in enumerate(found.made, start=1)
        ],
        timings=task.timings(spent, tokens),
        refused=found.refused,
        notices=warnings_of(_told(found.made)),
    )
    sampling = task.model.sampling
    told.provenance.options.update(
        {
            name: getattr(sampling, name) if value is None else value
            for name in ("temperature", "top_p", "top_k")
            for value in (getattr(parameters, name),)
        }
    )
    return told


def _told(made: Sequence[GeneratedMap]) -> Iterator[str]:
    """What there is to say of each variant."""
    for number, each in enumerate(made, start=1):
        which = f"Variant {number}: " if len(made) > 1 else ""
        yield from (f"{which}{text}" for text in (*each.warnings, *dropped(each)))


def configured_refiner(
    task: Task, parameters: GenerationParameters, mode: int, model: Model
) -> Refiner | None:
    """The refiner that the configuration names, where positions are to be refined."""
    from model_core.maps.refining import wants_refiner
    from model_core.refiner import usual_refiner

    named, layout = task.frame.get("refiner"), model.layout
    if not named or not wants_refiner(layout, parameters, layout.written_mode(mode)):
        return None
    return usual_refiner(named, model.device.type)


def file_message(made: GeneratedMap) -> patches_pb2.NewBeatmap:
    """The new file as the contract has it."""
    return patches_pb2.NewBeatmap(
        file_name=made.file_name,
        content=made.data,
        sha256=hashlib.sha256(made.data).hexdigest(),
        text=made.summary.rstrip("."),
        difficulty_name=made.beatmap.difficulty_name,
        mode=made.beatmap.mode,
        objects=len(made.beatmap.hit_objects),
        stars=made.stars,
    )


def dropped(made: GeneratedMap) -> list[str]:
    """What the model wrote that could be no object, in a sentence."""
    if not made.dropped:
        return []
    reasons = ", ".join(f"{reason} ({count})" for reason, count in made.dropped.items())
    return [f"Left out, because it could be no object: {reasons}."]
