"""Frames of taiko: lanes of hits, drum rolls and swells, time running to the right."""

from __future__ import annotations

from ..beatmap import format_timestamp
from ..beatmap.geometry.taiko import TaikoKind, TaikoObject
from .beats import beats
from .frames import MOST_IN_FRAME, ROLE_COLOURS, Frame, Style
from .scene import Scene
from .sides import Drawn, Role, Side
from .theme import CENTRE, FIELD, GRID, PANEL, RIM, ROLL, SOFT_TEXT, SWELL, WHITE, mixed

HEIGHT, PIXELS_PER_MS = 78.0, 0.24
_RADIUS, _STRONG, _MARGIN = 15.0, 22.0, 28.0
#: Ticks of a drum roll that are drawn.
_MOST_TICKS = 200
_COLOURS = {
    TaikoKind.CENTRE: CENTRE,
    TaikoKind.RIM: RIM,
    TaikoKind.DRUM_ROLL: ROLL,
    TaikoKind.SWELL: SWELL,
}
_NAMES = {
    TaikoKind.CENTRE: "don",
    TaikoKind.RIM: "kat",
    TaikoKind.DRUM_ROLL: "drum roll",
    TaikoKind.SWELL: "denden",
}


def _size(_side: Side, room: float) -> tuple[float, float, float]:
    return room, HEIGHT, (room - 2 * _MARGIN) / PIXELS_PER_MS


def _draw(scene: Scene, side: Side, frame: Frame) -> None:
    left, top, right, bottom = frame.area
    middle = (top + bottom) / 2
    pace = (right - left - 2 * _MARGIN) / max(1.0, frame.held)

    def x(time: float) -> float:
        inside = min(max(time, frame.start - 500), frame.end + 500)
        return left + _MARGIN + (inside - frame.start) * pace

    scene.box(frame.area, PANEL, 6)
    scene.box((left, top + 8, right, bottom - 8), FIELD)
    scene.line([(left, middle), (right, middle)], 1, GRID)
    with scene.group("playfield", clip=frame.area):
        for line in beats(side.beatmap, frame.start, frame.end):
            colour = mixed(WHITE, FIELD, 0.6 if line.bar else 0.15)
            points = [(x(line.time), top + 8), (x(line.time), bottom - 8)]
            scene.line(points, 1.6 if line.bar else 1.0, colour)
        # The next to be hit lies above those behind it.
        for drawn in reversed(side.sounding(frame.start, frame.end)[:MOST_IN_FRAME]):
            made = side.taiko[drawn.index]
            stamp = format_timestamp(made.time).removesuffix(" - ")
            strong = "strong " if made.strong else ""
            role = drawn.role.value
            title = f"{stamp} {strong}{_NAMES[made.kind]}"
            with scene.group("object", title, kind=made.kind.value, role=role, strong=made.strong):
                _object(scene, drawn, made, frame, (x(made.time), x(made.end_time), middle))


def _object(
    scene: Scene,
    drawn: Drawn,
    made: TaikoObject,
    frame: Frame,
    place: tuple[float, float, float],
) -> None:
    start, end, y = place
    faint = frame.compared and drawn.role is Role.KEPT
    colour = mixed(_COLOURS[made.kind], FIELD, 0.4) if faint else _COLOURS[made.kind]
    edge = mixed(WHITE, FIELD, 0.4) if faint else WHITE
    mark = ROLE_COLOURS.get(drawn.role)
    radius = _STRONG if made.strong else _RADIUS
    if end > start:
        width = 1.7 * radius if made.kind is TaikoKind.DRUM_ROLL else radius
        line = [(start, y), (end, y)]
        if mark:
            scene.stroke(line, width + 7, mark)
        scene.stroke(line, width + 3, edge)
        scene.stroke(line, width, mixed(colour, FIELD, 0.75))
        pace = (end - start) / max(1.0, made.end_time - made.time)
        for tick in made.ticks[1:_MOST_TICKS]:
            scene.disc((start + (tick - made.time) * pace, y), 2.5, edge)
    if mark:
        scene.disc((start, y), radius + 3.5, mark)
    scene.disc((start, y), radius, edge)
    scene.disc((start, y), radius - 2.2, colour)
    if made.kind is TaikoKind.SWELL:
        scene.centred((start, y), str(made.required_hits), 13, WHITE)
        if end - start > 90:
            text = f"{made.required_hits} hits"
            scene.text(((start + end) / 2, y - radius - 4), text, 11, SOFT_TEXT, anchor="middle")
    elif made.strong:
        scene.disc((start, y), radius * 0.5, None, edge, 1.5)


STYLE = Style(_size, _draw, falls=True)
