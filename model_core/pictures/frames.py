"""Frames of the playfield: what a mode's own drawing needs to know of each of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .scene import Rectangle, Scene
from .sides import Role, Side
from .theme import ADDED, REMOVED, SOUNDS

ROLE_COLOURS = {Role.REMOVED: REMOVED, Role.ADDED: ADDED, Role.SOUNDS: SOUNDS}
#: Objects in one frame; those beyond would lie under the others.
MOST_IN_FRAME = 300
#: Pixels between frames.
GAP = 12.0


def shared_width(room: float, wanted: float) -> float:
    """The width of frames of about ``wanted`` pixels that fill a row."""
    columns = max(1, round(room / wanted))
    return (room - GAP * (columns - 1)) / columns


@dataclass(frozen=True, slots=True)
class Frame:
    """A piece of time, ``start <= t < end`` in ms, drawn into ``area``.

    ``held``: the ms of the longest frame; one scale of time serves all of them.
    ``compared``: before and after are shown, and what stays is drawn faintly.
    """

    area: Rectangle
    start: float
    end: float
    held: float
    compared: bool


@dataclass(frozen=True, slots=True)
class Style:
    """How a mode lays out its frames.

    ``size`` gives width and height of one for the room there is, and the ms that it holds;
    ``falls``: objects that began earlier are seen in a frame as well.
    """

    size: Callable[[Side, float], tuple[float, float, float]]
    draw: Callable[[Scene, Side, Frame], None]
    falls: bool
