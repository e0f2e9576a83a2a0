"""The tokens that are to be chosen, and what may be chosen for each."""

from __future__ import annotations

from dataclasses import dataclass

from model_core.beatmap import Sound
from model_core.tokens.events import EventType
from model_core.tokens.from_beatmap import hitsound_value

__all__ = ["VALUES", "Slot", "hitsound_values", "sound_of", "value_of", "volume_values"]

_BITS, _SETS = 8, 3
#: How many hitsound values there are: any additions, of any set, over any set.
VALUES = _BITS * _SETS * _SETS


@dataclass(frozen=True, slots=True)
class Slot:
    """One event to be chosen: its index, its kind, the values it may take (ascending)."""

    index: int
    kind: EventType
    allowed: tuple[int, ...]


def hitsound_values(own: int, additions: bool, sets: bool) -> tuple[int, ...]:
    """The hitsound values open to a sound: other additions, other sets, both or neither."""
    return tuple(
        value
        for value in range(VALUES)
        if (additions or value % _BITS == own % _BITS) and (sets or value // _BITS == own // _BITS)
    )


def volume_values() -> tuple[int, ...]:
    """The volumes open to a sound, in percent; 0 would mean something else in a file."""
    return tuple(range(1, 101))


def sound_of(value: int, volume: int) -> Sound:
    """The sound that a hitsound value and a volume stand for."""
    return Sound(value % _BITS << 1, value // 8 % _SETS + 1, value // 24 % _SETS + 1, volume)


def value_of(sound: Sound) -> int:
    """The hitsound value of a sound."""
    return hitsound_value(sound.additions, sound.sample_set, sound.addition_set)
