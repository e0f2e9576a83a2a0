"""New hit objects as lines of text, in the shape the map's version uses."""

from __future__ import annotations

from ..hit_objects import CIRCLE_BIT, NEW_COMBO_BIT, SLIDER_BIT, SPINNER_BIT
from ..new_objects import NewObject, ObjectKind, Sound
from ..numbers import format_number
from ..timing import SAMPLE_LENIENCY, Timing

#: From this version on a hit sample ends in volume and file name.
FULL_SAMPLE_VERSION = 12
#: Before this version the editor left default samples out.
SHORT_LINE_VERSION = 10


def format_object(item: NewObject, timing: Timing, version: int, offset: float) -> str:
    """The line of ``item`` without its line end.

    ``timing`` are the timing lines it will stand among: a sample set that they give already
    is written as 0, as the editor does. ``offset`` is what the game adds to the file's times.
    """
    combo = NEW_COMBO_BIT if item.new_combo else 0
    time = format_number(item.time - offset)
    place = f"{item.x},{item.y},{time}"
    span = object_span(item)
    if item.kind is ObjectKind.CIRCLE:
        sound = item.sounds[0] if item.sounds else None
        sample = _sample(sound, timing, item.time + SAMPLE_LENIENCY, version)
        return f"{place},{CIRCLE_BIT | combo},{_additions(sound)}{sample}"
    if item.kind is ObjectKind.SPINNER:
        end = item.end_time if item.end_time is not None else item.time
        sound = item.sounds[-1] if item.sounds else None
        sample = _sample(sound, timing, end + SAMPLE_LENIENCY, version)
        bits = SPINNER_BIT | combo
        return f"{place},{bits},{_additions(sound)},{format_number(end - offset)}{sample}"
    if item.kind is not ObjectKind.SLIDER:
        raise ValueError(f"a {item.kind} cannot be written yet")
    points = "|".join(f"{x}:{y}" for x, y in item.curve_points)
    sounds = node_sounds(item)
    moments = [item.time + span * i + SAMPLE_LENIENCY for i in range(item.slides + 1)]
    edge_sounds = "|".join(str(_additions(sound)) for sound in sounds)
    edge_sets = "|".join(
        ":".join(map(str, _sets(sound, timing, moment)))
        for sound, moment in zip(sounds, moments, strict=True)
    )
    text = (
        f"{place},{SLIDER_BIT | combo},{_additions(item.body)},{item.curve_letter}|{points},"
        f"{item.slides},{format_number(item.length)}"
    )
    sample = _sample(item.body, timing, item.time + SAMPLE_LENIENCY + 1, version)
    plain = not edge_sounds.strip("0|") and not edge_sets.strip("0|:") and not sample
    if version < SHORT_LINE_VERSION and plain:
        return text
    return f"{text},{edge_sounds},{edge_sets}{sample}"


def object_span(item: NewObject) -> float:
    """Duration of one slide in ms, by the object's own end time."""
    if item.kind is not ObjectKind.SLIDER or item.end_time is None:
        return 0.0
    return (item.end_time - item.time) / max(1, item.slides)


def node_sounds(item: NewObject) -> tuple[Sound, ...]:
    """A slider's ``slides + 1`` node sounds; missing ones repeat the last given."""
    sounds = item.sounds or (Sound(),)
    wanted = item.slides + 1
    return (sounds + (sounds[-1],) * (wanted - len(sounds)))[:wanted]


def _additions(sound: Sound | None) -> int:
    return 0 if sound is None else sound.additions


def _sets(sound: Sound | None, timing: Timing, moment: float) -> tuple[int, int]:
    if sound is None:
        return (0, 0)
    point = timing.sample_point_at(moment)
    known = 1 if point is None else point.sample_set
    normal = 0 if sound.sample_set == known else sound.sample_set
    addition = 0 if sound.addition_set == sound.sample_set else sound.addition_set
    return (normal, addition)


def _sample(sound: Sound | None, timing: Timing, moment: float, version: int) -> str:
    normal, addition = _sets(sound, timing, moment)
    if version >= FULL_SAMPLE_VERSION:
        return f",{normal}:{addition}:0:0:"
    if version < SHORT_LINE_VERSION and not normal and not addition:
        return ""
    return f",{normal}:{addition}:0"
