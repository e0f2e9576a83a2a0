"""What no mapper could want: answers that are refused with their reason, never written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from model_core.audio.decode import Audio
from model_core.audio.windows import SAMPLES_PER_MS
from model_core.beatmap import Beatmap, format_timestamp
from model_core.beatmap.edits import replaced_objects
from model_core.beatmap.new_objects import NewObject
from model_core.errors import DegenerateOutput

__all__ = ["check_answer"]

# Quieter than this (root mean square, full scale 1) a stretch counts as silence.
_SILENCE = 0.004
_MOST_IN_ONE_SPOT_MS = 1500.0
# A stretch without objects is a hole if it is this long and the mapper had this many there.
_HOLE_MS = 4000.0
_HOLE_OBJECTS = 4


def check_answer(
    beatmap: Beatmap, audio: Audio, start_ms: int, end_ms: int, objects: Sequence[NewObject]
) -> None:
    """Raise DegenerateOutput for nothing, everything on one spot, or a hole in full music."""
    if not objects:
        if _loudness(audio, start_ms, end_ms) > _SILENCE:
            raise DegenerateOutput(
                "The model wrote no objects although there is music in the range. "
                "Nothing was changed; try another seed or a range that begins earlier."
            )
        if replaced_objects(beatmap, start_ms, end_ms):
            raise DegenerateOutput(
                "The model wrote no objects: it hears silence in the range, but the map has "
                "objects there. Nothing was changed; is it the right audio file?"
            )
        return
    spots = {(o.x, o.y) for o in objects if not o.curve_points}
    sliders = any(o.curve_points for o in objects)
    long = objects[-1].time - objects[0].time > _MOST_IN_ONE_SPOT_MS
    if len(objects) >= 4 and len(spots) == 1 and not sliders and long:
        raise DegenerateOutput(
            f"The model put all {len(objects)} objects on one spot. "
            "Nothing was changed; try another seed."
        )
    for begin, end in _gaps(objects, start_ms, end_ms):
        had = [o for o in replaced_objects(beatmap, start_ms, end_ms) if begin < o.time < end]
        if len(had) >= _HOLE_OBJECTS and _loudness(audio, begin, end) > _SILENCE:
            raise DegenerateOutput(
                f"The model left a hole in the music, {format_timestamp(begin)}"
                f"{format_timestamp(end).removesuffix(' - ')}, where the map has {len(had)} "
                "objects. Nothing was changed; try another seed or a shorter range."
            )


def _gaps(
    objects: Sequence[NewObject], start_ms: float, end_ms: float
) -> Iterator[tuple[float, float]]:
    """Stretches of the range in which nothing is, long enough to be a hole."""
    busy = float(start_ms)
    for item in objects:
        if item.time - busy >= _HOLE_MS:
            yield busy, float(item.time)
        busy = max(busy, float(item.end_time or item.time))
    if end_ms - busy >= _HOLE_MS:
        yield busy, float(end_ms)


def _loudness(audio: Audio, start_ms: float, end_ms: float) -> float:
    """Root mean square of a stretch of the song, full scale 1; a moment counts as 50 ms."""
    first = max(0, int(start_ms * SAMPLES_PER_MS))
    last = max(0, int(max(end_ms, start_ms + 50.0) * SAMPLES_PER_MS))
    piece = audio.samples[first:last]
    return float(np.sqrt(np.mean(np.square(piece)))) if len(piece) else 0.0
