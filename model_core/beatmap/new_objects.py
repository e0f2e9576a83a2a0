"""Objects that do not stand in a file yet: what a generator hands to an editor or a writer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

NORMAL, SOFT, DRUM = 1, 2, 3
WHISTLE, FINISH, CLAP = 2, 4, 8


class ObjectKind(StrEnum):
    """What a hit object is."""

    CIRCLE = "circle"
    SLIDER = "slider"
    SPINNER = "spinner"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Sound:
    """What is heard at one moment.

    ``additions`` holds the bits whistle 2, finish 4, clap 8; the sets are 1 normal, 2 soft,
    3 drum; ``volume`` is 0..100.
    """

    additions: int = 0
    sample_set: int = NORMAL
    addition_set: int = NORMAL
    volume: int = 100


@dataclass(frozen=True, slots=True)
class NewObject:
    """A hit object to be written. Times are whole milliseconds, positions osu! pixels.

    ``sounds`` has one entry for a circle and for a spinner (its end), and ``slides + 1`` for a
    slider (head, repeats, end). ``curve_points`` are written as they stand, without the head;
    a red anchor stands twice. ``length`` is the path's length of one slide in osu! pixels, and
    ``slider_velocity`` the multiplier wanted at the head (``None``: whatever is in effect).
    """

    kind: ObjectKind
    time: int
    x: int
    y: int
    new_combo: bool
    sounds: tuple[Sound, ...]
    body: Sound | None = None
    end_time: int | None = None
    curve_letter: str = ""
    curve_points: tuple[tuple[int, int], ...] = ()
    slides: int = 1
    length: float = 0.0
    slider_velocity: float | None = None
