"""Lanes of a timeline's row: objects, their sounds, and the slider velocity."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..beatmap import ObjectKind
from ..beatmap.geometry.taiko import TaikoKind
from ..beatmap.new_objects import CLAP, FINISH, WHISTLE
from .beats import Beat
from .frames import ROLE_COLOURS
from .mania import column_colour
from .scene import Scene, Shape
from .sides import Drawn, Role, Side, is_long
from .theme import (
    CENTRE,
    FAINT,
    GRID,
    PANEL,
    RIM,
    ROLL,
    SETS,
    SMALL,
    SOFT_TEXT,
    SWELL,
    TEXT,
    VELOCITY,
    WHITE,
    ink_on,
    mixed,
)

if TYPE_CHECKING:
    from .timeline import Row

TAIKO, CATCH, MANIA = 1, 2, 3
_OBJECTS, _KEY, _SOUNDS, _SPEED = 38.0, 7.0, 46.0, 34.0
_ADDITIONS = (("W", WHISTLE), ("F", FINISH), ("C", CLAP))
#: Slider velocities at the lower and the upper edge of their lane.
_SLOWEST, _FASTEST = 0.25, 4.0
#: Marks nearer than this many pixels are one.
_NEAREST = 0.4
#: Pixels that a velocity's number takes.
_SPEED_LABEL = 34.0
#: Turns of one slider that are marked.
_MOST_TURNS = 200


def heights(side: Side) -> tuple[float, float, float]:
    """Heights of the lanes in pixels: objects, sounds, velocity."""
    objects = _OBJECTS
    if side.beatmap.mode == MANIA:
        objects = max(24.0, _KEY * side.beatmap.key_count + 8)
    return objects, _SOUNDS, _SPEED


def draw_lanes(
    scene: Scene,
    side: Side,
    row: Row,
    lines: Sequence[Beat],
    parts: tuple[float, float, float],
    top: float,
) -> float:
    """Draw the lanes of one side below ``top``; the new bottom."""
    objects, sounds, speed = parts
    gutter = row.left - 8
    name = side.title or "Objects"
    scene.line([(row.left, top), (row.right, top)], 1, GRID)
    weight = bool(side.title)
    scene.text(
        (gutter, top + objects / 2 + 4),
        name,
        SMALL,
        TEXT if weight else SOFT_TEXT,
        bold=weight,
        anchor="end",
    )
    shown = side.sounding(row.start, row.end)
    with scene.group("objects", side=name):
        if side.beatmap.mode == MANIA:
            _keys(scene, side, row, shown, top, objects)
        else:
            _objects(scene, side, row, shown, top + objects / 2)
    with scene.group("sounds", side=name):
        _sounds(scene, side, row, shown, top + objects, gutter)
    with scene.group("velocity", side=name):
        _speed(scene, side, row, top + objects + sounds, top + objects + sounds + speed, gutter)
    return top + objects + sounds + speed


def _colour(side: Side, drawn: Drawn) -> str:
    if side.beatmap.mode == TAIKO:
        kind = side.taiko[drawn.index].kind
        return {
            TaikoKind.CENTRE: CENTRE,
            TaikoKind.RIM: RIM,
            TaikoKind.DRUM_ROLL: ROLL,
            TaikoKind.SWELL: SWELL,
        }[kind]
    return drawn.colour


def _objects(scene: Scene, side: Side, row: Row, shown: Sequence[Drawn], y: float) -> None:
    """As in the editor's timeline: circles with their numbers, and bars as long as they last."""
    bodies = [drawn for drawn in shown if is_long(drawn.item)]
    # The ends of what goes on beyond the row are cut off, not rounded.
    with scene.group("bodies", clip=(row.left, y - 19, row.right, y + 19)):
        for drawn in reversed(bodies):
            _body(scene, side, row, drawn, y)
    last = -math.inf
    for drawn in reversed(shown):
        start = row.x(drawn.item.time)
        # Whatever lies on one spot is one; what lasts is told apart by its end.
        if drawn.item.time < row.start or abs(start - last) < _NEAREST:
            continue
        last = start
        radius, (colour, edge, mark) = _radius(side, drawn), _ink(side, drawn)
        time = round(drawn.item.time)
        with scene.group("mark", drawn.name, role=drawn.role.value, time=time):
            if mark:
                scene.disc((start, y), radius + 2.5, mark)
            scene.disc((start, y), radius, colour, edge, 1.6)
            if side.beatmap.mode != TAIKO:
                size = 11.0 if drawn.number < 100 else 8.0
                scene.centred((start, y), str(drawn.number), size, ink_on(colour))


def _radius(side: Side, drawn: Drawn) -> float:
    return 14.0 if side.beatmap.mode == TAIKO and side.taiko[drawn.index].strong else 11.0


def _ink(side: Side, drawn: Drawn) -> tuple[str, str, str | None]:
    """Colours of an object, of its edge and of the mark around it."""
    colour, edge = _colour(side, drawn), WHITE
    if side.title and drawn.role is Role.KEPT:
        colour, edge = mixed(colour, PANEL, 0.45), mixed(WHITE, PANEL, 0.45)
    return colour, edge, ROLE_COLOURS.get(drawn.role)


def _body(scene: Scene, side: Side, row: Row, drawn: Drawn, y: float) -> None:
    item, radius = drawn.item, _radius(side, drawn)
    colour, edge, mark = _ink(side, drawn)
    line = [(row.x(item.time), y), (row.x(item.end_time), y)]
    if mark:
        scene.stroke(line, 2 * radius + 5, mark)
    scene.stroke(line, 2 * radius, mixed(colour, PANEL, 0.5))
    if item.kind is ObjectKind.SLIDER:
        for time in item.node_times[1:-1][:_MOST_TURNS]:
            scene.disc((row.x(time), y), 3.0, edge)
        scene.disc(line[1], 5.0, None, edge, 1.3)


def _keys(
    scene: Scene, side: Side, row: Row, shown: Sequence[Drawn], top: float, height: float
) -> None:
    keys = side.beatmap.key_count
    step = (height - 8) / keys
    for drawn in shown:
        made = side.mania[drawn.index]
        y = top + 4 + step * made.column
        left, right = row.x(made.time), max(row.x(made.end_time), row.x(made.time) + 5)
        colour = column_colour(made.column, keys)
        colour = ROLE_COLOURS.get(drawn.role) or (
            mixed(colour, PANEL, 0.45) if side.title else colour
        )
        with scene.group("mark", drawn.name, role=drawn.role.value, time=round(made.time)):
            if made.end_time > made.time:
                scene.box((left, y + 1, right, y + step - 1), mixed(colour, PANEL, 0.5), 2)
            scene.box((left, y + 0.5, left + 5, y + step - 0.5), colour, 1.5)


def _sounds(
    scene: Scene, side: Side, row: Row, shown: Sequence[Drawn], top: float, gutter: float
) -> None:
    """Whistle, finish and clap as dots in the colour of their set; below them the volume."""
    step = 10.0
    base = top + _SOUNDS - 3
    for index, (letter, _) in enumerate(_ADDITIONS):
        y = top + 6 + index * step
        scene.text((gutter, y + 3.5), letter, 9.5, FAINT, anchor="end")
        scene.line([(row.left, y), (row.right, y)], 1, GRID, 0.8)
    scene.text((gutter, base), "vol", 9.5, FAINT, anchor="end")
    last = -math.inf
    heard = (
        (time, sound, drawn)
        for drawn in shown
        for time, sound in side.sounds(drawn, row.start, row.end)
    )
    for time, sound, drawn in heard:
        x = row.x(time)
        if abs(x - last) < _NEAREST:
            continue
        last = x
        mark = ROLE_COLOURS.get(drawn.role)
        told = (("whistle", WHISTLE), ("finish", FINISH), ("clap", CLAP))
        names = "+".join(name for name, bit in told if sound.additions & bit)
        with scene.group("sound", additions=names or "none", volume=sound.volume, time=round(time)):
            for index, (_, bit) in enumerate(_ADDITIONS):
                if sound.additions & bit:
                    centre = (x, top + 6 + index * step)
                    if mark:
                        scene.disc(centre, 5.4, mark)
                    scene.disc(centre, 4.0, SETS[_known(sound.addition_set)])
            tall = max(1.0, 11.0 * sound.volume / 100)
            colour = SETS[_known(sound.sample_set)]
            scene.box((x - 1.5, base - tall, x + 1.5, base), colour)
            if mark:
                scene.box((x - 1.5, base + 1, x + 1.5, base + 3), mark)


def _known(sample_set: int) -> int:
    return sample_set if 0 <= sample_set < len(SETS) else 1


def _speed(scene: Scene, side: Side, row: Row, top: float, bottom: float, gutter: float) -> None:
    """The velocity that objects have, on a scale of powers of two; 1 is the line in the middle."""
    scrolls = side.beatmap.mode in (TAIKO, MANIA)
    scene.line([(row.left, top), (row.right, top)], 1, GRID)
    scene.text((gutter, (top + bottom) / 2 + 4), "SV", SMALL, FAINT, anchor="end")
    room = bottom - top - 8

    def y(speed: float) -> float:
        low, high = math.log2(_SLOWEST), math.log2(_FASTEST)
        share = (math.log2(min(_FASTEST, max(_SLOWEST, speed))) - low) / (high - low)
        return bottom - 4 - room * share

    scene.line([(row.left, y(1.0)), (row.right, y(1.0))], 1, GRID)
    timing = side.beatmap.timing
    lines = timing.scroll_lines if scrolls else timing.velocity_lines
    at = timing.scroll_speed_at if scrolls else timing.slider_velocity_at
    steps = [(row.start, at(row.start))]
    steps += [(line.time, at(line.time)) for line in lines if row.start < line.time < row.end]
    points: list[tuple[float, float]] = []
    labels: list[tuple[float, float]] = []
    for time, speed in steps:
        x = row.x(time)
        if points and x - points[-1][0] < _NEAREST:
            points[-1] = (points[-1][0], y(speed))
            continue
        if points:
            points.append((x, points[-1][1]))
        points.append((x, y(speed)))
        labels.append((time, speed))
    points.append((row.right, points[-1][1]))
    floor = bottom - 2
    filled = [(points[0][0], floor), *points, (points[-1][0], floor)]
    scene.add(Shape(tuple(filled), VELOCITY, 0.12))
    scene.line(points, 1.6, VELOCITY)
    free = row.left
    for index, (time, speed) in enumerate(labels):
        x = max(row.x(time), free)
        until = row.x(labels[index + 1][0]) if index + 1 < len(labels) else row.right
        if until - x < _SPEED_LABEL:
            continue
        place = y(speed) - 4 if y(speed) - 13 > top else y(speed) + 11
        scene.text((x + 3, place), f"{speed:.2f}×", 9.5, mixed(VELOCITY, TEXT, 0.7))
        free = x + _SPEED_LABEL
