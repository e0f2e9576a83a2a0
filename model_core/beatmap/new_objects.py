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

    The kinds are those of the file: in taiko a circle is a hit, a slider a drum roll and a
    spinner a swell. In mania there are circles and holds; ``x`` says the column
    (:func:`~.columns.column_x`), and several objects may start at one time in different ones.

    ``sounds`` has one entry for a circle, a hold and a spinner (its end), and ``slides + 1`` for
    a slider (head, repeats, end). ``curve_points`` are written as they stand, without the head;
    a red anchor stands twice. ``length`` is the path's length of one slide in osu! pixels, and
    ``slider_velocity`` the multiplier wanted at the head (``None``: whatever is in effect): in
    standard and catch of sliders only, in taiko and mania of every object, whose scroll speed it
    is. ``combo_skip`` is how many colours a new combo leaves out, 0..7.
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
    combo_skip: int = 0
