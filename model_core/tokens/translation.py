"""Maps of modes that a model was never shown: told to it, and read from it, as osu!standard.

A model trained on osu!standard alone (the starter, v30) hears rhythm in any song, but has no words
for drumrolls or columns. It is shown a stand-in of the map in osu!standard, writes circles and
sliders, and these are turned into what the mode has. The rhythm is the model's; which colour or
column an object gets follows from its sounds and its place, by the rules below.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from model_core.beatmap import Beatmap, parse
from model_core.beatmap.columns import COLUMN_Y, column_of, column_x
from model_core.beatmap.edits.object_lines import format_object
from model_core.beatmap.hit_objects import HitObject
from model_core.beatmap.new_objects import NewObject, ObjectKind, Sound
from model_core.beatmap.numbers import format_number
from model_core.beatmap.timing import SAMPLE_LENIENCY, Timing
from model_core.tokens.layout import Layout
from model_core.tokens.to_objects_parts import MapFrame
from model_core.tokens.to_objects_taiko import TAIKO_X, TAIKO_Y, drumroll

__all__ = ["CATCH", "MANIA", "STAND_IN_CIRCLE_SIZE", "TAIKO", "spelled", "translated"]

TAIKO, CATCH, MANIA = 1, 2, 3
#: Of the stand-in; circles of another size mean nothing in taiko and mania.
STAND_IN_CIRCLE_SIZE = 4.0

# Where the stand-in's objects wander, in osu! pixels: standing still means something to a model.
_CENTRE, _REACH = (256, 192), (140, 90)
_STEP = 0.8  # radians an object
_LONGEST_SLIDE = 300.0  # px
# A slider shorter than this many beats is a hit at each of its ends in taiko, as in the game's own
# conversion; a longer one is a drumroll.
_ROLL_BEATS = 2.0
# Notes of one column nearer than this are more than a hand does at ease: one moves over.
_REPEAT_MS = 180.0


def spelled(beatmap: Beatmap, layout: Layout) -> Beatmap:
    """The map as a model of this layout reads it: itself, or a stand-in in osu!standard."""
    if layout.written_mode(beatmap.mode) == beatmap.mode:
        return beatmap
    if beatmap.mode == CATCH:
        lines = [beatmap.document.lines[item.line] for item in beatmap.hit_objects]
        return _standard(beatmap, lines, beatmap.circle_size)
    timing, version, offset = beatmap.timing, beatmap.version, beatmap.time_offset
    lines = [
        format_object(item, timing, version, offset).encode() + b"\n"
        for item in _stand_ins(beatmap)
    ]
    return _standard(beatmap, lines, STAND_IN_CIRCLE_SIZE)


def translated(
    objects: Sequence[NewObject], mode: int, timing: Timing, slider_multiplier: float, keys: int = 4
) -> tuple[NewObject, ...]:
    """Objects of osu!standard, in order of time, as objects of ``mode``.

    Catch has the same objects. In taiko circles are hits (the sounds say which), short sliders a
    hit at each end, longer ones drumrolls, spinners dendens; scroll speeds stay the map's own. In
    mania circles are notes and sliders hold notes, in the column that they stand over.
    """
    if mode == TAIKO:
        frame = MapFrame(timing, slider_multiplier, keys, None)
        return tuple(hit for item in objects for hit in _taiko(item, frame))
    if mode == MANIA:
        return tuple(_mania(objects, keys))
    return tuple(objects)


# ---------------------------------------------------------------- from osu!standard


def _taiko(item: NewObject, frame: MapFrame) -> Iterable[NewObject]:
    if item.kind is ObjectKind.CIRCLE:
        yield _hit(item.time, item.sounds[0])
    elif item.kind is ObjectKind.SPINNER:
        yield replace(item, x=TAIKO_X, y=TAIKO_Y)
    elif item.end_time is not None:
        duration = item.end_time - item.time
        if duration >= _ROLL_BEATS * frame.timing.beat_length_at(item.time):
            roll = drumroll(frame, item.time, item.end_time, None, item.sounds[0])
            if roll is not None:
                yield roll
                return
        for node, sound in enumerate(item.sounds):
            yield _hit(item.time + math.floor(duration * node / item.slides), sound)


def _hit(time: int, sound: Sound) -> NewObject:
    return NewObject(ObjectKind.CIRCLE, time, TAIKO_X, TAIKO_Y, False, (sound,))


def _mania(objects: Sequence[NewObject], keys: int) -> Iterable[NewObject]:
    last_column, last_time = -1, -math.inf
    for item in objects:
        column = column_of(item.x, keys)
        if column == last_column and item.time - last_time < _REPEAT_MS:
            # Towards the middle, where there is room on any number of columns but one.
            column = max(0, column - 1) if column * 2 >= keys else min(keys - 1, column + 1)
        kind = ObjectKind.CIRCLE if item.end_time is None else ObjectKind.HOLD
        yield NewObject(
            kind=kind,
            time=item.time,
            x=column_x(column, keys),
            y=COLUMN_Y,
            new_combo=False,
            sounds=item.sounds[:1],
            end_time=item.end_time,
        )
        last_column = column
        last_time = item.time if item.end_time is None else item.end_time


# ---------------------------------------------------------------- to osu!standard


def _standard(beatmap: Beatmap, objects: Iterable[bytes], circle_size: float) -> Beatmap:
    """A map in osu!standard with this map's timing lines and other objects."""
    head = (
        f"osu file format v{beatmap.version}\n\n[General]\nMode: 0\n\n[Difficulty]\n"
        f"CircleSize:{format_number(circle_size)}\n"
        f"SliderMultiplier:{format_number(beatmap.slider_multiplier)}\n\n[TimingPoints]\n"
    )
    timing = (beatmap.document.lines[point.line] for point in beatmap.timing_points)
    parts = [head.encode(), *_ended(timing), b"\n[HitObjects]\n", *_ended(objects)]
    return parse(b"".join(parts))


def _ended(lines: Iterable[bytes]) -> Iterable[bytes]:
    """Lines of which the last may lack its line end."""
    return (line if line.endswith((b"\n", b"\r")) else line + b"\n" for line in lines)


def _stand_ins(beatmap: Beatmap) -> Iterable[NewObject]:
    """Objects of osu!standard at the times of the map's own, one at a time."""
    usable = (o for o in beatmap.hit_objects if math.isfinite(o.time) and math.isfinite(o.end_time))
    ordered = sorted(usable, key=lambda o: o.time)
    moments = [list(group) for _, group in groupby(ordered, key=lambda o: o.time)]
    for number, together in enumerate(moments):
        following = moments[number + 1][0].time if number + 1 < len(moments) else math.inf
        yield _stand_in(beatmap, together, number, following)


def _stand_in(
    beatmap: Beatmap, together: Sequence[HitObject], number: int, following: float
) -> NewObject:
    timing = beatmap.timing
    time = round(together[0].time)
    angle = number * _STEP
    x = round(_CENTRE[0] + _REACH[0] * math.cos(angle))
    if beatmap.mode == MANIA:
        x = min(max(round(sum(o.x for o in together) / len(together)), 0), 512)
    y = round(_CENTRE[1] + _REACH[1] * math.sin(angle))
    additions = 0
    for item in together:
        additions |= item.hit_sound & 0b1110
    around = timing.sample_at(time + SAMPLE_LENIENCY)
    sample_set = around.sample_set if around.sample_set in (1, 2, 3) else 1
    sound = Sound(additions, sample_set, sample_set, around.volume)
    end = round(max(o.end_time for o in together))
    circle = NewObject(ObjectKind.CIRCLE, time, x, y, _begins_measure(timing, time), (sound,))
    # In mania other columns may go on meanwhile; in osu!standard nothing can.
    if end <= time or end >= following:
        return circle
    if together[0].kind is ObjectKind.SPINNER:
        return replace(circle, kind=ObjectKind.SPINNER, new_combo=True, end_time=end)
    length = timing.slider_velocity_at(time) * 100 * beatmap.slider_multiplier
    length *= (end - time) / timing.beat_length_at(time)
    slides = max(1, math.ceil(length / _LONGEST_SLIDE))
    length /= slides
    if length < 1:
        return circle
    far = round(x + length if x < _CENTRE[0] else x - length)
    return replace(
        circle,
        kind=ObjectKind.SLIDER,
        end_time=end,
        sounds=(sound,) * (slides + 1),
        body=replace(sound, additions=0),
        curve_letter="L",
        curve_points=((far, y),),
        slides=slides,
        length=length,
    )


def _begins_measure(timing: Timing, time: float) -> bool:
    red = timing.red_line_at(time)
    if red is None:
        return False
    measure = red.milliseconds_per_beat * max(1, timing.meter_at(time))
    past = (time - red.time) % measure
    return min(past, measure - past) < 2
