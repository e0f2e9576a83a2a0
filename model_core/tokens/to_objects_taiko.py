"""The objects of osu!taiko: hits, drumrolls and dendens. Nothing has a place, all have a speed."""

from __future__ import annotations

import math

from model_core.beatmap.new_objects import NewObject, ObjectKind, Sound
from model_core.beatmap.timing_points import MAX_SCROLL, MIN_SCROLL
from model_core.tokens.events import EventType
from model_core.tokens.groups import Group
from model_core.tokens.slider_shapes import MAX_SPEED, MIN_SPEED
from model_core.tokens.to_objects_parts import SAME_SPEED, MapFrame, ObjectMaker, neat_beats

#: Where the editor puts everything in taiko.
TAIKO_X, TAIKO_Y = 256, 192
_WIDTH = 512
_MAX_POINTS = 100  # of a drumroll's path; a longer one is a mistake, and would fill pages


class TaikoObjects(ObjectMaker):
    """Keeps the drumroll or denden that is open; there is one at most."""

    def __init__(self, frame: MapFrame) -> None:
        super().__init__(frame)
        self._open: Group | None = None

    def take(self, group: Group) -> bool:
        match group.type:
            case EventType.CIRCLE:
                self._abandon()
                self._hit(group)
            case EventType.DRUMROLL | EventType.DENDEN:
                self._abandon()
                self._open = group
            case EventType.DRUMROLL_END | EventType.DENDEN_END:
                self._close(group)
            case _:
                return False
        return True

    def finish(self, until_ms: int | None = None) -> None:
        if until_ms is not None and self._open is not None:
            roll = self._open.type is EventType.DRUMROLL
            end = EventType.DRUMROLL_END if roll else EventType.DENDEN_END
            self._close(Group(end, time=until_ms))
        self._abandon()

    def _abandon(self) -> None:
        if self._open is not None:
            self.dropped[f"{self._open.type} without an end"] += 1
            self._open = None

    def _hit(self, group: Group) -> None:
        time = self.time(group)
        self.objects.append(
            NewObject(
                kind=ObjectKind.CIRCLE,
                time=time,
                x=TAIKO_X,
                y=TAIKO_Y,
                new_combo=False,
                sounds=(self.sound(group, 0, time),),
                slider_velocity=self._speed(group, time),
            )
        )

    def _close(self, end: Group) -> None:
        start, self._open = self._open, None
        roll = end.type is EventType.DRUMROLL_END
        kind = EventType.DRUMROLL if roll else EventType.DENDEN
        if start is None or start.type is not kind:
            self.dropped[f"{kind} end without a start"] += 1
            if start is not None:
                self.dropped[f"{start.type} without an end"] += 1
            return
        time, end_time = self.time(start), self.time(end)
        if end_time <= time:
            self.dropped[f"{kind} that ends before it starts"] += 1
            return
        speed = self._speed(start, time)
        # Also for a denden the start is where the model was told of its sound.
        sound = self.sound(start, 0, time)
        if roll:
            made = drumroll(self.frame, time, end_time, speed, sound)
            if made is None:
                self.dropped["drumroll that is too long"] += 1
            else:
                self.objects.append(made)
            return
        self.objects.append(
            NewObject(
                kind=ObjectKind.SPINNER,
                time=time,
                x=TAIKO_X,
                y=TAIKO_Y,
                new_combo=True,  # the game starts one at every spinner
                sounds=(sound,),
                end_time=end_time,
                slider_velocity=speed,
            )
        )

    def _speed(self, group: Group, time: int) -> float | None:
        """The scroll speed that a group asks for; None: whatever is in effect."""
        wanted = group.scroll_speed
        if wanted is None:
            return None
        current = self.timing.scroll_speed_at(time)
        if abs(wanted - current) < SAME_SPEED:
            return current
        return min(max(wanted, MIN_SCROLL), MAX_SCROLL)


def drumroll(
    frame: MapFrame, time: int, end_time: int, speed: float | None, sound: Sound
) -> NewObject | None:
    """A drumroll from ``time`` to ``end_time`` (ms) at a scroll speed; None: far too long.

    Its path, which the game does not show, goes to and fro across the playfield. All of it
    sounds alike: the game looks at the body alone.
    """
    beat_length = frame.timing.beat_length_at(time)
    beats = neat_beats((end_time - time) / beat_length, beat_length)
    velocity = frame.timing.slider_velocity_at(time) if speed is None else speed
    velocity = min(max(velocity, MIN_SPEED), MAX_SPEED)
    length = round(velocity * beats * 100 * frame.slider_multiplier, 6)
    turns = math.ceil(length / _WIDTH)
    if turns > _MAX_POINTS:
        return None
    points = [(_WIDTH if turn % 2 == 0 else 0, TAIKO_Y) for turn in range(turns)]
    rest = math.ceil(length - (turns - 1) * _WIDTH)
    points[-1] = (rest if turns % 2 else _WIDTH - rest, TAIKO_Y)
    return NewObject(
        kind=ObjectKind.SLIDER,
        time=time,
        x=0,
        y=TAIKO_Y,
        new_combo=False,
        sounds=(sound, sound),
        body=sound,
        end_time=time + round(beats * beat_length),
        curve_letter="L",
        curve_points=tuple(points),
        slides=1,
        length=length,
        slider_velocity=speed,
    )
