"""Frames of catch: what falls, time running upwards, with the way to each and its hyperdashes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from ..beatmap import format_timestamp
from ..beatmap.geometry.catch import WIDTH, CatchKind, CatchObject
from ..beatmap.geometry.rules import circle_scale
from .beats import beats
from .frames import MOST_IN_FRAME, ROLE_COLOURS, Frame, Style, shared_width
from .scene import Scene
from .sides import Drawn, Role, Side
from .theme import BANANA, FIELD, GRID, HYPERDASH, PANEL, WHITE, mixed

HEIGHT, FRAME_WIDTH, PIXELS_PER_MS = 520.0, 235.0, 0.22
_MARGIN = 14.0
#: Things that fall in one frame, of all its objects together.
_MOST_PARTS = 1500
#: Where something is drawn that falls at an x at a time.
_Place = Callable[[float, float], tuple[float, float]]
_SIZES = {
    CatchKind.FRUIT: 0.72,
    CatchKind.DROPLET: 0.4,
    CatchKind.TINY_DROPLET: 0.2,
    CatchKind.BANANA: 0.36,
}


def _size(_side: Side, room: float) -> tuple[float, float, float]:
    return shared_width(room, FRAME_WIDTH), HEIGHT, (HEIGHT - 2 * _MARGIN) / PIXELS_PER_MS


def _draw(scene: Scene, side: Side, frame: Frame) -> None:
    left, top, right, bottom = frame.area
    scale = (right - left - 2 * _MARGIN) / WIDTH
    pace = (bottom - top - 2 * _MARGIN) / max(1.0, frame.held)

    def place(x: float, time: float) -> tuple[float, float]:
        inside = min(max(time, frame.start - 500), frame.end + 500)
        return left + _MARGIN + x * scale, bottom - _MARGIN - (inside - frame.start) * pace

    scene.box(frame.area, PANEL, 6)
    scene.box((left + _MARGIN, top, right - _MARGIN, bottom), FIELD)
    for step in range(1, 4):
        x, _ = place(WIDTH * step / 4, frame.start)
        scene.line([(x, top), (x, bottom)], 1, GRID)
    radius = 64.0 * abs(circle_scale(side.beatmap.circle_size, allowance=False)) * scale
    objects = side.sounding(frame.start, frame.end)[:MOST_IN_FRAME]
    falling = [
        (drawn, part) for drawn in objects for part in side.falling(drawn, frame.start, frame.end)
    ][:_MOST_PARTS]
    with scene.group("playfield", clip=frame.area):
        for line in beats(side.beatmap, frame.start, frame.end):
            colour = mixed(WHITE, FIELD, 0.5 if line.bar else 0.15)
            ends = [place(0, line.time), place(WIDTH, line.time)]
            scene.line(ends, 1.4 if line.bar else 1.0, colour)
        _ways(scene, falling, place)
        for drawn, part in reversed(falling):
            _part(scene, drawn, part, frame, place(part.x, part.time), radius)


def _ways(scene: Scene, falling: list[tuple[Drawn, CatchObject]], place: _Place) -> None:
    """A line from each fruit and droplet to the next; red where it takes a hyperdash."""
    way = [part for _, part in falling if part.kind in (CatchKind.FRUIT, CatchKind.DROPLET)]
    way.sort(key=lambda part: part.time)
    for here, there in pairwise(way):
        ends = [place(here.x, here.time), place(there.x, there.time)]
        if here.hyper:
            scene.line(ends, 2.0, HYPERDASH, 0.9)
        elif there.time - here.time < 1500:
            scene.line(ends, 1.2, mixed(WHITE, FIELD, 0.28))


def _part(
    scene: Scene,
    drawn: Drawn,
    part: CatchObject,
    frame: Frame,
    centre: tuple[float, float],
    radius: float,
) -> None:
    colour = BANANA if part.kind is CatchKind.BANANA else drawn.colour
    faint = frame.compared and drawn.role is Role.KEPT
    colour = mixed(colour, FIELD, 0.4) if faint else colour
    edge = mixed(WHITE, FIELD, 0.4) if faint else WHITE
    size = max(1.5, radius * _SIZES[part.kind])
    mark = ROLE_COLOURS.get(drawn.role)
    stamp = format_timestamp(part.time).removesuffix(" - ")
    kind = part.kind.value
    title = f"{stamp} {kind}{', hyperdash' if part.hyper else ''}"
    with scene.group("object", title, kind=kind, role=drawn.role.value, hyper=part.hyper):
        if mark:
            scene.disc(centre, size + 3.5, mark)
        if part.hyper:
            scene.disc(centre, size + 3.0, None, HYPERDASH, 2.2)
        if part.kind is CatchKind.TINY_DROPLET:
            scene.disc(centre, size, colour)
        else:
            scene.disc(centre, size, colour, edge, 1.4)


STYLE = Style(_size, _draw, falls=True)
