"""The objects of osu!standard and osu!catch: circles, sliders and spinners with positions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from model_core.beatmap.new_objects import NewObject, ObjectKind, Sound
from model_core.tokens.events import ANCHOR_EVENTS, EventType
from model_core.tokens.groups import Group
from model_core.tokens.slider_shapes import (
    MAX_SPEED,
    MIN_SPEED,
    Shape,
    fitting_shape,
    path_length,
    slowed,
)
from model_core.tokens.to_objects_parts import SAME_SPEED, MapFrame, ObjectMaker, neat_beats

_WIDTH, _HEIGHT = 512, 384
_MAX_SLIDES = 100
_MAX_ANCHORS = 100
_FAR = 4096  # px; no anchor that a mapper would place


@dataclass(slots=True)
class _OpenSlider:
    head: Group
    anchors: list[Group] = field(default_factory=list)
    tail: tuple[int, int] | None = None
    span_end: Group | None = None


class StandardObjects(ObjectMaker):
    """Keeps the slider or spinner that is open; there is one at most."""

    def __init__(self, frame: MapFrame) -> None:
        super().__init__(frame)
        self._slider: _OpenSlider | None = None
        self._spinner: Group | None = None

    def take(self, group: Group) -> bool:
        kind = group.type
        if kind in ANCHOR_EVENTS:
            if self._slider is None:
                self.dropped["anchor outside a slider"] += 1
            else:
                self._slider.anchors.append(group)
            return True
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
            case _:
                return False
        return True

    def finish(self, until_ms: int | None = None) -> None:
        if until_ms is not None and self._spinner is not None:
            self.take(Group(EventType.SPINNER_END, time=until_ms))
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
        time = self.time(group)
        self.objects.append(
            NewObject(
                kind=ObjectKind.CIRCLE,
                time=time,
                x=position[0],
                y=position[1],
                new_combo=group.new_combo,
                sounds=(self.sound(group, 0, time),),
            )
        )

    def _close_spinner(self, start: Group, end: Group) -> None:
        time, end_time = self.time(start), self.time(end)
        if end_time <= time:
            self.dropped["spinner that ends before it starts"] += 1
            return
        self.objects.append(
            NewObject(
                kind=ObjectKind.SPINNER,
                time=time,
                x=_WIDTH // 2,
                y=_HEIGHT // 2,
                new_combo=True,  # the game starts one at every spinner
                sounds=(self.sound(end, 0, end_time),),
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
        time, end_time = self.time(head), self.time(end)
        span_end = end_time if slider.span_end is None else self.time(slider.span_end)
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
        beat_length = self.timing.beat_length_at(time)
        # Of repeats all together: one that is shorter than a tick's rounding cannot say its own.
        whole = end_time - time if slides > 1 else span_end - time
        beats = neat_beats(whole / beat_length, beat_length) / slides
        per_speed = beats * 100 * self.frame.slider_multiplier  # px of a slide at velocity 1
        wanted = head.scroll_speed
        current = self.timing.slider_velocity_at(time)
        if wanted is not None and abs(wanted - current) < SAME_SPEED:
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
        nodes = (self.sound(head, 0, time), *repeats, self.sound(end, 0, end_time))
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

    def _sounds(self, group: Group | None, time: int, slides: int) -> list[Sound]:
        """A slider's body sound and those of its repeats: always ``slides`` sounds."""
        source = group if group is not None else Group()
        sounds = [self.sound(source, index, time) for index in range(len(source.hitsounds))]
        if not sounds:
            sounds = [self.sound(source, 0, time)]
        sounds += [sounds[-1] if len(sounds) > 1 else replace(sounds[0], additions=0)] * slides
        return sounds[:slides]


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
