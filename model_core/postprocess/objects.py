"""Hit-object lines and timing lines from events, as the published models' programs write them.

Parts are taken in the order in which they were written; each object changes the timing lines at
once (velocity, volume, kiai), so later objects see what earlier ones did. What cannot be an object
(an end without a start, a long object without a length) is left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from model_core.postprocess.drumrolls import drumroll_points
from model_core.postprocess.event_groups import reference_groups
from model_core.postprocess.overlaps import snap_near_overlaps
from model_core.postprocess.sliders import curve_of, fitted, path_of, progress_of, slider_pace
from model_core.postprocess.timing_changes import TimingLines
from model_core.postprocess.velocities import slide_length
from model_core.tokens.events import ANCHOR_EVENTS, Event, EventType
from model_core.tokens.groups import Group
from model_core.tokens.layout import Layout

__all__ = ["ObjectWriter"]

CIRCLE, SLIDER, NEW_COMBO, SPINNER, HOLD = 1, 2, 4, 8, 128
_TAIKO, _MANIA = 1, 3
_CENTRE = (256, 192)
WIDTH, HEIGHT = 512, 384
#: Parts whose place counts: what comes next may be placed by it.
_PLACED = ANCHOR_EVENTS | {
    EventType.CIRCLE,
    EventType.SLIDER_HEAD,
    EventType.LAST_ANCHOR,
    EventType.SLIDER_END,
    EventType.HOLD_NOTE,
    EventType.HOLD_NOTE_END,
}
_RESTORE_MS = 6  # after a node's own volume, the slider body's is set again
_SAME_VELOCITY = 1e-3  # multipliers that differ by less are one


@dataclass(frozen=True, slots=True)
class _Sound:
    additions: int = 0  # whistle 2, finish 4, clap 8
    sample_set: int = 0
    addition_set: int = 0
    volume: int | None = None

    @property
    def sets(self) -> str:
        return f"{self.sample_set}:{self.addition_set}"


@dataclass(slots=True)
class _OpenSlider:
    head: Group
    parts: list[tuple[EventType | None, tuple[int, int]]] = field(default_factory=list)
    span_end: Group | None = None


class ObjectWriter:
    """Writes the objects of one map; ``lines`` and ``timing`` hold the result."""

    def __init__(
        self,
        timing: TimingLines,
        layout: Layout,
        gamemode: int,
        slider_multiplier: float,
        normal_beat_length: float,
        random: np.random.Generator,
        *,
        snap_overlaps: bool = False,
    ) -> None:
        self.timing = timing
        self.lines: list[str] = []
        self._layout = layout
        self._mode = gamemode
        self._slider_multiplier = slider_multiplier
        self._normal_beat_length = normal_beat_length
        self.random_places = 0
        self._random = random
        self._snap_overlaps = snap_overlaps and gamemode not in (_TAIKO, _MANIA)
        self._position = self._head_position = _CENTRE
        self._slider: _OpenSlider | None = None
        self._long: dict[EventType, Group] = {}

    def write(self, events: Iterable[Event]) -> None:
        """Take all events of a map, in the order in which they were written."""
        groups = reference_groups(events, self._layout)
        for group in snap_near_overlaps(groups) if self._snap_overlaps else groups:
            self._add(group)

    def _add(self, group: Group) -> None:
        kind = group.type
        if kind in _PLACED:
            self._position = self._place(group)
        if kind in ANCHOR_EVENTS:
            if self._slider is not None:
                self._slider.parts.append((kind, self._position))
            return
        match kind:
            case EventType.CIRCLE:
                self._circle(group)
            case EventType.SLIDER_HEAD:
                self._head_position = self._position
                self._slider = _OpenSlider(group)
            case EventType.LAST_ANCHOR if self._slider is not None:
                if group.x is not None and group.y is not None:
                    self._slider.parts.append((kind, self._position))
                if group.own_time:
                    self._slider.span_end = group
            case EventType.SLIDER_END:
                if self._slider is not None:
                    self._end_slider(self._slider, group)
                self._slider = None
            case EventType.SPINNER | EventType.HOLD_NOTE | EventType.DRUMROLL | EventType.DENDEN:
                self._long[kind] = group
                group.x, group.y = self._position
            case EventType.SPINNER_END:
                self._end_spinner(self._long.pop(EventType.SPINNER, None), group, group)
            case EventType.DENDEN_END:
                start = self._long.pop(EventType.DENDEN, None)
                self._end_spinner(start, group, start)
            case EventType.DRUMROLL_END:
                self._end_drumroll(self._long.pop(EventType.DRUMROLL, None), group)
            case EventType.HOLD_NOTE_END:
                self._end_hold(self._long.pop(EventType.HOLD_NOTE, None), group)
            case EventType.KIAI:
                self.timing.set_kiai(group.time or 0, bool(group.value))
            case EventType.SCROLL_SPEED_CHANGE:
                self._scroll_speed(group)
            case _:
                pass

    # ---------------------------------------------------------------- kinds

    def _circle(self, group: Group) -> None:
        time = group.time or 0
        sound = _sound(group, 0)
        self._speed_in_taiko(group, time)
        self._volume(time, sound)
        x, y = _CENTRE if self._mode == _TAIKO else self._position
        bits = CIRCLE | self._combo(group)
        self.lines.append(f"{x},{y},{time},{bits},{sound.additions},{self._sample(sound)}")

    def _end_spinner(self, start: Group | None, end: Group, said: Group | None) -> None:
        if start is None or said is None or not self._lasts(start, end):
            return
        time, end_time = start.time or 0, end.time or 0
        sound = _sound(said, 0)
        if start.type is EventType.DENDEN:
            self._speed_in_taiko(start, time)
            self._volume(time, sound)
        else:
            self._volume(end_time, sound)
        x, y = _CENTRE
        bits = SPINNER | NEW_COMBO
        self.lines.append(
            f"{x},{y},{time},{bits},{sound.additions},{end_time},{self._sample(sound)}"
        )

    def _end_drumroll(self, start: Group | None, end: Group) -> None:
        if start is None or not self._lasts(start, end):
            return
        time = start.time or 0
        sound = _sound(start, 0)
        self._speed_in_taiko(start, time)
        self._volume(time, sound)
        length = slide_length(
            self.timing.slider_velocity(time),
            (end.time or 0) - time,
            self._slider_multiplier,
            self.timing.beat_length(time),
        )
        (x, y), *points = drumroll_points(length)
        curve = "|".join(["L", *(f"{px}:{py}" for px, py in points)])
        self.lines.append(
            f"{x},{y},{time},{SLIDER},{sound.additions},{curve},1,{length},"
            f"0|0,0:0|0:0,{self._sample(sound)}"
        )

    def _end_hold(self, start: Group | None, end: Group) -> None:
        if start is None or not self._lasts(start, end):
            return
        sound = _sound(start, 0)
        self.lines.append(
            f"{start.x},{start.y},{start.time},{HOLD},{sound.additions},"
            f"{end.time}:{self._sample(sound)}"
        )

    def _end_slider(self, slider: _OpenSlider, end: Group) -> None:
        head, span_end = slider.head, slider.span_end
        if span_end is None or not slider.parts:
            return
        if not self._lasts(head, span_end) or not self._lasts(head, end):
            return
        time, end_time = head.time or 0, end.time or 0
        slides = max(round((end_time - time) / ((span_end.time or 0) - time)), 1)
        span = (end_time - time) / slides
        position = self._head_position
        curve = curve_of(slider.parts)
        path = path_of(curve, position)
        if not path.length:
            return
        beat_length = self.timing.beat_length(time)
        current = self.timing.slider_velocity(time)
        velocity, length = slider_pace(
            head.scroll_speed if self._layout.scroll_speed else None,
            current,
            head.new_combo,
            span,
            path.length,
            path.length * progress_of(path, self._position),
            self._slider_multiplier,
            beat_length,
        )
        if abs(velocity - current) > _SAME_VELOCITY:
            self.timing.set_velocity(time, velocity)
        curve = fitted(curve, position, path.length, length)
        body = _sound(span_end, 0)
        # All sounds that the model wrote, which need not be as many as the slider has nodes.
        nodes = [*_sounds(head), *_sounds(span_end)[1:], *_sounds(end)]
        for index, node in zip(range(slides + 1), nodes, strict=False):
            at = time + span * index if index < slides else end_time
            self._volume(at, node)
            if index < slides and body.volume is not None and body.volume != node.volume:
                self._volume(at + _RESTORE_MS, body)
        bits = SLIDER | self._combo(head)
        letter, points = curve
        fields = [
            *(str(value) for value in (*position, time, bits, body.additions)),
            "|".join([letter, *(f"{x}:{y}" for x, y in points)]),
            str(slides),
            str(length),
            "|".join(str(node.additions) for node in nodes),
            "|".join(node.sets for node in nodes),
            self._sample(body),
        ]
        self.lines.append(",".join(fields))

    def _scroll_speed(self, group: Group) -> None:
        if group.scroll_speed is None:
            return
        self.timing.set_scroll_speed(group.time or 0, group.scroll_speed, self._normal_beat_length)

    # ---------------------------------------------------------------- parts

    def _place(self, group: Group) -> tuple[int, int]:
        """Where a part is: as it says, else as far from the part before as it says, else there."""
        if group.x is not None and group.y is not None:
            return group.x, group.y
        if group.distance is None or not group.x is group.y is None:
            return self._position
        self.random_places += 1
        angle = self._random.random() * math.tau
        x, y = self._position
        across, down = math.cos(angle) * group.distance, math.sin(angle) * group.distance
        return int(min(max(x + across, 0), WIDTH)), int(min(max(y + down, 0), HEIGHT))

    def _lasts(self, start: Group, end: Group) -> bool:
        return (start.time or 0) < (end.time or 0)

    def _combo(self, group: Group) -> int:
        return NEW_COMBO if group.new_combo else 0

    def _sample(self, sound: _Sound) -> str:
        volume = sound.volume or 0 if self._mode == _MANIA else 0
        return f"{sound.sets}:-1:{volume}:"

    def _volume(self, time: float, sound: _Sound) -> None:
        if sound.volume is not None and self._mode != _MANIA:
            self.timing.set_volume(time, sound.volume)

    def _speed_in_taiko(self, group: Group, time: int) -> None:
        if self._mode == _TAIKO and group.scroll_speed is not None:
            self.timing.set_velocity(time, group.scroll_speed)


def _sounds(group: Group) -> list[_Sound]:
    """Every sound that a group says."""
    return [_sound(group, index) for index in range(len(group.hitsounds))]


def _sound(group: Group, index: int) -> _Sound:
    """The ``index``-th sound that a group says; silence where it says fewer."""
    volume = group.volumes[index] if index < len(group.volumes) else None
    if index >= len(group.hitsounds):
        return _Sound(volume=volume)
    return _Sound(group.hitsounds[index], group.samplesets[index], group.additions[index], volume)
