"""New hit objects as lines of text, in the shape the map's version uses."""

from __future__ import annotations

from collections.abc import Sequence

from ..hit_objects import CIRCLE_BIT, HOLD_BIT, NEW_COMBO_BIT, SLIDER_BIT, SPINNER_BIT
from ..new_objects import NewObject, ObjectKind, Sound
from ..numbers import format_number
from ..timing import SAMPLE_LENIENCY, Timing

#: From this version on a hit sample ends in volume and file name.
FULL_SAMPLE_VERSION = 12
#: Before this version the editor left default samples out.
SHORT_LINE_VERSION = 10


def format_object(
    item: NewObject, timing: Timing, version: int, offset: float, *, own_volume: bool = False
) -> str:
    """The line of ``item`` without its line end.

    ``timing`` are the timing lines it will stand among: a sample set that they give already
    is written as 0, as the editor does. ``offset`` is what the game adds to the file's times.
    ``own_volume`` writes the volume into the line where the timing lines give another, as mania
    maps do whose chords are not equally loud; sliders and old versions have no room for it.
    """
    combo = NEW_COMBO_BIT | (item.combo_skip & 7) << 4 if item.new_combo else 0
    time = format_number(item.time - offset)
    place = f"{item.x},{item.y},{time}"
    if item.kind is ObjectKind.SLIDER:
        return _slider(item, f"{place},{SLIDER_BIT | combo}", timing, version)
    end = item.end_time if item.end_time is not None else item.time
    sound = item.sounds[-1] if item.sounds else None
    moments = [end + SAMPLE_LENIENCY]
    if item.kind is ObjectKind.HOLD:
        # The game looks a hold's sounds up at its end, older ones at its start.
        moments.append(item.time + SAMPLE_LENIENCY)
    sample = _sample(sound, timing, moments, version, own_volume)
    if item.kind is ObjectKind.CIRCLE:
        return f"{place},{CIRCLE_BIT | combo},{_additions(sound)}{sample}"
    end_text = format_number(end - offset)
    if item.kind is ObjectKind.SPINNER:
        return f"{place},{SPINNER_BIT | combo},{_additions(sound)},{end_text}{sample}"
    # A hold's sample follows its end behind a colon, not a comma.
    return f"{place},{HOLD_BIT | combo},{_additions(sound)},{end_text}{sample.replace(',', ':')}"


def _slider(item: NewObject, start: str, timing: Timing, version: int) -> str:
    span = object_span(item)
    points = "|".join(f"{x}:{y}" for x, y in item.curve_points)
    sounds = node_sounds(item)
    moments = [item.time + span * i + SAMPLE_LENIENCY for i in range(item.slides + 1)]
    edge_sounds = "|".join(str(_additions(sound)) for sound in sounds)
    edge_sets = "|".join(
        ":".join(map(str, _sets(sound, timing, moment)))
        for sound, moment in zip(sounds, moments, strict=True)
    )
    text = (
        f"{start},{_additions(item.body)},{item.curve_letter}|{points},"
        f"{item.slides},{format_number(item.length)}"
    )
    sample = _sample(item.body, timing, [item.time + SAMPLE_LENIENCY + 1], version)
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


def _sets(sound: Sound | None, timing: Timing, *moments: float) -> tuple[int, int]:
    """The sets as they are to be written: 0 where the timing lines say the same throughout."""
    if sound is None:
        return (0, 0)
    points = [timing.sample_point_at(moment) for moment in moments]
    known = {1 if point is None else point.sample_set for point in points}
    normal = 0 if known == {sound.sample_set} else sound.sample_set
    addition = 0 if sound.addition_set == sound.sample_set else sound.addition_set
    return (normal, addition)


def _sample(
    sound: Sound | None,
    timing: Timing,
    moments: Sequence[float],
    version: int,
    own_volume: bool = False,
) -> str:
    normal, addition = _sets(sound, timing, *moments)
    if version >= FULL_SAMPLE_VERSION:
        volume = 0
        if own_volume and sound is not None:
            heard = {timing.sample_at(moment).volume for moment in moments}
            volume = 0 if heard == {sound.volume} else sound.volume
        return f",{normal}:{addition}:0:{volume}:"
    if version < SHORT_LINE_VERSION and not normal and not addition:
        return ""
    return f",{normal}:{addition}:0"
