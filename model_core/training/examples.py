"""Maps of a song, spelled as events over the whole song; windows take their part of them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

from model_core.beatmap import parse
from model_core.errors import CompanionError
from model_core.maps.conditions import conditions_like
from model_core.tokens import (
    Conditions,
    EventType,
    Layout,
    TimedEvents,
    Vocabulary,
    kiai_events,
    map_events,
    sv_events,
    timing_events,
)
from model_core.training.corpus import MapEntry, SongEntry

__all__ = ["Example", "example_of", "examples_of", "without_sounds"]

_MANIA = 3
_SOUNDS = (EventType.HITSOUND, EventType.VOLUME)


@dataclass(frozen=True, slots=True)
class Example:
    """A map of a song. Times in ms; ``speeds`` are empty but in osu!mania."""

    timing: TimedEvents
    kiai: TimedEvents
    objects: TimedEvents
    speeds: TimedEvents
    conditions: Conditions
    first_ms: float
    last_ms: float

    @property
    def mode(self) -> int:
        return self.conditions.gamemode


def examples_of(song: SongEntry, vocabulary: Vocabulary, layout: Layout) -> list[Example]:
    """The song's maps that the layout can spell; those of other modes and broken ones are left."""
    found: Iterable[Example | None] = (
        example_of(song, entry, vocabulary, layout)
        for entry in song.maps
        if entry.mode in layout.modes
    )
    return [example for example in found if example is not None]


def example_of(
    song: SongEntry, entry: MapEntry, vocabulary: Vocabulary, layout: Layout
) -> Example | None:
    """One map's events and conditions, as a request would tell them; None where it has no use."""
    try:
        beatmap = parse(entry.data)
    except CompanionError:
        return None
    times = [o.time for o in beatmap.hit_objects if math.isfinite(o.time)]
    if not times or not any(point.uninherited for point in beatmap.timing_points):
        return None
    length_ms = song.length_ms
    own = conditions_like(vocabulary, beatmap, length_ms, entry.stars)
    told = replace(
        own,
        mapper_id=entry.mapper_id if _knows(vocabulary, entry.mapper_id) else own.mapper_id,
        descriptors=entry.descriptors or own.descriptors,
        year=entry.year,
    )
    return Example(
        timing=timing_events(beatmap, layout, song_length_ms=length_ms),
        kiai=kiai_events(beatmap, layout),
        objects=map_events(beatmap, layout),
        speeds=sv_events(beatmap, layout) if beatmap.mode == _MANIA else TimedEvents(),
        conditions=told,
        first_ms=min(times),
        last_ms=max(times),
    )


def _knows(vocabulary: Vocabulary, mapper_id: int | None) -> bool:
    """Whether a number that an importer gave means somebody to a model.

    A published model may know the map, and with it its mapper, though not that number.
    """
    return mapper_id is not None and vocabulary.mapper_index(mapper_id) is not None


def without_sounds(objects: TimedEvents) -> TimedEvents:
    """The ``no_hs`` context of a map: its objects without hitsounds and volumes."""
    kept = [
        (event, time)
        for event, time in zip(objects.events, objects.times, strict=True)
        if event.type not in _SOUNDS
    ]
    return TimedEvents(tuple(event for event, _ in kept), tuple(time for _, time in kept))
