"""ModBeatmap at the model, or without one."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from osu_companion.v1 import jobs_pb2, modding_pb2, reports_pb2

from daemon.jobs.modding import DISMISSED, KNOWN, SET_NOTES, SET_PREFIX, options_from, span_of
from daemon.worker.engine_api import Progress
from daemon.worker.tasks.task import Task, since
from model_core.beatmap import Beatmap, parse

if TYPE_CHECKING:
    from model_core.modding.report import Report


def answer(task: Task) -> jobs_pb2.JobResult:
    """The job's result, as far as the worker knows it."""
    from model_core.modding.report import dismiss, mod, new_since, within
    from model_core.modding.report_size import dumps_within

    request = modding_pb2.ModBeatmapRequest.FromString(task.frame["request"])
    options = options_from(request)
    beatmap, name = task.source(), Path(request.path).name
    mapset, notes = _mapset(task, name, beatmap)
    report = mod(
        task.held,
        task.song,
        beatmap,
        file=name,
        mapset=mapset,
        options=options,
        progress=_reporter(task),
        cancelled=task.cancelled,
        why_no_model=_why_no_model(task, request, beatmap),
    )
    if task.unheard:
        notes.append(task.unheard)
    report = replace(report, notes=(*report.notes, *notes))
    report = dismiss(report, _remembered(task, DISMISSED) or ())
    known = _remembered(task, KNOWN)
    if known is not None:
        covered = Covered(report, bool(mapset), options.checked_rules)
        report = new_since(report, filter(covered, known))
    span = span_of(request)
    if span is not None:
        report = within(report, *span)
    task.report(Progress("PATCH"))
    text, report = dumps_within(report)
    return jobs_pb2.JobResult(
        report=report_message(report, text), timings=task.timings({}, report.model.events)
    )


def _reporter(task: Task) -> Callable[[int, int], None]:
    """Tells how far the model's reading is, and how long the rest takes at that pace."""
    begun = time.perf_counter()

    def report(window: int, windows: int) -> None:
        left = since(begun) / 1000 / window * (windows - window) if window else -1.0
        task.report(Progress("ENCODER", window, windows, seconds_left=left))

    return report


class Covered:
    """Whether an id of an earlier report would be found again if it were still so.

    A report of rules alone says nothing of what a model found before, and so on.
    """

    def __init__(self, report: Report, mapset: bool, rules: Iterable[str] | None) -> None:
        from model_core.modding.rules import map_rules, set_rules

        asked = {rule.id for rule in map_rules()}
        if mapset:
            asked |= {rule.id for rule in set_rules()}
        if rules is not None:
            asked &= set(rules)
        if report.model.used:
            asked.add("model")
        self._asked = asked

    def __call__(self, name: str) -> bool:
        return name.partition("/")[0] in self._asked


def report_message(report: Report, text: str) -> reports_pb2.ModReport:
    """The report as the contract has it; ``text``: its JSON."""
    from model_core.modding.rules import Severity

    counts = report.counts()
    return reports_pb2.ModReport(
        json=text,
        problems=counts[Severity.PROBLEM],
        warnings=counts[Severity.WARNING],
        negligible=counts[Severity.NEGLIGIBLE],
        infos=counts[Severity.INFO],
        fresh=sum(each.new is not False for each in report.suggestions),
        dismissed=len(report.dismissed),
        model_asked=report.model.used,
    )


def _mapset(task: Task, name: str, beatmap: Beatmap) -> tuple[list[tuple[str, Beatmap]], list[str]]:
    """Every difficulty of the set, this one first, and what is to be told of others."""
    if SET_NOTES not in task.frame:
        return [], []
    others = [
        (key.removeprefix(SET_PREFIX), parse(data))
        for key, data in task.frame.items()
        if key.startswith(SET_PREFIX)
    ]
    notes: list[str] = json.loads(task.frame[SET_NOTES])
    return [(name, beatmap), *others], notes


def _why_no_model(task: Task, request: modding_pb2.ModBeatmapRequest, beatmap: Beatmap) -> str:
    if request.rules_only:
        return ""
    if not beatmap.hit_objects:
        return "The map has no objects that a model could judge"
    if not task.frame["audio"]:
        return f"The song ({beatmap.audio_filename or 'none is named'}) is not beside the map"
    return ""


def _remembered(task: Task, key: str) -> list[str] | None:
    """Names from the daemon's memory; None where it has none of them."""
    data = task.frame.get(key)
    if data is None:
        return None
    names: list[str] = json.loads(data)
    return names
