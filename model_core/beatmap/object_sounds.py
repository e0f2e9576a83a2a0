"""What an object sounds like: its own fields and the timing lines, read together as the game does.

A node's normal set is its own, or the timing line's where it says 0; its addition set is its own,
or the normal one. Its volume is the object's own, or the timing line's. A circle has one node, a
slider one more than it has slides, a spinner sounds at its end and a hold note at its head.
"""

from __future__ import annotations

from dataclasses import dataclass

from .hit_objects import HitObject
from .new_objects import CLAP, FINISH, WHISTLE, ObjectKind, Sound
from .timing import SAMPLE_LENIENCY, Timing

ADDITIONS = WHISTLE | FINISH | CLAP


@dataclass(frozen=True, slots=True)
class ObjectSounds:
    """The sounds of one object: one per node, and what a slider sounds like between them."""

    nodes: tuple[Sound, ...]
    body: Sound | None = None


def node_lookups(item: HitObject) -> tuple[float, ...]:
    """The moments (ms) whose timing line gives each node its sample set and volume."""
    return tuple(time + SAMPLE_LENIENCY for time in item.node_times)


def body_lookup(item: HitObject) -> float:
    """The moment (ms) whose timing line gives a slider's body its sample set and volume."""
    return item.time + SAMPLE_LENIENCY + 1


def object_sounds(item: HitObject, timing: Timing) -> ObjectSounds:
    """What the game plays for an object of a map with these timing lines."""
    sets, bits = item.node_sets, item.node_sounds
    if item.kind is not ObjectKind.SLIDER:
        sets, bits = ((item.sample.normal_set, item.sample.addition_set),), (item.hit_sound,)
    nodes = tuple(
        _sound(bits[index], sets[index], item.sample.volume, timing, moment)
        for index, moment in enumerate(node_lookups(item))
    )
    if item.kind is not ObjectKind.SLIDER:
        return ObjectSounds(nodes)
    own = (item.sample.normal_set, item.sample.addition_set)
    body = _sound(item.hit_sound, own, item.sample.volume, timing, body_lookup(item))
    return ObjectSounds(nodes, body)


def _sound(bits: int, sets: tuple[int, int], volume: int, timing: Timing, moment: float) -> Sound:
    state = timing.sample_at(moment)
    normal = sets[0] or state.sample_set
    return Sound(bits & ADDITIONS, normal, sets[1] or normal, volume or state.volume)
