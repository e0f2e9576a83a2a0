"""What no mapper could want: answers that are refused with their reason, never written.

What counts as nothing but noise differs by mode: everything on one spot in osu!standard, in one
line in catch, in one column in mania. In taiko nothing has a place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from model_core.audio.decode import Audio
from model_core.audio.loudness import SILENCE, loudness
from model_core.beatmap import Beatmap, format_timestamp
from model_core.beatmap.columns import column_of, key_count
from model_core.beatmap.edits import replaced_objects
from model_core.beatmap.new_objects import NewObject
from model_core.errors import DegenerateOutput

__all__ = ["check_answer"]

_MOST_IN_ONE_SPOT_MS = 1500.0
_FEW = 4  # objects; fewer on one spot are a pattern
_FEW_NOTES = 8  # the same of one column, where mappers repeat more
# A stretch without objects is a hole if it is this long and the mapper had this many there.
_HOLE_MS = 4000.0
_HOLE_OBJECTS = 4


def check_answer(
    beatmap: Beatmap, audio: Audio, start_ms: int, end_ms: int, objects: Sequence[NewObject]
) -> None:
    """Raise DegenerateOutput for nothing, everything on one spot, or a hole in full music.

    ``objects`` are those of the map's own mode, in order of time.
    """
    if not objects:
        if loudness(audio, start_ms, end_ms) > SILENCE:
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
    where = _one_place(beatmap, objects)
    if where is not None and objects[-1].time - objects[0].time > _MOST_IN_ONE_SPOT_MS:
        raise DegenerateOutput(
            f"The model put all {len(objects)} objects {where}. Nothing was changed; try another"
            " seed."
        )
    for begin, end in _gaps(objects, start_ms, end_ms, held=beatmap.mode != 3):
        had = [o for o in replaced_objects(beatmap, start_ms, end_ms) if begin < o.time < end]
        if len(had) >= _HOLE_OBJECTS and loudness(audio, begin, end) > SILENCE:
            raise DegenerateOutput(
                f"The model left a hole in the music, {format_timestamp(begin)}"
                f"{format_timestamp(end).removesuffix(' - ')}, where the map has {len(had)} "
                "objects. Nothing was changed; try another seed or a shorter range."
            )


def _one_place(beatmap: Beatmap, objects: Sequence[NewObject]) -> str | None:
    """Where all objects are, in words, if that is one place and they are too many for it."""
    mode = beatmap.mode
    if mode == 1 or len(objects) < _FEW:
        return None
    if mode == 3:
        keys = key_count(beatmap.circle_size)
        columns = {column_of(item.x, keys) for item in objects}
        one = keys > 1 and len(columns) == 1 and len(objects) >= _FEW_NOTES
        return "in one column" if one else None
    if any(item.curve_points for item in objects):
        return None
    if mode == 2:
        return "in one line" if len({item.x for item in objects}) == 1 else None
    return "on one spot" if len({(item.x, item.y) for item in objects}) == 1 else None


def _gaps(
    objects: Sequence[NewObject], start_ms: float, end_ms: float, *, held: bool
) -> Iterator[tuple[float, float]]:
    """Stretches of the range in which nothing is, long enough to be a hole.

    ``held`` says whether a long object fills the time it lasts: in mania it keeps one column
    busy, and nothing happens in the others.
    """
    busy = float(start_ms)
    moments = [(item.time, item.end_time or item.time) for item in objects]
    if not held:
        moments = sorted((at, at) for moment in moments for at in moment)
    for begins, ends in moments:
        if begins - busy >= _HOLE_MS:
            yield busy, float(begins)
        busy = max(busy, float(ends))
    if end_ms - busy >= _HOLE_MS:
        yield busy, float(end_ms)
