"""TimeSong at the model."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from osu_companion.v1 import jobs_pb2, patches_pb2, reports_pb2, timing_pb2

from daemon.jobs.options import options_of
from daemon.jobs.timing import TIMING
from daemon.patch_messages import patch_to_message, summary_to_message
from daemon.worker.engine_api import Progress, TaskFailed
from daemon.worker.tasks.task import Task, since, warnings_of
from model_core.beatmap import Beatmap, RedLine, TimingPoint
from model_core.beatmap.edits.red_line_texts import line_text, red_fields

if TYPE_CHECKING:
    from model_core.generation.progress import Progress as Step
    from model_core.timing import TimingParameters
    from model_core.timing.retiming import Heard, Retimed

_DRIFTING = (
    "No steady tempo was heard, so that a red line stands wherever the beats drift apart. Super"
    " timing hears more surely; check the lines in the editor."
)


def answer(task: Task) -> jobs_pb2.JobResult:
    """The job's result, as far as the model knows it."""
    from model_core.timing import TimingParameters
    from model_core.timing.retiming import listen

    request = timing_pb2.TimeSongRequest.FromString(task.frame["request"])
    parameters = TimingParameters(**options_of(TIMING, request))
    task.refuse_after_the_end(request.start_ms)
    source = task.source() if task.frame["map"] else None
    if source is None and task.audio.sha256 != request.base_sha256:
        raise TaskFailed("MAP_CHANGED", f"{request.path} was changed just now. Ask again")
    start, end = _part(request)
    steps = _Steps(task.report)
    begun = time.perf_counter()
    heard = listen(
        task.model,
        task.audio,
        parameters,
        request.seed,
        start,
        end,
        0 if source is None else source.mode,
        steps,
        task.cancelled,
    )
    spent = {"decode": since(begun)}
    told = jobs_pb2.JobResult()
    task.report(Progress("PATCH", steps.windows, steps.windows, steps.tokens))
    if source is None:
        told.timing.CopyFrom(_of_song(heard))
        drifting = heard.drifting
    else:
        begun = time.perf_counter()
        drifting = _fill(told, source, heard, parameters, start, end)
        spent["patch"] = since(begun)
    told.notices.extend(warnings_of([_DRIFTING] if drifting else []))
    told.timings.CopyFrom(task.timings(spent, steps.tokens))
    told.provenance.options.update(_used(parameters, of_map=source is not None))
    return told


def _fill(
    told: jobs_pb2.JobResult,
    source: Beatmap,
    heard: Heard,
    parameters: TimingParameters,
    start: int | None,
    end: int | None,
) -> bool:
    """Puts timing and patch into the result; whether the lines follow beats that drift."""
    from model_core.timing.retiming import retimed

    found = retimed(source, heard, parameters, start, end)
    told.timing.CopyFrom(_of_map(found))
    patch = patch_to_message(found.edit.patch, found.edit.scope)
    patch.summary.CopyFrom(summary_to_message(found.edit.summary))
    told.variants.append(patches_pb2.BeatmapVariant(number=1, seam_bits=math.nan, patch=patch))
    return found.heard.drifting and bool(found.edit.patch.edits)


def _of_song(heard: Heard) -> reports_pb2.SongTiming:
    count = len(heard.red_lines)
    lines = [_message(line, ",".join(red_fields(_point(line), 0))) for line in heard.red_lines]
    return reports_pb2.SongTiming(
        red_lines=lines,
        text=f"{len(heard.beats)} beats heard, half of them within {heard.error_ms:.1f} ms of"
        f" {'the red line' if count == 1 else f'{count} red lines'}",
        beats=len(heard.beats),
        median_error_ms=heard.error_ms,
    )


def _of_map(found: Retimed) -> reports_pb2.SongTiming:
    after = found.edit.result
    texts = {red.time: line_text(after, red.line) for red in after.timing.red_lines}
    return reports_pb2.SongTiming(
        red_lines=[_message(line, _plain(texts[line.time])) for line in found.red_lines],
        text=found.text,
        beats=len(found.heard.beats),
        median_error_ms=found.error_ms,
        map_error_ms=found.error_before_ms,
    )


def _message(line: RedLine, text: str) -> reports_pb2.RedLine:
    return reports_pb2.RedLine(
        time_ms=line.time, beat_length_ms=line.beat_length, meter=line.meter, line=text
    )


def _point(line: RedLine) -> TimingPoint:
    """As the editor begins a map: normal samples, full volume."""
    return TimingPoint(-1, line.time, line.beat_length, line.meter, sample_set=1)


def _plain(text: str) -> str:
    """A line of a file, whose bytes may be no text."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace").lstrip("\ufeff")


def _part(request: timing_pb2.TimeSongRequest) -> tuple[int | None, int | None]:
    return (
        request.start_ms if request.HasField("start_ms") else None,
        request.end_ms if request.HasField("end_ms") else None,
    )


class _Steps:
    """Tells how far the hearing is, and knows how many tokens there were."""

    def __init__(self, report: Callable[[Progress], None]) -> None:
        self._report = report
        self._begun = time.monotonic()
        self.tokens = self.windows = 0

    def __call__(self, step: Step) -> None:
        self.tokens, self.windows = step.tokens, step.windows
        left = -1.0
        if step.window:
            left = (time.monotonic() - self._begun) / step.window * (step.windows - step.window)
        self._report(
            Progress(
                # Nothing is mapped: people are told that it listens.
                "ENCODER",
                min(step.window + 1, step.windows),
                step.windows,
                step.tokens,
                step.tokens_per_second,
                seconds_left=left,
            )
        )


def _used(parameters: TimingParameters, *, of_map: bool) -> Mapping[str, Any]:
    """What took effect where the request names nothing."""
    names: Iterable[str] = ("super_timing", "one_tempo")
    if parameters.super_timing:
        names = (*names, "timing_iterations", "timing_beams", "timing_guidance")
    if of_map:
        names = (*names, "timing_tolerance", "resnap", "keep_state")
    return {name: getattr(parameters, name) for name in names}
