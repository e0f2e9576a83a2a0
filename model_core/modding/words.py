"""What mappers of each mode call its objects.

A file knows circles, sliders, spinners and holds alone, whatever the mode makes of them; the names
are those of the osu! wiki's pages on taiko, catch and mania.
"""

from __future__ import annotations

from model_core.beatmap import ObjectKind
from model_core.tokens.events import EventType

_FILE = {
    ObjectKind.CIRCLE: "circle",
    ObjectKind.SLIDER: "slider",
    ObjectKind.SPINNER: "spinner",
    ObjectKind.HOLD: "hold note",
}
# By game mode: where the mode's own word is another.
_OWN: tuple[dict[ObjectKind, str], ...] = (
    {},
    {ObjectKind.CIRCLE: "note", ObjectKind.SLIDER: "drumroll", ObjectKind.SPINNER: "swell"},
    {
        ObjectKind.CIRCLE: "fruit",
        ObjectKind.SLIDER: "juice stream",
        ObjectKind.SPINNER: "banana shower",
    },
    {ObjectKind.CIRCLE: "note"},
)
# As the names of events begin: "slider_head" is a part of a slider.
_PARTS_OF = {
    "circle": ObjectKind.CIRCLE,
    "slider": ObjectKind.SLIDER,
    "drumroll": ObjectKind.SLIDER,
    "spinner": ObjectKind.SPINNER,
    "denden": ObjectKind.SPINNER,
}


def object_name(kind: ObjectKind, mode: int) -> str:
    """An object in the words of a game mode (0..3): "slider", "fruit", "hold note"."""
    return _OWN[mode].get(kind, _FILE[kind])


def part_name(kind: EventType | None, mode: int | None = None) -> str:
    """A kind of event or part, for people: "Slider Head".

    Args:
        mode: the game mode in whose words objects are told; None for the events' own names, as the
            published models' modding has them.
    """
    if kind is None:
        return "Control"
    first, _, rest = kind.value.partition("_")
    if mode is not None and first in _PARTS_OF:
        first = object_name(_PARTS_OF[first], mode)
    return f"{first} {rest.replace('_', ' ')}".strip().title()
