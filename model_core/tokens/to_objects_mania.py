"""The objects of osu!mania: notes and hold notes in columns."""

from __future__ import annotations

from model_core.beatmap.columns import COLUMN_Y, column_x
from model_core.beatmap.new_objects import NewObject, ObjectKind
from model_core.tokens.events import EventType
from model_core.tokens.groups import Group
from model_core.tokens.to_objects_parts import MapFrame, ObjectMaker


class ManiaObjects(ObjectMaker):
    """Keeps the hold notes that are open, one in a column."""

    def __init__(self, frame: MapFrame) -> None:
        super().__init__(frame)
        self._open: dict[int, Group] = {}

    def take(self, group: Group) -> bool:
        if group.type not in (
            EventType.CIRCLE,
            EventType.HOLD_NOTE,
            EventType.HOLD_NOTE_END,
        ):
            return False
        column = group.column
        if column is None and group.type is EventType.HOLD_NOTE_END and len(self._open) == 1:
            (column,) = self._open  # which one it ends goes without saying
        if column is None:
            self.dropped["note without a column"] += 1
        elif not 0 <= column < self.frame.keys:
            self.dropped["note in a column that the map does not have"] += 1
        elif group.type is EventType.CIRCLE:
            self._abandon(column)
            self._note(group, column)
        elif group.type is EventType.HOLD_NOTE:
            self._abandon(column)
            self._open[column] = group
        else:
            self._close(group, column)
        return True

    def finish(self, until_ms: int | None = None) -> None:
        for column in tuple(self._open):
            if until_ms is None:
                self._abandon(column)
            else:
                self._close(Group(EventType.HOLD_NOTE_END, time=until_ms), column)

    def _abandon(self, column: int) -> None:
        if self._open.pop(column, None) is not None:
            self.dropped["hold note without an end"] += 1

    def _note(self, group: Group, column: int) -> None:
        time = self.time(group)
        self.objects.append(
            NewObject(
                kind=ObjectKind.CIRCLE,
                time=time,
                x=column_x(column, self.frame.keys),
                y=COLUMN_Y,
                new_combo=False,
                sounds=(self.sound(group, 0, time),),
            )
        )

    def _close(self, end: Group, column: int) -> None:
        start = self._open.pop(column, None)
        if start is None:
            self.dropped["hold note end without a start"] += 1
            return
        time, end_time = self.time(start), self.time(end)
        if end_time <= time:
            self.dropped["hold note that ends before it starts"] += 1
            return
        self.objects.append(
            NewObject(
                kind=ObjectKind.HOLD,
                time=time,
                x=column_x(column, self.frame.keys),
                y=COLUMN_Y,
                new_combo=False,
                sounds=(self.sound(start, 0, time),),
                end_time=end_time,
            )
        )
