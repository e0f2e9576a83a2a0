"""Edits for what a model expected, where that is a plain change of one object's line.

A time goes to a tick, a snapping to the nearest tick of its division, a sound, a column or a new
combo into its field. Whatever else a model expects (another kind of object, another place, a
change of timing) is for a mapper to decide.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from math import floor

from model_core.beatmap import Beatmap, HitObject, ObjectKind, ObjectSounds, Sound, object_sounds
from model_core.beatmap.columns import column_x
from model_core.beatmap.edits.combo_edits import turned_line
from model_core.beatmap.edits.resnapping import ON_TICK, ObjectMove
from model_core.beatmap.edits.sound_fields import LineTooShort, rewrite_line, wanted_fields
from model_core.beatmap.hit_objects import LAZER_VERSION
from model_core.beatmap.timing import TICK_DIVISORS
from model_core.hitsounds.results import BODY
from model_core.hitsounds.voices import voices_of
from model_core.tokens import ContextType, Event, EventType, TimedEvents
from model_core.tokens.decode import STEP_MS
from model_core.tokens.layout import Layout

from .rules import Fix, timestamp
from .rules.fixing import fields_fix, line_fix
from .rules.subject import Subject
from .suggestions import HEADS, Suggestion, describe

TAIKO = 1
X_FIELD = 0
_ROUNDING = 1e-6


class Editor:
    """Makes edits for one map. ``events``: its objects as the model read them."""

    def __init__(
        self, beatmap: Beatmap, read: Beatmap, layout: Layout, events: TimedEvents
    ) -> None:
        self._beatmap, self._read = beatmap, read
        self._layout, self._events = layout, events
        self._subject = Subject(beatmap)

    def fix(self, suggestion: Suggestion, objects: Sequence[int]) -> Fix | None:
        """The suggested edit of one object, where it is a plain one; else None."""
        reading = suggestion.reading
        expected = reading.expected
        if reading.context is not ContextType.MAP or len(objects) != 1 or expected is None:
            return None
        item = self._beatmap.hit_objects[objects[0]]
        at_head = suggestion.part.type in HEADS
        pair = (reading.event.type, expected.type)
        if EventType.NEW_COMBO in pair:
            return self._combo(item, expected.type is EventType.NEW_COMBO) if at_head else None
        if pair == (EventType.HITSOUND, EventType.HITSOUND):
            return self._sound(item, reading.index, expected)
        if not at_head:
            return None
        if pair == (EventType.TIME, EventType.TIME):
            # Further away, something else is missing there, and this is not what should move.
            beat = self._beatmap.timing.beat_length_at(item.time)
            if abs(expected.value - item.time) > beat / 2:
                return None
            tick = self._tick(expected.value)
            return None if tick is None else self._move(item, tick)
        if pair == (EventType.SNAPPING, EventType.SNAPPING) and expected.value:
            tick = self._beatmap.timing.nearest_tick(item.time, (expected.value,))
            # The time itself was as expected, which a model knows to a step.
            return self._move(item, tick) if abs(tick - item.time) <= 2 * STEP_MS else None
        if pair == (EventType.COLUMN, EventType.COLUMN):
            return self._column(item, expected.value)
        return None

    def _combo(self, item: HitObject, wanted: bool) -> Fix | None:
        if item.new_combo is wanted or item.kind is ObjectKind.SPINNER:
            return None
        turned = turned_line(self._beatmap, item)
        if turned is None:
            return None
        line, text = turned
        summary = "start a new combo" if wanted else "start no new combo"
        return line_fix(self._beatmap, summary, replace={line: text})

    def _sound(self, item: HitObject, index: int, expected: Event) -> Fix | None:
        beatmap = self._beatmap
        if beatmap.mode == TAIKO:
            return None  # additions are colours and sizes of notes
        nodes = {node for line, node in self._voices.get(index, ()) if line == item.line}
        if not nodes:
            return None
        sounds = object_sounds(item, beatmap.timing)
        value = expected.value

        def changed(sound: Sound) -> Sound:
            additions = value % 8 << 1
            return replace(
                sound,
                additions=additions,
                sample_set=value // 8 % 3 + 1,
                addition_set=value // 24 % 3 + 1,
            )

        wanted = ObjectSounds(
            tuple(
                changed(sound) if node in nodes else sound
                for node, sound in enumerate(sounds.nodes)
            ),
            changed(sounds.body) if sounds.body and BODY in nodes else sounds.body,
        )
        fields = wanted_fields(item, wanted, beatmap.timing, True, True)
        content = beatmap.document.lines[item.line].rstrip(b"\r\n")
        try:
            text = rewrite_line(content, item, fields, beatmap.version)
        except (LineTooShort, ValueError):
            return None
        summary = f"make the sound {describe(expected, self._layout)}"
        return line_fix(beatmap, summary, replace={item.line: text})

    @cached_property
    def _voices(self) -> dict[int, tuple[tuple[int, int], ...]]:
        found = voices_of(self._beatmap, self._read, self._layout, self._events)
        return {voice.index: voice.nodes for voice in found}

    def _tick(self, moment: float) -> float | None:
        """The tick of the coarsest beat division that a moment may mean, known to a step."""
        for divisor in TICK_DIVISORS:
            tick = self._beatmap.timing.nearest_tick(moment, (divisor,))
            if abs(tick - moment) <= STEP_MS:
                return tick
        return None

    def _move(self, item: HitObject, tick: float) -> Fix | None:
        """The whole object to a tick, where it then passes, meets and sounds like nothing else."""
        beatmap, subject = self._beatmap, self._subject
        time = tick if beatmap.version >= LAZER_VERSION else float(floor(tick + _ROUNDING))
        if abs(time - item.time) < ON_TICK:
            return None
        end = item.end_time + time - item.time
        low, high = min(time, item.time), max(end, item.end_time)
        column = beatmap.column_of(item) if len(subject.columns) > 1 else None
        around = subject.meeting(low, high, column)
        if any(each.item is not item for each in around) or self._covered(item, low):
            return None
        if self._out_of_order(item, time):
            return None
        timing = subject.timing
        first, last = min(time, item.time), max(time, item.time)
        if timing.pace_at(first) != timing.pace_at(last):
            return None
        if timing.sample_at(first) != timing.sample_at(last):
            return None
        lasts = item.kind in (ObjectKind.SPINNER, ObjectKind.HOLD)
        move = ObjectMove(item, time, end if lasts else None)
        summary = f"move it to {timestamp(time)}"
        return line_fix(beatmap, summary, replace={item.line: move.text(beatmap)}, moves=True)

    def _out_of_order(self, item: HitObject, time: float) -> bool:
        """Whether its line would no longer stand in order, as between the columns of mania."""
        objects = self._beatmap.hit_objects  # in file order
        place = bisect_left(objects, item.line, key=lambda each: each.line)
        before, behind = objects[max(0, place - 1) : place], objects[place + 1 : place + 2]
        return any(time < each.time <= item.time for each in before) or any(
            item.time <= each.time < time for each in behind
        )

    def _covered(self, item: HitObject, moment: float) -> bool:
        """Whether another object of its column goes on at a moment."""
        subject = self._subject
        for column in subject.columns:
            if not any(each.item is item for each in column):
                continue
            return any(each.item is not item and each.time <= moment <= each.end for each in column)
        return False

    def _column(self, item: HitObject, column: int) -> Fix | None:
        beatmap, subject = self._beatmap, self._subject
        if not 0 <= column < beatmap.key_count:
            return None
        others = subject.columns[column]
        if any(each.time <= item.end_time and item.time <= each.end for each in others):
            return None
        x = str(column_x(column, beatmap.key_count))
        summary = f"move it to column {column + 1}"
        return fields_fix(beatmap, summary, item.line, {X_FIELD: x}, moves=True)


__all__ = ["Editor"]
