"""Frames of mania: columns of notes and holds, time running upwards."""

from __future__ import annotations

from ..beatmap import format_timestamp
from .beats import beats, editor_divisor
from .frames import MOST_IN_FRAME, ROLE_COLOURS, Frame, Style
from .scene import Scene
from .sides import Role, Side
from .theme import DIVISORS, FIELD, GRID, OTHER_DIVISOR, PANEL, WHITE, mixed

HEIGHT, PIXELS_PER_MS = 460.0, 0.2
_COLUMN, _MARGIN, _NOTE = 26.0, 12.0, 9.0
#: Outer and inner columns in turns, and the middle one of an odd number.
_OUTER, _INNER, _MIDDLE = "#eef1ff", "#58a6ff", "#ffd24a"


def column_colour(column: int, keys: int) -> str:
    """The colour of a column's notes, alike on both hands."""
    if keys % 2 and column == keys // 2:
        return _MIDDLE
    return _OUTER if min(column, keys - 1 - column) % 2 == 0 else _INNER


def _size(side: Side, room: float) -> tuple[float, float, float]:
    width = side.beatmap.key_count * _COLUMN + 2 * _MARGIN
    return min(room, max(110.0, width)), HEIGHT, (HEIGHT - 20) / PIXELS_PER_MS


def _draw(scene: Scene, side: Side, frame: Frame) -> None:
    left, top, right, bottom = frame.area
    keys = side.beatmap.key_count
    width = (right - left - 2 * _MARGIN) / keys
    pace = (bottom - top - 20) / max(1.0, frame.held)

    def y(time: float) -> float:
        return (
            bottom - 10 - (min(max(time, frame.start - 200), frame.end + 200) - frame.start) * pace
        )

    scene.box(frame.area, PANEL, 6)
    inner = (left + _MARGIN, top, right - _MARGIN, bottom)
    scene.box(inner, FIELD)
    for column in range(keys + 1):
        x = inner[0] + width * column
        scene.line([(x, top), (x, bottom)], 1, GRID)
    with scene.group("playfield", clip=frame.area):
        for line in beats(side.beatmap, frame.start, frame.end, editor_divisor(side.beatmap)):
            colour = DIVISORS.get(line.divisor, OTHER_DIVISOR)
            share = 0.6 if line.bar else 0.35 if line.divisor == 1 else 0.15
            points = [(inner[0], y(line.time)), (inner[2], y(line.time))]
            scene.line(points, 1.4 if line.bar else 1.0, mixed(colour, FIELD, share))
        for drawn in side.sounding(frame.start, frame.end)[:MOST_IN_FRAME]:
            made = side.mania[drawn.index]
            x = inner[0] + width * made.column
            colour = column_colour(made.column, keys)
            if frame.compared and drawn.role is Role.KEPT:
                colour = mixed(colour, FIELD, 0.4)
            mark = ROLE_COLOURS.get(drawn.role)
            low, high = y(made.time), y(made.end_time)
            stamp = format_timestamp(made.time).removesuffix(" - ")
            title = f"{stamp} column {made.column + 1}"
            with scene.group("object", title, kind=drawn.item.kind.value, role=drawn.role.value):
                if made.end_time > made.time:
                    body = (x + width * 0.22, high, x + width * 0.78, low)
                    scene.box(body, mixed(colour, FIELD, 0.55), 2)
                    scene.box((x + width * 0.14, high - 3, x + width * 0.86, high), colour, 1.5)
                note = (x + 2, low - _NOTE, x + width - 2, low)
                if mark:
                    scene.box((note[0] - 2, note[1] - 2, note[2] + 2, note[3] + 2), mark, 3)
                scene.box(note, colour, 2)
        scene.line([(inner[0], y(frame.start)), (inner[2], y(frame.start))], 2, WHITE, 0.5)


STYLE = Style(_size, _draw, falls=True)
