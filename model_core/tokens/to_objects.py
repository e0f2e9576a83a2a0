"""From groups to hit objects that can be written into a map.

A model's output can be malformed in every way: ends without starts, sliders without anchors,
objects on top of each other, positions outside the playfield. What cannot be an object is
dropped, and counted with the reason.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from model_core.beatmap.new_objects import NewObject, ObjectKind, Sound
from model_core.beatmap.timing import SAMPLE_LENIENCY, Timing
from model_core.tokens.events import ANCHOR_EVENTS, EventType
from model_core.tokens.groups import Group
from model_core.tokens.resnap import Resnapper
from model_core.tokens.slider_shapes import (
    MAX_SPEED,
    MIN_SPEED,
    Shape,
    fitting_shape,
    path_length,
    slowed,
)

WIDTH, HEIGHT = 512, 384
_OFF_SCREEN_TOLERANCE = 48  # px outside the playfield that are moved in; farther out is dropped
_MIN_GAP = 10  # ms between the end of an object and the next one
_MAX_SLIDES = 100
_MAX_ANCHORS = 100
_FAR = 4096  # px; no anchor that a mapper would place
_BEAT_DIVISORS = range(1, 17)
_SAME_SPEED = 0.0051  # spelled speeds have two decimals
_SAME_TICK = 2.0  # ms between a whole-ms duration and the division of a beat that it stands for


@dataclass(frozen=True, slots=True)
class Converted:
    """Objects in order of time, and how many parts were dropped for which reason."""

    objects: tuple[NewObject, ...]
    dropped: dict[str, int]

    @property
    def dropped_count(self) -> int:
        """How many parts were dropped in all."""
        return sum(self.dropped.values())


@dataclass(slots=True)
class _OpenSlider:
    head: Group
    anchors: list[Group] = field(default_factory=list)
    tail: tuple[int, int] | None = None
    span_end: Group | None = None


def groups_to_objects(
    groups: Iterable[Group],
    timing: Timing,
    slider_multiplier: float,
    resnap: bool = True,
    strict: bool = True,
    rounded: bool = False,
) -> Converted:
    """The objects that groups describe, on the ticks of ``timing`` if ``resnap``.

    ``rounded`` puts them on the nearest whole ms of a tick rather than on the one before it.

    Groups need rescaled positions (osu! pixels). ``strict`` drops what the game or its editor
    would choke on: objects off screen, at one time, or inside another; without it only what is
    no object at all is dropped.
    """
    resnapper = Resnapper(timing.red_lines, rounded=rounded) if resnap else None
    builder = _Builder(timing, slider_multiplier, resnapper)
    for group in groups:
        builder.add(group)
    builder.finish()
    objects = sorted(builder.objects, key=lambda item: item.time)
    if strict:
        objects = _playable(objects, builder.dropped)
    return Converted(tuple(objects), dict(builder.dropped))


class _Builder:
    """Takes groups in order and keeps the long object that is open."""

    def __init__(
        self, timing: Timing, slider_multiplier: float, resnapper: Resnapper | None
    ) -> None:
        self.objects: list[NewObject] = []
        self.dropped: Counter[str] = Counter()
        self._timing = timing
        self._slider_multiplier = slider_multiplier
        self._resnapper = resnapper
        self._slider: _OpenSlider | None = None
        self._spinner: Group | None = None

    def add(self, group: Group) -> None:
        kind = group.type
        if kind in ANCHOR_EVENTS:
            if self._slider is None:
                self.dropped["anchor outside a slider"] += 1
            else:
                self._slider.anchors.append(group)
            return
        match kind:
            case EventType.CIRCLE:
                self._abandon()
                self._circle(group)
            case EventType.SLIDER_HEAD:
                self._abandon()
                self._slider = _OpenSlider(group)
            case EventType.LAST_ANCHOR:
                self._last_anchor(group)
            case EventType.SLIDER_END:
                slider, self._slider = self._slider, None
                if slider is None:
                    self.dropped["slider end without a head"] += 1
                else:
                    self._close_slider(slider, group)
            case EventType.SPINNER:
                self._abandon()
                self._spinner = group
            case EventType.SPINNER_END:
                spinner, self._spinner = self._spinner, None
                if spinner is None:
                    self.dropped["spinner end without a start"] += 1
                else:
                    self._close_spinner(spinner, group)
            case EventType.BEAT | EventType.MEASURE | EventType.TIMING_POINT | EventType.KIAI:
                pass  # not objects; they come along where contexts were merged
            case EventType.SCROLL_SPEED_CHANGE:
                pass
            case _:
                self.dropped["part of another game mode"] += 1

    def finish(self) -> None:
        """Drop what is still open at the end."""
        self._abandon()

    # ---------------------------------------------------------------- kinds

    def _abandon(self) -> None:
        if self._slider is not None:
            self.dropped["slider without an end"] += 1
            self._slider = None
        if self._spinner is not None:
            self.dropped["spinner without an end"] += 1
            self._spinner = None

    def _circle(self, group: Group) -> None:
        position = _position(group)
        if position is None:
            self.dropped["circle without a position"] += 1
            return
        time = self._time(group)
        self.objects.append(
            NewObject(
                kind=ObjectKind.CIRCLE,
                time=time,
                x=position[0],
                y=position[1],
                new_combo=group.new_combo,
                sounds=(self._sound(group, 0, time),),
            )
        )

    def _close_spinner(self, start: Group, end: Group) -> None:
        time, end_time = self._time(start), self._time(end)
        if end_time <= time:
            self.dropped["spinner that ends before it starts"] += 1
            return
        self.objects.append(
            NewObject(
                kind=ObjectKind.SPINNER,
                time=time,
                x=WIDTH // 2,
                y=HEIGHT // 2,
                new_combo=True,  # the game starts one at every spinner
                sounds=(self._sound(end, 0, end_time),),
                end_time=end_time,
            )
        )

    def _last_anchor(self, group: Group) -> None:
        slider = self._slider
        if slider is None:
            self.dropped["anchor outside a slider"] += 1
            return
        # Version 1 says position and time at once; version 2 first the one, then the other.
        position = _position(group)
        if position is not None:
            slider.tail = position
        if group.own_time or position is None:
            slider.span_end = group

    def _close_slider(self, slider: _OpenSlider, end: Group) -> None:
        head = slider.head
        start_position = _position(head)
        if start_position is None:
            self.dropped["slider without a position"] += 1
            return
        if slider.tail is None or len(slider.anchors) > _MAX_ANCHORS:
            self.dropped["slider without a usable path"] += 1
            return
        time, end_time = self._time(head), self._time(end)
        span_end = end_time if slider.span_end is None else self._time(slider.span_end)
        if not time < span_end or end_time <= time:
            self.dropped["slider that ends before it starts"] += 1
            return
        # An end before its first span's end is taken for the end of that span.
        slides = max(round((end_time - time) / (span_end - time)), 1)
        if slides > _MAX_SLIDES:
            self.dropped["slider with too many repeats"] += 1
            return
        shape = _shape(start_position, slider)
        path = path_length(shape, start_position)
        if path < 1:
            self.dropped["slider without a usable path"] += 1
            return
        beat_length = self._timing.beat_length_at(time)
        beats = _neat_beats((span_end - time) / beat_length, beat_length)
        per_speed = beats * 100 * self._slider_multiplier  # px of a slide at velocity 1
        wanted = head.scroll_speed
        current = self._timing.slider_velocity_at(time)
        if wanted is not None and abs(wanted - current) < _SAME_SPEED:
            wanted = current  # so that 1.33 stays the 4/3 that is already there
        speed = wanted if wanted is not None else path / per_speed
        speed = min(max(speed, MIN_SPEED), MAX_SPEED)
        fitting = None
        if wanted is not None and speed * per_speed > path:
            fitting = fitting_shape(shape, start_position, speed * per_speed / path)
        if fitting is not None:
            shape = fitting
        else:
            speed, shape = slowed(speed, wanted is None, per_speed, path, shape, start_position)
        length = round(speed * per_speed, 6)  # no noise of divided velocities in the file
        if not all(abs(x) < _FAR and abs(y) < _FAR for x, y in shape[1]):
            self.dropped["slider without a usable path"] += 1
            return
        body, *repeats = self._sounds(slider.span_end, time, slides)
        nodes = (self._sound(head, 0, time), *repeats, self._sound(end, 0, end_time))
        self.objects.append(
            NewObject(
                kind=ObjectKind.SLIDER,
                time=time,
                x=start_position[0],
                y=start_position[1],
                new_combo=head.new_combo,
                sounds=nodes,
                body=body,
                end_time=time + round(beats * beat_length * slides),
                curve_letter=shape[0],
                curve_points=tuple(shape[1]),
                slides=slides,
                length=length,
                slider_velocity=speed,
            )
        )

    # ---------------------------------------------------------------- parts

    def _time(self, group: Group) -> int:
        time = group.time or 0
        if self._resnapper is None or not group.own_time:
            return time
        return self._resnapper.snap(time, group.snapping)

    def _sounds(self, group: Group | None, time: int, slides: int) -> list[Sound]:
        """A slider's body sound and those of its repeats: always ``slides`` sounds."""
        source = group if group is not None else Group()
        sounds = [self._sound(source, index, time) for index in range(len(source.hitsounds))]
        if not sounds:
            sounds = [self._sound(source, 0, time)]
        sounds += [sounds[-1] if len(sounds) > 1 else replace(sounds[0], additions=0)] * slides
        return sounds[:slides]

    def _sound(self, group: Group, index: int, time: int) -> Sound:
        """A group's sound; what it does not say is as the map's timing lines have it."""
        around = self._timing.sample_at(time + SAMPLE_LENIENCY)
        volume = group.volumes[index] if index < len(group.volumes) else around.volume
        if index >= len(group.hitsounds):
            sample_set = around.sample_set if around.sample_set in (1, 2, 3) else 1
            return Sound(0, sample_set, sample_set, volume)
        return Sound(
            additions=group.hitsounds[index],
            sample_set=group.samplesets[index],
            addition_set=group.additions[index],
            volume=volume,
        )


def _position(group: Group) -> tuple[int, int] | None:
    return None if group.x is None or group.y is None else (group.x, group.y)


def _shape(head: tuple[int, int], slider: _OpenSlider) -> Shape:
    """A slider's letter and its points as a file has them, red anchors twice."""
    tail = slider.tail if slider.tail is not None else head
    kinds = [anchor.type for anchor in slider.anchors]
    points: list[tuple[int, int]] = []
    for anchor in slider.anchors:
        position = _position(anchor)
        if position is None:
            continue
        points.append(position)
        if anchor.type is EventType.RED_ANCHOR:
            points.append(position)
    points.append(tail)
    if len(points) == 1:
        return "L", points
    if kinds and all(kind is EventType.CATMULL_ANCHOR for kind in kinds):
        return "C", points
    if kinds == [EventType.PERFECT_ANCHOR] and len(points) == 2:
        return "P", points
    return "B", points


def _neat_beats(beats: float, beat_length: float) -> float:
    """The division of a beat that a duration in whole ms stands for, if there is one."""
    for divisor in _BEAT_DIVISORS:
        rounded = round(beats * divisor) / divisor
        if rounded and abs(beats - rounded) * beat_length < _SAME_TICK:
            return rounded
    return beats


def _playable(objects: Sequence[NewObject], dropped: Counter[str]) -> list[NewObject]:
    """Without what is off screen, at one time with another, or inside a longer one."""
    kept: list[NewObject] = []
    busy_until = -math.inf
    for item in objects:
        outside = max(-item.x, item.x - WIDTH, -item.y, item.y - HEIGHT, 0)
        if outside > _OFF_SCREEN_TOLERANCE:
            dropped["off screen"] += 1
            continue
        if item.time < busy_until + _MIN_GAP:
            dropped["overlaps the object before it"] += 1
            continue
        if outside:
            item = _moved_in(item)
        kept.append(item)
        busy_until = item.time if item.end_time is None else item.end_time
    return kept


def _moved_in(item: NewObject) -> NewObject:
    """The object moved into the playfield, a slider with its whole path."""
    x, y = min(max(item.x, 0), WIDTH), min(max(item.y, 0), HEIGHT)
    dx, dy = x - item.x, y - item.y
    points = tuple((px + dx, py + dy) for px, py in item.curve_points)
    return replace(item, x=x, y=y, curve_points=points)
