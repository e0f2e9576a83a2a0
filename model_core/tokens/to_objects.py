"""From groups to hit objects that can be written into a map of any mode.

A model's output can be malformed in every way: ends without starts, sliders without anchors,
objects on top of each other, positions outside the playfield, columns that there are not. What
cannot be an object is dropped, and counted with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from model_core.beatmap.new_objects import NewObject
from model_core.beatmap.timing import Timing
from model_core.tokens.groups import Group
from model_core.tokens.resnap import Resnapper
from model_core.tokens.to_objects_mania import ManiaObjects
from model_core.tokens.to_objects_parts import MapFrame, ObjectMaker
from model_core.tokens.to_objects_playable import playable
from model_core.tokens.to_objects_standard import StandardObjects
from model_core.tokens.to_objects_taiko import TaikoObjects

_MAKERS: dict[int, type[ObjectMaker]] = {
    0: StandardObjects,
    1: TaikoObjects,
    2: StandardObjects,
    3: ManiaObjects,
}


@dataclass(frozen=True, slots=True)
class Converted:
    """Objects in order of time, and how many parts were dropped for which reason."""

    objects: tuple[NewObject, ...]
    dropped: dict[str, int]

    @property
    def dropped_count(self) -> int:
        """How many parts were dropped in all."""
        return sum(self.dropped.values())


def groups_to_objects(
    groups: Iterable[Group],
    timing: Timing,
    slider_multiplier: float,
    resnap: bool = True,
    strict: bool = True,
    rounded: bool = False,
    mode: int = 0,
    keys: int = 4,
    until_ms: int | None = None,
) -> Converted:
    """The objects that groups describe, on the ticks of ``timing`` if ``resnap``.

    ``rounded`` puts them on the nearest whole ms of a tick rather than on the one before it.

    Groups need rescaled positions (osu! pixels) in the modes that have positions. ``mode`` is
    the map's game mode 0..3, and ``keys`` how many columns it has in mania. In taiko every
    object asks for its scroll speed, in the others only sliders for their velocity.

    ``until_ms``: where the groups were broken off there, what is held then (spinners, drumrolls,
    dendens, hold notes) lasts until then; otherwise it is dropped, for the model forgot its end.

    ``strict`` drops what the game or its editor would choke on: objects off screen, at one
    time, or inside another (in mania: in one column); without it only what is no object at all
    is dropped.
    """
    resnapper = Resnapper(timing.red_lines, rounded=rounded) if resnap else None
    maker = _MAKERS[mode](MapFrame(timing, slider_multiplier, keys, resnapper))
    for group in groups:
        maker.add(group)
    maker.finish(until_ms)
    # By column where times are equal, so that a chord does not depend on the order it was told.
    objects = sorted(maker.objects, key=lambda item: (item.time, item.x if mode == 3 else 0))
    if strict:
        objects = playable(objects, mode, keys, maker.dropped)
    return Converted(tuple(objects), dict(maker.dropped))
