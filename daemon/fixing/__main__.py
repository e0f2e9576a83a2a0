"""The child: makes the suggested edits of one report, and ends."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sys
import threading
from collections.abc import Sequence
from typing import Any, BinaryIO

from osu_companion.v1 import modding_pb2, patches_pb2

from daemon.jobs.modding import options_from
from daemon.patch_messages import patch_to_message
from daemon.worker import frames
from daemon.worker.child import take_pipes
from model_core.beatmap import Beatmap, EditKind, Scope, parse
from model_core.modding.report import Reported
from model_core.modding.report_fixes import make_edits, reasons_left
from model_core.modding.report_reading import from_json

log = logging.getLogger(__name__)

_INT32 = 2**31 - 1


def main() -> None:
    """Read a question, answer it, end; end at once when the daemon closes the pipe."""
    incoming, outgoing = take_pipes()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        question = frames.read(incoming)
    except frames.BrokenPipe:
        return
    threading.Thread(target=_end_with, args=(incoming,), daemon=True).start()
    try:
        answer, by_model = fixed(
            question["map"],
            modding_pb2.ModBeatmapRequest.FromString(question["request"]),
            json.loads(question["report"]),
            question["ids"],
        )
        frame = {"type": "done", "answer": answer.SerializeToString(), "by_model": by_model}
    except Exception as error:
        log.exception("the edits failed")
        message = (
            f"The suggested edits met an unexpected error ({type(error).__name__}: {error}). The "
            "log has the details"
        )
        frame = {"type": "failed", "reason": "INTERNAL", "message": message}
    with contextlib.suppress(OSError):
        outgoing.write(frames.encode(frame))
        outgoing.flush()
    sys.stdout.flush()
    # Nothing is unsaved, and the interpreter's own end takes a while.
    os._exit(0)


def fixed(
    data: bytes,
    asked: modding_pb2.ModBeatmapRequest,
    told: dict[str, Any],
    ids: Sequence[str],
) -> tuple[modding_pb2.FixSuggestionsResponse, bool]:
    """The patch of chosen edits, and whether one of them is a model's alone."""
    beatmap = parse(data)
    report = from_json(told, beatmap)
    done = make_edits(report, ids, options_from(asked))
    made = set(done.made)
    chosen = [each for each in (*report.suggestions, *report.dismissed) if each.id in made]
    left = reasons_left(report, ids, done.made)
    patch = patch_to_message(done.patch, _scope([each.finding.times for each in chosen]))
    patch.summary.CopyFrom(_summary(chosen, beatmap, done.beatmap))
    answer = modding_pb2.FixSuggestionsResponse(
        patch=patch,
        made=done.made,
        left=[modding_pb2.FixLeft(id=name, reason=reason) for name, reason in left.items()],
    )
    return answer, _by_model(chosen)


def _scope(times: Sequence[Sequence[float]]) -> Scope:
    """From the first moment that is touched to the last; what is of the whole map has none."""
    moments = [min(_INT32, max(-_INT32, round(time))) for own in times for time in own]
    return Scope(EditKind.OBJECTS, min(moments, default=0), max(moments, default=0))


def _by_model(chosen: Sequence[Reported]) -> bool:
    fixes = [(each.rank is not None, each.finding.fix) for each in chosen]
    ruled = {fix.edits for own, fix in fixes if fix is not None and not own}
    return any(own and fix is not None and fix.edits not in ruled for own, fix in fixes)


def _summary(
    chosen: Sequence[Reported], before: Beatmap, after: Beatmap
) -> patches_pb2.PatchSummary:
    # What a rule and a model suggest alike is one edit.
    lines = {
        each.finding.fix.edits: f"{each.finding.timestamp or 'map'} - {each.finding.fix.summary}"
        for each in reversed(chosen)
        if each.finding.fix is not None
    }
    count = len(lines)
    moved = sum(
        old.time != new.time
        for old, new in zip(before.hit_objects, after.hit_objects, strict=False)
    )
    text = f"{count} suggested edit{'' if count == 1 else 's'} made"
    return patches_pb2.PatchSummary(text=text, moved=moved, lines=reversed(lines.values()))


def _end_with(incoming: BinaryIO) -> None:
    try:
        frames.read(incoming)
    except frames.BrokenPipe:
        os._exit(0)


if __name__ == "__main__":
    main()
