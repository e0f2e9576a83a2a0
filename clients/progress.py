"""A job's progress in words, for every client alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from osu_companion.v1 import jobs_pb2

# By number of JobStage: the contract's module is not imported for words alone.
STAGES = {
    1: "starting the model worker",
    2: "loading the model",
    3: "reading the audio",
    4: "listening",
    5: "mapping",
    6: "placing objects",
    7: "making the patch",
}


def describe(progress: jobs_pb2.JobProgress) -> str:
    """Progress in one line: stage, window i of n, tokens/s, objects, time left."""
    parts = [STAGES.get(progress.stage, "working").capitalize()]
    if progress.windows:
        parts.append(f"window {progress.window} of {progress.windows}")
    if progress.tokens_per_second > 0:
        parts.append(f"{progress.tokens_per_second:.0f} tokens/s")
    if progress.objects:
        parts.append(f"{progress.objects} object{'s' if progress.objects > 1 else ''}")
    if progress.seconds_left >= 0 and progress.windows:
        parts.append(f"{progress.seconds_left:.1f} s left")
    if progress.attempt > 1:
        parts.append("again, because the model worker died")
    return ", ".join(parts)
