"""Which maps are of use for training, and why the others are not."""

from __future__ import annotations

import math
from dataclasses import dataclass

from model_core.beatmap import Beatmap, parse
from model_core.beatmap.modes import MODE_NAMES
from model_core.beatmap.stars import star_rating
from model_core.training.corpus import MapEntry
from model_core.training.importing.labels import descriptors_of, mapper_of
from model_core.training.importing.sources import Unreadable

__all__ = ["FoundMap", "Wanted", "check_map", "require_within"]

MANIA = 3
_MAX_OBJECTS = 30_000
# Beat lengths of the game's own limits, ms; what lies outside is a trick, not a tempo.
_BEATS = (6.0, 60_000.0)
# Objects may lie this far off the playfield, osu! pixels, before they are taken for a trick.
_FAR = 512.0
# The last object may end this long after the audio's last sample: encoders cut their ends.
_GRACE_MS = 500.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is taken. ``stars``: least and most. ``mappers``: names, folded; empty: everybody's.

    ``min_seconds`` and ``max_seconds`` are of the audio.
    """

    modes: tuple[int, ...] = (0, 1, 2, 3)
    mappers: tuple[str, ...] = ()
    stars: tuple[float, float] = (0.0, math.inf)
    min_objects: int = 16
    min_seconds: float = 15.0
    max_seconds: float = 900.0


@dataclass(frozen=True, slots=True)
class FoundMap:
    """A map that passed, before its mapper has a number. Times in ms."""

    file: str
    audio: str
    mapper: str
    entry: MapEntry
    first_ms: float
    last_ms: float


def check_map(file: str, data: bytes, wanted: Wanted) -> FoundMap:
    """What training needs to know of a map.

    Raises:
        Unreadable: it is of no use; the reason says why.
    """
    beatmap = parse(data)
    if beatmap.mode not in wanted.modes:
        raise Unreadable("mode not wanted", f"It is a map for {MODE_NAMES[beatmap.mode]}.")
    mapper = mapper_of(beatmap)
    if wanted.mappers and mapper.casefold() not in wanted.mappers:
        raise Unreadable("mapper not wanted", f"It is by {mapper or 'nobody who is named'}.")
    audio = beatmap.audio_filename
    if audio is None:
        raise Unreadable("no audio", "It names no audio file (AudioFilename).")
    objects = beatmap.hit_objects
    if not objects:
        raise Unreadable("no objects", "It has no hit objects that the game can read.")
    if len(objects) < wanted.min_objects:
        raise Unreadable("few objects", f"{len(objects)} objects; {wanted.min_objects} are wanted.")
    if len(objects) > _MAX_OBJECTS:
        raise Unreadable("absurd values", f"{len(objects)} objects; at most {_MAX_OBJECTS}.")
    _require_timing(beatmap)
    stars = star_rating(data)  # refuses maps whose sliders would take hours to look at
    if stars is None or not math.isfinite(stars):
        raise Unreadable("absurd values", "It cannot be rated: its objects defy the game.")
    low, high = wanted.stars
    if not low <= stars <= high:
        raise Unreadable("stars not wanted", f"It has {stars:.2f} stars.")
    first, last = _span(beatmap)
    entry = MapEntry(
        data=data,
        mode=beatmap.mode,
        stars=stars,
        circle_size=beatmap.circle_size,
        slider_multiplier=beatmap.slider_multiplier,
        descriptors=descriptors_of(beatmap),
        key_count=beatmap.key_count if beatmap.mode == MANIA else None,
    )
    return FoundMap(file, audio, mapper, entry, first, last)


def _require_timing(beatmap: Beatmap) -> None:
    red = [point for point in beatmap.timing_points if point.uninherited]
    if not red:
        raise Unreadable("no red line", "It has no uninherited timing point.")
    for point in red:
        if not (_BEATS[0] <= point.beat_length <= _BEATS[1] and math.isfinite(point.time)):
            raise Unreadable(
                "absurd values",
                f"The red line at {point.time:g} ms has a beat of {point.beat_length:g} ms.",
            )


def _span(beatmap: Beatmap) -> tuple[float, float]:
    """When the first object starts and the last one ends."""
    first, last = math.inf, -math.inf
    for item in beatmap.hit_objects:
        end = item.end_time
        if not (math.isfinite(item.time) and math.isfinite(end)):
            raise Unreadable("absurd values", "An object has no finite time.")
        if not (-_FAR <= item.x <= 512 + _FAR and -_FAR <= item.y <= 384 + _FAR):
            raise Unreadable(
                "absurd values",
                f"The object at {item.time:g} ms lies at {item.x:g}, {item.y:g}.",
            )
        first, last = min(first, item.time), max(last, end)
    if first < 0:
        raise Unreadable("absurd values", f"Its first object is at {first:g} ms, before the song.")
    return first, last


def require_within(found: FoundMap, length_ms: float) -> None:
    """Raise Unreadable where objects lie beyond the audio of ``length_ms``."""
    if found.last_ms > length_ms + _GRACE_MS:
        raise Unreadable(
            "beyond the audio",
            f"Its last object ends at {found.last_ms:.0f} ms; the audio has {length_ms:.0f} ms.",
        )
