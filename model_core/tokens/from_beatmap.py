"""A beatmap's objects as events: the ``map`` and ``no_hs`` contexts.

Order inside a group: time, snapping, distance, position or column, new combo, scroll speed,
hitsound and volume of each sound, and the type (first instead, where the layout says so).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from model_core.tokens.events import Event, EventType, TimedEvents, from_groups, merge
from model_core.tokens.layout import Layout
from model_core.tokens.reference_sliders import curve_kind, end_position, total_duration
from model_core.tokens.reference_timing import ReferenceTiming, speed_value, whole_ms
from model_core.tokens.timelines import timing_events

if TYPE_CHECKING:
    from model_core.beatmap import Beatmap, HitObject

_SAMPLE_LENIENCY = 5  # ms; a green line this late still sets an object's sound
_MAX_SLIDER_POINTS = 100
_CENTRE = (256.0, 192.0)
_SUSTAIN_MARGIN = 10  # ms; no reminder this close to an end
_MAX_REMINDERS = 1000  # of one object; more only where a file's times are nonsense


@dataclass(slots=True)
class _Writer:
    """Collects groups of events; knows how a layout spells their parts."""

    layout: Layout
    timing: ReferenceTiming
    hitsounds: bool
    mode: int
    keys: int
    groups: list[tuple[float, list[Event]]]
    previous: tuple[float, float] = _CENTRE

    def group(
        self,
        kind: EventType,
        event_time: float,
        *,
        time: float | None = None,
        position: tuple[float, float] | None = None,
        new_combo: bool = False,
        scroll_speed: float | None = None,
        sounds: Sequence[Sequence[Event]] = (),
        snapping: bool = True,
        column: float | None = None,
    ) -> None:
        """Add a group; ``event_time`` sorts it, ``time`` (if given) is spelled."""
        events: list[Event] = []
        if time is not None:
            events.append(Event(EventType.TIME, whole_ms(time)))
            if snapping and self.layout.snapping:
                events.append(Event(EventType.SNAPPING, self.timing.snapping(time)))
        if position is not None:
            self._position(events, position)
        if column is not None:
            lane = min(max(int(column / 512 * self.keys), 0), self.keys - 1)
            events.append(Event(EventType.COLUMN, lane))
        if new_combo and self.mode in (0, 2):
            events.append(Event(EventType.NEW_COMBO))
        if scroll_speed is not None and self.layout.scroll_speed:
            events.append(Event(EventType.SCROLL_SPEED, speed_value(scroll_speed)))
        if self.hitsounds:
            for sound in sounds:
                events.extend(sound)
        if self.layout.types_first:
            events.insert(0, Event(kind))
        else:
            events.append(Event(kind))
        self.groups.append((whole_ms(event_time), events))

    def _position(self, events: list[Event], position: tuple[float, float]) -> None:
        layout = self.layout
        x, y = position
        if layout.distances:
            distance = int(math.hypot(x - self.previous[0], y - self.previous[1]))
            events.append(Event(EventType.DISTANCE, min(max(distance, 0), 640)))
            self.previous = position
        precision = layout.position_precision
        if layout.split_positions:
            events.append(Event(EventType.POSITION_X, int(x / precision)))
            events.append(Event(EventType.POSITION_Y, int(y / precision)))
            return
        events.append(Event(EventType.POSITION, joint_cell(layout, x, y)))
        if layout.refinement:
            events.append(Event(EventType.POSITION_REFINEMENT, refinement_cell(layout, x, y)))

    def sustain(
        self, kind: EventType, start: float, end: float, column: float | None = None
    ) -> None:
        """Reminders between ``start`` and ``end`` that a long object goes on."""
        interval = self.layout.sustain_interval_ms
        if not interval:
            return
        for count in range(1, _MAX_REMINDERS + 1):
            time = start + count * interval
            if time >= end - _SUSTAIN_MARGIN:
                break
            self.group(kind, time, time=time, snapping=False, column=column)

    def sound(
        self, time: float, additions: int, normal_set: int, addition_set: int, volume: int
    ) -> tuple[Event, Event]:
        """Hitsound and volume of one sound at ``time``; zeros mean the timing line's."""
        line = self.timing.active(time + _SAMPLE_LENIENCY)
        if normal_set == 0:
            normal_set = line.sample_set if line is not None else 0
            if normal_set == 0:
                normal_set = 2
        if normal_set not in (1, 2, 3):
            normal_set = 1
        if addition_set == 0:
            addition_set = normal_set
        if addition_set not in (1, 2, 3):
            addition_set = 1
        if volume == 0:
            volume = line.volume if line is not None else 100
        return (
            Event(EventType.HITSOUND, hitsound_value(additions, normal_set, addition_set)),
            Event(EventType.VOLUME, min(max(volume, 0), 100)),
        )


def joint_cell(layout: Layout, x: float, y: float) -> int:
    """Index of a joint position's cell.

    Off-screen to the left and above, published models truncate toward zero, so that the cell
    and the refinement disagree there; a layout may ask for the cell that holds the point.
    """
    precision = layout.position_precision
    left, top = -256 // precision, -256 // precision
    whole = math.floor if layout.floor_positions else int
    column = min(max(whole(x / precision) - left, 0), layout.position_columns - 1)
    row = min(max(whole(y / precision) - top, 0), 640 // precision - top)
    return row * layout.position_columns + column


def refinement_cell(layout: Layout, x: float, y: float) -> int:
    """Index of the offset inside the cell, in steps of the layout's refinement."""
    step = layout.refinement or layout.position_precision
    precision = layout.position_precision
    per_side = precision // step
    column = min(max(int((x % precision) // step), 0), per_side - 1)
    row = min(max(int((y % precision) // step), 0), per_side - 1)
    return row * per_side + column


def hitsound_value(additions: int, normal_set: int, addition_set: int) -> int:
    """The hitsound event of addition bits (whistle 2, finish 4, clap 8) and sample sets 1..3."""
    return ((additions >> 1) & 7) + 8 * (normal_set - 1) + 24 * (addition_set - 1)


def map_events(beatmap: Beatmap, layout: Layout, with_hitsounds: bool = True) -> TimedEvents:
    """The beatmap's objects as events with their times in ms, in order of time.

    ``with_hitsounds=False`` leaves out sounds and volumes (the ``no_hs`` context). Objects that
    have no finite place in time, and sliders of 100 points or more, are left out.
    """
    writer = _Writer(
        layout=layout,
        timing=ReferenceTiming(beatmap.timing_points),
        hitsounds=with_hitsounds,
        mode=beatmap.mode,
        keys=max(round(beatmap.circle_size), 1),
        groups=[],
    )
    for hit_object in beatmap.hit_objects:
        if not (math.isfinite(hit_object.time) and math.isfinite(hit_object.end_time)):
            continue
        match hit_object.kind.value:
            case "circle":
                _circle(writer, hit_object)
            case "slider":
                _slider(writer, hit_object, beatmap.slider_multiplier)
            case "spinner":
                _spinner(writer, hit_object)
            case "hold":
                _hold(writer, hit_object)
    events = from_groups(writer.groups)
    if layout.timing_in_map:
        events = merge([timing_events(beatmap, layout), events])
    return events


def _body_sound(writer: _Writer, hit_object: HitObject, time: float) -> tuple[Event, Event]:
    sample = hit_object.sample
    return writer.sound(
        time, hit_object.hit_sound, sample.normal_set, sample.addition_set, sample.volume
    )


def _circle(writer: _Writer, hit_object: HitObject) -> None:
    position = (hit_object.x, hit_object.y)
    writer.group(
        EventType.CIRCLE,
        hit_object.time,
        time=hit_object.time,
        position=position if writer.mode in (0, 2) else None,
        column=hit_object.x if writer.mode == 3 else None,
        new_combo=hit_object.new_combo,
        scroll_speed=(writer.timing.slider_velocity(hit_object.time) if writer.mode == 1 else None),
        sounds=[_body_sound(writer, hit_object, hit_object.time)],
    )


def _spinner(writer: _Writer, hit_object: HitObject) -> None:
    start, end = hit_object.time, hit_object.end_time
    if writer.mode == 1:
        writer.group(
            EventType.DENDEN,
            start,
            time=start,
            scroll_speed=writer.timing.slider_velocity(start),
            sounds=[_body_sound(writer, hit_object, start)],
        )
        writer.sustain(EventType.DENDEN_SUSTAIN, start, end)
        writer.group(EventType.DENDEN_END, end, time=end)
        return
    writer.previous = _CENTRE
    writer.group(EventType.SPINNER, start, time=start)
    writer.sustain(EventType.SPINNER_SUSTAIN, start, end)
    writer.group(
        EventType.SPINNER_END, end, time=end, sounds=[_body_sound(writer, hit_object, end)]
    )


def _hold(writer: _Writer, hit_object: HitObject) -> None:
    start, end = hit_object.time, hit_object.end_time
    writer.group(
        EventType.HOLD_NOTE,
        start,
        time=start,
        column=hit_object.x,
        sounds=[_body_sound(writer, hit_object, start)],
    )
    writer.sustain(EventType.HOLD_NOTE_SUSTAIN, start, end, hit_object.x)
    writer.group(EventType.HOLD_NOTE_END, end, time=end, column=hit_object.x)


def _slider(writer: _Writer, hit_object: HitObject, slider_multiplier: float) -> None:
    curve = hit_object.curve
    if curve is None:
        return
    head = (hit_object.x, hit_object.y)
    points: list[tuple[float, float]] = [head, *curve.control_points]
    if len(points) < 2 or len(points) >= _MAX_SLIDER_POINTS:
        return
    letter = curve.letter
    start = hit_object.time
    slides = max(hit_object.slides, 1)
    length = hit_object.length
    if length is None:
        length = sum(math.dist(a, b) for a, b in pairwise(points))
    velocity = writer.timing.slider_velocity(start)
    total = total_duration(
        length, slides, slider_multiplier, velocity, writer.timing.beat_length(start)
    )
    if total is None or total < 0:
        return
    span = total / slides
    end = start + total

    volume = hit_object.sample.volume

    def node(index: int) -> tuple[Event, Event]:
        sound = hit_object.node_sounds[index] if index < len(hit_object.node_sounds) else 0
        sets = hit_object.node_sets[index] if index < len(hit_object.node_sets) else (0, 0)
        time = end if index == slides else start + index * span
        return writer.sound(time, sound, sets[0], sets[1], volume)

    if writer.mode == 1:
        writer.group(
            EventType.DRUMROLL,
            start,
            time=start,
            scroll_speed=velocity,
            sounds=[_body_sound(writer, hit_object, start)],
        )
        writer.sustain(EventType.DRUMROLL_SUSTAIN, start, end)
        writer.group(EventType.DRUMROLL_END, end, time=end)
        return

    writer.group(
        EventType.SLIDER_HEAD,
        start,
        time=start,
        position=head,
        new_combo=hit_object.new_combo,
        scroll_speed=velocity,
        sounds=[node(0)],
    )
    _anchors(writer, curve_kind(letter, points), points, start, span)
    body = _body_sound(writer, hit_object, start + 1)
    sounds = [body, *(node(index) for index in range(1, slides))]
    first_end = start + span
    if writer.layout.slider_version == 2:
        writer.group(EventType.LAST_ANCHOR, start, position=points[-1])
        writer.sustain(EventType.SLIDER_SUSTAIN, start, first_end)
        writer.group(EventType.LAST_ANCHOR, first_end, time=first_end, sounds=sounds)
    else:
        writer.group(
            EventType.LAST_ANCHOR, first_end, time=first_end, position=points[-1], sounds=sounds
        )
    writer.sustain(EventType.SLIDER_REPEAT_SUSTAIN, first_end, end)
    writer.group(
        EventType.SLIDER_END,
        end,
        time=end,
        position=end_position(letter, points, length),
        sounds=[node(slides)],
    )


def _anchors(
    writer: _Writer,
    kind: str,
    points: Sequence[tuple[float, float]],
    start: float,
    span: float,
) -> None:
    """The anchors between a slider's head and its last point."""
    version_1 = writer.layout.slider_version == 1
    for index in range(1, len(points) - 1):
        point = points[index]
        if kind == "L":
            anchor = EventType.RED_ANCHOR
        elif kind == "P":
            anchor = EventType.PERFECT_ANCHOR
        elif kind == "C":
            anchor = EventType.CATMULL_ANCHOR
        elif point == points[index + 1]:
            anchor = EventType.RED_ANCHOR
        elif point != points[index - 1]:
            anchor = EventType.BEZIER_ANCHOR
        else:
            continue  # the second of the two that make a red anchor
        # Version 1 spreads the points over the span; version 2 keeps them at the head.
        time = start + span * index / (len(points) - 1) if version_1 else start
        writer.group(anchor, time, position=point)
