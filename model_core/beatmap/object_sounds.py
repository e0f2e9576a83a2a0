"""What an object sounds like: its own fields and the timing lines, read together as the game does.

A node's normal set is its own, or the timing line's where it says 0; its addition set is its own,
or the normal one. Its volume is the object's own, or the timing line's. A circle has one node, a
slider one more than it has slides, a spinner sounds at its end and a hold note at its head.
"""

from __future__ import annotations

from dataclasses import dataclass

from .hit_objects import HitObject, HitSample
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
    if item.kind is not ObjectKind.SLIDER:
        moment = node_lookups(item)[0]
        return ObjectSounds((_sound(item.hit_sound, item.sample, timing, moment),))
    nodes = tuple(
        _sound(bits, sample, timing, moment)
        for bits, sample, moment in zip(
            item.node_sounds, item.node_samples, node_lookups(item), strict=True
        )
    )
    return ObjectSounds(nodes, _sound(item.hit_sound, item.sample, timing, body_lookup(item)))


def own_volumes(item: HitObject) -> tuple[int, ...]:
    """The volume that each node has of its own; 0 where the timing line's counts."""
    if item.kind is not ObjectKind.SLIDER:
        return (item.sample.volume,)
    return tuple(sample.volume for sample in item.node_samples)


def _sound(bits: int, sample: HitSample, timing: Timing, moment: float) -> Sound:
    state = timing.sample_at(moment)
    normal = sample.normal_set or state.sample_set
    volume = sample.volume or state.volume
    return Sound(bits & ADDITIONS, normal, sample.addition_set or normal, volume)
