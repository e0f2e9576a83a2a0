"""Progress of jobs and downloads in words, for every client alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from osu_companion.v1 import jobs_pb2, models_pb2

# By number of JobStage: the contract's module is not imported for words alone.
_STAGES = {
    1: "starting the model worker",
    2: "loading the model",
    3: "reading the audio",
    4: "listening",
    5: "mapping",
    6: "placing objects",
}
# What the last stage makes, by the method that was called.
_LAST_STAGE = 7
_LAST = {
    "RemapBeatmap": "making the patch",
    "HitsoundBeatmap": "making the patch",
    "MakeGuestDifficulty": "writing the difficulty",
    "GenerateMapset": "writing the mapset",
    "ModBeatmap": "writing the report",
    "TimeSong": "writing the red lines",
}


def stage_words(stage: int, method: str = "") -> str:
    """What a job is doing, in words.

    Args:
        stage: of the contract, by number.
        method: that asked for the job, by its name in the contract; empty where nobody knows.
    """
    if stage == _LAST_STAGE:
        return _LAST.get(method, "writing the result")
    return _STAGES.get(stage, "working")


def describe(progress: jobs_pb2.JobProgress, method: str = "") -> str:
    """Progress in one line: stage, window i of n, tokens/s, objects, time left.

    ``method`` as for :func:`stage_words`.
    """
    parts = [stage_words(progress.stage, method).capitalize()]
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


# By number of PullStage.
PULL_STAGES = {
    1: "waiting for another download",
    2: "asking the hub",
    3: "downloading",
    4: "waiting for the connection",
    5: "checking",
}


def describe_pull(progress: models_pb2.PullProgress) -> str:
    """A download in one line: what, how much of it, how fast, time left."""
    stage = PULL_STAGES.get(progress.stage, "working")
    if not progress.bytes_total:
        return f"{progress.model}: {stage}"
    parts = [f"{size_words(progress.bytes_done)} of {size_words(progress.bytes_total)}"]
    if progress.stage == 3:
        if progress.bytes_per_second > 0:
            parts.append(f"{size_words(progress.bytes_per_second)}/s")
        if progress.seconds_left >= 0:
            parts.append(f"{duration_words(progress.seconds_left)} left")
    else:
        parts.append(f"{stage}, try {progress.attempt}" if progress.attempt else stage)
    return f"{progress.model}: {', '.join(parts)}"


def size_words(count: float) -> str:
    """Bytes as people read them: 842 MB, 1.24 GB, 12 kB."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            number = count / size
            return f"{number:.2f} {unit}" if unit == "GB" else f"{number:.{number < 10:d}f} {unit}"
    return f"{count:.0f} bytes"


def duration_words(seconds: float) -> str:
    """A time left as people say it: 40 s, 12 min, 2 h 5 min."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
