"""Objects of a range, read again, sound as they were meant to, and the others of it as before."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, fields, replace

from ....errors import EditRefused
from ...beatmap import Beatmap
from ...hit_objects import HitObject
from ...new_objects import Sound
from ...object_sounds import ADDITIONS, ObjectSounds, object_sounds, own_volumes
from ...timestamps import format_timestamp
from ..edit import Scope

#: The node that stands for a slider's body.
BODY = -1


@dataclass(frozen=True, slots=True)
class TakenParts:
    """Which parts of the wanted sounds are taken; the others stay as they are.

    ``custom_volumes`` keeps the volumes that hit samples give, also where volumes are taken.
    """

    volume: bool
    sets: bool
    additions: bool
    custom_volumes: bool


def check_meant_sounds(
    old: Beatmap,
    new: Beatmap,
    scope: Scope,
    sounds: Mapping[int, ObjectSounds],
    parts: TakenParts,
    volumes_without_room: Set[tuple[int, int]],
) -> None:
    """Raises ``EditRefused`` with the object and the property that would sound otherwise.

    ``sounds`` goes by lines of the old file, and so do the volumes, of (line, node), that the
    file has no room for.
    """
    for before, after in zip(old.hit_objects, new.hit_objects, strict=True):
        if not scope.start_ms <= before.time <= scope.end_ms:
            continue
        was, now = object_sounds(before, old.timing), object_sounds(after, new.timing)
        kept = own_volumes(before)
        asked = sounds.get(before.line, was)
        triples = list(zip(range(len(was.nodes)), was.nodes, now.nodes, asked.nodes, strict=True))
        for node, first, second, goal in triples:
            free = (before.line, node) in volumes_without_room
            own = kept[node] if parts.custom_volumes else 0
            meant = _meant(first, second, goal, parts, own, free)
            _require(before, f"sound {node + 1}", meant, second)
        if was.body is not None and now.body is not None:
            # How loud a body is that nobody asked for follows its head.
            free = asked.body is None or (before.line, BODY) in volumes_without_room
            goal = asked.body or was.body
            _require(before, "body", _meant(was.body, now.body, goal, parts, 0, free), now.body)


def _meant(was: Sound, now: Sound, goal: Sound, parts: TakenParts, own: int, free: bool) -> Sound:
    additions = goal.additions & ADDITIONS if parts.additions else was.additions
    source = goal if parts.sets else was
    meant = replace(source, additions=additions, volume=was.volume)
    if parts.volume:
        meant = replace(meant, volume=now.volume if free else own or goal.volume)
    # The set of additions that nobody hears is nobody's matter.
    return meant if additions else replace(meant, addition_set=now.addition_set)


def _require(item: HitObject, what: str, meant: Sound, found: Sound) -> None:
    for field in fields(Sound):
        expected, actual = getattr(meant, field.name), getattr(found, field.name)
        if expected != actual:
            stamp = format_timestamp(item.time).removesuffix(" - ")
            raise EditRefused(
                f"The {field.name.replace('_', ' ')} of {what} of the {item.kind} at {stamp} (line"
                f" {item.line + 1}) would read back as {actual}, not as {expected}. Nothing was"
                " changed."
            )
