"""What the makers of every mode's objects share: times, sounds, and what was dropped."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass

from model_core.beatmap.new_objects import NewObject, Sound
from model_core.beatmap.timing import SAMPLE_LENIENCY, Timing
from model_core.tokens.events import EventType
from model_core.tokens.groups import Group
from model_core.tokens.resnap import Resnapper

#: Spelled speeds have two decimals: closer than this, what is in effect already is meant.
SAME_SPEED = 0.0051
_BEAT_DIVISORS = range(1, 17)
_SAME_TICK = 2.0  # ms between a whole-ms duration and the division of a beat that it stands for
#: Groups that are no objects; they come along where contexts were merged.
_NO_OBJECTS = frozenset(
    {
        EventType.BEAT,
        EventType.MEASURE,
        EventType.TIMING_POINT,
        EventType.KIAI,
        EventType.SCROLL_SPEED_CHANGE,
    }
)


@dataclass(frozen=True, slots=True)
class MapFrame:
    """What objects are made for: the map's timing, slider multiplier and columns."""

    timing: Timing
    slider_multiplier: float
    keys: int
    resnapper: Resnapper | None


class ObjectMaker(ABC):
    """Takes the groups of one mode in order; keeps what is finished, counts what is dropped."""

    def __init__(self, frame: MapFrame) -> None:
        self.objects: list[NewObject] = []
        self.dropped: Counter[str] = Counter()
        self.frame = frame
        self.timing = frame.timing

    @abstractmethod
    def take(self, group: Group) -> bool:
        """Use a group; False if it is no part of this mode's objects."""

    @abstractmethod
    def finish(self, until_ms: int | None = None) -> None:
        """Drop what is still open at the end; or end it at ``until_ms``, if it can be held."""

    def add(self, group: Group) -> None:
        """Use a group, or count it as dropped."""
        if not self.take(group) and group.type not in _NO_OBJECTS:
            self.dropped["part of another game mode"] += 1

    def time(self, group: Group) -> int:
        """The group's time in whole ms, on the tick that it was meant for."""
        time = group.time or 0
        if self.frame.resnapper is None or not group.own_time:
            return time
        return self.frame.resnapper.snap(time, group.snapping)

    def sound(self, group: Group, index: int, time: int) -> Sound:
        """A group's sound; what it does not say is as the map's timing lines have it."""
        around = self.timing.sample_at(time + SAMPLE_LENIENCY)
        volume = group.volumes[index] if index < len(group.volumes) else around.volume
        if index >= len(group.hitsounds):
            sample_set = around.sample_set if around.sample_set in (1, 2, 3) else 1
            return Sound(0, sample_set, sample_set, volume)
        return Sound(
            additions=group.hitsounds[index],
            sample_set=group.samplesets[index],
            addition_set=group.additions[index],
            volume=volume,
        )


def neat_beats(beats: float, beat_length: float) -> float:
    """The division of a beat that a duration in whole ms stands for, if there is one."""
    for divisor in _BEAT_DIVISORS:
        rounded = round(beats * divisor) / divisor
        if rounded and abs(beats - rounded) * beat_length < _SAME_TICK:
            return rounded
    return beats
